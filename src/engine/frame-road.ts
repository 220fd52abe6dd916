/**
 * The quick road for byte frames: the frame's texts are copied into the evaluator's memory as they are, names of keys are
 * recognized by their bytes, and no string is made unless the evaluator meets something new. A frame that is not plain takes
 * the general road.
 */
import { QuickFrame, QuickStatus } from "../bytecode/layout.js";
import { RequestFrame, RequestFrameFlags, RequestFrameRow, RequestFrameValue } from "../bytecode/request-frame.js";
import { type FrameView, requestOf, wordAt } from "./frame.js";
import { GIVEN_MAX, type QuickRoad, TEXT_LENGTH_MAX, TEXTS_LENGTH_MAX, type ValuePlan } from "./quick.js";
import type { Machine } from "./wasm.js";

/** A name that was seen, and how its values are passed on. */
interface Known {
  readonly name: Uint8Array;
  readonly plan: ValuePlan;
}

const REFUSE: ValuePlan = { kind: "refuse" };
const TEXT: RequestFrameValue = RequestFrameValue.Text;
const HASH = 0x23;
const STAR = 0x2a;

export class FrameRoad {
  /** The names that tags and keys had in the frames before, by place. */
  private readonly tags: Known[] = [];
  private readonly keys: Known[] = [];
  private readonly text: Uint8Array;
  private readonly textWords: Uint32Array;
  private readonly frame: number;

  constructor(
    private readonly machine: Machine,
    private readonly quick: QuickRoad,
  ) {
    this.frame = machine.quickFrame >>> 2;
    this.text = machine.bytes.subarray(machine.textArea, machine.textArea + TEXTS_LENGTH_MAX * 2);
    this.textWords = machine.words.subarray(machine.textArea >>> 2, (machine.textArea >>> 2) + TEXTS_LENGTH_MAX / 2);
  }

  /** As `QuickRoad.decide`. Throws `FrameError` where a new text is not UTF-8. */
  decide(frame: FrameView): QuickStatus.Ok | QuickStatus.OutOfSteps | QuickStatus.Known | null {
    if (!this.write(frame)) return null;
    const { exports } = this.machine;
    let status: QuickStatus = exports.decideQuick();
    for (let attempt = 1; attempt < 4 && isAsking(status); attempt++) {
      if (!this.quick.look(requestOf(frame), status)) return null;
      if (!this.write(frame)) return null;
      status = exports.decideQuick();
    }
    switch (status) {
      case QuickStatus.Ok:
      case QuickStatus.Known:
      case QuickStatus.OutOfSteps:
        return status;
      case QuickStatus.CallerUnknown:
      case QuickStatus.ActionUnknown:
      case QuickStatus.ResourceUnknown:
      case QuickStatus.ValueMalformed:
        return null;
    }
  }

  /** Copies the texts, and says how long each is. False: the frame is not plain. */
  private write(frame: FrameView): boolean {
    const { bytes, flags, texts, principalLength, actionLength, ownerLength, resourceLength } = frame;
    if (flags & RequestFrameFlags.HasNow) return false;
    const length = frame.names - texts;
    // Well within every limit of a single text.
    if (length >= TEXTS_LENGTH_MAX || resourceLength > TEXT_LENGTH_MAX) return false;
    const resource = texts + principalLength + actionLength + ownerLength;
    if (flags & RequestFrameFlags.HasOwner) {
      if (ownerLength !== 12 || (resourceLength === 1 && bytes[resource] === STAR)) return false;
    }
    this.quick.begin();
    if (!this.writeRows(frame)) return false;
    const tagged = flags & RequestFrameFlags.HasTags ? 1 : 0;
    const head = resource - texts;
    if (tagged === 0) {
      this.text.set(bytes.subarray(texts, frame.names));
    } else {
      this.text.set(bytes.subarray(texts, resource));
      this.text[head] = HASH;
      this.text.set(bytes.subarray(resource, frame.names), head + 1);
    }
    if (!this.isAscii(length + tagged)) return false;
    this.quick.writeClockTo(this.text.subarray(length + tagged));
    const { words } = this.machine;
    const at = this.frame;
    words[at + (QuickFrame.CallerEntry >>> 2)] = 0;
    words[at + (QuickFrame.CallerLength >>> 2)] = principalLength;
    words[at + (QuickFrame.ActionClass >>> 2)] = 0;
    words[at + (QuickFrame.ActionLength >>> 2)] = actionLength;
    words[at + (QuickFrame.SettingLength >>> 2)] = ownerLength + tagged;
    words[at + (QuickFrame.ResourceLength >>> 2)] = resourceLength;
    words[at + (QuickFrame.ValueCount >>> 2)] = this.quick.valueCount;
    return true;
  }

