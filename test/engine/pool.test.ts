/** Pools: what threads share and what they do not, and what happens when one of them fails. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { w2 } from "../../bench/workloads/index.js";
import { worldOf } from "../../bench/workloads/world.js";
import { MutableModule } from "../../scripts/mutable-module.js";
import { BundleError } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import { type BatchColumns, ColumnError, dictionaryColumn, utf8Column } from "../../src/engine/columns.js";
import { Engine, EngineError } from "../../src/engine/engine.js";
import { EnginePool, PoolError } from "../../src/engine/pool.js";
import { bundleOf, MemoryTooLarge } from "../../src/engine/wasm.js";

const workload = w2(4_000);
const bytes = compile(worldOf(workload));

function columnsOf(count: number, form: typeof utf8Column | typeof dictionaryColumn = utf8Column): BatchColumns {
  const requests = workload.requests.slice(0, count);
  const keys = [...new Set(requests.flatMap(({ context }) => Object.keys(context)))];
  return {
    rows: requests.length,
    principal: form(requests.map(({ principal }) => principal)),
    action: form(requests.map(({ action }) => action)),
    resource: form(requests.map(({ resource }) => resource)),
    resourceAccount: form(requests.map(({ resourceAccount }) => resourceAccount)),
    context: Object.fromEntries(keys.map((key) => [key, form(requests.map(({ context }) => context[key] ?? null))])),
  };
}

describe("machines of one image", () => {
  it.each([0, 1])("write in their own share only: share %i of 2", (share) => {
    const image = Engine.shareImage(bytes, 2, 65536, { batchBytes: 1 << 20 });
    const own = new Uint8Array(image.memory.buffer, 0, image.bundleAt);
    const engine = Engine.inShare(image, share, {});
    const constants = own.slice();
    const single = Engine.loadSync(bytes);
    for (const form of [utf8Column, dictionaryColumn]) {
      const columns = columnsOf(4_000, form);
      expect([...engine.decideBatch(columns).decisions]).toEqual([...single.decideBatch(columns).decisions]);
    }
    expect(engine.decide(workload.requests[0]!)).toEqual(single.decide(workload.requests[0]!));
    expect(Buffer.compare(own, constants)).toBe(0);
    expect(Buffer.compare(bundleOf(image), bytes)).toBe(0);
    const other = image.shares[1 - share]!;
    expect(isZero(new Uint8Array(image.memory.buffer, other.tablesAt, other.batchEnd - other.tablesAt))).toBe(true);
    expect(isZero(new Uint8Array(image.memory.buffer, image.columnsAt, image.columnsEnd - image.columnsAt))).toBe(true);
  });

  it("have their own shares", () => {
    const { shares, columnsEnd, memory } = Engine.shareImage(bytes, 3, 1, { batchBytes: 1 });
    let end = columnsEnd;
    for (const { tablesAt, batchArea, batchEnd } of shares) {
      expect([tablesAt, batchArea > tablesAt, batchEnd > batchArea]).toEqual([end, true, true]);
      end = batchEnd;
    }
    expect(memory.buffer.byteLength).toBe(end);
  });
});

function isZero(memory: Uint8Array): boolean {
  const zeros = new Uint8Array(1 << 16);
  for (let at = 0; at < memory.length; at += zeros.length) {
    const part = memory.subarray(at, at + zeros.length);
    if (Buffer.compare(part, zeros.subarray(0, part.length)) !== 0) return false;
  }
  return true;
}

describe("a pool of two threads", () => {
  let pool: EnginePool;
  beforeAll(async () => {
    pool = await EnginePool.load(bytes, { threads: 2, columnBytes: 1 << 16 });
  });
  afterAll(() => pool.close());

  it.each([
    ["utf8", utf8Column],
    ["dictionaries", dictionaryColumn],
  ] as const)("answers as one engine over 100 principals, from %s, again and again", async (_, form) => {
    const options = { layers: true, statements: true, dependsOn: true };
    for (const count of [4_000, 65, 64, 1, 0, 4_000]) {
      const columns = columnsOf(count, form);
      expect(await pool.decideBatch(columns, options)).toEqual(Engine.loadSync(bytes).decideBatch(columns, options));
    }
  });

  it("names refused rows by their number in the batch, with the errors of one engine", async () => {
    const columns = columnsOf(500);
    const resources = workload.requests.slice(0, 500).map(({ resource }, row) => (row % 90 === 80 ? "" : resource));
    const broken = { ...columns, resource: utf8Column(resources) };
    const { errors } = await pool.decideBatch(broken);
    const wanted = Engine.loadSync(bytes).decideBatch(broken).errors;
    expect(wanted.length).toBeGreaterThan(4);
    expect(errors).toEqual(wanted);
    expect(errors.map(({ error }) => error.constructor)).toEqual(wanted.map(({ error }) => error.constructor));
  });

  it("copies what is not shared before it returns", async () => {
    const columns = columnsOf(1_000);
    const { decisions } = Engine.loadSync(bytes).decideBatch(columns);
    const asked = [pool.decideBatch(columns), pool.decideBatch(columns)];
    columns.principal.kind === "utf8" && columns.principal.data.fill(0);
    for (const answer of await Promise.all(asked)) expect([...answer.decisions]).toEqual([...decisions]);
  });

  it("refuses columns that are not what they say, before any thread hears of them", async () => {
    const short = { ...columnsOf(200), action: utf8Column(["s3:GetObject"]) };
    await expect(pool.decideBatch(short)).rejects.toThrow(ColumnError);
    const twice = {
      ...columnsOf(1),
      context: { "aws:SourceIp": utf8Column(["1.2.3.4"]), "aws:sourceip": utf8Column([""]) },
    };
    await expect(pool.decideBatch(twice)).rejects.toThrow(ColumnError);
    expect((await pool.decideBatch(columnsOf(10))).decisions.length).toBe(10);
  });

  it("reserves no more than it has", () => {
    expect(pool.reserve(60_000).length).toBe(60_000);
    expect(() => pool.reserve(10_000)).toThrow(RangeError);
    expect(() => pool.reserve(-1)).toThrow(RangeError);
    pool.release();
    expect(pool.reserve(10_000).length).toBe(10_000);
    pool.release();
  });
});

describe("a pool", () => {
  it("is refused for what no pool can be made of", async () => {
    await expect(EnginePool.load(new Uint8Array(64))).rejects.toThrow(BundleError);
    await expect(EnginePool.load(bytes, { threads: 0 })).rejects.toThrow(RangeError);
    await expect(EnginePool.load(bytes, { threads: 1.5 })).rejects.toThrow(RangeError);
    await expect(EnginePool.load(bytes, { threads: 1_000 })).rejects.toThrow(MemoryTooLarge);
  });

  it("has fewer bytes for batches where there are many threads", () => {
    const { shares, memory } = Engine.shareImage(bytes, 20, 0, { batchBytes: 1 << 30 });
    expect(memory.buffer.byteLength).toBeLessThanOrEqual(2 ** 32);
    expect(shares.every(({ batchArea, batchEnd }) => batchEnd > batchArea)).toBe(true);
  });

  it("rejects a batch in which a thread traps, and goes on", async () => {
    const module = new MutableModule(readFileSync(new URL("../../build/iamb.threads.wasm", import.meta.url)), 400_000);
    const build = new WebAssembly.Module(module.bytes());
    const pool = await EnginePool.load(bytes, { threads: 2, build });
    const few = columnsOf(100);
    const expected = [...Engine.loadSync(bytes).decideBatch(few).decisions];
    for (let round = 0; round < 2; round++) {
      expect([...(await pool.decideBatch(few)).decisions]).toEqual(expected);
      const [failed, next] = await Promise.allSettled([pool.decideBatch(columnsOf(4_000)), pool.decideBatch(few)]);
      expect(failed).toMatchObject({ status: "rejected", reason: { name: "EngineError", code: "trap" } });
      expect((failed as PromiseRejectedResult).reason).toBeInstanceOf(EngineError);
      expect(next).toMatchObject({ status: "fulfilled" });
    }
    await pool.close();
  });

  it("closes when a thread dies, and says so to whoever asks", async () => {
    const pool = await EnginePool.load(bytes, { threads: 2 });
    const asked = pool.decideBatch(columnsOf(4_000));
    const died = pool["workers"][1]!["worker"].terminate();
    await expect(asked).rejects.toThrow(PoolError);
    await died;
    await expect(pool.decideBatch(columnsOf(1))).rejects.toMatchObject({ code: "thread-died" });
    await pool.close();
  });

  it("rejects what is not decided yet when it is closed", async () => {
    const pool = await EnginePool.load(bytes, { threads: 1 });
    const asked = [pool.decideBatch(columnsOf(4_000)), pool.decideBatch(columnsOf(1))].map((batch) =>
      expect(batch).rejects.toMatchObject({ name: "PoolError", code: "closed" }),
    );
    await Promise.resolve();
    await pool.close();
    await Promise.all(asked);
    await expect(pool.decideBatch(columnsOf(1))).rejects.toMatchObject({ code: "closed" });
    expect(pool.engine.decide(workload.requests[0]!).decision).toMatch(/./);
  });
});
