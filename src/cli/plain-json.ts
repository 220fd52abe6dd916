/**
 * The value of a text that is JSON, though perhaps not JSON that we accept (a key twice, half a surrogate pair); undefined if
 * it is none. Only for saying which input was refused: nothing is decided from it.
 */
export function plainJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
