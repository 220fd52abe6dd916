/**
 * The batch road: columns in, one byte a row out. Rows go to the evaluator in chunks that fit into its memory; what it does
 * not know yet, it asks for by row, and gets from the same places as single requests do. A row that is not plain is decided
 * as a single request, so that a batch never answers otherwise than one request after the other; a law holds it to that.
 */
import {
  BatchColumn,
  BatchDecision,
  BatchFrame,
  Column,
  ColumnKind,
  Deferral,
  ValueRecord,
  ValueShape,
} from "../bytecode/batch-layout.js";
import { Format, QuickStatus, SlotState } from "../bytecode/layout.js";
import { lowerAscii } from "../policy/ascii.js";
import { cardinalityOf, checkShape, shapeOf, slotOf } from "../request/context.js";
import type { Decision, StatementRef } from "../request/decision.js";
import { LAYER_ORDER } from "../request/decision.js";
import { isDerivedKey } from "../request/derive.js";
import type { Slot } from "../request/question.js";
import { type Instant, type Request, RequestError } from "../request/request.js";
import { isoText, millisecondsOf } from "../request/time.js";
import {
  type BatchColumns,
  bitmapOf,
  ColumnError,
  cellAt,
  checkColumn,
  isSetAt,
  type ListColumn,
  type TextColumn,
  type Texts,
} from "./columns.js";
import type { KeyIds } from "./encode.js";
import { EngineError } from "./error.js";
import type { QuickRoad } from "./quick.js";
import type { Machine } from "./wasm.js";

export interface BatchOptions {
  /** Which layer decided. Default off. */
  readonly layers?: boolean;
  /** Which statement decided, the first where there are several. Default off. */
  readonly statements?: boolean;
  /** Which unknown keys an indeterminate answer hangs on. Default off. */
  readonly dependsOn?: boolean;
  /** Of all rows; default: the clock. */
  readonly now?: Instant;
  /** Most rows that go to the evaluator at once; the answers are the same. For tests. */
  readonly chunkRows?: number;
}

/** The answers, one a row. */
export interface BatchResult {
  /** `BatchDecision`: 1 allowed, 2 explicitDeny, 3 implicitDeny, 4 indeterminate, 5 denied, 6 refused. */
  readonly decisions: Uint8Array;
  /** Index in `LAYER_ORDER`, 255 where no layer decided. */
  readonly layers: Uint8Array | null;
  /** For `engine.statementOf`; 0xffff_ffff where no statement decided. */
  readonly statements: Uint32Array | null;
  /**
   * `dependsOnWords` words a row: bit `i` is key `i` of `engine.requiredKeys`; the bit behind the last key says that the
   * answer hangs on something that is no key, which `engine.decide` of the row names.
   */
  readonly dependsOn: Uint32Array | null;
  readonly dependsOnWords: number;
  /** Why rows are `refused`, by row in rising order. */
  readonly errors: readonly { readonly row: number; readonly error: RequestError | EngineError }[];
}

/** What the batch road needs of its engine. */
export interface BatchHost {
  readonly machine: Machine;
  /** Where the machine's memory for batches ends. */
  readonly batchEnd: number;
  /** Null: the bundle has none, and every row is a single request. */
  readonly quick: QuickRoad | null;
  readonly requiredKeys: readonly string[];
  /** Slots of keys by lower-cased name. */
  readonly keyIds: ReadonlyMap<string, Readonly<KeyIds>>;
  readonly slotCount: number;
  /** Decides a single request in whatever way it takes. */
  decide(request: Request): Decision;
  /** Id of a statement that a decision named, or None. */
  statementId(reference: StatementRef): number;
}

const ROWS_MAX = 1 << 20;
const DEFERRED_MAX = 4096;
/** How often a row comes back with something else that the evaluator does not know before it is decided singly. */
const ATTEMPTS_MAX = 6;
/** Bytes that stay readable behind each array: the evaluator reads ahead. */
const PADDING = 64;
const NONE = 0xffff_ffff;
const CLOCK_KEYS = ["aws:currenttime", "aws:epochtime"] as const;

