/**
 * Bytes that are no bundle, nearly one, or another one than the compiler wrote: they are refused, or mean what the
 * reference reads in them. Nothing else happens: no trap, no endless decision, no error of another kind.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { Format, Header } from "../../src/bytecode/layout.js";
import { BundleError, type BundleErrorCode, verifyBundle } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import { Random } from "../generators/random.js";
import { type Ask, askOf } from "../generators/requests.js";
import { worldOf } from "../generators/roads.js";
import { townOf } from "../generators/towns.js";
import { fieldMutants, type Mutant, randomMutant, sealed, textMutants, truncations } from "./mutants.js";
import { trial } from "./trial.js";

/** Mutants in all; nightly runs set more, and then ask all of those that are accepted. */
const MUTANTS = Number(process.env["IAMB_MUTANTS"] ?? 100_000);
/** One in this many of the accepted is asked: an engine takes longer to start than a bundle to verify. */
const ASKED = process.env["IAMB_MUTANTS"] === undefined ? 12 : 1;
const SEED = Number(process.env["IAMB_MUTANTS_SEED"] ?? 1);
const BUNDLES = 24;
const ASKS = 6;

interface Original {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly asks: readonly Ask[];
}

function originals(): Original[] {
  const found: Original[] = [];
  for (let number = 0; found.length < BUNDLES; number++) {
    const random = new Random(SEED, 5, number);
    const town = townOf(random);
    try {
      const bytes = compile(worldOf(town));
      found.push({ number, bytes, asks: Array.from({ length: ASKS }, () => askOf(random, town)) });
    } catch {
      // Strict grammar refuses some of the worlds.
    }
  }
  return found;
}

class Tally {
  refused = 0;
  accepted = 0;
  readonly complaints: string[] = [];

  add({ bytes, what }: Mutant, { number, asks }: Original): void {
    const complain = (complaint: string) => this.complaints.push(`bundle ${number}, ${what}: ${complaint}`);
    try {
      verifyBundle(bytes);
    } catch (error) {
      this.refused++;
      if (!(error instanceof BundleError)) complain(`verifying: ${error instanceof Error ? error.stack : error}`);
      return;
    }
    this.accepted++;
    if (this.accepted % ASKED !== 0) return;
    const found = trial(bytes, asks, this.accepted % (ASKED * 8) === 0);
    if (found.kind === "wrong") complain(found.complaint);
  }

  get count(): number {
    return this.refused + this.accepted;
  }
}

function codeOf(bytes: Uint8Array): BundleErrorCode | null {
  return errorOf(bytes)?.code ?? null;
}

function errorOf(bytes: Uint8Array): BundleError | null {
  try {
    verifyBundle(bytes);
    return null;
  } catch (error) {
    if (error instanceof BundleError) return error;
    throw error;
  }
}

let bundles: readonly Original[];
let smallest: Original;

beforeAll(() => {
  bundles = originals();
  smallest = bundles.reduce((one, other) => (other.bytes.length < one.bytes.length ? other : one));
});

describe("bytes that are no bundle", () => {
  it("are refused by name", () => {
    const { bytes } = smallest;
    expect(codeOf(new Uint8Array(0))).toBe("not-a-bundle");
    expect(codeOf(new Uint8Array(15))).toBe("not-a-bundle");
    expect(codeOf(new Uint8Array(bytes.length))).toBe("not-a-bundle");
    expect(codeOf(new TextEncoder().encode("{".repeat(bytes.length)))).toBe("not-a-bundle");
    const damaged = bytes.slice();
    damaged[bytes.length - 1]! ^= 1;
    expect(codeOf(damaged)).toBe("wrong-checksum");
    expect(codeOf(sealed(damaged))).toBe("invalid-bundle");
    expect(codeOf(bytes.slice(0, -64))).toBe("wrong-size");
  });

  it("of another version are refused with both numbers", () => {
    const other = smallest.bytes.slice();
    new DataView(other.buffer).setUint32(Header.Version, 7, true);
    const error = errorOf(sealed(other));
    expect(error?.code).toBe("other-version");
    expect(error?.message).toContain("7");
    expect(error?.message).toContain(String(Format.Version));
  });

  it("are refused wherever a bundle is cut off", () => {
    for (const { bytes, what } of truncations(smallest.bytes)) expect(codeOf(bytes), what).not.toBeNull();
  });

  it("are refused for every single flipped bit", () => {
    for (let at = 0; at < smallest.bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const bytes = smallest.bytes.slice();
        bytes[at]! ^= 1 << bit;
        expect(codeOf(bytes), `bit ${bit} of byte ${at}`).not.toBeNull();
      }
    }
  });
});

describe("bundles", () => {
  it("mean what the reference reads in them", () => {
    for (const { number, bytes, asks } of bundles) {
      expect(trial(bytes, asks, true), `bundle ${number}`).toEqual({ kind: "accepted" });
    }
  });

  it("may stand anywhere in a buffer", () => {
    const { bytes, asks } = smallest;
    for (const offset of [1, 2, 3, 4, 61]) {
      const room = new Uint8Array(bytes.length + 128).fill(0xff);
      const unaligned = room.subarray(offset, offset + bytes.length);
      unaligned.set(bytes);
      expect(trial(unaligned, asks), `offset ${offset}`).toEqual({ kind: "accepted" });
      unaligned[bytes.length - 1]! ^= 0x80;
      expect(codeOf(unaligned)).toBe("wrong-checksum");
    }
  });
});

describe("changed bundles with a good checksum", () => {
  it(`are refused or mean what the reference reads in them: ${MUTANTS} of them`, () => {
    const tally = new Tally();
    for (const mutant of fieldMutants(smallest.bytes)) tally.add(mutant, smallest);
    for (const mutant of textMutants(smallest.bytes)) tally.add(mutant, smallest);
    const random = new Random(SEED, 6);
    while (tally.count < MUTANTS) {
      const original = random.pick(bundles);
      tally.add(randomMutant(random, original.bytes), original);
    }
    expect(tally.complaints).toEqual([]);
    // Otherwise one of the two would be as good as not tested.
    expect(tally.refused).toBeGreaterThan(MUTANTS / 4);
    expect(tally.accepted).toBeGreaterThan(MUTANTS / 50);
  }, 6_000_000);
});
