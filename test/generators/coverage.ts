/** How often each condition form met each state of its key where it mattered; the gate that keeps the generators honest. */
import type { Operator, Policy } from "../../src/policy/model.js";
import { OPERATORS, type OperatorBase } from "../../src/policy/operators.js";
import type { Explanation, StatementTrace } from "../../src/request/decision.js";
import type { Context, Slot } from "../../src/request/question.js";
import type { DocumentSet, World } from "../../src/world/model.js";

const BASES = Object.keys(OPERATORS) as OperatorBase[];
const QUALIFIERS = ["none", "all", "any"] as const;
const STATES = ["absent", "single", "multi", "empty", "unknown"] as const;

/** One row per operator, qualifier and `IfExists` (which `Null` cannot have), one column per state of the key. */
export class Coverage {
  readonly counts: Uint32Array;

  constructor(counts?: Uint32Array) {
    this.counts = counts ?? new Uint32Array(BASES.length * QUALIFIERS.length * 2 * STATES.length);
  }

  /** Counts the entries that were reached: all of a statement that hits, those up to the one that failed otherwise. */
  add(policies: ReadonlyMap<string, Policy>, { layers }: Explanation, context: Context): void {
    for (const layer of layers) {
      for (const trace of layer.statements) {
        const reached = reachedEntries(trace);
        const entries = reached === 0 ? undefined : policies.get(trace.statement.policy)?.statements;
        const conditions = entries?.[trace.statement.index]?.conditions.slice(0, reached) ?? [];
        for (const { operator, key } of conditions) this.hit(operator, context.get(key));
      }
    }
  }

  merge(other: Uint32Array): void {
    for (let at = 0; at < other.length; at++) this.counts[at]! += other[at]!;
  }

  /** The cells below a number of hits, worst first. */
  below(least: number): { readonly form: string; readonly state: string; readonly count: number }[] {
    return this.cells()
      .filter(({ count }) => count < least)
      .sort((one, other) => one.count - other.count);
  }

  /** A line per operator: the least count over its forms, by state. */
  table(): string {
    const cells = this.cells();
    const least = (base: OperatorBase, state: string) =>
      Math.min(...cells.filter((cell) => cell.base === base && cell.state === state).map(({ count }) => count));
    const head = ["least hits over the forms of".padEnd(28), ...STATES.map((state) => state.padStart(8))].join("");
    return [
      head,
      ...BASES.map((base) => base.padEnd(28) + STATES.map((state) => String(least(base, state)).padStart(8)).join("")),
    ].join("\n");
  }

  private hit({ base, qualifier, ifExists }: Operator, slot: Slot): void {
    const form = (BASES.indexOf(base) * QUALIFIERS.length + QUALIFIERS.indexOf(qualifier)) * 2 + (ifExists ? 1 : 0);
    this.counts[form * STATES.length + STATES.indexOf(stateOf(slot))]!++;
  }

  private cells() {
    return BASES.flatMap((base, row) =>
      QUALIFIERS.flatMap((qualifier, middle) =>
        (base === "Null" ? [false] : [false, true]).flatMap((ifExists) => {
          const form = (row * QUALIFIERS.length + middle) * 2 + (ifExists ? 1 : 0);
          const name = `${PREFIXES[qualifier]}${base}${ifExists ? "IfExists" : ""}`;
          return STATES.map((state, column) => ({
            base,
            form: name,
            state,
            count: this.counts[form * STATES.length + column]!,
          }));
        }),
      ),
    );
  }
}

const PREFIXES = { none: "", all: "ForAllValues:", any: "ForAnyValue:" } as const;

function stateOf(slot: Slot): (typeof STATES)[number] {
  return slot.state === "multi" && slot.values.length === 0 ? "empty" : slot.state;
}

function reachedEntries({ hit, reason }: StatementTrace): number {
  if (hit === "T" || reason?.part === "variable") return Number.POSITIVE_INFINITY;
  return reason?.part === "condition" ? reason.entry + 1 : 0;
}

/** Every policy of a world by name. */
export function policiesOf(world: World): ReadonlyMap<string, Policy> {
  const sets: (DocumentSet | null)[] = [
    ...[...world.accounts.values()].flatMap(({ scps, rcps }) => [...scps, ...rcps]),
    ...[...world.principals.values()].flatMap(({ identity, boundary }) => [identity, boundary]),
    ...[...world.sessions.values()].map(({ policies }) => policies),
    ...[...world.resources.values()].flatMap(({ policies, rcps }) => [policies, ...(rcps ?? [])]),
    ...[...world.endpoints.values()].map(({ policies }) => policies),
  ];
  const documents = sets.flatMap((set) => set?.documents ?? []);
  return new Map(documents.map(({ policy }) => [policy.name, policy]));
}
