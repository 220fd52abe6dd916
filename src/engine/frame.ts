/** Requests as byte frames (docs/batch.md): checked and read, as a request again, and written. */
import {
  RequestFrame as Field,
  RequestFrameFlags as Flag,
  RequestFrameFormat as Format,
  RequestFrameRow as Row,
  RequestFrameValue as Value,
} from "../bytecode/request-frame.js";
import type { ContextInput, Request, Scalar } from "../request/request.js";
import { millisecondsOf } from "../request/time.js";

/** Names of module scope are folded into the code, members of imported enums are looked up each time. */
const MAGIC = Field.Magic;
const VERSION = Field.Version;
const SIZE = Field.Size;
const FLAGS = Field.Flags;
const PRINCIPAL_LENGTH = Field.PrincipalLength;
const ACTION_LENGTH = Field.ActionLength;
const OWNER_LENGTH = Field.OwnerLength;
const RESOURCE_LENGTH = Field.ResourceLength;
const TAG_COUNT = Field.TagCount;
const KEY_COUNT = Field.KeyCount;
const ITEM_COUNT = Field.ItemCount;
const NOW_LOW = Field.NowLow;
const NOW_HIGH = Field.NowHigh;
const RESERVED = Field.Reserved;
const ROWS: number = Field.Rows;
const ROW_SIZE = Row.Size;
const KIND = Row.Kind;
const LENGTH = Row.Length;
const TEXT = Value.Text;
const UNKNOWN = Value.Unknown;
const FORMAT_MAGIC: number = Format.Magic;
const FORMAT_VERSION: number = Format.Version;
const SIZE_MAX: number = Format.SizeMax;
const HAS_OWNER = Flag.HasOwner;
const HAS_TAGS = Flag.HasTags;
const HAS_NOW = Flag.HasNow;
const FLAGS_KNOWN = HAS_OWNER | HAS_TAGS | HAS_NOW;

/** Codes of frame errors; part of the public interface. */
export type FrameErrorCode =
  | "bad-magic"
  | "unsupported-version"
  | "truncated"
  | "trailing-bytes"
  | "too-large"
  | "unknown-flag"
  | "unknown-kind"
  | "not-zero"
  | "wrong-lengths"
  | "not-utf8"
  | "duplicate-name";

/** Bytes that are not a frame. Whoever enforces must deny. */
export class FrameError extends Error {
  constructor(
    readonly code: FrameErrorCode,
    /** Of the first byte of what is wrong, from the beginning of the frame. */
    readonly position: number,
    message: string,
  ) {
    super(`byte ${position}: ${message}`);
    this.name = "FrameError";
  }
}

/** A frame whose parts have been found, and add up to its size; whether its texts are UTF-8 shows when they are read. */
export class FrameView {
  readonly flags: number;
  readonly principalLength: number;
  readonly actionLength: number;
  readonly ownerLength: number;
  readonly resourceLength: number;
  readonly tagCount: number;
  /** Tags and keys together. */
  readonly rowCount: number;
  /** First byte of the items' lengths, of the texts, and of the names behind all values. */
  readonly items: number;
  readonly texts: number;
  readonly names: number;

  /** Throws `FrameError`. */
  constructor(readonly bytes: Uint8Array) {
    this.flags = checkHeader(bytes);
    this.principalLength = wordAt(bytes, PRINCIPAL_LENGTH);
    this.actionLength = wordAt(bytes, ACTION_LENGTH);
    this.ownerLength = wordAt(bytes, OWNER_LENGTH);
    this.resourceLength = wordAt(bytes, RESOURCE_LENGTH);
    this.tagCount = wordAt(bytes, TAG_COUNT);
    this.rowCount = this.tagCount + wordAt(bytes, KEY_COUNT);
    const itemCount = wordAt(bytes, ITEM_COUNT);
    this.items = ROWS + this.rowCount * ROW_SIZE;
    this.texts = this.items + itemCount * 4;
    if (this.texts > bytes.length) {
      throw new FrameError("wrong-lengths", TAG_COUNT, "there are fewer bytes than the rows and items take");
    }
    let end = this.texts + this.principalLength + this.actionLength + this.ownerLength + this.resourceLength;
    let nameBytes = 0;
    let item = 0;
    for (let index = 0, at = ROWS; index < this.rowCount; index++, at += ROW_SIZE) {
      const kind = wordAt(bytes, at + KIND);
      const length = wordAt(bytes, at + LENGTH);
      nameBytes += wordAt(bytes, at);
      if (kind === TEXT) {
        end += length;
        continue;
      }
      if (kind > UNKNOWN || index < this.tagCount) {
        throw new FrameError("unknown-kind", at + KIND, `there is no value of kind ${kind} here`);
      }
      if (kind === UNKNOWN) {
        if (length !== 0) throw new FrameError("not-zero", at + LENGTH, "what is unknown has no length");
        continue;
      }
      if (length > itemCount - item) {
        throw new FrameError("wrong-lengths", at + LENGTH, "the lists have more items than there are lengths");
      }
      for (const last = item + length; item < last; item++) end += wordAt(bytes, this.items + item * 4);
    }
    if (item !== itemCount) {
      throw new FrameError("wrong-lengths", ITEM_COUNT, "the lists have fewer items than there are lengths");
    }
    this.names = end;
    if (end + nameBytes !== bytes.length) {
      const message = `the texts take ${end + nameBytes - this.texts} bytes, and there are ${bytes.length - this.texts}`;
      throw new FrameError("wrong-lengths", this.texts, message);
    }
  }

