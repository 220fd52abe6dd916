/** The module without its engine: a host that goes by docs/batch.md alone sets it up, answers its deferrals, and gets the engine's answers. */
import { describe, expect, it } from "vitest";
import { BatchColumn, BatchFrame, Column, ColumnKind, Deferral, ValueShape } from "../../src/bytecode/batch-layout.js";
import {
  CallerEntry,
  CallerKind,
  EntrySlot,
  FixedBy,
  Format,
  Frame,
  KeyKind,
  KeyRecord,
  PrincipalRecord,
  ResourceEntry,
  ResourceReach,
  Section,
  SlotState,
} from "../../src/bytecode/layout.js";
import type { BundleReader } from "../../src/bytecode/reader.js";
import { verifyBundle } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import { utf8Column } from "../../src/engine/columns.js";
import { Engine } from "../../src/engine/engine.js";
import { type Exports, moduleOf } from "../../src/engine/wasm.js";
import { scenarioOf } from "../generators/roads.js";

const ACCOUNT = "111111111111";
const USER = `arn:aws:iam::${ACCOUNT}:user/a`;
const HEAD = `arn:aws:sqs:eu-west-1:${ACCOUNT}:`;

const bundle = compile(
  scenarioOf({
    id: "a queue",
    request: { principal: USER, action: "sqs:SendMessage", resource: `${HEAD}orders` },
    policies: {
      identity: [
        {
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Action: "sqs:Send*", Resource: `${HEAD}orders` },
            {
              Effect: "Deny",
              Action: "*",
              Resource: "*",
              Condition: { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" }, StringLike: { "aws:UserAgent": "curl*" } },
            },
          ],
        },
      ],
    },
  } as unknown as Parameters<typeof scenarioOf>[0]).world,
);

const COLUMNS: readonly (readonly [string, readonly (string | null)[]])[] = [
  ["principal", [USER, USER, USER, USER, USER]],
  ["action", ["sqs:SendMessage", "sqs:SendMessage", "sqs:PurgeQueue", "sqs:SendMessage", "sqs:SendMessage"]],
  ["resource", [`${HEAD}orders`, `${HEAD}orders`, `${HEAD}orders`, `${HEAD}other`, `${HEAD}orders`]],
  ["aws:SourceIp", ["10.1.2.3", "192.0.2.1", "10.1.2.3", "10.1.2.3", null]],
  ["aws:UserAgent", ["curl/8", "curl/8", "curl/8", null, "curl/8"]],
];
const SHAPES = new Map([["aws:SourceIp", ValueShape.Address]]);

/** What docs/batch.md asks of a host, for worlds of users and queues. */
class Host {
  private readonly exports: Exports;
  private readonly bytes: Uint8Array;
  private readonly words: Uint32Array;
  private cursor: number;
  private party: number;

  constructor(private readonly reader: BundleReader) {
    const align = (at: number) => Math.ceil(at / 64) * 64;
    const instance = (pages: number) => {
      const memory = new WebAssembly.Memory({ initial: pages });
      const { exports } = new WebAssembly.Instance(moduleOf("baseline"), { env: { memory } });
      return { memory, exports: exports as unknown as Exports };
    };
    const small = instance(2);
    const at = align(small.exports.heapBase());
    const base = align(at + bundle.length);
    const images = [at, 0, base, 524_288, 4_194_304, 0x1234_5678] as const;
    new Uint8Array(small.memory.buffer).set(bundle.subarray(0, 256), at);
    const pages = small.exports.configure(...images, 0) >>> 0;
    const { memory, exports } = instance(pages + 2);
    this.exports = exports;
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.bytes.set(bundle, at);
    expect(exports.configure(...images, 1) >>> 0).toBe(pages);
    expect(exports.end.value >>> 0).toBeLessThanOrEqual(pages * 65_536);
    this.cursor = pages * 65_536;
    this.party = exports.partyArea.value;
    const slots = reader.count(Section.Keys, KeyRecord.Size);
    // None of the keys of this world follows from its parties.
    this.bytes.fill(FixedBy.Nobody, exports.fixedKeys.value, exports.fixedKeys.value + slots);
    exports.prepareQuick(1, 2 ** 31);
  }

