/** Rows of text in columns; `right` names the columns of numbers. */
export function columns(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    });
  }
  const padded = (cell: string, index: number) =>
    right.has(index) ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!);
  return rows.map((row) => `${row.map(padded).join("  ").trimEnd()}\n`).join("");
}

/** `12,345,678`. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 call`, `2,345 calls`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}