  get resource(): string {
    const at = this.texts + this.principalLength + this.actionLength + this.ownerLength;
    return textAt(this.bytes, at, this.resourceLength);
  }
}

/** Checks what needs nothing but the header; returns the flags. */
function checkHeader(bytes: Uint8Array): number {
  if (bytes.length < ROWS) throw new FrameError("truncated", bytes.length, "there is no whole header");
  if (wordAt(bytes, MAGIC) !== FORMAT_MAGIC) {
    throw new FrameError("bad-magic", MAGIC, "a frame begins with `IAMR`");
  }
  const version = wordAt(bytes, VERSION);
  if (version !== FORMAT_VERSION) {
    const message = `version ${version} of the format is not known, ${FORMAT_VERSION} is`;
    throw new FrameError("unsupported-version", VERSION, message);
  }
  const size = wordAt(bytes, SIZE);
  if (size > SIZE_MAX) {
    throw new FrameError("too-large", SIZE, `a frame has no more than ${SIZE_MAX} bytes`);
  }
  if (size > bytes.length) {
    throw new FrameError("truncated", bytes.length, `the frame has ${size} bytes, ${bytes.length} are here`);
  }
  if (size < bytes.length) throw new FrameError("trailing-bytes", size, "there are bytes behind the frame");
  const flags = wordAt(bytes, FLAGS);
  if (flags & ~FLAGS_KNOWN) {
    throw new FrameError("unknown-flag", FLAGS, `the flags are ${flags}, and not all of them are known`);
  }
  checkZero(bytes, OWNER_LENGTH, flags & HAS_OWNER);
  checkZero(bytes, TAG_COUNT, flags & HAS_TAGS);
  checkZero(bytes, NOW_LOW, flags & HAS_NOW);
  checkZero(bytes, NOW_HIGH, flags & HAS_NOW);
  checkZero(bytes, RESERVED, 0);
  return flags;
}

function checkZero(bytes: Uint8Array, at: number, flag: number): void {
  if (flag !== 0 || wordAt(bytes, at) === 0) return;
  throw new FrameError("not-zero", at, "what the flags say is not there must be 0");
}

export function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textAt(bytes: Uint8Array, at: number, length: number): string {
  try {
    return decoder.decode(bytes.subarray(at, at + length));
  } catch {
    throw new FrameError("not-utf8", at, "the text is not UTF-8");
  }
}

/** All bytes from a place on as one string, to be cut up; null: not all of them are ASCII. */
function asciiOf(bytes: Uint8Array, from: number): string | null {
  try {
    const text = decoder.decode(bytes.subarray(from));
    return text.length === bytes.length - from ? text : null;
  } catch {
    return null;
  }
}

/** The request that a frame says. Throws `FrameError` for texts that are not UTF-8, and names that come twice. */
export function requestOf(frame: FrameView): Request {
  const { bytes, flags } = frame;
  const ascii = asciiOf(bytes, frame.texts);
  const textFrom = (from: number, length: number): string =>
    ascii === null ? textAt(bytes, from, length) : ascii.slice(from - frame.texts, from - frame.texts + length);
  let at = frame.texts;
  const text = (length: number): string => {
    const value = textFrom(at, length);
    at += length;
    return value;
  };
  const principal = text(frame.principalLength);
  const action = text(frame.actionLength);
  const owner = text(frame.ownerLength);
  const resource = text(frame.resourceLength);
  const tags: Record<string, string> = Object.create(null);
  const context: Record<string, ContextInput> = Object.create(null);
  const unknown: string[] = [];
  let nameAt = frame.names;
  let item = frame.items;
  for (let index = 0, row = ROWS; index < frame.rowCount; index++, row += ROW_SIZE) {
    const nameLength = wordAt(bytes, row);
    const name = textFrom(nameAt, nameLength);
    const kind: Value = wordAt(bytes, row + KIND);
    const length = wordAt(bytes, row + LENGTH);
    const record = index < frame.tagCount ? tags : context;
    if (kind === UNKNOWN) {
      unknown.push(name);
    } else {
      if (name in record) throw new FrameError("duplicate-name", nameAt, "the name was there before");
      if (kind === TEXT) {
        record[name] = text(length);
      } else {
        const values: string[] = [];
        for (const end = item + length * 4; item < end; item += 4) values.push(text(wordAt(bytes, item)));
        context[name] =
          kind === Value.List ? values : { card: kind === Value.ListOfSingle ? "single" : "multi", values };
      }
    }
    nameAt += nameLength;
  }
  return {
    principal,
    action,
    resource,
    ...(flags & HAS_OWNER ? { resourceAccount: owner } : {}),
    ...(flags & HAS_TAGS ? { resourceTags: tags } : {}),
    context,
    ...(unknown.length === 0 ? {} : { unknown }),
    ...(flags & HAS_NOW ? { now: nowOf(bytes) } : {}),
  };
}

