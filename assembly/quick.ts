/**
 * Plain requests from their texts: who calls and what is asked for is looked up by bytes in tables that the host fills with
 * what it found out about a text the first time (engine/quick.ts); nothing of the meaning is decided here.
 */
import {
  CallerEntry,
  EntrySlot,
  Format,
  Frame,
  OwnerKind,
  QuickFrame,
  QuickShape,
  QuickStatus,
  QuickValue,
  ResourceEntry,
  ResourceReach,
  Result,
  SlotRecord,
  SlotState,
} from "../src/bytecode/layout";
import { ActionBits, actionBits, actionClass, findAction, generation, hashOf, recallAction } from "./actions";
import { authorizePrepared } from "./authorize";
import { slotCount, slots } from "./bundle";
import { hasIndex } from "./candidates";
import { forgetAddress, parseAddress } from "./compare";
import { setEveryKeyUnlisted } from "./conditions";
import { sameBytes } from "./glob";
import {
  booleans,
  callerTable,
  clearWords,
  copyWords,
  frame,
  quickFrame,
  resourceTable,
  result,
  TABLE_SIZE,
  textArea,
  textAreaBytes,
} from "./memory";
import { beginResidual, findResidual, forgetResiduals, ResidualEntry, seenBefore, takeResidual } from "./residual";
import { outOfSteps, resetSteps } from "./steps";

const SLOT: u32 = 16;

/** The entry under a text, or 0. */
function find(table: u32, text: u32, length: u32): u32 {
  const hash = hashOf(text, length);
  let slot = hash & (TABLE_SIZE - 1);
  while (true) {
    const record = table + slot * SLOT;
    const entry = load<u32>(record, 12);
    if (entry == 0) return 0;
    if (load<u32>(record) == hash && load<u32>(record, 8) == length && sameBytes(load<u32>(record, 4), text, length)) {
      return entry;
    }
    slot = (slot + 1) & (TABLE_SIZE - 1);
  }
}

/** Puts an entry under a text, both of which stay where they are. The host keeps the tables at most half full. */
function insert(table: u32, text: u32, length: u32, entry: u32): void {
  const hash = hashOf(text, length);
  let slot = hash & (TABLE_SIZE - 1);
  while (load<u32>(table + slot * SLOT, 12) != 0) slot = (slot + 1) & (TABLE_SIZE - 1);
  const record = table + slot * SLOT;
  store<u32>(record, hash);
  store<u32>(record, text, 4);
  store<u32>(record, length, 8);
  store<u32>(record, entry, 12);
}

export function addCaller(text: u32, length: u32, entry: u32): void {
  insert(callerTable, text, length, entry);
}

export function addResource(text: u32, length: u32, entry: u32): void {
  insert(resourceTable, text, length, entry);
}

export function forgetParties(): void {
  forgetResiduals();
  memory.fill(callerTable, 0, TABLE_SIZE * SLOT);
  memory.fill(resourceTable, 0, TABLE_SIZE * SLOT);
}

function put(offset: u32, value: u32): void {
  store<u32>(frame + offset, value);
}