/** A column of a batch with what it is for. */
interface Plan {
  readonly path: string;
  /** As in the request: a key, a tag's name. */
  readonly name: string;
  readonly party: "principal" | "action" | "resource" | "owner" | "tag" | "key" | "clock";
  readonly column: TextColumn | ListColumn;
  readonly key: number;
  readonly lowered: number;
  readonly shape: ValueShape;
}

/** Decides all rows of a batch. Throws `ColumnError` for columns that are not what they say, EngineError for a trap. */
export function decideBatch(host: BatchHost, columns: BatchColumns, options: BatchOptions): BatchResult {
  return new Batch(host, columns, options).run();
}

/** A batch of which nothing is decided yet. */
export interface PreparedBatch {
  /** Without those that no row's answer hangs on. */
  readonly columns: BatchColumns;
  readonly now: number;
  /** To be filled: every row is `Undecided`. */
  readonly result: BatchResult;
}

/** Checks a batch and decides nothing. Throws `ColumnError` as `decideBatch` does. */
export function prepareBatch(host: BatchHost, columns: BatchColumns, options: BatchOptions): PreparedBatch {
  return new Batch(host, columns, options).prepared();
}

class Batch {
  private readonly machine: Machine;
  private readonly words: Uint32Array;
  private readonly bytes: Uint8Array;
  private readonly plans: readonly Plan[];
  private readonly rows: number;
  private readonly now: number;
  private readonly decisions: Uint8Array;
  private readonly layers: Uint8Array | null;
  private readonly statements: Uint32Array | null;
  private readonly dependsOn: Uint32Array | null;
  private readonly dependsOnWords: number;
  private readonly causeBytes: number;
  private readonly errors: { row: number; error: RequestError | EngineError }[] = [];
  /** Where the next array goes, and where memory ends. */
  private cursor: number;
  private readonly end: number;
  /** The chunk in hand. */
  private first = 0;
  private frame = 0;

  constructor(
    private readonly host: BatchHost,
    private readonly columns: BatchColumns,
    private readonly options: BatchOptions,
  ) {
    this.machine = host.machine;
    this.words = host.machine.words;
    this.bytes = host.machine.bytes;
    this.rows = columns.rows;
    if (!Number.isInteger(this.rows) || this.rows < 0 || this.rows > 0x7fff_ffff) {
      throw new ColumnError("rows", `\`${columns.rows}\` is not a number of rows`);
    }
    this.now = options.now === undefined ? Date.now() : millisecondsOf(options.now, "now");
    this.plans = this.plan();
    this.decisions = new Uint8Array(this.rows);
    this.layers = options.layers ? new Uint8Array(this.rows) : null;
    this.statements = options.statements ? new Uint32Array(this.rows) : null;
    this.dependsOnWords = options.dependsOn ? Math.ceil((host.requiredKeys.length + 1) / 32) : 0;
    this.dependsOn = options.dependsOn ? new Uint32Array(this.rows * this.dependsOnWords) : null;
    this.causeBytes = Math.ceil((host.slotCount + 1) / 32) * 4;
    this.cursor = host.machine.batchArea;
    this.end = host.batchEnd;
  }

  run(): BatchResult {
    const most = Math.max(1, Math.min(this.options.chunkRows ?? ROWS_MAX, ROWS_MAX));
    const start = this.cursor;
    for (let first = 0; first < this.rows; ) {
      this.cursor = start;
      let count = Math.min(most, this.rows - first);
      while (count > 1 && !this.fits(first, count)) count = count >> 1;
      this.first = first;
      if (this.host.quick !== null && this.fits(first, count)) this.decideChunk(count);
      else for (let row = first; row < first + count; row++) this.decideSingly(row);
      first += count;
    }
    this.errors.sort((one, other) => one.row - other.row);
    return this.result();
  }

