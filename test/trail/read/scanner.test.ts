/** The scanner in WebAssembly finds what its plain twin finds, whatever the bytes are and however they arrive. */
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  Mode,
  makeScanner,
  NOT_STARTED,
  PlainScanner,
  type Scanner,
  SPAN_WORDS,
  Stop,
} from "../../../src/trail/read/scanner.js";
import { events, lines, lookupText, recordsText } from "./reading.js";

const MODES = [
  { mode: Mode.Top, base: 0, depth: 0 },
  { mode: Mode.Elements, base: 1, depth: 1 },
  { mode: Mode.Elements, base: 2, depth: 2 },
  { mode: Mode.Lines, base: 0, depth: 0 },
];

/** Everything that a scanner says of bytes that arrive in pieces. */
function trace(
  scanner: Scanner,
  pieces: readonly Uint8Array[],
  { mode, base, depth }: (typeof MODES)[number],
): unknown[] {
  const said: unknown[] = [];
  scanner.begin(mode, base, depth, NOT_STARTED);
  for (const piece of pieces) {
    scanner.load(piece);
    let steps = 0;
    for (let at = 0; at < piece.length; ) {
      at = scanner.scan(at);
      const spans = [...scanner.spans.subarray(0, scanner.count() * SPAN_WORDS)];
      said.push([at, scanner.stop(), scanner.start(), spans]);
      // What stops before a byte stops there only once.
      if (scanner.stop() === Stop.Broken) scanner.begin(Mode.Lines, 0, 0, NOT_STARTED);
      expect(++steps).toBeLessThanOrEqual(piece.length + 1);
    }
  }
  said.push([scanner.finish(), [...scanner.spans.subarray(0, scanner.count() * SPAN_WORDS)]]);
  return said;
}

function inPieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes.length === 0 ? bytes.length : sizes[turn % sizes.length]!;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Bytes that mean something to JSON, many of them next to one another, with long strings between. */
const HOSTILE = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "{",
        "}",
        "[",
        "]",
        '"',
        ",",
        ":",
        "\\",
        "\n",
        "\r\n",
        " ",
        "\t",
        '\\"',
        "é",
        "\\\n",
        '{"Records":[',
      ),
      fc.string({ maxLength: 40 }),
      fc.constant('"x":"0123456789abcdefghijklmnopqrstuvwxyz\\u00e9"'),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join("")));

const DAMAGED = fc
  .record({
    text: fc.constantFrom(recordsText(events(5)), lines(events(5)), lookupText(events(3))),
    at: fc.nat(),
    byte: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ text, at, byte }) => {
    const bytes = Buffer.from(text);
    bytes[at % bytes.length] = byte;
    return bytes;
  });

describe.each(MODES)("mode $mode at depth $base", (how) => {
  test("agrees with its twin", () => {
    const fast = makeScanner();
    expect(fast).not.toBeInstanceOf(PlainScanner);
    fc.assert(
      fc.property(
        fc.oneof(HOSTILE, DAMAGED),
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 4 }),
        (bytes, sizes) => {
          const pieces = inPieces(bytes, sizes);
          expect(trace(fast, pieces, how)).toEqual(trace(new PlainScanner(), pieces, how));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test("more spans than there is room for come in turns", () => {
  const bytes = Buffer.from("1,".repeat(10_000));
  for (const scanner of [makeScanner(), new PlainScanner()]) {
    scanner.begin(Mode.Elements, 0, 0, NOT_STARTED);
    scanner.load(bytes);
    let count = 0;
    const stops = new Set<Stop>();
    for (let at = 0; at < bytes.length; ) {
      at = scanner.scan(at);
      count += scanner.count();
      stops.add(scanner.stop());
    }
    expect(count).toBe(10_000);
    expect([...stops]).toContain(Stop.Full);
  }
});

test("a machine that refuses the module has the twin", async () => {
  vi.resetModules();
  vi.stubGlobal("WebAssembly", {
    Module: class {
      constructor() {
        throw new Error("no vector instructions");
      }
    },
  });
  try {
    const { makeScanner: makeIt, PlainScanner: Twin } = await import("../../../src/trail/read/scanner.js");
    expect(makeIt()).toBeInstanceOf(Twin);
  } finally {
    vi.unstubAllGlobals();
    vi.resetModules();
  }
});
