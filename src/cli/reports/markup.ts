/** HTML in which every value is escaped where it is put in, so that forgetting it is not possible. */
import { escapeText } from "../../text/excerpt.js";

/** Text that is HTML already: only templates make it. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Part = Markup | string | number | null | readonly Part[];

/** A template of HTML: strings and numbers that are put in become text, markup stays what it is, null is nothing. */
export function html(texts: TemplateStringsArray, ...values: readonly Part[]): Markup {
  let text = texts[0]!;
  values.forEach((value, index) => {
    text += textOf(value) + texts[index + 1]!;
  });
  return new Markup(text);
}

function textOf(part: Part): string {
  if (part === null) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "number") return String(part);
  return typeof part === "string" ? escaped(part) : part.map(textOf).join("");
}

/** Characters that cannot be seen or that turn the direction of a line are spelled out, as in terminals. */
function escaped(text: string): string {
  return escapeText(text).replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
