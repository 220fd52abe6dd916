/**
 * Worlds far larger than those of the other tests: what has to fit does, and decisions are the reference's. `IAMB_STATEMENTS`
 * says how large; a million takes minutes and is asked for by hand.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { Header, PolicyRecord, Section, SetRecord, StatementRecord } from "../../src/bytecode/layout.js";
import type { BundleReader } from "../../src/bytecode/reader.js";
import { verifyBundle } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import type { Policy } from "../../src/policy/model.js";
import { answer } from "../../src/reference/authorize.js";
import type { Request } from "../../src/request/request.js";
import { resolve } from "../../src/request/resolve.js";
import { directoryOf } from "../../src/world/directory.js";
import type { World } from "../../src/world/model.js";
import { Random } from "../generators/random.js";
import { policyOf } from "../reference/build.js";
import { user, worldWith } from "./build.js";

const STATEMENTS = Number(process.env["IAMB_STATEMENTS"] ?? 60_000);
const PER_POLICY = 20;
/** One user has as many as this, the others share the rest. */
const OF_ONE = STATEMENTS / 10;
const PER_USER = 100;
/** The reference looks at every statement of a caller. */
const ASKS = 200;

const ACTIONS = ["Get*", "Put*", "List*", "DeleteObject", "GetObject", "*"];

/** Statements that are all different, most of them about a bucket of their own. */
function policy(number: number): Policy {
  const statements = Array.from({ length: PER_POLICY }, (_, index) => {
    const at = number * PER_POLICY + index;
    return {
      Effect: at % 7 === 0 ? "Deny" : "Allow",
      Action: `s3:${ACTIONS[at % ACTIONS.length]}`,
      Resource: `arn:aws:s3:::bucket-${at}${at % 5 === 0 ? "" : "/*"}`,
      ...(at % 3 === 0 ? { Condition: { StringLike: { "s3:prefix": [`p${at}*`, "shared*"] } } } : {}),
    } as const;
  });
  return policyOf("identity", statements, `policy ${number}`);
}

function worldOfMany(): World {
  const policies = Array.from({ length: STATEMENTS / PER_POLICY }, (_, number) => policy(number));
  const users = [user("one", policies.splice(0, OF_ONE / PER_POLICY))];
  while (policies.length > 0) users.push(user(`u${users.length}`, policies.splice(0, PER_USER / PER_POLICY)));
  return worldWith({ users });
}

/** About a bucket of the caller's, or of somebody else's. */
function requestOf(random: Random): Request {
  const statement = random.below(STATEMENTS);
  const others = 1 + Math.floor((statement - OF_ONE) / PER_USER);
  const caller = random.chance(0.1) ? random.below(20) : statement < OF_ONE ? 0 : others;
  return {
    principal: user(caller === 0 ? "one" : `u${caller}`, []).arn,
    action: `s3:${random.pick(["GetObject", "PutObject", "DeleteObject", "ListBucket"])}`,
    resource: `arn:aws:s3:::bucket-${statement}/k`,
    resourceAccount: "111111111111",
    context: random.chance(0.5) ? { "s3:prefix": random.pick([`p${statement}`, "shared", "x"]) } : {},
    now: 0,
  };
}

describe(`a world of ${STATEMENTS} statements`, () => {
  let world: World;
  let bytes: Uint8Array;
  let reader: BundleReader;

  beforeAll(() => {
    world = worldOfMany();
    bytes = compile(world);
    reader = verifyBundle(bytes);
  }, 1_200_000);

  it("has every statement, and its bundle is as large as its header says", () => {
    expect(reader.count(Section.Statements, StatementRecord.Size)).toBe(STATEMENTS);
    expect(reader.count(Section.Policies, PolicyRecord.Size)).toBe(STATEMENTS / PER_POLICY);
    expect(reader.header(Header.Size)).toBe(bytes.length);
    const sizes = Array.from({ length: Section.Count }, (_, section) => reader.size(section));
    expect(sizes.reduce((sum, size) => sum + Math.ceil(size / 64) * 64, 256)).toBe(bytes.length);
    expect(reader.field(Section.Statements, StatementRecord.Size, STATEMENTS - 1, StatementRecord.Index)).toBe(
      PER_POLICY - 1,
    );
  });

  it("knows the largest list of statements of one decision", () => {
    const counts = Array.from({ length: reader.count(Section.Sets, SetRecord.Size) }, (_, set) =>
      reader.field(Section.Sets, SetRecord.Size, set, SetRecord.StatementCount),
    );
    expect(Math.max(...counts)).toBe(OF_ONE);
    expect(reader.header(Header.StatementsMax)).toBe(6 * OF_ONE);
  });

  it("decides what the reference decides", () => {
    const engine = Engine.loadSync(bytes);
    const words = new Map<string, number>();
    const random = new Random(1, 44);
    for (let at = 0; at < ASKS; at++) {
      const request = requestOf(random);
      const { decision } = answer(world, resolve(request, directoryOf(world)));
      const { now: _, ...plain } = request;
      expect(engine.decide(request), JSON.stringify(request)).toEqual(decision);
      expect(engine.decide(plain), JSON.stringify(plain)).toEqual(decision);
      words.set(decision.decision, (words.get(decision.decision) ?? 0) + 1);
    }
    for (const word of ["allowed", "explicitDeny", "implicitDeny"])
      expect(words.get(word), word).toBeGreaterThan(ASKS / 40);
  }, 1_200_000);

  it("explains a caller who has a tenth of all", () => {
    const engine = Engine.loadSync(bytes);
    const request: Request = {
      principal: user("one", []).arn,
      action: "s3:GetObject",
      resource: `arn:aws:s3:::bucket-${OF_ONE - 1}/k`,
      resourceAccount: "111111111111",
      now: 0,
    };
    const { decision, layers } = engine.explain(request);
    const expected = answer(world, resolve(request, directoryOf(world)));
    expect(decision).toEqual(expected.decision);
    const [identity] = layers.filter(({ layer }) => layer === "IDENTITY");
    expect(identity?.statements.length).toBe(OF_ONE);
    expect(identity?.statements.filter(({ hit }) => hit === "T")).toEqual(
      expected.layers.find(({ layer }) => layer === "IDENTITY")?.statements.filter(({ hit }) => hit === "T"),
    );
  }, 1_200_000);
});
