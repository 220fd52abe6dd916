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
    this.principalLength = wordAt(bytes, Field.PrincipalLength);
    this.actionLength = wordAt(bytes, Field.ActionLength);
    this.ownerLength = wordAt(bytes, Field.OwnerLength);
    this.resourceLength = wordAt(bytes, Field.ResourceLength);
    this.tagCount = wordAt(bytes, Field.TagCount);
    this.rowCount = this.tagCount + wordAt(bytes, Field.KeyCount);
    const itemCount = wordAt(bytes, Field.ItemCount);
    this.items = Field.Rows + this.rowCount * Row.Size;
    this.texts = this.items + itemCount * 4;
    if (this.texts > bytes.length) {
      throw new FrameError("wrong-lengths", Field.TagCount, "there are fewer bytes than the rows and items take");
    }
    let end = this.texts + this.principalLength + this.actionLength + this.ownerLength + this.resourceLength;
    let nameBytes = 0;
    let item = 0;
    for (let index = 0, at: number = Field.Rows; index < this.rowCount; index++, at += Row.Size) {
      const kind = wordAt(bytes, at + Row.Kind);
      const length = wordAt(bytes, at + Row.Length);
      nameBytes += wordAt(bytes, at);
      if (kind === Value.Text) {
        end += length;
        continue;
      }
      if (kind > Value.Unknown || index < this.tagCount) {
        throw new FrameError("unknown-kind", at + Row.Kind, `there is no value of kind ${kind} here`);
      }
      if (kind === Value.Unknown) {
        if (length !== 0) throw new FrameError("not-zero", at + Row.Length, "what is unknown has no length");
        continue;
      }
      if (length > itemCount - item) {
        throw new FrameError("wrong-lengths", at + Row.Length, "the lists have more items than there are lengths");
      }
      for (const last = item + length; item < last; item++) end += wordAt(bytes, this.items + item * 4);
    }
    if (item !== itemCount) {
      throw new FrameError("wrong-lengths", Field.ItemCount, "the lists have fewer items than there are lengths");
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
  if (bytes.length < Field.Rows) throw new FrameError("truncated", bytes.length, "there is no whole header");
  if (wordAt(bytes, Field.Magic) !== Format.Magic) {
    throw new FrameError("bad-magic", Field.Magic, "a frame begins with `IAMR`");
  }
  const version = wordAt(bytes, Field.Version);
  if (version !== Format.Version) {
    const message = `version ${version} of the format is not known, ${Format.Version} is`;
    throw new FrameError("unsupported-version", Field.Version, message);
  }
  const size = wordAt(bytes, Field.Size);
  if (size > Format.SizeMax) {
    throw new FrameError("too-large", Field.Size, `a frame has no more than ${Format.SizeMax} bytes`);
  }
  if (size > bytes.length) {
    throw new FrameError("truncated", bytes.length, `the frame has ${size} bytes, ${bytes.length} are here`);
  }
  if (size < bytes.length) throw new FrameError("trailing-bytes", size, "there are bytes behind the frame");
  const flags = wordAt(bytes, Field.Flags);
  if (flags & ~(Flag.HasOwner | Flag.HasTags | Flag.HasNow)) {
    throw new FrameError("unknown-flag", Field.Flags, `the flags are ${flags}, and not all of them are known`);
  }
  checkZero(bytes, Field.OwnerLength, flags & Flag.HasOwner);
  checkZero(bytes, Field.TagCount, flags & Flag.HasTags);
  checkZero(bytes, Field.NowLow, flags & Flag.HasNow);
  checkZero(bytes, Field.NowHigh, flags & Flag.HasNow);
  checkZero(bytes, Field.Reserved, 0);
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

/** The request that a frame says. Throws `FrameError` for texts that are not UTF-8, and names that come twice. */
export function requestOf(frame: FrameView): Request {
  const { bytes, flags } = frame;
  let at = frame.texts;
  const text = (length: number): string => {
    const value = textAt(bytes, at, length);
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
  for (let index = 0, row: number = Field.Rows; index < frame.rowCount; index++, row += Row.Size) {
    const nameLength = wordAt(bytes, row);
    const name = textAt(bytes, nameAt, nameLength);
    const kind: Value = wordAt(bytes, row + Row.Kind);
    const length = wordAt(bytes, row + Row.Length);
    const record = index < frame.tagCount ? tags : context;
    if (kind === Value.Unknown) {
      unknown.push(name);
    } else {
      if (name in record) throw new FrameError("duplicate-name", nameAt, "the name was there before");
      if (kind === Value.Text) {
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
    ...(flags & Flag.HasOwner ? { resourceAccount: owner } : {}),
    ...(flags & Flag.HasTags ? { resourceTags: tags } : {}),
    context,
    ...(unknown.length === 0 ? {} : { unknown }),
    ...(flags & Flag.HasNow ? { now: nowOf(bytes) } : {}),
  };
}

function nowOf(bytes: Uint8Array): number {
  return (wordAt(bytes, Field.NowHigh) | 0) * 2 ** 32 + wordAt(bytes, Field.NowLow);
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
    ...unknown.map((name): FrameRow => ({ name, kind: Value.Unknown, values: [] })),
  ];
  if (!maybeRows.every((row) => row !== null)) return null;
  const rows: readonly FrameRow[] = maybeRows;
  const parties = [principal, action, resourceAccount ?? "", resource];
  const texts = [...parties, ...rows.flatMap(({ values }) => values), ...rows.map(({ name }) => name)];
  if (!texts.every(isText)) return null;
  const encoded = texts.map((text) => encoder.encode(text));
  const itemCount = rows.reduce((sum, { kind, values }) => sum + (isList(kind) ? values.length : 0), 0);
  const items = Field.Rows + rows.length * Row.Size;
  const size = encoded.reduce((sum, { length }) => sum + length, items + itemCount * 4);
  if (size > Format.SizeMax) return null;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: number) => view.setUint32(at, value, true);
  put(Field.Magic, Format.Magic);
  put(Field.Version, Format.Version);
  put(Field.Size, size);
  put(
    Field.Flags,
    (resourceAccount === undefined ? 0 : Flag.HasOwner) |
      (resourceTags === undefined ? 0 : Flag.HasTags) |
      (now === undefined ? 0 : Flag.HasNow),
  );
  PARTY_LENGTHS.forEach((field, index) => {
    put(field, encoded[index]!.length);
  });
  const tagCount = Object.keys(resourceTags ?? {}).length;
  put(Field.TagCount, tagCount);
  put(Field.KeyCount, rows.length - tagCount);
  put(Field.ItemCount, itemCount);
  if (now !== undefined) view.setBigInt64(Field.NowLow, BigInt(millisecondsOf(now, "now")), true);
  let value = parties.length;
  let item = items;
  rows.forEach(({ kind, values }, index) => {
    const at = Field.Rows + index * Row.Size;
    put(at, encoded[encoded.length - rows.length + index]!.length);
    put(at + Row.Kind, kind);
    put(at + Row.Length, kind === Value.Text ? encoded[value]!.length : values.length);
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
const PARTY_LENGTHS = [Field.PrincipalLength, Field.ActionLength, Field.OwnerLength, Field.ResourceLength] as const;

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
  if (isScalar(input)) return { name, kind: Value.Text, values: [String(input)] };
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
