/** Plain requests from their texts, one at a time. */
import {
  CallerEntry,
  Format,
  QuickFrame,
  QuickShape,
  QuickStatus,
  QuickValue,
  Result,
  SlotRecord,
  SlotState,
} from "../src/bytecode/layout";
import { ActionBits, actionBits, actionClass, findAction, generation, recallAction } from "./actions";
import { authorizePrepared } from "./authorize";
import { slots } from "./bundle";
import { hasIndex } from "./candidates";
import { forgetAddress, parseAddress } from "./compare";
import { setEveryKeyUnlisted } from "./conditions";
import {
  addResourceRecord,
  findResource,
  hasRoomForResource,
  resourceHash,
  ResourceRecord,
} from "./dictionary";
import { booleans, quickFrame, result, textArea, textAreaBytes } from "./memory";
import { fillFrame, fillPartySlots, findCaller, findFacts, isNothing, ownerFor } from "./parties";
import {
  beginResidual,
  Cell,
  cellOf,
  findResidual,
  forgetResiduals,
  hasCells,
  hasRoomForResidual,
  packedResult,
  refreshResiduals,
  ResidualEntry,
  seenBefore,
  takeResidual,
} from "./residual";
import { outOfSteps, resetSteps, steps } from "./steps";

export { addCaller, addResource, forgetParties } from "./parties";

/** Numbers of decisions that the host keeps; it begins anew when they run out. */
const NUMBERS_MAX: u32 = 65536;
let lastNumber: u32 = 0;

/** The host has forgotten all decisions that it kept. */
export function forgetNumbers(): void {
  forgetResiduals();
  lastNumber = 0;
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
    caller = findCaller(textArea, callerLength);
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
  store<u32>(result, 0, Result.Number);
  // Without the index every statement is to be looked at; what a built-in rule makes of layers is its own affair.
  const remembers = hasIndex() && !(actionBits & ActionBits.GetSessionToken);
  let record: u32 = 0;
  let residual: u32 = 0;
  if (remembers) {
    refreshResiduals();
    record = findResource(settingText, settingLength, resourceLength);
    if (record != 0) residual = findResidual(caller, actionClass, record);
  }
  let facts: u32 = 0;
  if (record != 0) {
    facts = load<u32>(record, ResourceRecord.Facts);
  } else if (!isNothing(resourceText, resourceLength)) {
    facts = findFacts(resourceText, resourceLength, settingLength);
    if (facts == 0) return QuickStatus.ResourceUnknown;
  }
  fillPartySlots(caller, facts);
  if (!fillValues(resourceText + resourceLength)) return QuickStatus.ValueMalformed;
  let cell = residual != 0 && hasCells(residual) ? cellOf(residual) : 0;
  if (cell != 0) {
    const number = load<u32>(cell, Cell.Number);
    if (number != 0) {
      store<u32>(result, number, Result.Number);
      store<u32>(result, steps(), Result.Steps);
      note(caller);
      return outOfSteps() ? QuickStatus.OutOfSteps : QuickStatus.Known;
    }
  }
  const owner = residual != 0 ? load<u32>(residual, ResidualEntry.Owner) : ownerFor(caller, facts);
  fillFrame(caller, facts, owner, resourceText, resourceLength);
  if (residual != 0) takeResidual(residual);
  else if (remembers && seenBefore(caller, actionClass, resourceHash)) {
    if (!hasRoomForResidual() || (record == 0 && !hasRoomForResource(settingLength + resourceLength))) {
      forgetResiduals();
      record = 0;
    }
    if (record == 0) record = addResourceRecord(settingText, settingLength, resourceLength, facts);
    beginResidual(caller, actionClass, record, owner);
  }
  authorizePrepared();
  note(caller);
  if (outOfSteps()) return QuickStatus.OutOfSteps;
  // An entry that was begun and is filed now: no built-in rule has decided.
  if (residual == 0 && record != 0) {
    residual = findResidual(caller, actionClass, record);
    if (residual != 0 && hasCells(residual)) cell = cellOf(residual);
  }
  if (cell != 0) {
    store<u32>(cell, packedResult(), Cell.Outcome);
    if (lastNumber < NUMBERS_MAX) {
      store<u32>(cell, ++lastNumber, Cell.Number);
      store<u32>(result, lastNumber, Result.Number);
    }
  }
  return QuickStatus.Ok;
}

/** Where caller and action were found, so that the host need not write them again. */
function note(caller: u32): void {
  store<u32>(result, load<u32>(caller, CallerEntry.Index), Result.Caller);
  store<u32>(result, caller, Result.CallerEntry);
  store<u32>(result, actionClass, Result.ActionClass);
  store<u32>(result, generation, Result.ActionGeneration);
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