/** Decides the plain request in the quick frame, or says what the host has to find out first. */
export function decideQuick(): u32 {
  const callerLength = load<u32>(quickFrame, QuickFrame.CallerLength);
  const actionLength = load<u32>(quickFrame, QuickFrame.ActionLength);
  const resourceLength = load<u32>(quickFrame, QuickFrame.ResourceLength);
  const actionText = textArea + callerLength;
  const settingLength = load<u32>(quickFrame, QuickFrame.SettingLength);
  const settingText = actionText + actionLength;
  const resourceText = settingText + settingLength;
  let caller = load<u32>(quickFrame, QuickFrame.CallerEntry);
  if (caller == 0) {
    caller = find(callerTable, textArea, callerLength);
    if (caller == 0) return QuickStatus.CallerUnknown;
  }
  const known = load<u32>(quickFrame, QuickFrame.ActionClass);
  const found = known
    ? recallAction(known - 1, load<u32>(quickFrame, QuickFrame.ActionGeneration))
    : findAction(actionText, actionLength);
  if (!found) return QuickStatus.ActionUnknown;
  resetSteps();
  forgetAddress();
  setEveryKeyUnlisted(false);
  // Without the index every statement is to be looked at; what a built-in rule makes of layers is its own affair.
  const remembers = hasIndex() && !(actionBits & ActionBits.GetSessionToken);
  const residual = remembers ? findResidual(caller, actionClass, settingText, settingLength, resourceLength) : 0;
  facts = 0;
  copyWords(frame, caller, CallerEntry.Identity);
  clearWords(slots, slotCount() * SlotRecord.Size);
  put(Frame.Identity, load<u32>(caller, CallerEntry.Identity));
  put(Frame.Boundary, load<u32>(caller, CallerEntry.Boundary));
  put(Frame.Session, load<u32>(caller, CallerEntry.Session));
  put(Frame.Scp, load<u32>(caller, CallerEntry.Scp));
  put(Frame.Resource, resourceText);
  put(Frame.ResourceLength, resourceLength);
  put(Frame.Endpoint, 0);
  put(Frame.Vpce, <u32>Format.None);
  put(Frame.Behind, <u32>Format.None);
  put(Frame.SessionInOverlay, 0);
  const slotsOfCaller = load<u32>(caller, CallerEntry.SlotCount);
  fillSlots(caller + CallerEntry.Slots, slotsOfCaller);
  if (resourceLength == 1 && load<u8>(resourceText) == 0x2a) {
    fillSlots(
      caller + CallerEntry.Slots + slotsOfCaller * EntrySlot.Size,
      load<u32>(caller, CallerEntry.OwnSlotCount),
    );
    put(Frame.Owner, OwnerKind.Same);
    put(Frame.Consent, 0);
    put(Frame.ResourceSet, <u32>Format.None);
    put(Frame.Rcp, <u32>Format.None);
    put(Frame.ResourceBits, 0);
  } else if (residual != 0) {
    fillFacts(load<u32>(residual, ResidualEntry.Facts), load<u32>(residual, ResidualEntry.Owner));
  } else if (!fillResource(resourceText, resourceLength, settingLength)) {
    return QuickStatus.ResourceUnknown;
  }
  if (!fillValues(resourceText + resourceLength)) return QuickStatus.ValueMalformed;
  if (residual != 0) {
    takeResidual(residual);
  } else if (remembers && seenBefore()) {
    beginResidual(caller, actionClass, settingText, settingLength, resourceLength, facts, load<u32>(frame, Frame.Owner));
  }
  authorizePrepared();
  store<u32>(result, load<u32>(caller, CallerEntry.Index), Result.Caller);
  store<u32>(result, caller, Result.CallerEntry);
  store<u32>(result, actionClass, Result.ActionClass);
  store<u32>(result, generation, Result.ActionGeneration);
  return outOfSteps() ? QuickStatus.OutOfSteps : QuickStatus.Ok;
}

function fillSlots(from: u32, count: u32): void {
  for (let index: u32 = 0; index < count; index++) {
    const row = from + index * EntrySlot.Size;
    const slot = slots + load<u32>(row, EntrySlot.Key) * SlotRecord.Size;
    store<u32>(slot, load<u32>(row, EntrySlot.State), SlotRecord.State);
    store<u32>(slot, load<u32>(row, EntrySlot.Pointer), SlotRecord.Pointer);
    store<u32>(slot, load<u32>(row, EntrySlot.Length), SlotRecord.Length);
  }
}

