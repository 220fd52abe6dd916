/** Comma-separated values (RFC 4180), in which nothing that a policy or a log says is a formula to a spreadsheet. */
import { escapeText } from "../text/excerpt.js";

/** One line. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** Numbers are ours; texts are quoted, and without control characters. */
export function csvCell(value: string | number): string {
  if (typeof value === "number") return String(value);
  if (value === "") return "";
  const text = escapeText(value);
  const harmless = FORMULA_STARTS.has(text.trimStart().charAt(0)) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** https://owasp.org/www-community/attacks/CSV_Injection; the last four are what spreadsheets of East Asia take for the first. */
const FORMULA_STARTS: ReadonlySet<string> = new Set(["=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠"]);
