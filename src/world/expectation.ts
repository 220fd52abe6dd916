/** What a scenario expects, and whether an outcome meets it. */
import { type Decision, type DecisionWord, LAYER_ORDER, type Layer } from "../request/decision.js";
import type { JsonValue } from "../text/json.js";
import { type Fields, type Findings, readFields, readList, readOneOf } from "./fields.js";

/** `denied`: either denial, or the merged one of `denyKind=merge`. `error`: the request or a policy must be refused. */
export type ExpectedWord = DecisionWord | "error";

/** Parts that are null are not compared. */
export interface Expectation {
  readonly decision: ExpectedWord;
  readonly decidedBy: Layer | null;
  readonly between: readonly DecisionWord[] | null;
  readonly dependsOn: readonly string[] | null;
  /** `policy name#index`, in order. */
  readonly statements: readonly string[] | null;
  readonly missing: readonly Layer[] | null;
  /** Of a diagnostic or a request error. */
  readonly code: string | null;
}

/** What came of a scenario: a decision, or the codes of the errors for which it could not be asked. */
export type Outcome =
  | { readonly kind: "decision"; readonly decision: Decision }
  | { readonly kind: "refused"; readonly codes: readonly string[] };

/** Why an outcome is not what was expected, a sentence each; empty: it is. */
export function unmet(expectation: Expectation, outcome: Outcome): readonly string[] {
  const actual = factsOf(outcome);
  if (!fits(expectation.decision, actual.decision)) {
    return [`expected ${expectation.decision}, got ${actual.decision}${because(actual)}`];
  }
  const differences: string[] = [];
  for (const part of COMPARED) {
    const expected = expectation[part];
    if (expected !== null && !sameTexts(listOf(expected), listOf(actual[part]))) {
      differences.push(`expected ${part} ${show(expected)}, got ${show(actual[part])}`);
    }
  }
  if (expectation.code !== null && !actual.codes.includes(expectation.code)) {
    differences.push(`expected code ${expectation.code}, got ${show(actual.codes)}`);
  }
  return differences;
}

const EXPECTED_WORDS = ["allowed", "explicitDeny", "implicitDeny", "denied", "indeterminate", "error"] as const;
const BETWEEN_WORDS = ["allowed", "explicitDeny", "implicitDeny"] as const;
const FIELDS = ["decision", "decidedBy", "between", "dependsOn", "statements", "missing", "code"] as const;

/** Reads `expect`: a word, or an object; null after findings. */
export function readExpectation(findings: Findings, value: JsonValue): Expectation | null {
  if (value.kind !== "object") {
    const decision = readOneOf(findings, value, "expect", EXPECTED_WORDS);
    return decision === null ? null : { ...NOTHING_EXPECTED, decision };
  }
  const fields = readFields(findings, value, "expect", FIELDS);
  if (fields?.required("decision") == null) return null;
  const decision = fields.oneOf("decision", EXPECTED_WORDS);
  if (decision === null) return null;
  return {
    decision,
    decidedBy: fields.oneOf("decidedBy", LAYER_ORDER),
    between: words(findings, fields, "between", BETWEEN_WORDS),
    dependsOn: fields.texts("dependsOn"),
    statements: fields.texts("statements"),
    missing: words(findings, fields, "missing", LAYER_ORDER),
    code: fields.text("code"),
  };
}

const NOTHING_EXPECTED = {
  decidedBy: null,
  between: null,
  dependsOn: null,
  statements: null,
  missing: null,
  code: null,
} as const;

function words<T extends string>(
  findings: Findings,
  fields: Fields,
  name: string,
  allowed: readonly T[],
): readonly T[] | null {
  const value = fields.get(name);
  if (value === null) return null;
  return readList(findings, value, fields.path(name), (...args) => readOneOf(...args, allowed));
}

/** An outcome as texts, part by part; parts that the decision does not have are null. */
interface Facts {
  readonly decision: ExpectedWord;
  readonly decidedBy: string | null;
  readonly between: readonly string[] | null;
  readonly dependsOn: readonly string[] | null;
  readonly statements: readonly string[] | null;
  readonly missing: readonly string[] | null;
  readonly codes: readonly string[];
}

const NO_FACTS = { decidedBy: null, between: null, dependsOn: null, statements: null, missing: null, codes: [] };

function factsOf(outcome: Outcome): Facts {
  if (outcome.kind === "refused") return { ...NO_FACTS, decision: "error", codes: outcome.codes };
  const { decision } = outcome;
  switch (decision.decision) {
    case "allowed":
    case "explicitDeny":
      return {
        ...NO_FACTS,
        decision: decision.decision,
        decidedBy: decision.decidedBy,
        statements: decision.statements.map(({ policy, index }) => `${policy}#${index}`),
      };
    case "implicitDeny":
      return {
        ...NO_FACTS,
        decision: decision.decision,
        decidedBy: decision.decidedBy,
        missing: decision.missing.map(({ layer }) => layer),
      };
    case "indeterminate":
    case "denied":
      return {
        ...NO_FACTS,
        decision: decision.decision,
        between: decision.between,
        dependsOn: decision.dependsOn,
      };
  }
}

const COMPARED = ["decidedBy", "between", "dependsOn", "statements", "missing"] as const;

function fits(expected: ExpectedWord, actual: ExpectedWord): boolean {
  if (expected === "denied") return actual === "denied" || actual === "explicitDeny" || actual === "implicitDeny";
  return expected === actual;
}

type Part = string | readonly string[] | null;

function listOf(part: Part): readonly string[] {
  if (part === null) return [];
  return typeof part === "string" ? [part] : part;
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}

function because({ dependsOn, codes }: Facts): string {
  if (dependsOn !== null) return ` on ${show(dependsOn)}`;
  return codes.length > 0 ? ` (${codes.join(", ")})` : "";
}

function show(part: Part): string {
  const texts = listOf(part);
  return texts.length === 0 ? "nothing" : texts.join(", ");
}
