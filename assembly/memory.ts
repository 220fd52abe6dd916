/**
 * The evaluator's own memory, behind the image: everything that changes. Laid out once by `configure`; nothing is allocated
 * afterwards.
 */
import { Frame, QuickFrame, QuickValue, Result, SlotRecord } from "../src/bytecode/layout";

/** Longest text of a request in bytes; whoever writes requests keeps to it. */
export const TEXT_BYTES_MAX: u32 = 65536;
/** Slots of the action table; a power of two. */
export const ACTION_TABLE_SIZE: u32 = 8192;
export const ACTION_BYTES: u32 = 524288;
/** Slots of the candidate table; a power of two. */
export const CANDIDATE_TABLE_SIZE: u32 = 65536;

export let frame: u32 = 0;
export let result: u32 = 0;
export let slotsOfBundle: u32 = 0;
export let slotsOfOverlay: u32 = 0;
/** Two rows of reachable places for `globSegments`. */
export let rowA: u32 = 0;
export let rowB: u32 = 0;
/** Where patterns with variables are put together. */
export let expansion: u32 = 0;
/** Digits of a request's number, decoded bytes of a request's binary. */
export let literalBytes: u32 = 0;
/** The sixteen bytes of a request's address. */
export let addressBytes: u32 = 0;
/** Pairs of statement id and layer code: certain denies, certain allows of the identity and of the resource side. */
export let denyList: u32 = 0;
export let identityList: u32 = 0;
/** Triples: statement id, layer code, certain kinds. */
export let resourceList: u32 = 0;
export let statementList: u32 = 0;
export let missingList: u32 = 0;
export let causeKeys: u32 = 0;
export let causeKeysBytes: u32 = 0;
export let causeSets: u32 = 0;
export let causeSetsBytes: u32 = 0;
export let actionTable: u32 = 0;
export let actionBytes: u32 = 0;
export let candidateTable: u32 = 0;
export let candidateWords: u32 = 0;
export let candidateWordsCount: u32 = 0;
/** Candidates selected by resource. */
export let selection: u32 = 0;
/** One word an action pattern, an element: what the current action makes of it. */
export let actionPatternStamps: u32 = 0;
export let elementStamps: u32 = 0;
/** Texts of the request, written by the host. */
export let textArea: u32 = 0;
export let textAreaBytes: u32 = 0;
/** Slots of the caller and the resource table; a power of two. */
export const TABLE_SIZE: u32 = 131072;
export let callerTable: u32 = 0;
export let resourceTable: u32 = 0;
/** Entries of both tables and their texts, written by the host. */
export let partyArea: u32 = 0;
export const PARTY_BYTES: u32 = 33554432;
export let quickFrame: u32 = 0;
/** Slots of the records of resources; a power of two, at most half full. */
export const RESOURCE_TABLE_SIZE: u32 = 131072;
export const RESOURCE_BYTES: u32 = 8388608;
export let resourceRecords: u32 = 0;
export let resourceArea: u32 = 0;
/** Slots of the memo of residuals; a power of two, at most half full. */
export const RESIDUAL_TABLE_SIZE: u32 = 262144;
export const RESIDUAL_BYTES: u32 = 16777216;
/** Triples whose first sight is remembered; a power of two. */
export const RESIDUAL_SEEN: u32 = 65536;
export let residualTable: u32 = 0;
export let residualSeen: u32 = 0;
export let residualArea: u32 = 0;
/** One byte a slot of the bundle, written by the host: `FixedBy`. */
export let fixedKeys: u32 = 0;
/** Slots of the records of values; a power of two, at most half full. */
export const VALUE_TABLE_SIZE: u32 = 65536;
export const VALUE_BYTES: u32 = 8388608;
export let valueRecords: u32 = 0;
export let valueArea: u32 = 0;
/** A list of values put together. */
export let listText: u32 = 0;
/** Truths by atom and value; a power of two. */
export const TRUTH_TABLE_SIZE: u32 = 262144;
export let truthTable: u32 = 0;
/** Numbers of atoms; a power of two, at most half full. */
export const NUMBER_TABLE_SIZE: u32 = 65536;
export let numberTable: u32 = 0;
/** Truths of numbered atoms by place in a dictionary: a row an atom, and where each begins. */
export const TRUTH_BYTES: u32 = 4194304;
export let truthRows: u32 = 0;
export let truthRowOf: u32 = 0;
/** Resources whose first sight is remembered; a power of two. */
export const RESOURCES_SEEN: u32 = 65536;
export let resourcesSeen: u32 = 0;
/** One word a slot: the batch's column for it. */
export let slotColumns: u32 = 0;
/** Columns whose rows are looked at before anything is decided. */
export let watched: u32 = 0;
/** A byte of zeros, a byte of ones: presence of a column that no row gives, and of one that every row gives. */
export let presence: u32 = 0;
/** What the first stage found of each row of a block. */
export let blockArea: u32 = 0;
/** What hashes are keyed with. */
export let hashKeys: u32 = 0;
/** Setting and resource of a row, one behind the other. */
export let settingText: u32 = 0;
/** The texts of both booleans. */
export let booleans: u32 = 0;
export let end: u32 = 0;

