/** What can: every action on every pattern of resources, with the reference's answers. */
import { beforeAll, describe, expect, test } from "vitest";
import { actionsLike } from "../../src/access/actions.js";
import type { Judge } from "../../src/access/judge.js";
import { subjectOf } from "../../src/access/subjects.js";
import { type ActionAccess, UnknownPrincipal, whatCan } from "../../src/access/what-can.js";
import { type WitnessPlace, witnessOf } from "../../src/access/witness.js";
import { actionOf, allActions } from "../../src/catalog/catalog.js";
import { splitArn } from "../../src/policy/arn.js";
import { DEFAULT_WORLD_OPTIONS } from "../../src/policy/options.js";
import { parsePolicy } from "../../src/policy/parse.js";
import { decide } from "../../src/reference/authorize.js";
import { RequestError } from "../../src/request/request.js";
import { rowOf } from "../../src/trail/resources.js";
import type { World } from "../../src/world/model.js";
import { exampleWorld, generatedWorlds, judgeOfWorld, referenceJudge } from "./worlds.js";

const IN = (name: string) => `arn:aws:iam::111111111111:${name}`;
const KNOWN = { region: "eu-west-1", now: "2026-01-02T03:04:05Z" };

let world: World;
let judge: Judge;

beforeAll(async () => {
  world = await exampleWorld();
  judge = judgeOfWorld(world);
});

const rows = (of: readonly ActionAccess[], outcome: string) =>
  of.filter((row) => row.outcome === outcome).map(({ action, on }) => `${action} ${on}`);

describe("in the example organization", () => {
  test("what Maya may do, on which resources, and what it depends on", () => {
    const answers = [...whatCan(judge, world, IN("user/maya"), { known: KNOWN })];
    const allowed = rows(answers, "allowed");
    expect(allowed).toContain("sqs:SendMessage arn:aws:sqs:eu-west-1:111111111111:orders");
    expect(allowed).toContain("s3:GetObject arn:aws:s3:::bookshop-homes/${aws:username}/*");
    expect(rows(answers, "denied")).toContain("sqs:PurgeQueue arn:aws:sqs:eu-west-1:111111111111:orders");
    const home = answers.find(({ on }) => on.startsWith("arn:aws:s3:::bookshop-homes/$"))!;
    expect(home.resource.startsWith("arn:aws:s3:::bookshop-homes/maya/")).toBe(true);
    const listing = answers.find(
      ({ action, on }) => action === "s3:ListBucket" && on === "arn:aws:s3:::bookshop-homes",
    )!;
    expect(listing).toMatchObject({ outcome: "indeterminate", decision: { dependsOn: ["s3:prefix"] } });
  });

  test("on one resource: every action that has such a resource, and no other", () => {
    const resource = "arn:aws:s3:::bookshop-site";
    const answers = [...whatCan(judge, world, IN("user/ines"), { resource, known: KNOWN })];
    const actions = answers.map(({ action }) => action);
    const expected = [...allActions()].filter((action) => rowOf(action, resource) !== null);
    expect(actions).toEqual(expected.map(({ service, name }) => `${service}:${name}`));
    expect(actions).toContain("s3:ListBucket");
    expect(actions).not.toContain("s3:GetObject");
  });

  test("only the actions that are asked for", () => {
    const actions = ["s3:Get*", "sqs:PurgeQueue"];
    const answers = [...whatCan(judge, world, IN("user/maya"), { actions, known: KNOWN })];
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.every(({ action }) => action.startsWith("s3:Get") || action === "sqs:PurgeQueue")).toBe(true);
  });

  test("a session has the policies of its role", () => {
    const session = "arn:aws:sts::111111111111:assumed-role/Deploy/s";
    expect(subjectOf(world, session)?.documents).toEqual(subjectOf(world, IN("role/pipelines/Deploy"))?.documents);
  });

  test("the root user may do whatever is not taken from it", () => {
    const answers = [...whatCan(judge, world, IN("root"), { actions: ["ec2:Describe*"], known: KNOWN })];
    expect(rows(answers, "allowed")).toContain("ec2:DescribeInstances *");
  });

  test.each([
    IN("user/nobody"),
    "arn:aws:iam::333333333333:root",
    "maya",
    "arn:aws:sts::111111111111:assumed-role/No/s",
  ])("%s is not held", (arn) => expect(() => [...whatCan(judge, world, arn)]).toThrow(UnknownPrincipal));
});

describe("the answers", () => {
  test("are the reference's, in the example organization", () => {
    const reference = referenceJudge(world, judge.keys);
    for (const arn of world.principals.keys()) {
      const options = {
        known: KNOWN,
        actions: ["s3:Get*", "sqs:*", "ec2:*Instances", "iam:PassRole", "sts:AssumeRole"],
      };
      expect([...whatCan(judge, world, arn, options)]).toEqual([...whatCan(reference, world, arn, options)]);
    }
  });

  test("are the reference's, in generated worlds", () => {
    let asked = 0;
    for (const { world } of generatedWorlds(62, 8)) {
      const judge = judgeOfWorld(world);
      const reference = referenceJudge(world, judge.keys);
      for (const arn of world.principals.keys()) {
        const options = {
          known: KNOWN,
          actions: ["s3:*", "iam:*Role", "kms:Decrypt", "sqs:*Message", "sts:AssumeRole"],
        };
        const one = answered(() => [...whatCan(judge, world, arn, options)]);
        expect(one).toEqual(answered(() => [...whatCan(reference, world, arn, options)]));
        asked += Array.isArray(one) ? one.length : 0;
      }
    }
    expect(asked).toBeGreaterThan(100);
  });
});

