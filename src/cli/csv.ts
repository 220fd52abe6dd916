/** Comma-separated values (RFC 4180). */

/** One line; cells with commas, quotes or line breaks are quoted. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cellOf).join(",")}\r\n`;
}

/** What a spreadsheet would take for a formula is a text all the same. */
function cellOf(cell: string | number | null): string {
  const plain = cell === null ? "" : String(cell);
  const text = typeof cell === "string" && /^[=+\-@\t]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
