/** What batches are measured against: the same columns merely read, and merely hashed with the evaluator's own hash. */
import { hashOf } from "./hash";

/** Adds up all words of `columns` columns of `rows` words, row by row. `pointers`: one word a column. */
export function readIds(pointers: u32, columns: u32, rows: u32): u32 {
  let sum: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    for (let column: u32 = 0; column < columns; column++) {
      sum += load<u32>(load<u32>(pointers + column * 4) + row * 4);
    }
  }
  return sum;
}

/** Hashes all texts of `columns` columns, row by row. `pointers`: offsets and data of each column. */
export function hashTexts(pointers: u32, columns: u32, rows: u32): u32 {
  let sum: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    for (let column: u32 = 0; column < columns; column++) {
      const offsets = load<u32>(pointers + column * 8) + row * 4;
      const start = load<u32>(offsets);
      sum += hashOf(load<u32>(pointers + column * 8, 4) + start, load<u32>(offsets, 4) - start);
    }
  }
  return sum;
}
