/** What came of a scenario: the answer of one engine or of both, held against what was expected. */
import { isDeepStrictEqual } from "node:util";
import type { Decision, Explanation, Layer } from "../../request/decision.js";
import { RequestError } from "../../request/request.js";
import { InvalidInput } from "../../text/diagnostic.js";
import { type Outcome, unmet } from "../../world/expectation.js";
import type { Scenario } from "../../world/scenario.js";
import { type Authority, atOneTime, authorityOf, type EngineName } from "../engines.js";
import type { Item } from "./items.js";

export interface Verdict {
  readonly file: string;
  readonly id: string | null;
  /** `error`: refused, or it could not be decided. */
  readonly decision: Decision["decision"] | "error";
  /** Null where no single layer decided. */
  readonly decidedBy: Layer | null;
  /** Null: it cannot be told. */
  readonly expected: string | null;
  readonly pass: boolean;
  /** Why it failed, or why the request or a policy was refused; null: there is nothing to say. */
  readonly error: string | null;
  /** What was decided, with the scenario; null: nothing. */
  readonly decided: { readonly scenario: Scenario; readonly decision: Decision } | null;
}

/** Decides a scenario and judges the answer. Whatever goes wrong is a failure. */
export function verdictOf(item: Item, engine: EngineName): Verdict {
  if (item.scenario === null) return refusedVerdict(item);
  const { scenario } = item;
  const answers = answersOf(scenario, engine);
  const [first, second] = answers;
  if (second !== undefined && !agree(first!.outcome, second.outcome)) {
    return failure(item, `the engines disagree: ${answers.map(inWords).join(", ")}`);
  }
  const { outcome, message } = first!;
  if (outcome.kind === "failed") return failure(item, message);
  const differences = unmet(scenario.expect, outcome);
  const pass = differences.length === 0;
  return {
    file: item.file,
    id: scenario.id,
    ...wordsOf(outcome),
    expected: scenario.expect.decision,
    pass,
    error: [...differences, ...(message === null ? [] : [message])].join("; ") || null,
    decided: outcome.kind === "decision" ? { scenario, decision: outcome.decision } : null,
  };
}

/** Why the scenario's own engine says so, for coverage. Null where there is no decision. */
export function explanationOf({ scenario }: Item, engine: EngineName): Explanation | null {
  if (scenario === null || scenario.refused.length > 0) return null;
  const name = engine === "wasm" ? "wasm" : "reference";
  try {
    return authorityOf(name, scenario.world).explain(scenario.request, scenario.requestOptions);
  } catch (error) {
    if (error instanceof RequestError) return null;
    throw error;
  }
}

/** What an engine answers; `failed`: it broke down. */
interface Answer {
  readonly engine: Exclude<EngineName, "both">;
  readonly outcome: Outcome | { readonly kind: "failed" };
  /** Of a refusal or a breakdown. */
  readonly message: string | null;
}

function answersOf(scenario: Scenario, engine: EngineName): readonly Answer[] {
  const request = atOneTime(scenario.request);
  const names = engine === "both" ? (["wasm", "reference"] as const) : ([engine] as const);
  return names.map((name) => ({
    engine: name,
    ...answerOf({ ...scenario, request }, () => authorityOf(name, scenario.world)),
  }));
}

function answerOf(scenario: Scenario, authority: () => Authority): Omit<Answer, "engine"> {
  if (scenario.refused.length > 0) {
    const codes = scenario.refused.map(({ code }) => code);
    return { outcome: { kind: "refused", codes }, message: new InvalidInput(scenario.refused).message };
  }
  try {
    const decision = authority().decide(scenario.request, scenario.requestOptions);
    return { outcome: { kind: "decision", decision }, message: null };
  } catch (error) {
    if (error instanceof RequestError) {
      const message = `${error.code}: ${error.path}: ${error.message}`;
      return { outcome: { kind: "refused", codes: [error.code] }, message };
    }
    return { outcome: { kind: "failed" }, message: error instanceof Error ? error.message : String(error) };
  }
}

function agree(first: Answer["outcome"], second: Answer["outcome"]): boolean {
  return isDeepStrictEqual(first, second);
}

function inWords({ engine, outcome, message }: Answer): string {
  const says = outcome.kind === "decision" ? JSON.stringify(outcome.decision) : `error (${message})`;
  return `${engine} says ${says}`;
}

function wordsOf(outcome: Outcome): Pick<Verdict, "decision" | "decidedBy"> {
  if (outcome.kind === "refused") return { decision: "error", decidedBy: null };
  const { decision } = outcome;
  return { decision: decision.decision, decidedBy: "decidedBy" in decision ? decision.decidedBy : null };
}

/** A scenario that cannot be read fails, except that a text refused for what it says is what `expect: error` asks for. */
function refusedVerdict(item: Item): Verdict {
  const message = item.diagnostics.length === 0 ? "there is no scenario" : new InvalidInput(item.diagnostics).message;
  return { ...failure(item, message), pass: item.refused && item.expected === "error" };
}

function failure({ file, id, scenario, expected }: Item, error: string | null): Verdict {
  return {
    file,
    id: scenario?.id ?? id,
    decision: "error",
    decidedBy: null,
    expected: scenario?.expect.decision ?? expected,
    pass: false,
    error,
    decided: null,
  };
}
