/** Checks that every text of a request passes before anything else looks at it. */
import { isAccountId } from "../policy/arn.js";
import { RequestError } from "./request.js";

/** UTF-8 bytes of one value: a context value, a tag, an ARN. */
export const VALUE_BYTES_MAX = 8 * 1024;

/**
 * Refuses a text that is not well-formed UTF-16 (its lone surrogates would all become the same bytes), or that is longer
 * than any that AWS sends.
 */
export function checkText(text: unknown, path: string): asserts text is string {
  if (typeof text !== "string") throw new RequestError("invalid-context", path, `${path} is not a text`);
  if (text.length * UTF8_BYTES_PER_UNIT_MAX > VALUE_BYTES_MAX && Buffer.byteLength(text, "utf8") > VALUE_BYTES_MAX) {
    throw new RequestError("too-large", path, `${path} is longer than ${VALUE_BYTES_MAX} bytes`);
  }
  if (!isWellFormed(text)) {
    throw new RequestError("ill-formed-text", path, `${path} contains half of a surrogate pair`);
  }
}

/** Refuses what is not twelve digits. */
export function checkAccountId(account: string, path: string): void {
  checkText(account, path);
  if (isAccountId(account)) return;
  throw new RequestError("invalid-account", path, `\`${quote(account)}\` is not an account id of 12 digits`);
}

/** A user's text for a message: short, without characters that cannot be seen. */
export function quote(text: string): string {
  const cut = text.length > QUOTE_MAX ? `${text.slice(0, QUOTE_MAX)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, escaped);
}

const UTF8_BYTES_PER_UNIT_MAX = 3;
const QUOTE_MAX = 120;

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

function isWellFormed(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    if (unit > 0xdbff) return false;
    const next = text.charCodeAt(at + 1);
    if (!(next >= 0xdc00 && next <= 0xdfff)) return false;
    at++;
  }
  return true;
}