  decide(): { readonly decisions: number[]; readonly reasons: number[] } {
    const rows = COLUMNS[0]![1].length;
    const frame = this.take(BatchFrame.Size + (COLUMNS.length + 2) * Column.Size);
    const put = (field: number, value: number) => {
      this.words[(frame + field) >>> 2] = value;
    };
    const decisions = this.take(rows);
    const deferred = this.take(256 * 8);
    put(BatchFrame.Columns, COLUMNS.length + 1);
    put(BatchFrame.Rows, rows);
    put(BatchFrame.Decisions, decisions);
    put(BatchFrame.Deferred, deferred);
    put(BatchFrame.DeferredMax, 256);
    COLUMNS.forEach(([name, values], index) => {
      // Behind the first three stands the owner's, of kind None.
      const place = index < BatchColumn.Owner ? index : index + 1;
      this.layOut(frame + BatchFrame.Size + place * Column.Size, name, values);
    });
    const owner = frame + BatchFrame.Size + BatchColumn.Owner * Column.Size;
    this.words[(owner + Column.Key) >>> 2] = Format.None;
    this.words[(owner + Column.Lowered) >>> 2] = Format.None;
    this.exports.beginBatch(frame);
    const reasons: number[] = [];
    const list = this.take(rows * 4);
    let asked = Array.from({ length: rows }, (_, row) => row);
    while (asked.length > 0) {
      this.words.set(asked, list >>> 2);
      put(BatchFrame.List, list);
      put(BatchFrame.First, 0);
      put(BatchFrame.Count, asked.length);
      this.exports.decideRows();
      expect(this.words[(frame + BatchFrame.Done) >>> 2]).toBe(asked.length);
      const count = this.words[(frame + BatchFrame.DeferredCount) >>> 2]!;
      const pairs = [...this.words.slice(deferred >>> 2, (deferred >>> 2) + count * 2)];
      asked = pairs.filter((_, at) => at % 2 === 0);
      reasons.push(...pairs.filter((_, at) => at % 2 === 1));
      asked.forEach((row, at) => {
        expect(this.bytes[decisions + row]).toBe(0);
        this.learn(row, pairs[at * 2 + 1]!);
      });
      expect(reasons.length).toBeLessThan(100);
    }
    return { decisions: [...this.bytes.subarray(decisions, decisions + rows)], reasons };
  }

  private layOut(column: number, name: string, values: readonly (string | null)[]): void {
    const put = (field: Column, value: number) => {
      this.words[(column + field) >>> 2] = value;
    };
    const { offsets, data, validity } = utf8Column(values);
    const keys = Array.from({ length: this.reader.count(Section.Keys, KeyRecord.Size) }, (_, id) => id);
    const field = (id: number, offset: KeyRecord) => this.reader.field(Section.Keys, KeyRecord.Size, id, offset);
    const slot = (kind: KeyKind) =>
      keys.find(
        (id) =>
          field(id, KeyRecord.Kind) === kind && this.reader.string(field(id, KeyRecord.Name)) === name.toLowerCase(),
      ) ?? Format.None;
    put(Column.Kind, ColumnKind.Utf8);
    put(Column.Key, slot(KeyKind.Plain));
    put(Column.Lowered, slot(KeyKind.Lowered));
    put(Column.Shape, SHAPES.get(name) ?? ValueShape.Any);
    put(Column.Rows, this.copy(new Uint8Array(offsets.buffer)));
    put(Column.Data, this.copy(data));
    put(Column.DataLength, data.length);
    if (validity !== undefined) put(Column.Validity, this.copy(validity));
  }

