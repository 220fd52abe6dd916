/** A policy without the places of its nodes, its principals sorted: what must survive printing. */
import type { Policy } from "../../src/policy/model.js";

export function meaningOf(policy: Policy): unknown {
  const { source: _, name: __, ...rest } = policy;
  return withoutSpans(rest);
}

function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([key]) => key !== "span");
  return new Map(members.map(([key, inner]) => [key, withoutSpans(key === "entries" ? sorted(inner) : inner)]));
}

function sorted(entries: { kind: string; text: string }[]): unknown {
  return entries.toSorted((left, right) => (`${left.kind} ${left.text}` < `${right.kind} ${right.text}` ? -1 : 1));
}
