/** What format a text has, told by its first bytes: names say nothing about what people have packed, cut or renamed. */
import { readCsvHeader } from "./csv.js";
import type { Input } from "./input.js";
import { Mode } from "./scanner.js";

/** `size`: how many bytes were looked at. */
export type Format =
  | { readonly kind: "json"; readonly mode: Mode }
  | { readonly kind: "csv" }
  | { readonly kind: "parquet"; readonly size: number }
  | { readonly kind: "empty"; readonly size: number }
  | { readonly kind: "unknown"; readonly message: string; readonly size: number };

/** The first line of a CSV file must fit. */
const HEAD_SIZE = 64 * 1024;

/** What other formats begin with. */
const MAGICS: readonly { readonly bytes: readonly number[]; readonly what: string }[] = [
  { bytes: [0x1f, 0x8b], what: "packed with gzip more than twice, or damaged" },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: "packed with Zstandard" },
  { bytes: [0x42, 0x5a, 0x68], what: "packed with bzip2" },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: "packed with xz" },
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: "a ZIP archive" },
  { bytes: [0xff, 0xfe], what: "text in UTF-16" },
  { bytes: [0xfe, 0xff], what: "text in UTF-16" },
];

const PARQUET = [0x50, 0x41, 0x52, 0x31];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** Takes a byte-order mark, and nothing else. */
export async function formatOf(input: Input): Promise<Format> {
  const magic = await input.look(5);
  if (startsWith(magic, PARQUET)) return { kind: "parquet", size: magic.length };
  const known = MAGICS.find(({ bytes }) => startsWith(magic, bytes));
  if (known !== undefined) return { kind: "unknown", message: `the file is ${known.what}`, size: magic.length };
  if (startsWith(magic, BYTE_ORDER_MARK)) input.skip(BYTE_ORDER_MARK.length);
  const first = firstVisible(await input.peek(HEAD_SIZE)) ?? firstVisible(await input.look(HEAD_SIZE));
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return { kind: "json", mode: Mode.Top };
  const head = await input.look(HEAD_SIZE);
  // Nothing but white space is JSON without a value, if it goes on.
  if (first === undefined && head.length === HEAD_SIZE) return { kind: "json", mode: Mode.Top };
  if (first === undefined) return { kind: "empty", size: input.offset + head.length };
  return formatOfLines(head, input.offset);
}

function formatOfLines(head: Buffer, offset: number): Format {
  const end = head.indexOf("\n");
  const columns = readCsvHeader(end === -1 ? head : head.subarray(0, end + 1));
  if (typeof columns !== "string") return { kind: "csv" };
  // The rest of a line that was cut off in front, and then JSON Lines.
  if (head.includes("\n{")) return { kind: "json", mode: Mode.Lines };
  const message = `the file is neither JSON nor CSV with a trail's columns: ${columns}`;
  return { kind: "unknown", message, size: offset + head.length };
}

function startsWith(bytes: Buffer, start: readonly number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}

function firstVisible(bytes: Buffer): number | undefined {
  return bytes.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
}