function nowOf(bytes: Uint8Array): number {
  return (wordAt(bytes, NOW_HIGH) | 0) * 2 ** 32 + wordAt(bytes, NOW_LOW);
}

/**
 * A request as a frame, for `engine.decideFrame`. Null: a frame cannot say it: a principal given as an object, `via`, a
 * `resourcePolicyType`, values that are no texts, numbers or booleans, half of a surrogate pair, more than 8 MiB. Throws
 * `RequestError` for a `now` that is no instant.
 */
export function encodeFrame(request: Request): Uint8Array | null {
  const { principal, action, resource, resourceAccount, resourceTags, unknown = [], now } = request;
  if (request.via !== undefined || request.resourcePolicyType !== undefined) return null;
  const maybeRows = [
    ...Object.entries(resourceTags ?? {}).map(([name, value]) => rowOf(name, value)),
    ...Object.entries(request.context ?? {}).map(([name, value]) => rowOf(name, value)),
    ...unknown.map((name): FrameRow => ({ name, kind: UNKNOWN, values: [] })),
  ];
  if (!maybeRows.every((row) => row !== null)) return null;
  const rows: readonly FrameRow[] = maybeRows;
  const parties = [principal, action, resourceAccount ?? "", resource];
  const texts = [...parties, ...rows.flatMap(({ values }) => values), ...rows.map(({ name }) => name)];
  if (!texts.every(isText)) return null;
  const encoded = texts.map((text) => encoder.encode(text));
  const itemCount = rows.reduce((sum, { kind, values }) => sum + (isList(kind) ? values.length : 0), 0);
  const items = ROWS + rows.length * ROW_SIZE;
  const size = encoded.reduce((sum, { length }) => sum + length, items + itemCount * 4);
  if (size > SIZE_MAX) return null;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: number) => view.setUint32(at, value, true);
  put(MAGIC, FORMAT_MAGIC);
  put(VERSION, FORMAT_VERSION);
  put(SIZE, size);
  put(
    FLAGS,
    (resourceAccount === undefined ? 0 : HAS_OWNER) |
      (resourceTags === undefined ? 0 : HAS_TAGS) |
      (now === undefined ? 0 : HAS_NOW),
  );
  PARTY_LENGTHS.forEach((field, index) => {
    put(field, encoded[index]!.length);
  });
  const tagCount = Object.keys(resourceTags ?? {}).length;
  put(TAG_COUNT, tagCount);
  put(KEY_COUNT, rows.length - tagCount);
  put(ITEM_COUNT, itemCount);
  if (now !== undefined) view.setBigInt64(NOW_LOW, BigInt(millisecondsOf(now, "now")), true);
  let value = parties.length;
  let item = items;
  rows.forEach(({ kind, values }, index) => {
    const at = ROWS + index * ROW_SIZE;
    put(at, encoded[encoded.length - rows.length + index]!.length);
    put(at + KIND, kind);
    put(at + LENGTH, kind === TEXT ? encoded[value]!.length : values.length);
    for (let count = values.length; count > 0; count--, value++) {
      if (!isList(kind)) continue;
      put(item, encoded[value]!.length);
      item += 4;
    }
  });
  let at = items + itemCount * 4;
  for (const text of encoded) {
    bytes.set(text, at);
    at += text.length;
  }
  return bytes;
}

const encoder = new TextEncoder();
/** In the order of their texts. */
const PARTY_LENGTHS = [PRINCIPAL_LENGTH, ACTION_LENGTH, OWNER_LENGTH, RESOURCE_LENGTH] as const;

interface FrameRow {
  readonly name: string;
  readonly kind: Value;
  readonly values: readonly string[];
}

function isList(kind: Value): boolean {
  return kind === Value.List || kind === Value.ListOfSingle || kind === Value.ListOfMulti;
}

/** Numbers as JSON writes them, booleans as `true` and `false` (REQ-2); null: not a value. */
function rowOf(name: string, input: ContextInput): FrameRow | null {
  if (isScalar(input)) return { name, kind: TEXT, values: [String(input)] };
  if (isItems(input)) return { name, kind: Value.List, values: input.map(String) };
  if (typeof input !== "object" || input === null || !isItems(input.values)) return null;
  if (input.card !== "single" && input.card !== "multi") return null;
  return {
    name,
    kind: input.card === "single" ? Value.ListOfSingle : Value.ListOfMulti,
    values: input.values.map(String),
  };
}

function isItems(input: unknown): input is readonly Scalar[] {
  return Array.isArray(input) && input.every(isScalar);
}

function isScalar(input: unknown): input is Scalar {
  return typeof input === "string" || typeof input === "boolean" || Number.isFinite(input);
}

function isText(text: unknown): text is string {
  return typeof text === "string" && (text as string & { isWellFormed(): boolean }).isWellFormed();
}
