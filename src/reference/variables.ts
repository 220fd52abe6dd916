/** Policy variables: templates filled in from the request (§5; unknown keys: 3V-5). */
import type { Part, Template } from "../policy/model.js";
import type { Context } from "../request/question.js";
import { literal, ONE, STAR, type Token } from "./match.js";

/**
 * A template for one request. `unresolved`: it matches nothing (VAR-10). `unknown`: `pattern` has a run of any text in the
 * place of every variable on an unknown key.
 */
export type Filled =
  | { readonly kind: "known"; readonly pattern: readonly Token[] }
  | { readonly kind: "unresolved" }
  | { readonly kind: "unknown"; readonly pattern: readonly Token[] };

/** A variable that is certainly unresolved outweighs one on an unknown key, since no value of the latter helps. */
export function fill(template: Template, context: Context): Filled {
  const parts = template.map((part) => fillPart(part, context));
  if (parts.some((part) => part.kind === "unresolved")) return { kind: "unresolved" };
  const pattern = parts.flatMap((part) => (part.kind === "unresolved" ? [] : part.pattern));
  return { kind: parts.some((part) => part.kind === "unknown") ? "unknown" : "known", pattern };
}

function fillPart(part: Part, context: Context): Filled {
  switch (part.kind) {
    case "text":
      return { kind: "known", pattern: literal(part.text) };
    case "star":
      return { kind: "known", pattern: [STAR] };
    case "one":
      return { kind: "known", pattern: [ONE] };
    case "variable":
      return fillVariable(part.key, part.fallback, context);
  }
}

/** VAR-5 (default for an absent key), VAR-6 (empty text is a value), VAR-7 (multi), VAR-9 (literal), 3V-5 (unknown). */
function fillVariable(key: string, fallback: string | null, context: Context): Filled {
  const slot = context.get(key);
  switch (slot.state) {
    case "absent":
      return fallback === null ? { kind: "unresolved" } : { kind: "known", pattern: literal(fallback) };
    case "single":
      return { kind: "known", pattern: literal(slot.value) };
    case "multi":
      return { kind: "unresolved" };
    case "unknown":
      return { kind: "unknown", pattern: [STAR] };
  }
}

/** The text of a template without wildcards, or null if that is not certain to exist. */
export function textOf(filled: Filled): string | null {
  return filled.kind === "known" ? filled.pattern.map((unit) => String.fromCharCode(unit)).join("") : null;
}

/** Every unknown key that the variables of these templates read (3V-11). */
export function unknownKeysOf(templates: readonly Template[], context: Context): string[] {
  return templates.flatMap(variableKeysOf).filter((key) => context.get(key).state === "unknown");
}

function variableKeysOf(template: Template): string[] {
  return template.flatMap((part) => (part.kind === "variable" ? [part.key] : []));
}
