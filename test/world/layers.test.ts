/** What is attached to the parties of a question, in open worlds and closed ones. */
import { describe, expect, it } from "vitest";
import { RequestError } from "../../src/request/request.js";
import {
  A1,
  A2,
  ALICE,
  account,
  allow,
  layers,
  policy,
  principal,
  ROLE,
  resource,
  SESSION,
  set,
  world,
} from "./build.js";

const HELD = new Map([account(A1)]);
const BUCKET = "arn:aws:s3:::b";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
  return "none";
}

describe("3V-8: what an open world does not hold", () => {
  const empty = world({});

  it("names the layers of an unknown account", () => {
    const found = layers(empty, { resourceAccount: A2 });
    expect(found.scp.map(({ missing }) => missing)).toEqual([[`SCPs of account ${A1}`]]);
    expect(found.rcp.map(({ missing }) => missing)).toEqual([[`RCPs of account ${A2}`]]);
    expect(found.identity.missing).toEqual([`identity policies of ${ALICE}`]);
    expect(found.boundary?.missing).toEqual([`permissions boundary of ${ALICE}`]);
    expect(found.resource.missing).toEqual([`resource policy of ${BUCKET}`]);
    expect(found.session).toBeNull();
    expect(found.vpce).toBeNull();
  });

  it("names the RCPs of an unknown owner by the resource", () => {
    expect(layers(empty, {}).rcp[0]?.missing).toEqual(["RCPs of the owner of arn:aws:s3:::b/k"]);
  });

  it("names an endpoint's policy", () => {
    const via = { vpcEndpoint: { id: "vpce-1" } };
    expect(layers(empty, { via }).vpce?.missing).toEqual(["endpoint policy of vpce-1"]);
  });

  it("knows that `*`, and services without resource policies, have none", () => {
    expect(layers(empty, { action: "s3:ListAllMyBuckets", resource: "*" }).resource.missing).toEqual([]);
    const certificate = `arn:aws:acm:eu-west-1:${A1}:certificate/c`;
    expect(layers(empty, { action: "acm:DescribeCertificate", resource: certificate }).resource.missing).toEqual([]);
  });

  it("believes an account that lists a resource type completely", () => {
    const complete = world({ accounts: new Map([account(A1, { completeResourceTypes: ["s3:bucket"] })]) });
    const user = world({ ...complete, principals: new Map([principal("user", ALICE)]) });
    expect(layers(user, { resourceAccount: A1 }).resource.missing).toEqual([]);
    expect(layers(user, { resourceAccount: A2 }).resource.missing).toEqual([`resource policy of ${BUCKET}`]);
    const queue = `arn:aws:sqs:eu-west-1:${A1}:q`;
    expect(layers(user, { action: "sqs:SendMessage", resource: queue }).resource.missing).toEqual([
      `resource policy of ${queue}`,
    ]);
  });

  it("cannot say of an unknown account that it may not call AssumeRoot", () => {
    expect(layers(empty, {}).mayAssumeRoot).toBe(true);
    expect(layers(world({ closed: true }), {}).mayAssumeRoot).toBe(false);
  });
});

describe("a closed world", () => {
  it("has nothing but what it holds", () => {
    const found = layers(world({ closed: true }), { via: { vpcEndpoint: { id: "vpce-1" } } });
    expect(found).toMatchObject({ scp: [], rcp: [], vpce: null, boundary: null, session: null, behind: null });
    expect(found.identity).toMatchObject({ documents: [], missing: [] });
    expect(found.resource).toMatchObject({ documents: [], missing: [] });
  });
});

describe("principals of a held account", () => {
  it("refuses a user that the account does not list", () => {
    expect(codeOf(() => layers(world({ accounts: HELD }), {}))).toBe("invalid-principal");
  });

  it("refuses a session of a role that the account does not list", () => {
    expect(codeOf(() => layers(world({ accounts: HELD }), { principal: SESSION }))).toBe("invalid-principal");
  });

  it("finds a session's role under its path (REQ-11)", () => {
    const identity = set("identity", policy("p", "identity", allow("s3:*")));
    const held = world({ accounts: HELD, principals: new Map([principal("role", ROLE, { identity })]) });
    expect(layers(held, { principal: SESSION }).identity).toBe(identity);
  });

  it("gives the root user nothing", () => {
    const found = layers(world({ accounts: HELD }), { principal: `arn:aws:iam::${A1}:root` });
    expect(found.identity).toMatchObject({ documents: [], missing: [] });
    expect(found.boundary).toBeNull();
  });

  it("gives a federated user what its parent has (REQ-13, EVAL-17)", () => {
    const boundary = set("boundary", policy("b", "boundary", allow("s3:*")));
    const held = world({ accounts: HELD, principals: new Map([principal("user", ALICE, { boundary })]) });
    const arn = `arn:aws:sts::${A1}:federated-user/bob`;
    expect(layers(held, { principal: { arn, parent: ALICE } }).boundary).toBe(boundary);
    expect(layers(held, { principal: { arn, parent: `arn:aws:iam::${A1}:root` } }).boundary).toBeNull();
    expect(layers(held, { principal: arn }).identity.missing).toEqual([`identity policies of ${arn}`]);
  });
});

