/**
 * Which statements of a document set can hit at all: those whose Action element matches, remembered by (set, action). The
 * list is in the order of documents and statements; each word is a statement id with its document's use in the top bits.
 */
import { DocumentUse, ElementBits, Format, StatementRecord } from "../src/bytecode/layout";
import { actionClass, action, actionLength, elementStamp, generation, isStamped, stampElement, stampPatterns } from "./actions";
import {
  actionPatternAt,
  actionPatternLength,
  elementAt,
  elementBits,
  elementCount,
  imageIndex,
  policyFirstStatement,
  policyStatementCount,
  setDocumentCount,
  setDocuments,
  setStatementCount,
  statementAt,
} from "./bundle";
import { globGreedy } from "./glob";
import { CANDIDATE_TABLE_SIZE, candidateTable, candidateWords, candidateWordsCount, selection } from "./memory";
import { buildIndex, INDEXED_MIN, select } from "./places";
import { resource, resourceLength } from "./statement";
import { addSteps } from "./steps";

export const USE_SHIFT: u32 = 29;
export const STATEMENT_MASK: u32 = 0x1fffffff;

const SLOT: u32 = 16;

/** The list found last: pointer to its words, and how many. */
export let candidates: u32 = 0;
export let candidateCount: u32 = 0;
/** Whether the list is so long that the resource has picked from it. */
export let isPicked: bool = false;

let wordsUsed: u32 = 0;
let slotsUsed: u32 = 0;
let rememberedGeneration: u32 = 1;
let withIndex: bool = true;

/** Without the index every statement of a set is a candidate whose action is matched on the spot. */
export function setIndex(on: bool): void {
  if (on == withIndex) return;
  withIndex = on;
  // Lists without the index are written over those that are remembered.
  forgetCandidates();
}

export function hasIndex(): bool {
  return withIndex;
}

export function forgetCandidates(): void {
  memory.fill(candidateTable, 0, CANDIDATE_TABLE_SIZE * SLOT);
  wordsUsed = 0;
  slotsUsed = 0;
  rememberedGeneration = generation;
}

/** Finds the candidates of a set of the image in use for the action in use. */
export function findCandidates(set: u32): void {
  isPicked = false;
  if (rememberedGeneration != generation) forgetCandidates();
  if (!withIndex) {
    wordsUsed = 0;
    listCandidates(set, false);
    return;
  }
  const key = ((set << 1) | imageIndex) + 1;
  let slot = ((key * 0x9e3779b1) ^ (actionClass * 0x85ebca6b)) * 0xc2b2ae35;
  slot = (slot ^ (slot >> 15)) & (CANDIDATE_TABLE_SIZE - 1);
  while (true) {
    const entry = candidateTable + slot * SLOT;
    const found = load<u32>(entry);
    if (found == 0) break;
    if (found == key && load<u32>(entry, 4) == actionClass) {
      candidates = candidateWords + load<u32>(entry, 8) * 4;
      const count = load<u32>(entry, 12);
      candidateCount = count & ~INDEXED_BIT;
      if (count & INDEXED_BIT) narrow();
      return;
    }
    slot = (slot + 1) & (CANDIDATE_TABLE_SIZE - 1);
  }
  if (slotsUsed >= (CANDIDATE_TABLE_SIZE / 4) * 3 || wordsUsed + setStatementCount(set) > candidateWordsCount) {
    forgetCandidates();
    findCandidates(set);
    return;
  }
  const start = wordsUsed;
  listCandidates(set, true);
  const entry = candidateTable + slot * SLOT;
  store<u32>(entry, key);
  store<u32>(entry, actionClass, 4);
  store<u32>(entry, start, 8);
  let indexed: u32 = 0;
  if (candidateCount >= INDEXED_MIN) {
    indexed = buildIndex(candidates, candidateCount, STATEMENT_MASK, candidateWordsCount - wordsUsed);
    wordsUsed += indexed;
  }
  store<u32>(entry, indexed ? candidateCount | INDEXED_BIT : candidateCount, 12);
  slotsUsed++;
  if (indexed) narrow();
}

/** Set on the count of a list that has an index behind it. */
const INDEXED_BIT: u32 = 0x80000000;

/** Keeps the candidates whose Resource can match. */
function narrow(): void {
  isPicked = true;
  const kept = select(candidates, candidateCount, resource, resourceLength);
  if (kept < 0) return;
  candidates = selection;
  candidateCount = kept;
}

function listCandidates(set: u32, indexed: bool): void {
  if (indexed) stampPatterns();
  const first = candidateWords + wordsUsed * 4;
  let next = first;
  let document = setDocuments(set);
  const end = document + setDocumentCount(set) * 8;
  for (; document < end; document += 8) {
    const policy = load<u32>(document);
    const use = load<u32>(document, 4) << USE_SHIFT;
    const start = policyFirstStatement(policy);
    const behind = start + policyStatementCount(policy);
    for (let statement = start; statement < behind; statement++) {
      addSteps(1);
      const element = load<u32>(statementAt(statement), StatementRecord.Action);
      if (indexed ? !stampedHit(element) : !actionMatches(element)) continue;
      store<u32>(next, statement | use);
      next += 4;
    }
  }
  candidates = first;
  candidateCount = (next - first) >> 2;
  wordsUsed += candidateCount;
}

function stampedHit(element: u32): bool {
  if (element == <u32>Format.None) return true;
  if (element == <u32>Format.Never) return false;
  const known = elementStamp(element);
  if (known != 0) return known == 2;
  const entries = elementAt(element);
  const count = elementCount(element);
  let any = false;
  for (let index: u32 = 0; index < count && !any; index++) any = isStamped(load<u32>(entries + index * 4));
  addSteps(count);
  const hit = any != ((elementBits(element) & ElementBits.Negated) != 0);
  stampElement(element, hit);
  return hit;
}

/** An Action or NotAction element against the action in use, pattern by pattern (MATCH-1…6). */
export function actionMatches(element: u32): bool {
  if (element == <u32>Format.None) return true;
  if (element == <u32>Format.Never) return false;
  const entries = elementAt(element);
  const count = elementCount(element);
  let any = false;
  for (let index: u32 = 0; index < count && !any; index++) {
    const id = load<u32>(entries + index * 4);
    any = globGreedy(actionPatternAt(id), actionPatternLength(id), action, actionLength);
  }
  return any != ((elementBits(element) & ElementBits.Negated) != 0);
}

/** Whether a document's Allow counts at all on the resource's side: SPEC-21, and SPEC-14 for kms:RetireGrant. */
export function allowCounts(use: u32): bool {
  return use != DocumentUse.DenyOnly;
}
