/**
 * Decompression that loses as little as it can: all members of a gzip file, what came out before the damage, and a reason
 * with a place for what did not. Memory is bounded however well the data is packed.
 */
import { crc32, createInflateRaw, gunzipSync, type InflateRaw } from "node:zlib";
import type { Input } from "./input.js";
import type { Cut } from "./json.js";

/** The first bytes of a gzip member: its magic, and the one compression method there is. */
export function isGzip(head: Uint8Array): boolean {
  return head.length >= 3 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 0x08;
}

/** The text of a small file in one go, unless it is large, or anything else than whole members. */
export function gunzipWhole(packed: Buffer, textSizeMax: number): Buffer | "large" | "damaged" {
  try {
    // `info` gives the engine, too, which the types do not know.
    const { buffer, engine } = gunzipSync(packed, {
      maxOutputLength: textSizeMax,
      chunkSize: CHUNK_SIZE,
      info: true,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return engine.bytesWritten === packed.length ? buffer : "damaged";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "large" : "damaged";
  }
}

/** zlib's own 16 KiB would be slower by a quarter. */
const CHUNK_SIZE = 128 * 1024;

/**
 * How much is given to zlib at a time. When data is damaged, what zlib has made of the current piece is lost; and no piece
 * becomes more than about a thousand times its size.
 */
const PIECE_SIZE = 4 * 1024;

/** Text of packed bytes; returns why it ended early, if it did. */
export async function* gunzip(input: Input): AsyncGenerator<Buffer, Cut | null> {
  for (let isFirst = true; ; isFirst = false) {
    const header = await readHeader(input, isFirst);
    if (header !== "member") return header;
    const end = yield* inflateMember(input);
    if (end !== null) return end;
  }
}

async function* inflateMember(input: Input): AsyncGenerator<Buffer, Cut | null> {
  const engine = new Engine();
  try {
    let checksum = 0;
    let size = 0;
    for (let hasEnded = false; !hasEnded; ) {
      const piece = await input.peek(PIECE_SIZE);
      if (piece.length === 0) return GZIP_TRUNCATED;
      const taken = await engine.inflate(piece);
      if (typeof taken !== "number") return corrupt(taken.message);
      // zlib takes all it is given until its data ends.
      hasEnded = taken < piece.length;
      input.skip(taken);
      for (const part of engine.takeParts()) {
        checksum = crc32(part, checksum);
        size = (size + part.length) % 2 ** 32;
        yield part;
      }
    }
    const trailer = await input.take(8);
    if (trailer.length < 8) return GZIP_TRUNCATED;
    if (trailer.readUInt32LE(0) !== checksum) return corrupt("wrong checksum");
    if (trailer.readUInt32LE(4) !== size) return corrupt("wrong size");
    return null;
  } finally {
    engine.close();
  }
}

/** zlib, one piece at a time. */
class Engine {
  readonly #stream: InflateRaw = createInflateRaw({ chunkSize: CHUNK_SIZE });
  #parts: Buffer[] = [];
  #taken = 0;
  #settle: (error: Error | null) => void = () => {};

  constructor() {
    // In flowing mode parts come before the write is called back.
    this.#stream.on("data", (part: Buffer) => this.#parts.push(part));
    this.#stream.on("error", (error: Error) => this.#settle(error));
  }

  /** How many bytes zlib took, or what was wrong with them. */
  async inflate(piece: Buffer): Promise<number | Error> {
    const error = await new Promise<Error | null>((resolve) => {
      this.#settle = resolve;
      this.#stream.write(piece, (problem) => resolve(problem ?? null));
    });
    if (error !== null) return error;
    const taken = this.#stream.bytesWritten - this.#taken;
    this.#taken += taken;
    return taken;
  }

  takeParts(): Buffer[] {
    return this.#parts.splice(0);
  }

  close(): void {
    this.#stream.destroy();
  }
}

export const GZIP_TRUNCATED: Cut = { reason: "gzip-truncated", message: "the compressed data ends early" };

function corrupt(what: string): Cut {
  return { reason: "gzip-corrupt", message: `the compressed data is damaged: ${what}` };
}

/** Reads up to where a member's data begins. Zeros behind a member are padding (gzip(1)). */
async function readHeader(input: Input, isFirst: boolean): Promise<"member" | Cut | null> {
  if (!isFirst) await skipZeros(input);
  const start = input.offset;
  const fixed = await input.take(10);
  if (fixed.length === 0) return isFirst ? GZIP_TRUNCATED : null;
  if (!isGzipStart(fixed)) {
    const size = fixed.length + (await drain(input));
    return { reason: "gzip-trailing-bytes", message: `${size} bytes behind the compressed data, from byte ${start}` };
  }
  if (fixed.length < 10) return GZIP_TRUNCATED;
  const flags = fixed[3]!;
  if ((flags & HeaderFlag.Reserved) !== 0) return corrupt("unknown flags");
  if ((flags & HeaderFlag.Extra) !== 0) {
    const length = await input.take(2);
    if (length.length < 2 || (await input.take(length.readUInt16LE(0))).length < length.readUInt16LE(0))
      return GZIP_TRUNCATED;
  }
  if ((flags & HeaderFlag.Name) !== 0 && !(await skipText(input))) return GZIP_TRUNCATED;
  if ((flags & HeaderFlag.Comment) !== 0 && !(await skipText(input))) return GZIP_TRUNCATED;
  if ((flags & HeaderFlag.HeaderChecksum) !== 0 && (await input.take(2)).length < 2) return GZIP_TRUNCATED;
  return "member";
}

/** RFC 1952, section 2.3.1. */
const HeaderFlag = { HeaderChecksum: 0x02, Extra: 0x04, Name: 0x08, Comment: 0x10, Reserved: 0xe0 } as const;

/** As much of the beginning of a member as there is. */
function isGzipStart(bytes: Buffer): boolean {
  return GZIP_START.every((byte, at) => at >= bytes.length || bytes[at] === byte);
}

const GZIP_START = [0x1f, 0x8b, 0x08];

async function skipZeros(input: Input): Promise<void> {
  for (;;) {
    const piece = await input.peek(PIECE_SIZE);
    let at = 0;
    while (at < piece.length && piece[at] === 0) at++;
    input.skip(at);
    if (piece.length === 0 || at < piece.length) return;
  }
}

/** Skips a text that a zero ends; false: it does not end. */
async function skipText(input: Input): Promise<boolean> {
  for (;;) {
    const piece = await input.peek(PIECE_SIZE);
    if (piece.length === 0) return false;
    const end = piece.indexOf(0);
    input.skip(end === -1 ? piece.length : end + 1);
    if (end !== -1) return true;
  }
}

/** Skips everything; how many bytes that was. */
async function drain(input: Input): Promise<number> {
  const start = input.offset;
  for (let piece = await input.peek(PIECE_SIZE); piece.length > 0; piece = await input.peek(PIECE_SIZE)) {
    input.skip(piece.length);
  }
  return input.offset - start;
}
