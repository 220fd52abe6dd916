/** Diagnostics for people: where, what, the line with the place underlined, and what to do. */
import { type Diagnostic, placeOf, type Severity } from "./diagnostic.js";
import { positionAt, type Source, type Span } from "./span.js";

export interface RenderOptions {
  /** ANSI colours; default false. */
  readonly color?: boolean;
}

/**
 * Several lines without a final line end. Nothing that the user wrote reaches the terminal raw: control characters,
 * direction marks and invisible characters are escaped.
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  const paint = options.color === true ? PAINTS : PLAIN;
  const { severity, code, message, help, source, span } = diagnostic;
  const place = escapeText(placeOf(source, span.start));
  const lines = [`${paint.strong(place)}: ${paint[severity](`${severity}[${code}]`)}: ${escapeText(message)}`];
  const { line, underline, number } = excerpt(source, span);
  const margin = " ".repeat(number.length);
  lines.push(
    `  ${paint.faint(`${number} |`)} ${line}`,
    `  ${paint.faint(`${margin} |`)} ${paint[severity](underline)}`,
  );
  if (help !== null) lines.push(`  ${paint.strong("help")}: ${escapeText(help)}`);
  return lines.join("\n");
}

type Paint = Readonly<Record<Severity | "strong" | "faint", (text: string) => string>>;

const PLAIN: Paint = { error: same, warning: same, strong: same, faint: same };
const PAINTS: Paint = {
  error: (text) => `\u001b[31m${text}\u001b[39m`,
  warning: (text) => `\u001b[33m${text}\u001b[39m`,
  strong: (text) => `\u001b[1m${text}\u001b[22m`,
  faint: (text) => `\u001b[2m${text}\u001b[22m`,
};

function same(text: string): string {
  return text;
}

/** Units of source line that are shown. */
const WIDTH = 100;
/** Of these, how many stand before a place that would not fit. */
const BEFORE = 30;

interface Excerpt {
  readonly number: string;
  readonly line: string;
  readonly underline: string;
}

/** The line on which a span begins, cut around the span; what goes on in later lines is not underlined. */
function excerpt(source: Source, span: Span): Excerpt {
  const { text } = source;
  const at = Math.min(span.start, text.length);
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const lineEnd = endOfLine(text, lineStart);
  const end = Math.max(at, Math.min(span.end, lineEnd));
  const from = cutBefore(text, lineStart, at, end, lineEnd);
  const to = cutBehind(text, from, lineEnd);
  const before = escapeText(text.slice(from, at));
  const marked = escapeText(text.slice(at, Math.min(end, to)));
  const behind = escapeText(text.slice(Math.min(end, to), to));
  const lead = from > lineStart ? "…" : "";
  return {
    number: String(positionAt(source, at).line),
    line: `${lead}${before}${marked}${behind}${to < lineEnd ? "…" : ""}`,
    underline: " ".repeat(widthOf(lead + before)) + "^".repeat(Math.max(1, widthOf(marked))),
  };
}

/** Without the carriage return of a CRLF line end. */
function endOfLine(text: string, lineStart: number): number {
  const feed = text.indexOf("\n", lineStart);
  const end = feed === -1 ? text.length : feed;
  return end > lineStart && text.charAt(end - 1) === "\r" ? end - 1 : end;
}

/** Where the excerpt begins: at the line's start if the place is visible from there. */
function cutBefore(text: string, lineStart: number, at: number, end: number, lineEnd: number): number {
  if (lineEnd - lineStart <= WIDTH || end - lineStart <= WIDTH - BEFORE) return lineStart;
  return characterStart(text, Math.max(lineStart, at - BEFORE));
}

function cutBehind(text: string, from: number, lineEnd: number): number {
  return lineEnd - from <= WIDTH ? lineEnd : characterStart(text, from + WIDTH);
}

/** Not between the halves of a surrogate pair. */
function characterStart(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}

/** Columns on a terminal, near enough: one for each character. */
function widthOf(text: string): number {
  let width = 0;
  for (const _ of text) width += 1;
  return width;
}

/**
 * Text that is safe to print on one line: control characters, line separators, direction marks, invisible characters and
 * lone surrogates become `\u{…}`; a tab becomes a space.
 */
export function escapeText(text: string): string {
  let safe = "";
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    if (character === "\t") safe += " ";
    else if (isUnsafe(codePoint)) safe += `\\u{${codePoint.toString(16)}}`;
    else safe += character;
  }
  return safe;
}

/** First and last code point of what must not reach a terminal as it is. */
const UNSAFE_RANGES: readonly (readonly [number, number])[] = [
  [0x00, 0x1f], // control characters
  [0x7f, 0x9f], // delete, more control characters
  [0xad, 0xad], // soft hyphen
  [0x34f, 0x34f], // grapheme joiner
  [0x61c, 0x61c], // Arabic letter mark
  [0x115f, 0x1160], // invisible letters
  [0x17b4, 0x17b5], // invisible vowels
  [0x180b, 0x180f], // variation selectors, vowel separator
  [0x200b, 0x200f], // zero-width characters, direction marks
  [0x2028, 0x202e], // line and paragraph separators, direction embeddings
  [0x2060, 0x206f], // word joiner, direction isolates, other invisible marks
  [0x3164, 0x3164], // filler
  [0xd800, 0xdfff], // lone surrogates
  [0xfe00, 0xfe0f], // variation selectors
  [0xfeff, 0xfeff], // byte order mark
  [0xffa0, 0xffa0], // filler
  [0xfff0, 0xffff], // specials
  [0x1d173, 0x1d17a], // invisible musical marks
  [0xe0000, 0xe0fff], // tags, variation selectors
];

function isUnsafe(codePoint: number): boolean {
  return UNSAFE_RANGES.some(([first, last]) => codePoint >= first && codePoint <= last);
}
