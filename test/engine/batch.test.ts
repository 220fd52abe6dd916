/** The batch road on worlds of the size that it is made for, and on columns that are not what they say. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { w2 } from "../../bench/workloads/index.js";
import type { WorkloadRequest } from "../../bench/workloads/workload.js";
import { worldOf } from "../../bench/workloads/world.js";
import { BatchDecision } from "../../src/bytecode/batch-layout.js";
import { compile } from "../../src/compiler/compile.js";
import {
  type BatchColumns,
  dictionaryColumn,
  listColumn,
  type TextColumn,
  utf8Column,
} from "../../src/engine/columns.js";
import { Engine } from "../../src/engine/engine.js";
import type { Decision } from "../../src/request/decision.js";
import { Random } from "../generators/random.js";

const workload = w2(4_000);
let bytes: Uint8Array;

beforeAll(() => {
  bytes = compile(worldOf(workload));
});

type Form = (values: readonly (string | null)[]) => TextColumn;

function columnsOf(requests: readonly WorkloadRequest[], form: Form): BatchColumns {
  const keys = new Set(requests.flatMap(({ context }) => Object.keys(context)));
  const tags = new Set(requests.flatMap(({ resourceTags }) => Object.keys(resourceTags)));
  const party = (name: "principal" | "action" | "resource" | "resourceAccount") =>
    form(requests.map((request) => request[name]));
  const each = (names: ReadonlySet<string>, of: (request: WorkloadRequest) => Readonly<Record<string, string>>) =>
    Object.fromEntries([...names].map((name) => [name, form(requests.map((request) => of(request)[name] ?? null))]));
  return {
    rows: requests.length,
    principal: party("principal"),
    action: party("action"),
    resource: party("resource"),
    resourceAccount: party("resourceAccount"),
    resourceTags: each(tags, ({ resourceTags }) => resourceTags),
    context: each(keys, ({ context }) => context),
  };
}

const CODES: Readonly<Record<Decision["decision"], BatchDecision>> = {
  allowed: BatchDecision.Allowed,
  explicitDeny: BatchDecision.ExplicitDeny,
  implicitDeny: BatchDecision.ImplicitDeny,
  indeterminate: BatchDecision.Indeterminate,
  denied: BatchDecision.Denied,
};

describe("a batch of 100 principals", () => {
  const expected = (requests: readonly WorkloadRequest[]) => {
    const engine = Engine.loadSync(bytes, { quick: false });
    return requests.map((request) => CODES[engine.decide(request).decision]);
  };

  it.each([
    ["utf8", utf8Column],
    ["dictionaries", dictionaryColumn],
  ] as const)("answers as one by one, from %s, again and in another order", (_, form) => {
    const random = new Random(1, 5);
    const engine = Engine.loadSync(bytes);
    const single = vi.spyOn(engine, "decide");
    for (let round = 0; round < 4; round++) {
      const requests = random.shuffle([...workload.requests]);
      expect([...engine.decideBatch(columnsOf(requests, form)).decisions]).toEqual(expected(requests));
    }
    expect(single).toHaveBeenCalledTimes(0);
  });

  it("answers as one by one when every resource is new, and when tables overflow", () => {
    const engine = Engine.loadSync(bytes);
    const many = Array.from({ length: 20 }, (_, round) =>
      workload.requests.map((request) => ({
        ...request,
        resource: `${request.resource}/${"x".repeat(200)}${round}`,
        context: { ...request.context, "aws:UserAgent": `agent ${round} ${request.resource}` },
      })),
    ).flat();
    const wanted = expected(many);
    for (let round = 0; round < 3; round++) {
      expect([...engine.decideBatch(columnsOf(many, utf8Column)).decisions]).toEqual(wanted);
    }
    expect([...engine.decideBatch(columnsOf(many, dictionaryColumn)).decisions]).toEqual(wanted);
  }, 120_000);

  it("goes through memory that is too small in pieces", () => {
    const requests = workload.requests.slice(0, 500);
    const engine = Engine.loadSync(bytes, { batchBytes: 1 << 17 });
    expect([...engine.decideBatch(columnsOf(requests, utf8Column)).decisions]).toEqual(expected(requests));
  });

  it("allows nothing of a batch without rows", () => {
    const engine = Engine.loadSync(bytes);
    expect([...engine.decideBatch(columnsOf([], utf8Column)).decisions]).toEqual([]);
  });
});

describe("columns", () => {
  const request = workload.requests[0]!;
  const one = () => columnsOf([request], utf8Column);

  const faults: readonly (readonly [string, Partial<BatchColumns>, string])[] = [
    ["no number of rows", { rows: -1 }, "rows"],
    ["half a row", { rows: 0.5 }, "rows"],
    ["offsets for fewer rows", { rows: 2 }, "principal"],
    ["a missing column", { principal: undefined as unknown as TextColumn }, "principal"],
    [
      "a bitmap that is too short",
      { rows: 1, context: { "aws:SourceIp": { ...utf8Column(["10.0.0.1"]), validity: new Uint8Array(0) } } },
      "context.aws:SourceIp",
    ],
    [
      "indices for fewer rows",
      { action: { kind: "dictionary", indices: new Uint32Array(0), dictionary: utf8Column(["s3:GetObject"]) } },
      "action",
    ],
    [
      "a list's offsets for fewer rows",
      { context: { "aws:TagKeys": { ...listColumn([["a"]]), offsets: new Int32Array(1) } } },
      "context.aws:TagKeys",
    ],
    ["an unknown caller", { principal: { ...utf8Column(["x"]), unknown: new Uint8Array(1) } }, "principal"],
    [
      "a key twice",
      { context: { "aws:SourceIp": utf8Column(["10.0.0.1"]), "AWS:sourceip": utf8Column(["10.0.0.1"]) } },
      "context.AWS:sourceip",
    ],
  ];
  it.each(faults)("with %s decide nothing", (_, change, path) => {
    const engine = Engine.loadSync(bytes);
    expect(() => engine.decideBatch({ ...one(), ...change })).toThrowError(
      expect.objectContaining({ code: "invalid-column", path }),
    );
  });

  const refusals: readonly (readonly [string, Partial<BatchColumns>, string])[] = [
    ["no caller", { principal: utf8Column([null]) }, "invalid-principal"],
    ["no action", { action: utf8Column([null]) }, "invalid-action"],
    ["no resource", { resource: utf8Column([null]) }, "invalid-resource"],
    ["a wildcard for an action", { action: utf8Column(["s3:*"]) }, "invalid-action"],
    ["an ARN of three parts", { resource: utf8Column(["arn:aws:s3"]) }, "invalid-resource"],
    ["a key that follows from the caller", { context: { "aws:username": utf8Column(["x"]) } }, "derived-context-key"],
    ["no address", { context: { "aws:SourceIp": utf8Column(["10.0.0.256"]) } }, "malformed-value"],
    ["no boolean", { context: { "aws:SecureTransport": utf8Column(["yes"]) } }, "malformed-value"],
    ["an owner of eleven digits", { resourceAccount: utf8Column(["11111111111"]) }, "invalid-account"],
    [
      "bytes that are not UTF-8",
      { resource: { kind: "utf8", offsets: Int32Array.of(0, 2), data: Uint8Array.of(0xc3, 0x28) } },
      "ill-formed-text",
    ],
    [
      "offsets that fall",
      { resource: { kind: "utf8", offsets: Int32Array.of(9, 2), data: new Uint8Array(20) } },
      "invalid-context",
    ],
    [
      "offsets behind the data",
      { resource: { kind: "utf8", offsets: Int32Array.of(0, 200), data: new Uint8Array(20) } },
      "invalid-context",
    ],
    [
      "an index behind the dictionary",
      { resource: { kind: "dictionary", indices: Uint32Array.of(7), dictionary: utf8Column(["*"]) } },
      "invalid-context",
    ],
  ];
  it.each(refusals)("with %s refuse the row, as a single request is refused", (_, change, code) => {
    const engine = Engine.loadSync(bytes);
    const options = { layers: true, statements: true, dependsOn: true };
    const { decisions, layers, statements, errors } = engine.decideBatch({ ...one(), ...change }, options);
    expect([...decisions]).toEqual([BatchDecision.Refused]);
    expect([...layers!]).toEqual([255]);
    expect([...statements!]).toEqual([0xffff_ffff]);
    expect(errors.map(({ row, error }) => [row, error.code])).toEqual([[0, code]]);
  });

  it("of texts with half of a surrogate pair cannot be made", () => {
    expect(() => utf8Column(["\ud800"])).toThrowError(expect.objectContaining({ code: "invalid-column" }));
    expect(() => dictionaryColumn(["a", "\ud800"])).toThrowError(expect.objectContaining({ code: "invalid-column" }));
  });

  it("decide texts beyond ASCII as a single request does", () => {
    const engine = Engine.loadSync(bytes);
    const requests = [request, { ...request, context: { ...request.context, "aws:UserAgent": "Zürich 🏔" } }];
    const { decisions } = engine.decideBatch(columnsOf(requests, utf8Column));
    expect([...decisions]).toEqual(requests.map((each) => CODES[engine.decide(each).decision]));
  });
});
