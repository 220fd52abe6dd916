/** A policy without the places of its nodes: what must survive printing. */
import type { Policy } from "../../src/policy/model.js";

export function meaningOf(policy: Policy): unknown {
  const { source: _, name: __, ...rest } = policy;
  return withoutSpans(rest);
}

function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "span");
  return new Map(entries.map(([key, inner]) => [key, withoutSpans(inner)]));
}