  prepared(): PreparedBatch {
    const needed = new Set(this.plans.map(({ path }) => path));
    const only = <T>(of: string, columns: Readonly<Record<string, T>> | undefined): Record<string, T> | undefined =>
      columns && Object.fromEntries(Object.entries(columns).filter(([name]) => needed.has(`${of}.${name}`)));
    const { resourceTags, context } = this.columns;
    const columns = {
      ...this.columns,
      resourceTags: only("resourceTags", resourceTags),
      context: only("context", context),
    };
    return { columns, now: this.now, result: this.result() };
  }

  private result(): BatchResult {
    const { decisions, layers, statements, dependsOn, dependsOnWords, errors } = this;
    return { decisions, layers, statements, dependsOn, dependsOnWords, errors };
  }

  // ---- Columns -------------------------------------------------------------------------------------------------------

  private plan(): readonly Plan[] {
    const { columns } = this;
    const plans: Plan[] = [];
    const party = (name: "principal" | "action" | "resource", column: TextColumn) => {
      if (column === undefined) throw new ColumnError(name, "is missing");
      checkColumn(column, this.rows, name, false);
      plans.push({ ...NO_KEY, path: name, name, party: name, column, shape: ValueShape.Any });
    };
    party("principal", columns.principal);
    party("action", columns.action);
    party("resource", columns.resource);
    const owner = columns.resourceAccount;
    if (owner !== undefined) checkColumn(owner, this.rows, "resourceAccount", false);
    plans.push({
      ...NO_KEY,
      path: "resourceAccount",
      name: "resourceAccount",
      party: "owner",
      column: owner ?? NOTHING,
      shape: ValueShape.Any,
    });
    const taken = new Map<string, string>();
    for (const [name, column] of Object.entries(columns.resourceTags ?? {})) {
      const path = `resourceTags.${name}`;
      this.addKey(plans, taken, { path, name, party: "tag", key: `aws:resourcetag/${lowerAscii(name)}`, column });
    }
    for (const [name, column] of Object.entries(columns.context ?? {})) {
      this.addKey(plans, taken, { path: `context.${name}`, name, party: "key", key: lowerAscii(name), column });
    }
    for (const key of CLOCK_KEYS) {
      const ids = this.host.keyIds.get(key);
      if (ids === undefined) continue;
      const text = key === "aws:currenttime" ? isoText(this.now) : String(Math.floor(this.now / 1000));
      const column = constant(text);
      plans.push({ ...slotsOf(ids), path: key, name: key, party: "clock", column, shape: ValueShape.Any });
    }
    if (plans.length > BatchColumn.Max) {
      throw new ColumnError("context", `there are more than ${BatchColumn.Max} columns`);
    }
    return plans;
  }

  private addKey(
    plans: Plan[],
    taken: Map<string, string>,
    {
      path,
      name,
      party,
      key,
      column,
    }: {
      readonly path: string;
      readonly name: string;
      readonly party: "tag" | "key";
      readonly key: string;
      readonly column: TextColumn | ListColumn;
    },
  ): void {
    const other = taken.get(key);
    if (other !== undefined) throw new ColumnError(path, `is the same key as \`${other}\`: keys compare without case`);
    taken.set(key, path);
    checkColumn(column, this.rows, path, true);
    const ids = this.host.keyIds.get(key);
    // Nothing that the bundle holds looks at it; a column that only the general road understands is still to be refused there.
    const shape = party === "tag" ? ValueShape.Any : shapeFor(key);
    if (ids === undefined && shape !== ValueShape.General) return;
    plans.push({ ...slotsOf(ids), path, name, party, column, shape });
  }

  /** Whether a chunk of rows finds room. */
  private fits(first: number, count: number): boolean {
    const isOurs = (array: Uint8Array | Int32Array | Uint32Array) => array.buffer === this.bytes.buffer;
    let bytes =
      BatchFrame.Size +
      (this.plans.length + 1) * Column.Size +
      count * (1 + 1 + 4 + 4 + (this.dependsOn === null ? 0 : this.causeBytes)) +
      DEFERRED_MAX * 8 +
      (this.plans.length * 8 + 8) * PADDING;
    for (const { column } of this.plans) bytes += sizeOf(column, first, count, isOurs);
    return bytes <= this.end - this.cursor;
  }