test("whatever a principal is allowed is on the list", () => {
  let allowed = 0;
  for (const { town, world } of generatedWorlds(63, 40)) {
    const judge = judgeOfWorld(world);
    for (const { request } of town.scenarios) {
      const { principal, action, resource } = request;
      const arn = typeof principal === "string" ? principal : principal.arn;
      const known = actionOf(action);
      if (!world.principals.has(arn) || known === null) continue;
      const isOf = known.resourceTypes.length === 0 ? resource === "*" : rowOf(known, resource) !== null;
      const decision = answered(() => decide(world, { principal: arn, action, resource, now: KNOWN.now }));
      if (!isOf || typeof decision === "string" || decision.decision !== "allowed") continue;
      allowed++;
      expect(answered(() => [...whatCan(judge, world, arn, { actions: [action], known: KNOWN })])).not.toEqual([]);
      const there = answered(() => [...whatCan(judge, world, arn, { actions: [action], resource, known: KNOWN })]);
      expect(typeof there === "string" ? there : there.map((row) => row.action)).toHaveLength(1);
    }
  }
  expect(allowed).toBeGreaterThan(10);
});

describe("actions", () => {
  const names = (...patterns: string[]) => [...actionsLike(patterns)].map(({ service, name }) => `${service}:${name}`);

  test.each([
    [["s3:ListAllMyBuckets"], ["s3:ListAllMyBuckets"]],
    [["S3:listallmybuckets"], ["s3:ListAllMyBuckets"]],
    [["sts:Get?essionToken"], ["sts:GetSessionToken"]],
    [["sts:*sionTok*"], ["sts:GetSessionToken"]],
    [["nosuch:*"], []],
    [["s3:NoSuch"], []],
  ])("%j are %j", (patterns, expected) => expect(names(...patterns)).toEqual(expected));

  test("by a star are all", () => {
    expect(names("*")).toHaveLength([...allActions()].length);
    expect(names("s3:*", "*:ListAllMyBuckets").filter((name) => name === "s3:ListAllMyBuckets")).toHaveLength(1);
  });
});

describe("a resource in the place of a pattern", () => {
  const place: WitnessPlace = {
    partition: "aws",
    region: "eu-west-1",
    account: "111111111111",
    variables: new Map([["aws:username", "ana"]]),
    resourceGlob: DEFAULT_WORLD_OPTIONS.resourceGlob,
  };

  function witness(action: string, pattern: string): string | null {
    const text = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "*", Resource: pattern },
    });
    const { policy } = parsePolicy({ name: "p", text }, { type: "identity" });
    const [first] = policy!.statements[0]!.resource!.patterns;
    return witnessOf(actionOf(action)!, first!.kind === "pattern" ? first!.template : [], place);
  }

  test.each([
    ["s3:GetObject", "*", "arn:aws:s3:::zz-any/zz-any"],
    ["s3:GetObject", "arn:aws:s3:::reports/*", "arn:aws:s3:::reports/zz-any"],
    ["s3:GetObject", "arn:aws:s3:::reports*", "arn:aws:s3:::reportszz-any/zz-any"],
    ["s3:GetObject", "arn:aws:s3:::homes/${aws:username}/*", "arn:aws:s3:::homes/ana/zz-any"],
    ["s3:ListBucket", "arn:aws:s3:::reports*", "arn:aws:s3:::reportszz-any"],
    ["s3:GetObject", "arn:aws:s3:::reports", null],
    ["s3:ListBucket", "arn:aws:s3:::reports/*", null],
    ["s3:ListAllMyBuckets", "*", "*"],
    ["s3:ListAllMyBuckets", "arn:aws:s3:::*", null],
    ["ec2:StopInstances", "arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:eu-west-1:111111111111:instance/zz-any"],
    ["ec2:StopInstances", "arn:aws:ec2:us-east-1:*:instance/i-?", "arn:aws:ec2:us-east-1:111111111111:instance/i-x"],
    ["ec2:StopInstances", "arn:aws:ec2:*:222222222222:*", "arn:aws:ec2:eu-west-1:222222222222:instance/zz-any"],
    ["ec2:StopInstances", "arn:aws:ec2:*:*:volume/*", null],
    ["iam:GetRole", "arn:aws:iam::*:role/*", "arn:aws:iam::111111111111:role/zz-any"],
    ["sqs:SendMessage", "arn:aws:s3:::*", null],
  ])("%s on %s: %s", (action, pattern, expected) => {
    const found = witness(action, pattern);
    expect(found).toBe(expected);
    if (found !== null && found !== "*") expect(splitArn(found)).not.toBeNull();
  });
});

function answered<T>(ask: () => T): T | string {
  try {
    return ask();
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
}
