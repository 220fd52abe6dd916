/** Splits a pattern or operand into literal text, wildcards and policy variables (VAR-1…5, VAR-8, VAR-11). */
import { lowerAscii } from "./ascii.js";
import type { Part, Template } from "./model.js";

export interface TemplateRules {
  /** Version 2012-10-17 and a place where variables count (VAR-1, VAR-2). */
  readonly variables: boolean;
  /** Whether `*` and `?` are live. */
  readonly wildcards: boolean;
}

/** `refused`: malformed in every mode (VAR-11). `spacing`: understood, but AWS's checks refuse it (VAR-5). */
export interface TemplateFault {
  readonly kind: "refused" | "spacing" | "noPrefix";
  readonly message: string;
  /** Units of the text. */
  readonly start: number;
  readonly end: number;
}

export interface ParsedTemplate {
  readonly template: Template;
  readonly faults: readonly TemplateFault[];
}

/** Never fails: a malformed variable becomes a fault and ends the split. */
export function parseTemplate(text: string, rules: TemplateRules): ParsedTemplate {
  const parts = new PartList();
  const faults: TemplateFault[] = [];
  let at = 0;
  let plainFrom = 0;
  while (at < text.length) {
    const unit = text.charAt(at);
    if (rules.variables && unit === "$" && text.charAt(at + 1) === "{") {
      parts.text(text.slice(plainFrom, at));
      const variable = readVariable(text, at);
      faults.push(...variable.faults);
      if (variable.part === null) return { template: parts.list, faults };
      parts.add(variable.part);
      at = variable.end;
      plainFrom = at;
    } else if (rules.wildcards && (unit === "*" || unit === "?")) {
      parts.text(text.slice(plainFrom, at));
      parts.add(unit === "*" ? STAR : ONE);
      at += 1;
      plainFrom = at;
    } else {
      at += 1;
    }
  }
  parts.text(text.slice(plainFrom));
  return { template: parts.list, faults };
}

/** A template that is its text and nothing else. */
export function literalTemplate(text: string): Template {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** MATCH-24.2: appends `:*` until a pattern of `count` components has six. */
export function completed(template: Template, count: number): Template {
  const parts = new PartList();
  for (const part of template) parts.add(part);
  for (let have = count; have < 6; have += 1) {
    parts.text(":");
    parts.add(STAR);
  }
  return parts.list;
}

/**
 * The components of an ARN pattern as templates, split at the first five colons of its literal text (MATCH-25: colons
 * inside variables do not separate).
 */
export function componentsOf(template: Template): Template[] {
  const components: PartList[] = [new PartList()];
  for (const part of template) {
    if (part.kind !== "text") {
      components.at(-1)!.add(part);
      continue;
    }
    let rest = part.text;
    while (components.length < 6) {
      const colon = rest.indexOf(":");
      if (colon === -1) break;
      components.at(-1)!.text(rest.slice(0, colon));
      components.push(new PartList());
      rest = rest.slice(colon + 1);
    }
    components.at(-1)!.text(rest);
  }
  return components.map((component) => component.list);
}

/** The text of a template that is nothing but text; null otherwise. */
export function textOf(template: Template): string | null {
  if (template.length === 0) return "";
  const [part] = template;
  return template.length === 1 && part!.kind === "text" ? part!.text : null;
}

export function hasWildcard(template: Template): boolean {
  return template.some((part) => part.kind === "star" || part.kind === "one");
}

export function hasVariable(template: Template): boolean {
  return template.some((part) => part.kind === "variable");
}

const STAR: Part = { kind: "star" };
const ONE: Part = { kind: "one" };

/** Keeps the promises of `Template`: text joined, stars collapsed, no empty text. */
class PartList {
  readonly list: Part[] = [];

  text(text: string): void {
    this.add({ kind: "text", text });
  }

  add(part: Part): void {
    const last = this.list.at(-1);
    if (part.kind === "text" && part.text === "") return;
    if (part.kind === "star" && last?.kind === "star") return;
    if (part.kind === "text" && last?.kind === "text") {
      this.list[this.list.length - 1] = { kind: "text", text: last.text + part.text };
    } else {
      this.list.push(part);
    }
  }
}

interface ReadVariable {
  /** Null: malformed. */
  readonly part: Part | null;
  /** Behind the closing brace. */
  readonly end: number;
  readonly faults: readonly TemplateFault[];
}

/** `${key}`, `${key, 'fallback'}`, or one of the three specials, from its `$` on. */
function readVariable(text: string, start: number): ReadVariable {
  const nameStart = start + 2;
  const nameEnd = endOfName(text, nameStart);
  if (nameEnd === text.length) return refused(start, text.length, "the variable has no closing brace");
  const name = text.slice(nameStart, nameEnd);
  if (text.charAt(nameEnd) === "}") {
    const end = nameEnd + 1;
    if (name === "*" || name === "?" || name === "$") return { part: { kind: "text", text: name }, end, faults: [] };
    const wrong = wrongName(name);
    if (wrong !== null) return refused(start, end, wrong);
    return { part: variablePart(name, null), end, faults: prefixFault(name, start, end) };
  }
  return readFallback(text, start, nameEnd);
}

/** The default text, from the comma on. The spaces AWS's checks ask for are: none, comma, one, quote (VAR-5). */
function readFallback(text: string, start: number, comma: number): ReadVariable {
  const written = text.slice(start + 2, comma);
  const name = withoutTrailingSpaces(written);
  const wrong = wrongName(name);
  if (wrong !== null) return refused(start, comma, wrong);
  const quote = skipSpaces(text, comma + 1);
  const closing = text.charAt(quote) === "'" ? text.indexOf("'", quote + 1) : -1;
  if (closing === -1) return refused(start, text.length, "the variable's default text does not stand in single quotes");
  const brace = skipSpaces(text, closing + 1);
  if (text.charAt(brace) !== "}")
    return refused(start, closing + 1, "no closing brace behind the variable's default text");
  const end = brace + 1;
  const faults = [...prefixFault(name, start, end)];
  if (name !== written || quote !== comma + 2 || brace !== closing + 1) {
    const message = "a variable's default is written with a comma and one space: `${key, 'text'}`";
    faults.push({ kind: "spacing", message, start, end });
  }
  return { part: variablePart(name, text.slice(quote + 1, closing)), end, faults };
}

function variablePart(name: string, fallback: string | null): Part {
  return { kind: "variable", key: lowerAscii(name), fallback };
}

function endOfName(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charAt(at) !== "}" && text.charAt(at) !== ",") at += 1;
  return at;
}

/** VAR-11. */
function wrongName(name: string): string | null {
  if (name === "") return "the variable has no name";
  for (const unit of name) {
    if (unit === "$" || unit === "{") return "a variable inside a variable";
    if (isSpace(unit)) return "the variable's name holds a space";
    if (unit === "'" || unit === '"') return "the variable's name holds a quote";
  }
  if (name.includes("*") || name.includes("?")) return "the variable's name holds a wildcard";
  return null;
}

function prefixFault(name: string, start: number, end: number): TemplateFault[] {
  if (name.includes(":")) return [];
  return [
    { kind: "noPrefix", message: "the variable names no condition key: keys have a prefix and a colon", start, end },
  ];
}

function refused(start: number, end: number, message: string): ReadVariable {
  return { part: null, end, faults: [{ kind: "refused", message, start, end }] };
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charAt(at))) at += 1;
  return at;
}

function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function isSpace(unit: string): boolean {
  return unit === " " || unit === "\t" || unit === "\n" || unit === "\r" || unit === "\u00a0";
}
