/** Who can: every principal's answer is the reference's, and holds whatever a request would say beside. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Judge } from "../../src/access/judge.js";
import { outcomeOf } from "../../src/access/judge.js";
import { SUBJECT_KINDS, type SubjectKind } from "../../src/access/subjects.js";
import { type Access, whoCan } from "../../src/access/who-can.js";
import { decide } from "../../src/reference/authorize.js";
import type { PrincipalInput, Request } from "../../src/request/request.js";
import { RequestError } from "../../src/request/request.js";
import type { World } from "../../src/world/model.js";
import { exampleWorld, generatedWorlds, judgeOfWorld, referenceJudge } from "./worlds.js";

const NOW = "2026-01-02T03:04:05Z";
const ALL: ReadonlySet<SubjectKind> = new Set(SUBJECT_KINDS);

const ACCESSES: readonly Access[] = [
  { action: "ec2:TerminateInstances", resource: "arn:aws:ec2:eu-west-1:111111111111:instance/i-1" },
  { action: "s3:GetObject", resource: "arn:aws:s3:::bookshop-orders/1" },
  { action: "s3:PutObject", resource: "arn:aws:s3:::bookshop-orders/1" },
  { action: "s3:ListAllMyBuckets", resource: "*" },
  { action: "sqs:SendMessage", resource: "arn:aws:sqs:eu-west-1:111111111111:orders" },
  { action: "sqs:PurgeQueue", resource: "arn:aws:sqs:eu-west-1:111111111111:orders" },
  { action: "iam:PassRole", resource: "arn:aws:iam::111111111111:role/EC2RoleForWebShop" },
  { action: "sts:AssumeRole", resource: "arn:aws:iam::111111111111:role/TrustWithExternalID" },
  { action: "kms:Decrypt", resource: "arn:aws:kms:eu-west-1:111111111111:key/1" },
].map((access) => ({ ...access, now: NOW }));

let world: World;
let judge: Judge;

beforeAll(async () => {
  world = await exampleWorld();
  judge = judgeOfWorld(world);
});

describe("in the example organization", () => {
  const outcomes = (access: Access, options?: Parameters<typeof whoCan>[3]) =>
    Object.fromEntries(
      [...whoCan(judge, world, access, options)].map(({ arn, outcome }) => [arn.split(":")[5], outcome]),
    );

  test("of every principal, and on what it depends", () => {
    const answers = [...whoCan(judge, world, ACCESSES[0]!)];
    const arns = answers.map(({ arn }) => arn);
    expect(arns).toEqual([...world.principals.keys()].sort());
    const omar = answers.find(({ arn }) => arn.endsWith("user/omar"))!;
    expect(omar).toMatchObject({ kind: "user", outcome: "indeterminate" });
    expect(omar.decision).toMatchObject({ dependsOn: ["aws:multifactorauthpresent"] });
    expect(answers.filter(({ outcome }) => outcome === "allowed").map(({ arn }) => arn)).toEqual([
      "arn:aws:iam::111111111111:user/ines",
    ]);
  });

  test("a denial that hangs only on its kind is a denial", () => {
    const answers = [...whoCan(judge, world, ACCESSES[0]!)];
    const fiona = answers.find(({ arn }) => arn.endsWith("user/fiona"))!;
    expect(fiona).toMatchObject({ outcome: "denied", decision: { decision: "indeterminate" } });
  });

  test("what is given is known", () => {
    const access = { ...ACCESSES[1]!, context: { "AWS:requestedregion": "eu-west-1" } };
    expect(outcomes(access)).toMatchObject({ "user/ines": "allowed", "user/maya": "denied" });
    expect(outcomes({ ...access, context: { "aws:RequestedRegion": "us-east-1" } })).toMatchObject({
      "user/ines": "denied",
    });
    expect(outcomes(ACCESSES[1]!)).toMatchObject({ "user/ines": "indeterminate" });
  });

  test("a key can be opened again", () => {
    const access = { ...ACCESSES[0]!, unknown: ["aws:RequestedRegion"] };
    expect(outcomes(access)).toMatchObject({ "user/ines": "indeterminate" });
  });

  test("closed: what is not given is absent", () => {
    const decisions = [...whoCan(judge, world, ACCESSES[0]!, { closed: true })];
    const omar = decisions.find(({ arn }) => arn.endsWith("user/omar"))!;
    expect(omar.decision).toEqual(decide(world, { ...ACCESSES[0]!, principal: omar.arn }));
    expect(omar.outcome).toBe("denied");
  });

  test("root users and named sessions, where they are asked for", () => {
    const kinds = new Set<SubjectKind>(["root", "session"]);
    const answers = [...whoCan(judge, world, ACCESSES[3]!, { kinds })];
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(kinds);
    expect(answers.some(({ arn }) => arn === "arn:aws:iam::111111111111:root")).toBe(true);
  });

  test("a request that cannot be asked is refused", () => {
    expect(() => [...whoCan(judge, world, { action: "s3:*", resource: "*" })]).toThrow(RequestError);
  });
});

describe("the answers", () => {
  test("are the reference's, in the example organization", () => {
    const reference = referenceJudge(world, judge.keys);
    for (const access of ACCESSES) {
      expect([...whoCan(judge, world, access, { kinds: ALL })]).toEqual([
        ...whoCan(reference, world, access, { kinds: ALL }),
      ]);
    }
  });

  test("are the reference's, in generated worlds", () => {
    let asked = 0;
    for (const { town, world } of generatedWorlds(61, 60)) {
      const judge = judgeOfWorld(world);
      const reference = referenceJudge(world, judge.keys);
      for (const { request } of town.scenarios) {
        const access: Access = { action: request.action, resource: request.resource, now: NOW };
        const one = answered(() => [...whoCan(judge, world, access, { kinds: ALL })]);
        expect(one).toEqual(answered(() => [...whoCan(reference, world, access, { kinds: ALL })]));
        asked += Array.isArray(one) ? one.length : 0;
      }
    }
    expect(asked).toBeGreaterThan(200);
  });

  test("hold whatever the request says beside", () => {
    for (const access of ACCESSES) {
      const { now: _, ...open } = access;
      for (const { arn, kind, outcome } of whoCan(judge, world, access)) {
        if (outcome === "indeterminate") continue;
        for (const request of completions(kind === "user", { ...open, principal: arn, now: NOW })) {
          expect({ arn, outcome: outcomeOf(decide(world, request)) }).toEqual({ arn, outcome });
        }
      }
    }
  });
});

const NO_KEYS: Readonly<Record<string, string>> = {};
const SERVICE_KEYS: Readonly<Record<string, string>> = {
  "s3:prefix": "a/",
  "sts:ExternalId": "bookshop",
  "iam:PassedToService": "ec2.amazonaws.com",
};

/** What somebody could call with: addresses, MFA, agents, keys of services, in some combinations. */
function completions(isUser: boolean, request: Request & { readonly principal: string }): readonly Request[] {
  const region = request.resource.split(":")[3] ?? "";
  const contexts = ["203.0.113.7", "198.51.100.9", "10.0.0.1"].flatMap((address) =>
    [NO_KEYS, SERVICE_KEYS].map(
      (keys): Readonly<Record<string, string>> => ({
        "aws:SourceIp": address,
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": region === "" ? "eu-west-1" : region,
        "aws:UserAgent": "test",
        ...keys,
      }),
    ),
  );
  const signed: readonly PrincipalInput[] = isUser
    ? [
        { arn: request.principal },
        { arn: request.principal, credentials: "sessionToken", mfa: { authenticatedAt: NOW }, issueTime: NOW },
      ]
    : [{ arn: request.principal, issueTime: NOW }];
  return contexts.flatMap((context) => signed.map((principal) => ({ ...request, principal, context })));
}

function answered<T>(ask: () => T): T | string {
  try {
    return ask();
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
}
