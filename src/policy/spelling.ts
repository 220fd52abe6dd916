/** "Did you mean": the known word nearest to an unknown one. */

/** The nearest candidate within a third of the word's length, regardless of case; null if none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > WORD_LENGTH_MAX) return null;
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ``did you mean `x`?``, or null. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const candidate = nearest(word, candidates);
  return candidate === null ? null : `did you mean \`${candidate}\`?`;
}

/** Longer words are not compared: the table below grows with the square. */
const WORD_LENGTH_MAX = 64;

/** Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other. */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let distance = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (same ? 0 : 1));
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) distance = Math.min(distance, beforePrevious[column - 2]! + 1);
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length]!;
}