describe("session policies", () => {
  const policies = set("session", policy("s", "session", allow("s3:*")));
  const facts = { tags: new Map(), issueTime: null, issuedBy: null, federatedProvider: null };
  const session = (arn: string) => {
    return new Map([[arn, { arn, ...facts, sourceIdentity: null, parentArn: null, policies }]]);
  };

  it("stand under the session's ARN; a role without a session name has its own", () => {
    expect(layers(world({ closed: true, sessions: session(SESSION) }), { principal: SESSION }).session).toBe(policies);
    const other = `${SESSION}2`;
    expect(layers(world({ closed: true, sessions: session(SESSION) }), { principal: other }).session).toBeNull();
    expect(layers(world({ closed: true, sessions: session(ROLE) }), { principal: ROLE }).session).toBe(policies);
  });

  it("EVAL-18: are refused for callers that cannot have any", () => {
    for (const arn of [ALICE, `arn:aws:iam::${A1}:root`, "ec2.amazonaws.com", "*"]) {
      const given = world({ closed: true, sessions: session(arn) });
      expect(
        codeOf(() => layers(given, { principal: arn })),
        arn,
      ).toBe("unsupported-session-policy");
    }
  });

  it("SPEC-35: an AssumeRoot session has its task policy, which no export holds", () => {
    const root = `arn:aws:iam::${A1}:root`;
    const taskPolicy = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy";
    const caller = { arn: root, credentials: "assumeRoot", taskPolicy } as const;
    expect(layers(world({ closed: true, sessions: session(root) }), { principal: caller }).session).toBe(policies);
    expect(layers(world({}), { principal: caller }).session?.missing).toEqual([taskPolicy]);
    expect(layers(world({ closed: true }), { principal: caller }).session).toBeNull();
  });
});

describe("the resource side", () => {
  const role = resource(ROLE, { owner: A1, policyKind: "trust", policies: set("trust", trust()) });

  function trust() {
    const statement = { Effect: "Allow", Principal: { AWS: A1 }, Action: "sts:AssumeRole" };
    return policy("t", "trust", { Version: "2012-10-17", Statement: [statement] });
  }

  it("SPEC-1: trust documents are for sts actions only", () => {
    const closed = world({ closed: true, resources: new Map([role]) });
    expect(layers(closed, { action: "sts:AssumeRole", resource: ROLE }).resource).toBe(role[1].policies);
    expect(layers(closed, { action: "iam:GetRole", resource: ROLE }).resource.documents).toEqual([]);
  });

  it("a role that a held account does not list has no trust policy; elsewhere it is not held", () => {
    const held = world({ accounts: HELD, principals: new Map([principal("user", ALICE)]) });
    const assume = (resource: string) => layers(held, { action: "sts:AssumeRole", resource }).resource.missing;
    expect(assume(ROLE)).toEqual([]);
    const foreign = `arn:aws:iam::${A2}:role/R`;
    expect(assume(foreign)).toEqual([`resource policy of ${foreign}`]);
    expect(layers(held, { action: "iam:GetRole", resource: foreign }).resource.missing).toEqual([]);
  });

  it("an object stands under its bucket's record", () => {
    const bucket = resource(BUCKET, { owner: A1, rcps: [set("rcps[0]")] });
    const found = layers(world({ closed: true, resources: new Map([bucket]) }), {});
    expect(found.resource).toBe(bucket[1].policies);
    expect(found.rcp).toBe(bucket[1].rcps);
  });

  it("EVAL-48: an access point brings the same object of its bucket", () => {
    const point = `arn:aws:s3:eu-west-1:${A1}:accesspoint/ap`;
    const bucket = resource(BUCKET, { owner: A1, publicAccessRestricted: true });
    const records = new Map([resource(point, { owner: A1, behind: BUCKET }), bucket]);
    const closed = world({ closed: true, resources: records });
    const object = layers(closed, { resource: `${point}/object/a/b` });
    expect(object.behind).toEqual({ resource: `${BUCKET}/a/b`, documents: bucket[1].policies });
    expect(object.publicAccessRestricted).toBe(true);
    expect(layers(closed, { action: "s3:ListBucket", resource: point }).behind?.resource).toBe(BUCKET);
  });

  it("the bucket behind an access point may be one that nobody exported", () => {
    const point = `arn:aws:s3:eu-west-1:${A1}:accesspoint/ap`;
    const held = world({
      accounts: new Map([account(A1, { completeResourceTypes: ["s3:bucket"] })]),
      principals: new Map([principal("user", ALICE)]),
      resources: new Map([resource(point, { owner: A1, behind: BUCKET })]),
    });
    const found = layers(held, { resource: `${point}/object/k` });
    expect(found.behind?.documents.missing).toEqual([`resource policy of ${BUCKET}`]);
  });
});

describe("levels", () => {
  it("EVAL-10: a member without levels and an account outside an organization have none", () => {
    const management = { id: "o-a", path: "o-a/r-b/", managementAccount: A1 };
    for (const organization of [null, management]) {
      const held = world({
        accounts: new Map([account(A1, { organization })]),
        principals: new Map([principal("user", ALICE)]),
      });
      expect(layers(held, { resourceAccount: A1 })).toMatchObject({ scp: [], rcp: [] });
    }
  });

  it("an account whose organization is not known has levels that are not held", () => {
    const held = world({
      accounts: new Map([account(A1, { organization: "unknown" })]),
      principals: new Map([principal("user", ALICE)]),
    });
    expect(layers(held, { resourceAccount: A1 }).scp[0]?.missing).toEqual([`SCPs of account ${A1}`]);
  });
});
