/** Wildcards: whether a whole text fits a pattern (MATCH-2, MATCH-22, MATCH-29, COND-22, COND-63). */
import type { WorldOptions } from "../policy/options.js";

/** A pattern is a list of UTF-16 units, in which two negative numbers stand for the wildcards. */
export type Token = number;
/** `*`: any run, the empty one included. */
export const STAR: Token = -1;
/** `?`: exactly one unit. */
export const ONE: Token = -2;

const COLON = ":".charCodeAt(0);

/** The units of a text, none of them a wildcard (VAR-9). */
export function literal(text: string): Token[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

/** A text in which `*` and `?` are wildcards: action patterns (MATCH-2). */
export function wildcards(text: string): Token[] {
  return literal(text).map((unit) => (unit === 0x2a ? STAR : unit === 0x3f ? ONE : unit));
}

/** COND-22, MATCH-2: wildcards stand for anything, newlines, `/` and `:` included. */
export function globMatches(pattern: readonly Token[], text: string): boolean {
  return matches(pattern, text, () => false);
}

/** MATCH-22: in the first five components of an ARN most wildcards stay inside their component. */
export function resourceMatches(pattern: readonly Token[], text: string, rule: WorldOptions["resourceGlob"]): boolean {
  if (rule === "plain") return globMatches(pattern, text);
  const segments = segmentsOf(pattern);
  return matches(pattern, text, (at) => {
    if (segments[at]! >= 5) return false;
    if (pattern[at] === ONE) return true;
    const isMiddle = at + 1 < pattern.length && pattern[at + 1] !== COLON;
    return isMiddle;
  });
}

/** How many colons stand in front of each place. */
function segmentsOf(pattern: readonly Token[]): number[] {
  let colons = 0;
  return pattern.map((token) => (token === COLON ? colons++ : colons));
}

/**
 * Keeps the places in the pattern that the text so far can have led to, so that no input takes more than |pattern| × |text|
 * steps. A confined wildcard does not stand for a colon.
 */
function matches(pattern: readonly Token[], text: string, confined: (at: number) => boolean): boolean {
  const isConfined = pattern.map((token, at) => token < 0 && confined(at));
  let places = afterStars(pattern, new Set([0]));
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const next = new Set<number>();
    for (const place of places) {
      if (unit === COLON && isConfined[place]) continue;
      if (pattern[place] === STAR) next.add(place);
      if (pattern[place] === ONE || pattern[place] === unit) next.add(place + 1);
    }
    places = afterStars(pattern, next);
  }
  return places.has(pattern.length);
}

/** A star may stand for nothing: whoever is in front of it is behind it as well. */
function afterStars(pattern: readonly Token[], places: Set<number>): Set<number> {
  // A set visits what is added while it is walked.
  for (const place of places) if (pattern[place] === STAR) places.add(place + 1);
  return places;
}

/** COND-63: a request's value is an ARN if it begins `arn:` and has six components. */
export function isArn(text: string): boolean {
  return text.startsWith("arn:") && text.split(":", 6).length === 6;
}

/** COND-63: so is an operand; its wildcards may stand behind `arn:` only. */
export function isArnPattern(pattern: readonly Token[]): boolean {
  return literal("arn:").every((unit, at) => pattern[at] === unit) && componentsOf(pattern).length === 6;
}

/** COND-63: component by component, so that no wildcard crosses a border. Both sides are ARNs. */
export function arnMatches(pattern: readonly Token[], text: string): boolean {
  const first = text.split(":", 5);
  const given = [...first, text.slice(first.join(":").length + 1)];
  return componentsOf(pattern).every((component, at) => globMatches(component, given[at]!));
}

/** Split at the first five colons; the sixth component keeps its own. */
function componentsOf(pattern: readonly Token[]): Token[][] {
  const components: Token[][] = [[]];
  for (const token of pattern) {
    if (token === COLON && components.length < 6) components.push([]);
    else components.at(-1)!.push(token);
  }
  return components;
}
