/**
 * Who calls and what is asked for, looked up by bytes in tables that the host fills with what it found out about a text the
 * first time (engine/quick.ts); nothing of the meaning is decided here.
 */
import {
  CallerEntry,
  EntrySlot,
  Format,
  Frame,
  OwnerKind,
  ResourceEntry,
  ResourceReach,
  SlotRecord,
} from "../src/bytecode/layout";
import { hashOf } from "./hash";
import { slotCount, slots } from "./bundle";
import { sameBytes } from "./glob";
import { callerTable, clearWords, copyWords, frame, resourceTable, TABLE_SIZE } from "./memory";
import { forgetResiduals } from "./residual";

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

/** The caller's `CallerEntry`, or 0. */
export function findCaller(text: u32, length: u32): u32 {
  return find(callerTable, text, length);
}

/** The `ResourceEntry` that tells of a resource in its setting, which stands before it, or 0: the host has to find out. */
export function findFacts(text: u32, length: u32, setting: u32): u32 {
  let place: u32 = 0;
  for (let colons: u32 = 0; colons < 5; place++) {
    if (place == length) return 0;
    if (load<u8>(text + place) == 0x3a) colons++;
  }
  // An ARN names something.
  if (place == length) return 0;
  const entry = find(resourceTable, text - setting, place + setting);
  if (entry == 0) return 0;
  const reach = load<u32>(entry, ResourceEntry.Reach);
  if (reach == ResourceReach.Facts) return entry;
  let end = length;
  if (reach == ResourceReach.Container) {
    end = place;
    while (end < length && load<u8>(text + end) != 0x2f) end++;
    if (end < length) end++;
  }
  return find(resourceTable, text - setting, end + setting);
}

/** `*`, which names nothing. */
export function isNothing(text: u32, length: u32): bool {
  return length == 1 && load<u8>(text) == 0x2a;
}

/** Whose a resource is, seen from a caller. `facts` 0: of the caller's own account. */
export function ownerFor(caller: u32, facts: u32): u32 {
  if (facts == 0) return OwnerKind.Same;
  const length = load<u32>(facts, ResourceEntry.OwnerLength);
  if (length == 0) return OwnerKind.Unknown;
  const account = caller + Frame.Account;
  const same =
    length == load<u32>(account, 4) && sameBytes(load<u32>(facts, ResourceEntry.Owner), load<u32>(account), length);
  return same ? OwnerKind.Same : OwnerKind.Other;
}

/** Fills the slots that caller and resource settle; all others are absent. */
export function fillPartySlots(caller: u32, facts: u32): void {
  clearWords(slots, slotCount() * SlotRecord.Size);
  const own = load<u32>(caller, CallerEntry.SlotCount);
  fillSlots(caller + CallerEntry.Slots, own);
  if (facts == 0) {
    fillSlots(caller + CallerEntry.Slots + own * EntrySlot.Size, load<u32>(caller, CallerEntry.OwnSlotCount));
  } else {
    fillSlots(facts + ResourceEntry.Slots, load<u32>(facts, ResourceEntry.SlotCount));
  }
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

function put(offset: u32, value: u32): void {
  store<u32>(frame + offset, value);
}

/** Fills the frame but for the action, which is in use already. */
export function fillFrame(caller: u32, facts: u32, owner: u32, resource: u32, resourceLength: u32): void {
  copyWords(frame, caller, CallerEntry.Identity);
  put(Frame.Identity, load<u32>(caller, CallerEntry.Identity));
  put(Frame.Boundary, load<u32>(caller, CallerEntry.Boundary));
  put(Frame.Session, load<u32>(caller, CallerEntry.Session));
  put(Frame.Scp, load<u32>(caller, CallerEntry.Scp));
  put(Frame.Resource, resource);
  put(Frame.ResourceLength, resourceLength);
  put(Frame.Endpoint, 0);
  put(Frame.Vpce, <u32>Format.None);
  put(Frame.Behind, <u32>Format.None);
  put(Frame.SessionInOverlay, 0);
  put(Frame.Owner, owner);
  put(Frame.Consent, facts == 0 ? 0 : load<u32>(facts, ResourceEntry.Consent));
  put(Frame.ResourceSet, facts == 0 ? <u32>Format.None : load<u32>(facts, ResourceEntry.Set));
  put(Frame.Rcp, facts == 0 ? <u32>Format.None : load<u32>(facts, ResourceEntry.Rcp));
  put(Frame.ResourceBits, facts == 0 ? 0 : load<u32>(facts, ResourceEntry.Bits));
}
