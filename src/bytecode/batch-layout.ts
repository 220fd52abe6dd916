/**
 * How many requests at once are laid out for the evaluator: a frame of words, and a record for each column. Shared with the
 * evaluator's sources; docs/batch.md describes it for hosts in other languages. All pointers are bytes from the beginning of
 * the memory, all numbers little-endian.
 */

/** The frame of a batch. Outputs have a place for each row of the columns, whether it is decided in this call or not. */
export enum BatchFrame {
  /** First row to decide, and how many: rows of the columns, or places in `List`. */
  First = 0,
  Count = 4,
  /** Pointer to row numbers to decide, or 0: the rows themselves, one after the other. */
  List = 8,
  /** How many records of `Column` there are; the first four are principal, action, resource, owner's account. */
  Columns = 12,
  /** 1: the requests give the tags of their resources, and those columns are all of them. */
  HasTags = 16,
  /** One byte a row: `BatchDecision`. */
  Decisions = 20,
  /** One byte a row: `LayerCode`, or 255 where no layer decided; 0: not asked for. */
  Layers = 24,
  /** A word a row: id of the first statement that decided, or None; 0: not asked for. */
  Statements = 28,
  /** A row of words a row: a bit for each slot, and one for whatever is no key; 0: not asked for. */
  Causes = 32,
  CauseBytes = 36,
  /** Pairs of row number and `Deferral`: rows that the host has to look at, and how many fit. */
  Deferred = 40,
  DeferredMax = 44,
  /** Written by the call: how many rows of those wanted were gone through, and how many of them are deferred. */
  Done = 48,
  DeferredCount = 52,
  /** Rows of the columns. */
  Rows = 56,
  Size = 64,
}

/** Places of the columns that every batch has. */
export enum BatchColumn {
  Principal = 0,
  Action = 1,
  Resource = 2,
  /** REQ-31; its kind is None where requests do not name owners. */
  Owner = 3,
  FirstKey = 4,
  /** Columns of one batch. */
  Max = 256,
}

export enum Column {
  /** `ColumnKind`. */
  Kind = 0,
  /** Arrow's bitmap: 0 is null: the request does not give the key. 0: no row is null. */
  Validity = 4,
  /** Bitmap: 1 is unknown (3V-1), whatever else the row says. 0: no row is unknown. */
  Unknown = 8,
  /** Utf8: rows + 1 offsets into `Data`. Dictionary: an index a row. Lists: rows + 1 offsets into the items. */
  Rows = 12,
  /** Offsets of the texts, or of the dictionary's, and how many texts there are; Utf8 has no others than `Rows`. */
  Offsets = 16,
  Texts = 20,
  Data = 24,
  DataLength = 28,
  /** Dictionary of lists: the items' indices. */
  Indices = 32,
  IndexCount = 36,
  /** Dictionary: a word for each text, zeros before the first call; what the evaluator found it to be. */
  Map = 40,
  /** The slot of the key, and that of its lower-cased values; None: there is none. */
  Key = 44,
  Lowered = 48,
  /** `ValueShape`. */
  Shape = 52,
  /** Written by the evaluator: 1 where each row's index has its word in the map, and no value asks for the host. */
  Clean = 56,
  /** Written by the evaluator: where the bitmap of a clean column stands, and 0 if one byte of it stands for all rows. */
  Present = 60,
  PresentStep = 64,
  /** Written by the evaluator: where a clean column's indices stand, and how far they are apart: 4, or 0 if there is one. */
  Index = 68,
  IndexStep = 72,
  Size = 128,
}

export enum ColumnKind {
  /** No row has a value. */
  None = 0,
  Utf8 = 1,
  Dictionary = 2,
  ListOfUtf8 = 3,
  ListOfDictionary = 4,
  /** All rows have the only text of the dictionary. */
  Constant = 5,
}

/** What has to hold for a value that is seen the first time. */
export enum ValueShape {
  Any = 0,
  /** REQ-9: an address. */
  Address = 1,
  /** `true` or `false`. */
  Boolean = 2,
  /** The host looks at each distinct value. */
  Checked = 3,
  /** The host decides every row that has a value here. */
  General = 4,
}

/** A decision as one byte; what is not decided is not an answer, so that memory that nobody wrote never allows. */
export enum BatchDecision {
  Undecided = 0,
  Allowed = 1,
  ExplicitDeny = 2,
  ImplicitDeny = 3,
  Indeterminate = 4,
  Denied = 5,
  /** The request cannot be asked, or something of ours failed: whoever enforces denies. */
  Refused = 6,
}

/** Why a row is not decided yet. */
export enum Deferral {
  /** The host has to decide this row by itself: it is not plain, or not well-formed. */
  General = 1,
  CallerUnknown = 2,
  ActionUnknown = 3,
  ResourceUnknown = 4,
  /** A value that the host has to look at; the upper 16 bits say in which column. */
  ValueUnknown = 5,
  /** A table is full; it is begun anew with the next call. */
  Again = 6,
}

/** A value of a context key that was seen, ready to be put into its slot. */
export enum ValueRecord {
  /** `ValueState`. */
  State = 0,
  /** As in a slot. */
  Pointer = 4,
  Length = 8,
  LoweredPointer = 12,
  LoweredLength = 16,
  /** The column's key and how long its text is; the text follows. */
  Tag = 20,
  TextLength = 24,
  Text = 28,
}

/** As `SlotState`, and: */
export enum ValueState {
  Absent = 0,
  Single = 1,
  Multi = 2,
  Unknown = 3,
  /** The host decides whatever has it. */
  General = 4,
}
