/** Where a thing stands in a text: files, offsets, lines and columns. */

/** A text with the name under which people know it (a file path, an ARN, `scenario 3: policies.identity[0]`). */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** Half-open range of UTF-16 offsets into a source's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place for people: both count from 1; columns count UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const lineStartsBySource = new WeakMap<Source, number[]>();

/** Line and column of an offset. An offset beyond the end of the text is the end of the text. */
export function positionAt(source: Source, offset: number): Position {
  const starts = lineStarts(source);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: Math.min(offset, source.text.length) - starts[low]! + 1 };
}

function lineStarts(source: Source): number[] {
  let starts = lineStartsBySource.get(source);
  if (starts === undefined) {
    starts = [0];
    for (let at = source.text.indexOf("\n"); at !== -1; at = source.text.indexOf("\n", at + 1)) starts.push(at + 1);
    lineStartsBySource.set(source, starts);
  }
  return starts;
}
