/** Byte frames: what is wrong with them is said with its place, and plain ones never become strings. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { w2 } from "../../bench/workloads/index.js";
import { worldOf } from "../../bench/workloads/world.js";
import {
  RequestFrame as Field,
  RequestFrameFlags as Flag,
  RequestFrameRow as Row,
} from "../../src/bytecode/request-frame.js";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { encodeFrame, FrameView, requestOf } from "../../src/engine/frame.js";
import type { Request } from "../../src/request/request.js";

const workload = w2(1_000);
let engine: Engine;

beforeAll(() => {
  engine = Engine.loadSync(compile(worldOf(workload)));
});

const REQUEST: Request = {
  principal: "arn:aws:iam::111111111111:user/a",
  action: "s3:GetObject",
  resource: "arn:aws:s3:::b/k",
  resourceAccount: "111111111111",
  resourceTags: { stage: "test" },
  context: { "aws:SourceIp": "10.0.0.1", "aws:TagKeys": ["x", "y"], "a:b": { card: "multi", values: [] } },
  unknown: ["aws:UserAgent", "ec2:*"],
  now: 1_700_000_000_123,
};

function frameOf(request: Request): Uint8Array {
  const frame = encodeFrame(request);
  if (frame === null) throw new Error("a frame cannot say it");
  return frame;
}

describe("a frame", () => {
  it("says all that it was made of", () => {
    const said = requestOf(new FrameView(frameOf(REQUEST)));
    expect(JSON.parse(JSON.stringify(said))).toEqual(REQUEST);
  });

  it("holds names that are properties of all objects", () => {
    const context = JSON.parse('{ "__proto__": "a", "constructor": "b" }') as Record<string, string>;
    const said = requestOf(new FrameView(frameOf({ ...REQUEST, context })));
    expect(Object.entries(said.context!)).toEqual(Object.entries(context));
  });

  it("of the hundred principals is decided as the request, from bytes alone once its parties are known", () => {
    const answer = vi.spyOn(engine, "answer");
    const frames = workload.requests.map(frameOf);
    const general = Engine.loadSync(compile(worldOf(workload)), { quick: false });
    const expected = workload.requests.map((request) => JSON.stringify(general.decide(request)));
    for (const frame of frames) engine.decideFrame(frame);
    const decode = vi.spyOn(TextDecoder.prototype, "decode");
    expect(frames.map((frame) => JSON.stringify(engine.decideFrame(frame)))).toEqual(expected);
    const decoded = decode.mock.calls.length;
    decode.mockRestore();
    expect(answer).toHaveBeenCalledTimes(0);
    // The resource of an answer that is not kept.
    expect(decoded).toBeLessThanOrEqual(frames.length);
  });

  it.each([true, false])("that takes too many steps is an error, as the request is (quick road: %s)", (quick) => {
    const strict = Engine.loadSync(compile(worldOf(workload)), { quick, stepsMax: 0 });
    const frame = frameOf(workload.requests[0]!);
    for (let again = 0; again < 3; again++) {
      expect(() => strict.decideFrame(frame)).toThrowError(expect.objectContaining({ code: "out-of-steps" }));
    }
  });

  it("in memory that is shared is decided, too", () => {
    const frame = frameOf(workload.requests[0]!);
    const shared = new Uint8Array(new SharedArrayBuffer(frame.length));
    shared.set(frame);
    expect(engine.decideFrame(shared)).toEqual(engine.decideFrame(frame));
  });

  it.each([
    ["a principal given as an object", { principal: { arn: REQUEST.principal as string, mfa: true } }],
    ["an endpoint", { via: { vpcEndpoint: { id: "vpce-1" } } }],
    ["a policy type", { resourcePolicyType: "kms" }],
    ["no number", { context: { "a:b": Number.NaN } }],
    ["half of a surrogate pair", { context: { "a:b": "\ud800" } }],
    ["an object in the place of a value", { context: { "a:b": {} as unknown as string } }],
    ["more than there is room for", { context: { "a:b": "x".repeat(1 << 23) } }],
  ] as const)("cannot say %s", (_, change) => {
    expect(encodeFrame({ ...REQUEST, ...change })).toBeNull();
  });

  it("is not made of an instant that is none", () => {
    expect(() => encodeFrame({ ...REQUEST, now: "yesterday" })).toThrowError(
      expect.objectContaining({ code: "invalid-time" }),
    );
  });
});

describe("bytes that are not a frame", () => {
  const bare = frameOf({ principal: "p", action: "a", resource: "r" });
  const full = frameOf(REQUEST);
  const rowAt = (index: number) => Field.Rows + index * Row.Size;
  const texts = new FrameView(full).texts;
  const word = (frame: Uint8Array, at: number, value: number): Uint8Array => {
    const bytes = frame.slice();
    new DataView(bytes.buffer).setUint32(at, value, true);
    return bytes;
  };
  const byte = (at: number, value: number) => full.map((old, place) => (place === at ? value : old));
  /** The second of two keys, named as the first one. */
  const twice = () => {
    const bytes = frameOf({ ...REQUEST, context: { "a:b": "1", "a:c": "2" }, unknown: [], resourceTags: {} });
    bytes[bytes.length - 1] = 0x62;
    return bytes;
  };

  const faults: readonly (readonly [string, Uint8Array, string, number])[] = [
    ["nothing", new Uint8Array(0), "truncated", 0],
    ["half a header", bare.subarray(0, 30), "truncated", 30],
    ["another beginning", word(bare, Field.Magic, 7), "bad-magic", Field.Magic],
    ["another version", word(bare, Field.Version, 2), "unsupported-version", Field.Version],
    ["all but the last byte", full.subarray(0, full.length - 1), "truncated", full.length - 1],
    ["one byte more", Uint8Array.of(...full, 0), "trailing-bytes", full.length],
    ["a size of 4 GiB", word(bare, Field.Size, 0xffff_ffff), "too-large", Field.Size],
    ["a flag of tomorrow", word(bare, Field.Flags, 8), "unknown-flag", Field.Flags],
    ["an owner without its flag", word(bare, Field.OwnerLength, 1), "not-zero", Field.OwnerLength],
    ["tags without their flag", word(bare, Field.TagCount, 1), "not-zero", Field.TagCount],
    ["an instant without its flag", word(bare, Field.NowHigh, 1), "not-zero", Field.NowHigh],
    ["something where nothing may be", word(bare, Field.Reserved, 1), "not-zero", Field.Reserved],
    ["more rows than bytes", word(full, Field.KeyCount, 0xffff_ffff), "wrong-lengths", Field.TagCount],
    ["more items than bytes", word(full, Field.ItemCount, 0xffff_ffff), "wrong-lengths", Field.TagCount],
    ["more items than lists", word(full, Field.ItemCount, 3), "wrong-lengths", Field.ItemCount],
    [
      "a list that is longer than all items",
      word(full, rowAt(2) + Row.Length, 3),
      "wrong-lengths",
      rowAt(2) + Row.Length,
    ],
    ["a kind of tomorrow", word(full, rowAt(1) + Row.Kind, 5), "unknown-kind", rowAt(1) + Row.Kind],
    ["a tag that is a list", word(full, rowAt(0) + Row.Kind, 1), "unknown-kind", rowAt(0) + Row.Kind],
    ["a length of what is unknown", word(full, rowAt(4) + Row.Length, 1), "not-zero", rowAt(4) + Row.Length],
    ["a text that is too long", word(full, Field.ActionLength, 1000), "wrong-lengths", texts],
    ["a name that is not UTF-8", byte(full.length - 1, 0xff), "not-utf8", full.length - 5],
    ["a caller that is not UTF-8", byte(texts + 3, 0xff), "not-utf8", texts],
    ["a key that comes twice", twice(), "duplicate-name", twice().length - 3],
  ];

  it.each(faults)("(%s) are refused with their place", (_, bytes, code, position) => {
    expect(() => engine.decideFrame(bytes)).toThrowError(
      expect.objectContaining({ name: "FrameError", code, position }),
    );
    expect(engine.decideFrame(frameOf(workload.requests[0]!))).toEqual(engine.decide(workload.requests[0]!));
  });

  it("have no flag that goes unnoticed", () => {
    for (let bit = 0; bit < 32; bit++) {
      if ([Flag.HasOwner, Flag.HasTags, Flag.HasNow].includes(1 << bit)) continue;
      const bytes = word(bare, Field.Flags, 2 ** bit);
      expect(() => engine.decideFrame(bytes)).toThrowError(expect.objectContaining({ code: "unknown-flag" }));
    }
  });
});
