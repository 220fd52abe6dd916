/**
 * Resources that were asked for more than once, each kept once with what is known of it: what is left of a question (see
 * residual.ts) is filed under such a record, not under the text. A text is compared byte by byte, never by hash alone.
 */
import { hashOf } from "./hash";
import { sameBytes } from "./glob";
import { copyBytes, RESOURCE_BYTES, RESOURCE_TABLE_SIZE, resourceArea, resourceRecords } from "./memory";

/** One resource in one setting (engine/quick.ts says what settings are). */
export const enum ResourceRecord {
  /** Bytes of the setting and of the resource. */
  SettingLength = 0,
  Length = 4,
  /** The `ResourceEntry` that tells of it; 0: there is none to look at (`*`). */
  Facts = 8,
  /** Setting and resource, one behind the other. */
  Text = 12,
}

const SLOT: u32 = 8;

let used: u32 = 0;
let count: u32 = 0;

/** Of the text looked up last. */
export let resourceHash: u32 = 0;

export function forgetResources(): void {
  memory.fill(resourceRecords, 0, RESOURCE_TABLE_SIZE * SLOT);
  used = 0;
  count = 0;
}

/** Whether another record of this many bytes of text fits. */
export function hasRoomForResource(length: u32): bool {
  return count < RESOURCE_TABLE_SIZE / 2 && used + ResourceRecord.Text + length + 32 <= RESOURCE_BYTES;
}

/** The record of a resource, or 0. `text`: setting and resource, one behind the other. */
export function findResource(text: u32, setting: u32, length: u32): u32 {
  resourceHash = hashOf(text, setting + length);
  let slot = resourceHash & (RESOURCE_TABLE_SIZE - 1);
  while (true) {
    const place = resourceRecords + slot * SLOT;
    const record = load<u32>(place, 4);
    if (record == 0) return 0;
    if (
      load<u32>(place) == resourceHash &&
      load<u32>(record, ResourceRecord.SettingLength) == setting &&
      load<u32>(record, ResourceRecord.Length) == length &&
      sameBytes(record + ResourceRecord.Text, text, setting + length)
    ) {
      return record;
    }
    slot = (slot + 1) & (RESOURCE_TABLE_SIZE - 1);
  }
}

/** Keeps the resource that was just not found. There must be room. */
export function addResourceRecord(text: u32, setting: u32, length: u32, facts: u32): u32 {
  const record = resourceArea + used;
  store<u32>(record, setting, ResourceRecord.SettingLength);
  store<u32>(record, length, ResourceRecord.Length);
  store<u32>(record, facts, ResourceRecord.Facts);
  copyBytes(record + ResourceRecord.Text, text, setting + length);
  // Sixteen bytes behind a text stay readable.
  used = (used + ResourceRecord.Text + setting + length + 16 + 7) & ~7;
  let slot = resourceHash & (RESOURCE_TABLE_SIZE - 1);
  while (load<u32>(resourceRecords + slot * SLOT, 4) != 0) slot = (slot + 1) & (RESOURCE_TABLE_SIZE - 1);
  store<u32>(resourceRecords + slot * SLOT, resourceHash);
  store<u32>(resourceRecords + slot * SLOT, record, 4);
  count++;
  return record;
}