  /** Copies an array behind what is there already; an array that lies in the evaluator's memory stays where it is. */
  private copy(array: Uint8Array | Int32Array | Uint32Array): number {
    if (array.buffer === this.bytes.buffer) return array.byteOffset;
    const at = this.take(array.byteLength);
    this.bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    return at;
  }

  private take(bytes: number): number {
    const at = this.cursor;
    this.cursor = (at + bytes + PADDING + 63) & ~63;
    return at;
  }

  /** Lays a chunk's frame and columns out. */
  private layOut(count: number): void {
    const { words, first } = this;
    // One record more, for keys without a column.
    const frame = this.take(BatchFrame.Size + (this.plans.length + 1) * Column.Size);
    this.frame = frame;
    words.fill(0, frame >>> 2, (frame + BatchFrame.Size + this.plans.length * Column.Size) >>> 2);
    const put = (field: BatchFrame, value: number) => {
      words[(frame + field) >>> 2] = value;
    };
    put(BatchFrame.Rows, count);
    put(BatchFrame.Columns, this.plans.length);
    put(BatchFrame.HasTags, this.columns.resourceTags === undefined ? 0 : 1);
    put(BatchFrame.Decisions, this.takeZeros(count));
    if (this.layers !== null) put(BatchFrame.Layers, this.take(count));
    if (this.statements !== null) put(BatchFrame.Statements, this.take(count * 4));
    if (this.dependsOn !== null) put(BatchFrame.Causes, this.takeZeros(count * this.causeBytes));
    put(BatchFrame.CauseBytes, this.causeBytes);
    put(BatchFrame.Deferred, this.take(DEFERRED_MAX * 8));
    put(BatchFrame.DeferredMax, DEFERRED_MAX);
    put(BatchFrame.List, 0);
    this.plans.forEach((plan, index) => {
      this.layOutColumn((frame + BatchFrame.Size + index * Column.Size) >>> 2, plan, first, count);
    });
    this.machine.exports.beginBatch(frame);
  }

  private takeZeros(bytes: number): number {
    const at = this.take(bytes);
    this.bytes.fill(0, at, at + bytes);
    return at;
  }

  private layOutColumn(at: number, plan: Plan, first: number, count: number): void {
    const { words } = this;
    const { column } = plan;
    const put = (field: Column, value: number) => {
      words[at + (field >>> 2)] = value;
    };
    put(Column.Key, plan.key);
    put(Column.Lowered, plan.lowered);
    put(Column.Shape, plan.shape);
    if (column === NOTHING) return;
    if (column.validity !== undefined) put(Column.Validity, this.copyBits(column.validity, first, count));
    if (column.unknown !== undefined) put(Column.Unknown, this.copyBits(column.unknown, first, count));
    if (plan.party === "clock") {
      put(Column.Kind, ColumnKind.Constant);
      this.putDictionary(put, column as Texts);
      return;
    }
    switch (column.kind) {
      case "utf8": {
        put(Column.Kind, ColumnKind.Utf8);
        put(Column.Rows, this.copy(column.offsets.subarray(first, first + count + 1)));
        this.putData(put, column, column.offsets[first]!, column.offsets[first + count]!);
        return;
      }
      case "dictionary":
        put(Column.Kind, ColumnKind.Dictionary);
        put(Column.Rows, this.copy(column.indices.subarray(first, first + count)));
        this.putDictionary(put, column.dictionary);
        return;
      case "list": {
        const { items } = column;
        put(Column.Rows, this.copy(column.offsets.subarray(first, first + count + 1)));
        if ("indices" in items) {
          put(Column.Kind, ColumnKind.ListOfDictionary);
          put(Column.Indices, this.copy(items.indices));
          put(Column.IndexCount, items.indices.length);
          this.putDictionary(put, items.dictionary);
        } else {
          put(Column.Kind, ColumnKind.ListOfUtf8);
          put(Column.Offsets, this.copy(items.offsets));
          put(Column.Texts, items.offsets.length - 1);
          this.putData(put, items, 0, items.data.length);
        }
        return;
      }
    }
  }