/** Sets words to zero; V8 calls out of WebAssembly for `memory.fill`, which costs more than some dozens of words. */
export function clearWords(at: u32, bytes: u32): void {
  for (const end = at + bytes; at < end; at += 4) store<u32>(at, 0);
}

export function copyWords(to: u32, from: u32, bytes: u32): void {
  for (const end = from + bytes; from < end; from += 4, to += 4) store<u32>(to, load<u32>(from));
}

/** The same for bytes. */
export function clearBytes(at: u32, bytes: u32): void {
  const end = at + bytes;
  for (; at + 8 <= end; at += 8) store<u64>(at, 0);
  for (; at < end; at++) store<u8>(at, 0);
}

export function copyBytes(to: u32, from: u32, bytes: u32): void {
  const end = from + bytes;
  for (; from + 8 <= end; from += 8, to += 8) store<u64>(to, load<u64>(from));
  for (; from < end; from++, to++) store<u8>(to, load<u8>(from));
}

/** Wider than a pointer: what does not fit into a memory must not look as if it did. */
let cursor: u64 = 0;

function take(count: u64, size: u64 = 1): u32 {
  const start = cursor;
  cursor = (start + count * size + 63) & ~63;
  return <u32>start;
}

/** Lays everything out from `base`; returns the first byte behind it, which may be more than a memory has. */
export function layOut(
  base: u32,
  slotCountOfBundle: u32,
  slotCountOfOverlay: u32,
  setCountOfBundle: u32,
  setCountOfOverlay: u32,
  patternBytesMax: u32,
  statementsMax: u64,
  candidateCount: u32,
  actionPatternCount: u32,
  elementCount: u32,
  textBytes: u32,
): u64 {
  cursor = (<u64>base + 63) & ~63;
  frame = take(Frame.Size);
  result = take(Result.Size);
  slotsOfBundle = take(slotCountOfBundle, SlotRecord.Size);
  slotsOfOverlay = take(slotCountOfOverlay, SlotRecord.Size);
  rowA = take(TEXT_BYTES_MAX + 8);
  rowB = take(TEXT_BYTES_MAX + 8);
  expansion = take(<u64>patternBytesMax + TEXT_BYTES_MAX + 64);
  literalBytes = take(TEXT_BYTES_MAX + 64);
  addressBytes = take(16);
  denyList = take(statementsMax, 8);
  identityList = take(statementsMax, 8);
  resourceList = take(statementsMax, 12);
  statementList = take(statementsMax, 8);
  missingList = take(16 * 8);
  causeKeysBytes = ((slotCountOfBundle + 7) >> 3) + ((slotCountOfOverlay + 7) >> 3);
  causeKeys = take(causeKeysBytes);
  causeSetsBytes = ((setCountOfBundle + 7) >> 3) + ((setCountOfOverlay + 7) >> 3);
  causeSets = take(causeSetsBytes);
  actionTable = take(ACTION_TABLE_SIZE * 16);
  actionBytes = take(ACTION_BYTES);
  candidateTable = take(CANDIDATE_TABLE_SIZE * 16);
  candidateWordsCount = candidateCount;
  candidateWords = take(candidateCount, 4);
  selection = take(1024 * 4);
  actionPatternStamps = take(actionPatternCount, 4);
  elementStamps = take(elementCount, 4);
  textAreaBytes = textBytes;
  textArea = take(<u64>textBytes + 64);
  callerTable = take(TABLE_SIZE * 16);
  resourceTable = take(TABLE_SIZE * 16);
  partyArea = take(PARTY_BYTES);
  quickFrame = take(QuickFrame.Values + QuickFrame.ValuesMax * QuickValue.Size);
  booleans = take(64);
  resourceRecords = take(RESOURCE_TABLE_SIZE * 8);
  resourceArea = take(RESOURCE_BYTES);
  residualTable = take(RESIDUAL_TABLE_SIZE * 16);
  residualSeen = take(RESIDUAL_SEEN * 4);
  residualArea = take(RESIDUAL_BYTES);
  fixedKeys = take(slotCountOfBundle);
  valueRecords = take(VALUE_TABLE_SIZE * 8);
  valueArea = take(VALUE_BYTES);
  listText = take(65536 + 64);
  truthTable = take(TRUTH_TABLE_SIZE * 8);
  numberTable = take(NUMBER_TABLE_SIZE * 12);
  truthRows = take(TRUTH_BYTES);
  truthRowOf = take((NUMBER_TABLE_SIZE / 2 + 1) * 4);
  resourcesSeen = take(RESOURCES_SEEN * 4);
  slotColumns = take(slotCountOfBundle, 4);
  watched = take(256 * 4);
  presence = take(16);
  blockArea = take(256 * 24);
  settingText = take(4096);
  hashKeys = take(256);
  end = <u32>cursor;
  return cursor;
}