  /** A row for each value; its text is where the frame has it. */
  private writeRows(frame: FrameView): boolean {
    const { quick } = this;
    const { bytes, tagCount, rowCount } = frame;
    let nameAt = frame.names;
    let valueAt = frame.texts + frame.principalLength + frame.actionLength + frame.ownerLength + frame.resourceLength;
    for (let index = 0, row: number = RequestFrame.Rows; index < rowCount; index++, row += RequestFrameRow.Size) {
      if (wordAt(bytes, row + RequestFrameRow.Kind) !== TEXT) return false;
      const nameLength = wordAt(bytes, row);
      const length = wordAt(bytes, row + RequestFrameRow.Length);
      const plan =
        index < tagCount
          ? this.planOf(this.tags, index, bytes, nameAt, nameLength)
          : this.planOf(this.keys, index - tagCount, bytes, nameAt, nameLength);
      if (plan.kind === "refuse" || !quick.admits(plan)) return false;
      if (plan.boolean && !isBoolean(bytes, valueAt, length)) return false;
      quick.row(plan, length, plan.shape);
      nameAt += nameLength;
      valueAt += length;
    }
    return true;
  }

  /** Frames of one source name their keys in one order; what stood in a place is looked at before any table. */
  private planOf(known: Known[], place: number, bytes: Uint8Array, at: number, length: number): ValuePlan {
    const remembered = known[place];
    if (remembered !== undefined && isSame(remembered.name, bytes, at, length)) return remembered.plan;
    if (length > TEXT_LENGTH_MAX) return REFUSE;
    const name = asciiAt(bytes, at, length);
    if (name === null) return REFUSE;
    const plan = known === this.tags ? this.quick.tagPlanOf(name) : this.quick.keyPlanOf(name);
    if (place < GIVEN_MAX) known[place] = { name: bytes.slice(at, at + length), plan };
    return plan;
  }

  /** Whether the first bytes of the text are, so that lengths are those of strings and cases those of ASCII. */
  private isAscii(length: number): boolean {
    const { text, textWords } = this;
    let seen = 0;
    const words = length >>> 2;
    for (let word = 0; word < words; word++) seen |= textWords[word]!;
    for (let at = words * 4; at < length; at++) seen |= text[at]!;
    return (seen & 0x8080_8080) === 0;
  }
}

/** Whether the evaluator waits for something that the host can find out. */
function isAsking(status: QuickStatus): boolean {
  return (
    status === QuickStatus.CallerUnknown ||
    status === QuickStatus.ActionUnknown ||
    status === QuickStatus.ResourceUnknown
  );
}

function isSame(name: Uint8Array, bytes: Uint8Array, from: number, length: number): boolean {
  if (name.length !== length) return false;
  for (let at = 0; at < length; at++) if (name[at] !== bytes[from + at]) return false;
  return true;
}

function isBoolean(bytes: Uint8Array, at: number, length: number): boolean {
  return isSame(TRUE, bytes, at, length) || isSame(FALSE, bytes, at, length);
}

const TRUE = new TextEncoder().encode("true");
const FALSE = new TextEncoder().encode("false");

/** Null: not ASCII. */
function asciiAt(bytes: Uint8Array, from: number, length: number): string | null {
  for (let at = 0; at < length; at++) if (bytes[from + at]! > 0x7f) return null;
  return String.fromCharCode(...bytes.subarray(from, from + length));
}
