/**
 * Texts of one hash (threats 0.5): what the evaluator remembers of actions, callers and resources is found by hash and compared
 * byte by byte. Each pair differs in one stretch of its bytes, and the two are answered differently.
 */
import type { Request } from "../../src/request/request.js";
import type { ScenarioJson } from "../generators/scenario-json.js";
import { MAP_LAYOUT, type Trial, type TrialAsk } from "./trial.js";
import { A1, allow, cross, deny, named, world } from "./worlds.js";

type Pair = readonly [string, string];

/** Made once a process: collisions have to be looked for. */
export function collisionTrials(): readonly Trial[] {
  made ??= [...makeTrials()];
  return made;
}

let made: readonly Trial[] | null = null;

function* makeTrials(): Generator<Trial> {
  yield actions([
    collision((word) => `a:${word(5)}`),
    collision((word) => `s3:${word(5)}ObjectsOfAll`),
    collision((word) => `s3:GetObjectsOf${word(6)}`),
    collision((word) => `s3:Objects${word(6)}OfAllTheBuckets`),
    collision((word) => `s3:${word(8)}`),
  ]);
  yield callers([
    collision((word) => `arn:aws:iam::${A1}:user/${word(6)}`),
    collision((_, number) => `arn:aws:iam::111${1_000_000 + ((number * 7919) % 8_999_999)}11:user/u`),
  ]);
  yield resources([
    collision((word) => `arn:aws:s3:::${word(8)}`),
    collision((word) => `arn:aws:s3:::${word(8)}/object-of-all`),
    collision((word) => `arn:aws:sqs:us-east-1:${A1}:${word(7)}`),
    ownedAlike(collision((word) => `${A1}arn:aws:s3:::${word(8)}`)),
  ]);
}

/** Names of an owner before a bucket's ARN, as the quick road keeps them. */
function ownedAlike([one, other]: Pair): Pair {
  return [one.slice(A1.length), other.slice(A1.length)];
}

/** Either of a pair is allowed what the other is denied, and each is asked while the other is remembered. */
function asksOf(pairs: readonly Pair[], requestOf: (name: string) => Partial<Request>): TrialAsk[] {
  return pairs.flatMap(([one, other]) =>
    [one, other, one, one, other, other, one, other].map((name) => ({
      request: {
        principal: `arn:aws:iam::${A1}:user/u`,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/k",
        resourceAccount: A1,
        ...requestOf(name),
      },
      options: null,
    })),
  );
}

function trial(name: string, parts: readonly Partial<ScenarioJson>[], asks: readonly TrialAsk[]): Trial {
  const general = asks.map((ask) => ({ ...ask, options: {} }));
  // Whoever is asked first is the one that stays: both orders, by both roads.
  const all = [...asks, ...asks.toReversed(), ...general];
  return { name, world: world(parts), engine: {}, overlays: [], asks: all, isCrowded: true };
}

function actions(pairs: readonly Pair[]): Trial {
  const statements = pairs.flatMap(([one, other]) => [allow(one, "*"), deny(other, "*")]);
  const part = { policies: { identity: [named("list", statements)] } };
  return trial(
    "actions of one hash",
    [part],
    asksOf(pairs, (action) => ({ action })),
  );
}

function callers(pairs: readonly Pair[]): Trial {
  const parts = pairs.flatMap(([one, other], at) =>
    [one, other].map((principal, number) => ({
      request: { principal, action: "s3:GetObject", resource: "arn:aws:s3:::b/k", resourceAccount: A1 },
      policies: {
        identity: [named(`${at} ${number}`, [number === 0 ? allow("*", "*") : deny("*", "*")])],
        resource: [named("bucket", [{ ...allow("*", "*"), Principal: "*" }])],
      },
    })),
  );
  return trial(
    "callers of one hash",
    parts,
    asksOf(pairs, (principal) => ({ principal })),
  );
}

function resources(pairs: readonly Pair[]): Trial {
  const list = pairs.flatMap(([one, other]) => [allow("*", one), allow("*", other), deny("*", other)]);
  const buckets = pairs
    .flat()
    .filter((arn) => arn.startsWith("arn:aws:s3"))
    .map((arn, at) => ({ bucket: arn.split("/")[0]!, effect: at % 2 === 0 ? allow("*", "*") : deny("*", "*") }));
  const parts = [...new Map(buckets.map((one) => [one.bucket, one])).values()].map(({ bucket, effect }) => ({
    request: { principal: `arn:aws:iam::${A1}:user/u`, action: "s3:GetObject", resource: bucket, resourceAccount: A1 },
    policies: {
      identity: [named("list", list)],
      resource: [named(bucket, [{ ...effect, Principal: "*" }])],
    },
  }));
  const asks = cross([{}, { resourceAccount: A1 }], [""]).flatMap(([owner]) =>
    asksOf(pairs, (resource) => ({ resource })).map(({ request: { resourceAccount: _, ...request }, options }) => ({
      request: { ...request, ...owner },
      options,
    })),
  );
  return trial("resources of one hash", parts, asks);
}

// ---- The hash ------------------------------------------------------------------------------------------------------

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const MASK = (1n << 64n) - 1n;

/** Two texts that `make` makes of numbers, and that `hashOf` cannot tell apart. */
function collision(make: (word: (size: number) => string, number: number) => string): Pair {
  const seen = new Map<number, string>();
  for (let number = 0; ; number++) {
    const text = make((size) => wordOf(number, size), number);
    const hash = hashOf(text);
    const other = seen.get(hash);
    if (other !== undefined && other !== text) return [other, text];
    seen.set(hash, text);
  }
}

/** Letters in which numbers of every size differ. */
function wordOf(number: number, size: number): string {
  let rest = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  let digits = number;
  return Array.from({ length: size }, () => {
    const letter = LETTERS[digits % LETTERS.length]!;
    digits = Math.floor(digits / LETTERS.length);
    if (digits === 0) [digits, rest] = [rest, Math.imul(rest, 0x85ebca6b) >>> 0];
    return letter;
  }).join("");
}

/** `hashOf` of assembly/actions.ts under the seed of trials. */
export function hashOf(text: string): number {
  const bytes = Buffer.from(text);
  const seed = BigInt(MAP_LAYOUT.seed | 1);
  let hash = (seed << 32n) | (seed ^ BigInt(bytes.length));
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (rotated((hash ^ bytes.readBigUInt64LE(at)) * 0x9e3779b97f4a7c15n, 29n) + seed) & MASK;
  }
  if (at < bytes.length) {
    let rest = 0n;
    if (bytes.length >= 8) rest = bytes.readBigUInt64LE(bytes.length - 8);
    else for (; at < bytes.length; at++) rest = (rest << 8n) | BigInt(bytes[at]!);
    hash = rotated((hash ^ rest) * 0xd6e8feb86659fd93n, 31n);
  }
  hash = ((hash ^ (hash >> 32n)) * 0xd6e8feb86659fd93n) & MASK;
  return Number(hash >> 32n);
}

function rotated(value: bigint, bits: bigint): bigint {
  const low = value & MASK;
  return ((low << bits) | (low >> (64n - bits))) & MASK;
}