  /** Bytes `from` to `to` of a column's data, under the offsets that they have there. */
  private putData(put: (field: Column, value: number) => void, { data }: Texts, from: number, to: number): void {
    // Offsets that fall, or lie outside, are found row by row.
    const isSound = from >= 0 && from <= to && to <= data.length;
    put(Column.DataLength, isSound ? to : 0);
    put(Column.Data, isSound ? this.copy(data.subarray(from, to)) - from : this.cursor);
  }

  private putDictionary(put: (field: Column, value: number) => void, texts: Texts): void {
    put(Column.Offsets, this.copy(texts.offsets));
    put(Column.Texts, texts.offsets.length - 1);
    this.putData(put, texts, 0, texts.data.length);
    put(Column.Map, this.takeZeros((texts.offsets.length - 1) * 4));
  }

  private copyBits(bitmap: Uint8Array, first: number, count: number): number {
    if ((first & 7) === 0) return this.copy(bitmap.subarray(first >> 3, (first + count + 7) >> 3));
    return this.copy(bitmapOf(count, (row) => isSetAt(bitmap, first + row)));
  }

  // ---- Chunks --------------------------------------------------------------------------------------------------------

  private decideChunk(count: number): void {
    this.layOut(count);
    const again = new Map<number, number>();
    const singly: number[] = [];
    const field = (offset: BatchFrame) => (this.frame + offset) >>> 2;
    const { words } = this;
    for (let done = 0; done < count; ) {
      words[field(BatchFrame.First)] = done;
      words[field(BatchFrame.Count)] = count - done;
      this.call();
      done += words[field(BatchFrame.Done)]!;
      this.look(again, singly);
    }
    while (again.size > 0) {
      const rows = [...again.keys()].slice(0, DEFERRED_MAX);
      const mark = this.cursor;
      const list = this.take(rows.length * 4);
      words.set(rows, list >>> 2);
      words[field(BatchFrame.List)] = list;
      words[field(BatchFrame.First)] = 0;
      words[field(BatchFrame.Count)] = rows.length;
      this.call();
      const done = words[field(BatchFrame.Done)]!;
      const attempts = new Map(rows.slice(0, done).map((row) => [row, again.get(row)!]));
      for (const row of attempts.keys()) again.delete(row);
      this.look(again, singly, attempts);
      this.cursor = mark;
    }
    this.read(count);
    for (const row of singly) this.decideSingly(this.first + row);
  }