/** Finds what is known of the resource, in its setting, under the shortest text that tells. */
function fillResource(text: u32, length: u32, setting: u32): bool {
  let place: u32 = 0;
  for (let colons: u32 = 0; colons < 5; place++) {
    if (place == length) return false;
    if (load<u8>(text + place) == 0x3a) colons++;
  }
  // An ARN names something.
  if (place == length) return false;
  let entry = find(resourceTable, text - setting, place + setting);
  if (entry == 0) return false;
  const reach = load<u32>(entry, ResourceEntry.Reach);
  if (reach != ResourceReach.Facts) {
    let end = length;
    if (reach == ResourceReach.Container) {
      end = place;
      while (end < length && load<u8>(text + end) != 0x2f) end++;
      if (end < length) end++;
    }
    entry = find(resourceTable, text - setting, end + setting);
    if (entry == 0) return false;
  }
  const owner = load<u32>(entry, ResourceEntry.OwnerLength);
  fillFacts(entry, owner == 0 ? <u32>OwnerKind.Unknown : ownerKind(load<u32>(entry, ResourceEntry.Owner), owner));
  return true;
}

/** The entry that the resource in hand was found under; 0: it has none. */
let facts: u32 = 0;

function fillFacts(entry: u32, owner: u32): void {
  facts = entry;
  put(Frame.Owner, owner);
  put(Frame.Consent, load<u32>(entry, ResourceEntry.Consent));
  put(Frame.ResourceSet, load<u32>(entry, ResourceEntry.Set));
  put(Frame.Rcp, load<u32>(entry, ResourceEntry.Rcp));
  put(Frame.ResourceBits, load<u32>(entry, ResourceEntry.Bits));
  fillSlots(entry + ResourceEntry.Slots, load<u32>(entry, ResourceEntry.SlotCount));
}

function ownerKind(owner: u32, length: u32): u32 {
  const account = load<u32>(frame, Frame.Account);
  const same = length == load<u32>(frame, Frame.AccountLength) && sameBytes(owner, account, length);
  return same ? OwnerKind.Same : OwnerKind.Other;
}

/** The request's own values, one behind the other from `text`; lowered copies go behind them. */
function fillValues(text: u32): bool {
  const count = load<u32>(quickFrame, QuickFrame.ValueCount);
  let row = quickFrame + QuickFrame.Values;
  let copies = textArea + textAreaBytes / 2;
  for (let index: u32 = 0; index < count; index++, row += QuickValue.Size) {
    const length = load<u32>(row, QuickValue.Length);
    const shape = load<u32>(row, QuickValue.Shape);
    const key = load<u32>(row, QuickValue.Key);
    if (shape == QuickShape.Boolean) {
      const pointer: u32 = length ? booleans : booleans + 16;
      const bytes: u32 = length ? 4 : 5;
      if (key != <u32>Format.None) fillSlot(key, pointer, bytes);
      const lowered = load<u32>(row, QuickValue.Lowered);
      if (lowered != <u32>Format.None) fillSlot(lowered, pointer, bytes);
      continue;
    }
    if (shape == QuickShape.Address && !parseAddress(text, length)) return false;
    if (key != <u32>Format.None) fillSlot(key, text, length);
    const lowered = load<u32>(row, QuickValue.Lowered);
    if (lowered != <u32>Format.None) {
      for (let at: u32 = 0; at < length; at++) {
        const byte = load<u8>(text + at);
        store<u8>(copies + at, byte - 0x41 < 26 ? byte | 0x20 : byte);
      }
      fillSlot(lowered, copies, length);
      copies += length;
    }
    text += length;
  }
  return true;
}

/** `true`, and sixteen bytes further `false`. */
export function writeBooleans(): void {
  store<u32>(booleans, 0x65757274);
  store<u32>(booleans, 0x736c6166, 16);
  store<u8>(booleans, 0x65, 20);
}

function fillSlot(key: u32, pointer: u32, length: u32): void {
  const slot = slots + key * SlotRecord.Size;
  store<u32>(slot, SlotState.Single, SlotRecord.State);
  store<u32>(slot, pointer, SlotRecord.Pointer);
  store<u32>(slot, length, SlotRecord.Length);
}
