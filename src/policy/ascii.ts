/** Case folding of actions, keys and operator names: ASCII only, so that no locale and no Unicode table takes part. */

/** Lower-cases `A`–`Z` and leaves everything else as it is (`İ` and the Kelvin sign too). */
export function lowerAscii(text: string): string {
  return isAscii(text) ? text.toLowerCase() : text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Whether every character is below U+0080. */
export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
