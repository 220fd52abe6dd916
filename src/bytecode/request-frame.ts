/**
 * One request as bytes, for hosts that hold bytes and not strings (docs/batch.md): a header, a row for each tag and key, the
 * lengths of lists' items, then all texts one behind the other. All numbers are little-endian u32, wherever the frame begins.
 */

export enum RequestFrameFormat {
  /** "IAMR". */
  Magic = 0x524d4149,
  Version = 1,
  /** A frame may have so many bytes. */
  SizeMax = 8388608,
}

export enum RequestFrame {
  Magic = 0,
  Version = 4,
  /** Of the whole frame, in bytes. */
  Size = 8,
  /** `RequestFrameFlags`. */
  Flags = 12,
  /** Bytes of the texts that every request has. */
  PrincipalLength = 16,
  ActionLength = 20,
  /** REQ-31; 0 without `HasOwner`. */
  OwnerLength = 24,
  ResourceLength = 28,
  /** Rows of tags, then of keys. */
  TagCount = 32,
  KeyCount = 36,
  /** Items of all lists together. */
  ItemCount = 40,
  /** Milliseconds since 1970, signed, 64 bits; 0 without `HasNow`. */
  NowLow = 44,
  NowHigh = 48,
  /** 0. */
  Reserved = 52,
  /** Rows of `RequestFrameRow`. */
  Rows = 56,
}

export enum RequestFrameFlags {
  /** The request says who owns the resource (REQ-31). */
  HasOwner = 1,
  /** The rows of tags are all the tags that the resource has (REQ-33). Without: what the world knows of them stands. */
  HasTags = 2,
  /** The request is asked at the instant in `NowLow` and `NowHigh`. Without: now. */
  HasNow = 4,
}

/** A tag of the resource, or a context key. */
export enum RequestFrameRow {
  /** Bytes of the name. */
  NameLength = 0,
  /** `RequestFrameValue`; tags have `Text` only. */
  Kind = 4,
  /** Text: its bytes. Lists: how many items. Unknown: 0. */
  Length = 8,
  Size = 12,
}

export enum RequestFrameValue {
  Text = 0,
  /** Several values, or none. */
  List = 1,
  /** The same, with a cardinality for a key of no table (REQ-3). */
  ListOfSingle = 2,
  ListOfMulti = 3,
  /** Nobody knows whether the key is there; the name may be a prefix that ends in `*` (3V-2). */
  Unknown = 4,
}