  private call(): void {
    try {
      this.machine.exports.decideRows();
    } catch (error) {
      throw new EngineError("trap", `the evaluator trapped: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Finds out what the evaluator did not know; the rows concerned are to be asked again, or singly. */
  private look(again: Map<number, number>, singly: number[], attempts?: ReadonlyMap<number, number>): void {
    const { words, frame } = this;
    const at = words[(frame + BatchFrame.Deferred) >>> 2]! >>> 2;
    const count = words[(frame + BatchFrame.DeferredCount) >>> 2]!;
    const deferred = words.slice(at, at + count * 2);
    const looked = new Map<string, boolean>();
    for (let index = 0; index < count; index++) {
      const row = deferred[index * 2]!;
      const reason = deferred[index * 2 + 1]!;
      const attempt = (attempts?.get(row) ?? 0) + 1;
      if (attempt < ATTEMPTS_MAX && this.lookAt(row, reason, looked)) again.set(row, attempt);
      else singly.push(row);
    }
  }

  /** False: there is nothing to find out. */
  private lookAt(row: number, reason: number, looked: Map<string, boolean>): boolean {
    const status = STATUS.get(reason & 0xffff);
    if (status === undefined) {
      if ((reason & 0xffff) !== Deferral.ValueUnknown) return reason === Deferral.Again;
      this.plans.forEach((plan, column) => {
        if (plan.shape === ValueShape.Checked || plan.column.kind === "list") this.admit(plan, column, row);
      });
      return true;
    }
    try {
      const request = this.requestAt(this.first + row);
      if (!isAscii(request.principal as string)) return false;
      const name = `${status} ${nameOf(request, status)}`;
      let known = looked.get(name);
      if (known === undefined) {
        known = this.host.quick!.look(request, status);
        looked.set(name, known);
      }
      return known;
    } catch (error) {
      // The single request meets the same error, and is refused with it.
      if (error instanceof RequestError) return false;
      throw error;
    }
  }

  /** Looks at a value that comes for the first time; one that cannot be stays the general road's. */
  private admit(plan: Plan, column: number, row: number): void {
    const { exports } = this.machine;
    const pointer = this.frame + BatchFrame.Size + column * Column.Size;
    if (exports.valueOf(pointer, row) !== 0) return;
    const slot = this.slotFor(plan, row);
    const texts = slot === null ? [] : textsOf(slot);
    const lowered = plan.lowered === Format.None ? [] : texts.map((text) => text.toLowerCase());
    const all = [...texts, ...lowered].map((text) => encoder.encode(text));
    const extra = all.reduce((sum, text) => sum + text.length + 16, all.length * 8 + 16);
    const record = exports.admitValue(pointer, row, extra) >>> 0;
    if (record === 0 || slot === null || slot.state === "absent" || slot.state === "unknown") return;
    let pairs = exports.extraOf(record) >>> 0;
    let text = pairs + all.length * 8;
    const places = all.map((bytes) => {
      const place = text;
      this.bytes.set(bytes, place);
      text += bytes.length + 16;
      return [place, bytes.length] as const;
    });
    const write = (from: number, count: number, into: ValueRecord) => {
      const at = (record + into) >>> 2;
      if (slot.state === "single") {
        [this.words[at], this.words[at + 1]] = places[from]!;
        return;
      }
      this.words.set(places.slice(from, from + count).flat(), pairs >>> 2);
      this.words[at] = pairs;
      this.words[at + 1] = count;
      pairs += count * 8;
    };
    write(0, texts.length, ValueRecord.Pointer);
    if (lowered.length > 0 || (slot.state === "multi" && plan.lowered !== Format.None)) {
      write(texts.length, lowered.length, ValueRecord.LoweredPointer);
    }
    this.words[(record + ValueRecord.State) >>> 2] = slot.state === "single" ? SlotState.Single : SlotState.Multi;
  }

  /** What a row's value comes to; null: it is refused. */
  private slotFor(plan: Plan, row: number): Slot | null {
    try {
      const cell = cellAt(plan.column, this.first + row, plan.path);
      if (cell.state !== "given") return null;
      const key = lowerAscii(plan.name);
      const slot = slotOf(key, cell.value, plan.path, "error");
      checkShape(key, slot, plan.path);
      return slot;
    } catch (error) {
      if (error instanceof RequestError) return null;
      throw error;
    }
  }

  /** Takes the chunk's answers over. */
  private read(count: number): void {
    const { words, bytes, frame, first } = this;
    const at = (field: BatchFrame) => words[(frame + field) >>> 2]!;
    this.decisions.set(bytes.subarray(at(BatchFrame.Decisions), at(BatchFrame.Decisions) + count), first);
    this.layers?.set(bytes.subarray(at(BatchFrame.Layers), at(BatchFrame.Layers) + count), first);
    const statements = at(BatchFrame.Statements) >>> 2;
    this.statements?.set(words.subarray(statements, statements + count), first);
    if (this.dependsOn !== null) this.readCauses(at(BatchFrame.Causes), count);
  }

  private readCauses(causes: number, count: number): void {
    const { host, bytes, dependsOn, dependsOnWords, causeBytes } = this;
    const slots = host.requiredKeys.map((key) => host.keyIds.get(key)!.plain);
    for (let row = 0; row < count; row++) {
      if (this.decisions[this.first + row]! < BatchDecision.Indeterminate) continue;
      const at = causes + row * causeBytes;
      const has = (slot: number) => (bytes[at + (slot >> 3)]! & (1 << (slot & 7))) !== 0;
      const to = (this.first + row) * dependsOnWords;
      slots.forEach((slot, key) => {
        if (has(slot)) dependsOn![to + (key >> 5)]! |= 1 << (key & 31);
      });
      if (has(host.slotCount)) dependsOn![to + (slots.length >> 5)]! |= 1 << (slots.length & 31);
    }
  }

  // ---- Single rows ---------------------------------------------------------------------------------------------------

  /** Decides a row as a single request. */
  private decideSingly(row: number): void {
    let decision: Decision;
    try {
      decision = this.host.decide(this.requestAt(row));
    } catch (error) {
      const isOurs = error instanceof RequestError || (error instanceof EngineError && error.code === "out-of-steps");
      if (!isOurs) throw error;
      this.decisions[row] = BatchDecision.Refused;
      if (this.layers !== null) this.layers[row] = NO_LAYER;
      if (this.statements !== null) this.statements[row] = NONE;
      this.errors.push({ row, error });
      return;
    }
    this.decisions[row] = CODES[decision.decision];
    const statement = "statements" in decision ? decision.statements[0] : undefined;
    if (this.layers !== null) {
      this.layers[row] = "decidedBy" in decision ? LAYER_ORDER.indexOf(decision.decidedBy) : NO_LAYER;
    }
    if (this.statements !== null) {
      this.statements[row] = statement === undefined ? NONE : this.host.statementId(statement);
    }
    if (this.dependsOn !== null && "dependsOn" in decision) this.writeDependsOn(row, decision.dependsOn);
  }

  private writeDependsOn(row: number, names: readonly string[]): void {
    const keys = this.host.requiredKeys;
    const at = row * this.dependsOnWords;
    for (const name of names) {
      const index = keys.indexOf(name);
      const bit = index === -1 ? keys.length : index;
      this.dependsOn![at + (bit >> 5)]! |= 1 << (bit & 31);
    }
  }

  /** The request of a row. Throws `RequestError` where its bytes are no text. */
  private requestAt(row: number): Request {
    const parties: Record<string, string> = {};
    const context: Record<string, string | readonly string[]> = {};
    const tags: Record<string, string> = {};
    const unknown: string[] = [];
    for (const plan of this.plans) {
      if (plan.party === "clock" || plan.column === NOTHING) continue;
      const cell = cellAt(plan.column, row, plan.path);
      if (cell.state === "absent") {
        if (plan.party === "tag" || plan.party === "key" || plan.party === "owner") continue;
        throw new RequestError(MISSING_CODES[plan.party], plan.path, `the row has no ${plan.party}`);
      }
      if (plan.party === "tag" || plan.party === "key") {
        if (cell.state === "unknown") unknown.push(plan.party === "tag" ? `aws:ResourceTag/${plan.name}` : plan.name);
        else define(plan.party === "tag" ? tags : context, plan.name, cell.value);
      } else {
        parties[plan.party] = (cell as { readonly value: string }).value;
      }
    }
    return {
      principal: parties.principal!,
      action: parties.action!,
      resource: parties.resource!,
      ...(parties.owner === undefined ? {} : { resourceAccount: parties.owner }),
      ...(this.columns.resourceTags === undefined ? {} : { resourceTags: tags }),
      context,
      ...(unknown.length === 0 ? {} : { unknown }),
      ...(this.options.now === undefined && !this.readsClock() ? {} : { now: this.now }),
    };
  }

  /** Without its own instant a request of a bundle that reads the clock would be decided a moment later. */
  private readsClock(): boolean {
    return this.plans.some(({ party }) => party === "clock");
  }
}

const encoder = new TextEncoder();
const NO_LAYER = 255;
/** The slots of a key that the bundle reads, or of none. */
function slotsOf(ids: Readonly<KeyIds> | undefined): Pick<Plan, "key" | "lowered"> {
  return ids === undefined ? NO_KEY : { key: ids.plain, lowered: ids.lowered };
}

const NO_KEY = { key: Format.None as number, lowered: Format.None as number };
/** In the place of a column that is not there. */
const NOTHING: TextColumn = { kind: "utf8", offsets: new Int32Array(1), data: new Uint8Array(0) };

const STATUS: ReadonlyMap<number, QuickStatus> = new Map<number, QuickStatus>([
  [Deferral.CallerUnknown, QuickStatus.CallerUnknown],
  [Deferral.ActionUnknown, QuickStatus.ActionUnknown],
  [Deferral.ResourceUnknown, QuickStatus.ResourceUnknown],
]);

const MISSING_CODES = {
  principal: "invalid-principal",
  action: "invalid-action",
  resource: "invalid-resource",
} as const;

const CODES: Readonly<Record<Decision["decision"], BatchDecision>> = {
  allowed: BatchDecision.Allowed,
  explicitDeny: BatchDecision.ExplicitDeny,
  implicitDeny: BatchDecision.ImplicitDeny,
  indeterminate: BatchDecision.Indeterminate,
  denied: BatchDecision.Denied,
};

/** How a key's values are to be looked at. */
function shapeFor(key: string): ValueShape {
  if (isDerivedKey(key)) return ValueShape.General;
  if (cardinalityOf(key) === "multi") return ValueShape.Checked;
  switch (shapeOf(key)) {
    case "ip":
      return ValueShape.Address;
    case "bool":
      return ValueShape.Boolean;
    case "arn":
    case "date":
      return ValueShape.Checked;
    case null:
      return ValueShape.Any;
  }
}

/** What the evaluator did not know, so that it is looked at once however many rows ask for it. */
function nameOf(request: Request, status: QuickStatus): string {
  const { principal, action, resource, resourceAccount } = request;
  if (status === QuickStatus.CallerUnknown) return principal as string;
  return status === QuickStatus.ActionUnknown ? action : `${resourceAccount ?? ""} ${resource}`;
}

/** A plain property, whatever its name. */
function define(record: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(record, name, { value, enumerable: true, writable: true, configurable: true });
}

function textsOf(slot: Slot): readonly string[] {
  if (slot.state === "single") return [slot.value];
  return slot.state === "multi" ? slot.values : [];
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

function constant(text: string): TextColumn {
  const data = encoder.encode(text);
  return { kind: "utf8", offsets: Int32Array.of(0, data.length), data };
}

type Bytes = Uint8Array | Int32Array | Uint32Array;

/** Bytes that a column takes for a chunk of rows, beside what is in the evaluator's memory already. */
function sizeOf(
  column: TextColumn | ListColumn,
  first: number,
  count: number,
  isOurs: (array: Bytes) => boolean,
): number {
  const bits = ((count + 7) >> 3) * 2;
  switch (column.kind) {
    case "utf8": {
      if (column.offsets.length <= first + count) return bits + column.data.length;
      const data = isOurs(column.data) ? 0 : Math.max(column.offsets[first + count]! - column.offsets[first]!, 0);
      return bits + (isOurs(column.offsets) ? 0 : (count + 1) * 4) + data;
    }
    case "dictionary":
      return bits + (isOurs(column.indices) ? 0 : count * 4) + sizeOfTexts(column.dictionary, isOurs);
    case "list": {
      const { items } = column;
      const texts =
        "indices" in items
          ? (isOurs(items.indices) ? 0 : items.indices.length * 4) + sizeOfTexts(items.dictionary, isOurs)
          : sizeOfTexts(items, isOurs);
      return bits + (isOurs(column.offsets) ? 0 : (count + 1) * 4) + texts;
    }
  }
}

/** With a dictionary's map. */
function sizeOfTexts({ offsets, data }: Texts, isOurs: (array: Bytes) => boolean): number {
  return offsets.length * 4 + (isOurs(offsets) ? 0 : offsets.length * 4) + (isOurs(data) ? 0 : data.length);
}