  private learn(row: number, reason: number): void {
    const [, [, actions]] = COLUMNS as unknown as readonly [unknown, readonly [string, readonly string[]]];
    switch (reason as Deferral) {
      case Deferral.CallerUnknown: {
        const [text, length] = this.text(USER);
        const [account, accountLength] = this.text(ACCOUNT);
        // AWS would send both keys of this world, so a request without them leaves them unknown (REQ-44).
        const slots = this.reader.count(Section.Keys, KeyRecord.Size);
        const entry = this.entry(CallerEntry.Slots + slots * EntrySlot.Size);
        const put = (field: number, value: number) => {
          this.words[(entry + field) >>> 2] = value;
        };
        put(Frame.Caller, CallerKind.User);
        put(Frame.Account, account);
        put(Frame.AccountLength, accountLength);
        put(Frame.Arn, text);
        put(Frame.ArnLength, length);
        put(
          CallerEntry.Identity,
          this.reader.field(Section.Principals, PrincipalRecord.Size, 0, PrincipalRecord.Identity),
        );
        put(CallerEntry.Boundary, Format.None);
        put(CallerEntry.Session, Format.None);
        put(CallerEntry.Scp, Format.None);
        put(CallerEntry.SlotCount, slots);
        for (let slot = 0; slot < slots; slot++) {
          put(CallerEntry.Slots + slot * EntrySlot.Size + EntrySlot.Key, slot);
          put(CallerEntry.Slots + slot * EntrySlot.Size + EntrySlot.State, SlotState.Unknown);
        }
        this.exports.addCaller(text, length, entry);
        return;
      }
      case Deferral.ActionUnknown: {
        const [text, length] = this.text(actions[row]!);
        this.exports.admitAction(text, length);
        return;
      }
      case Deferral.ResourceUnknown: {
        const [text, length] = this.text(HEAD);
        const [owner, ownerLength] = this.text(ACCOUNT);
        const entry = this.entry(ResourceEntry.Slots);
        const put = (field: ResourceEntry, value: number) => {
          this.words[(entry + field) >>> 2] = value;
        };
        put(ResourceEntry.Reach, ResourceReach.Facts);
        put(ResourceEntry.Owner, owner);
        put(ResourceEntry.OwnerLength, ownerLength);
        put(ResourceEntry.Set, Format.None);
        put(ResourceEntry.Rcp, Format.None);
        this.exports.addResource(text, length, entry);
        return;
      }
      default:
        throw new Error(`a deferral for ${reason} was not expected`);
    }
  }

  /** A place in the host's pages, 64 bytes and more behind what is there already. */
  private take(bytes: number): number {
    const at = this.cursor;
    this.cursor = (at + bytes + 64 + 63) & ~63;
    return at;
  }

  private copy(bytes: Uint8Array): number {
    const at = this.take(bytes.length);
    this.bytes.set(bytes, at);
    return at;
  }

  private text(text: string): readonly [number, number] {
    const encoded = new TextEncoder().encode(text);
    const at = this.party;
    this.bytes.set(encoded, at);
    this.party += encoded.length + 16;
    return [at, encoded.length];
  }

  private entry(size: number): number {
    const at = (this.party + 3) & ~3;
    this.party = at + size;
    return at;
  }
}

describe("the module by itself", () => {
  it("asks for what it does not know, each once, and then answers as the engine", () => {
    const [principal, action, resource, address, agent] = COLUMNS.map(([, values]) => utf8Column(values));
    const expected = Engine.loadSync(bundle).decideBatch({
      rows: COLUMNS[0]![1].length,
      principal: principal!,
      action: action!,
      resource: resource!,
      context: { "aws:SourceIp": address!, "aws:UserAgent": agent! },
    });
    expect([...expected.decisions]).toEqual([1, 2, 3, 3, 4]);
    const host = new Host(verifyBundle(bundle));
    const { decisions, reasons } = host.decide();
    expect(decisions).toEqual([...expected.decisions]);
    expect(new Set(reasons)).toEqual(
      new Set([Deferral.CallerUnknown, Deferral.ActionUnknown, Deferral.ResourceUnknown]),
    );
    const again = host.decide();
    expect(again.decisions).toEqual(decisions);
    expect(again.reasons).toEqual([]);
  });
});
