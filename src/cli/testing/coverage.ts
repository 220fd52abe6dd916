/**
 * Which statements of the policies under test made a difference: the Allows of every layer that had to allow an allowed
 * request, and the Denies of a denied one. Policies that say the same are one, however often scenarios repeat them.
 */
import type { Policy, Statement } from "../../policy/model.js";
import type { Explanation, LayerTrace } from "../../request/decision.js";
import { positionAt } from "../../text/span.js";
import type { World } from "../../world/model.js";
import { writtenPolicies } from "../world-policies.js";

/** A statement that no scenario made decisive; where it stands first. */
export interface Uncovered {
  readonly policy: string;
  readonly index: number;
  readonly sid: string | null;
  readonly effect: "Allow" | "Deny";
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface CoverageReport {
  readonly statements: number;
  readonly decisive: number;
  readonly notDecisive: readonly Uncovered[];
}

export class Coverage {
  private readonly statements = new Map<string, { readonly place: Uncovered; isDecisive: boolean }>();

  /** Counts the policies of a scenario's world, and what its answer used. */
  add(world: World, explanation: Explanation | null): void {
    const names = new Map<string, string>();
    for (const policy of writtenPolicies(world)) {
      const identity = identityOf(policy);
      names.set(policy.name, identity);
      for (const statement of policy.statements) this.addStatement(identity, policy, statement);
    }
    if (explanation === null) return;
    for (const { policy, index } of decisiveIn(explanation)) {
      const entry = this.statements.get(`${index} ${names.get(policy)}`);
      if (entry !== undefined) entry.isDecisive = true;
    }
  }

  report(): CoverageReport {
    const all = [...this.statements.values()];
    const notDecisive = all.filter(({ isDecisive }) => !isDecisive).map(({ place }) => place);
    return { statements: all.length, decisive: all.length - notDecisive.length, notDecisive };
  }

  private addStatement(identity: string, policy: Policy, statement: Statement): void {
    const name = `${statement.index} ${identity}`;
    if (this.statements.has(name)) return;
    const { index, sid, effect, span } = statement;
    const { line, column } = positionAt(policy.source, span.start);
    const place = { policy: policy.name, index, sid, effect, file: policy.source.name, line, column };
    this.statements.set(name, { place, isDecisive: false });
  }
}

/** What a policy says, without where it says it. */
function identityOf({ type, version, statements }: Policy): string {
  return JSON.stringify([type, version, statements], (key, value: unknown) => (key === "span" ? undefined : value));
}

function* decisiveIn({
  decision,
  layers,
}: Explanation): Generator<{ readonly policy: string; readonly index: number }> {
  switch (decision.decision) {
    case "allowed":
      yield* decision.statements;
      for (const layer of layers) if (CEILINGS.has(layer.layer)) yield* allowsOf(layer);
      return;
    case "explicitDeny":
      yield* decision.statements;
      return;
    case "implicitDeny":
    case "indeterminate":
    case "denied":
      return;
  }
}

/** Layers that grant nothing and must all allow (EVAL-1). */
const CEILINGS: ReadonlySet<LayerTrace["layer"]> = new Set(["SCP", "RCP", "VPCE", "BOUNDARY", "SESSION"]);

function* allowsOf({ statements }: LayerTrace): Generator<{ readonly policy: string; readonly index: number }> {
  for (const { statement, effect, hit } of statements) if (effect === "Allow" && hit === "T") yield statement;
}
