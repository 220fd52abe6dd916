/** World directories: what becomes of the files, and of those that should not be there. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { WorldOptions } from "../../src/policy/options.js";
import { loadWorld } from "../../src/world/load.js";
import type { DocumentSet, World } from "../../src/world/model.js";
import { A1, A2, A9, ALICE, allow, folder, layers, ROLE, SESSION } from "./build.js";

const folders: string[] = [];

afterEach(async () => {
  for (const path of folders.splice(0)) await rm(path, { recursive: true });
});

async function load(files: Readonly<Record<string, object | string | Uint8Array>>, options?: Partial<WorldOptions>) {
  const root = await folder(files);
  folders.push(root);
  const { world, diagnostics } = await loadWorld(root, options);
  const found = diagnostics.map(({ severity, code, source }) => {
    return `${severity} ${code} ${source.name.slice(root.length + 1)}`;
  });
  return { world: world as World, found, diagnostics };
}

const EXPORT = {
  UserDetailList: [{ UserName: "alice", UserId: "AIDA1", Arn: ALICE, GroupList: [] }],
  RoleDetailList: [
    {
      RoleName: "Deploy",
      RoleId: "AROA1",
      Arn: ROLE,
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: A1 }, Action: "sts:AssumeRole" }],
      },
    },
  ],
  Policies: [],
};
const DETAILS = `accounts/${A1}/authorization-details.json`;
const BUCKET = "arn:aws:s3:::b";
const OPEN = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" }] };
const DENY_RCP = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" }],
};

const ORGANIZATION = {
  id: "o-a",
  managementAccount: A9,
  delegatedAdministrators: [A2],
  root: {
    id: "r-b",
    scps: ["FullAWSAccess"],
    rcps: ["perimeter"],
    accounts: [{ id: A9, name: "management" }],
    children: [
      {
        id: "ou-c",
        name: "Workloads",
        scps: ["FullAWSAccess", "regions"],
        accounts: [{ id: A1, scps: ["FullAWSAccess"], rcps: ["RCPFullAWSAccess"] }],
        children: [{ id: "ou-d", scps: [], accounts: [{ id: A2, scps: ["FullAWSAccess"] }] }],
      },
    ],
  },
};
const ORGANIZATION_FILES = {
  "organization.json": ORGANIZATION,
  "policies/scp/regions.json": allow("s3:*"),
  "policies/rcp/perimeter.json": DENY_RCP,
};

function shape(levels: readonly DocumentSet[] | undefined): string[] | undefined {
  return levels?.map(({ label, documents }) => `${label}: ${documents.map(({ policy }) => policy.name).join(" ")}`);
}

describe("an organization", () => {
  it("gives every member its levels, root first, and its path", async () => {
    const { world, found } = await load(ORGANIZATION_FILES);
    expect(found).toEqual([]);
    const account = world.accounts.get(A1);
    expect(shape(account?.scps)).toEqual([
      "r-b: FullAWSAccess",
      "ou-c: FullAWSAccess scp/regions",
      `${A1}: FullAWSAccess`,
    ]);
    expect(shape(account?.rcps)).toEqual(["r-b: rcp/perimeter", "ou-c: ", `${A1}: RCPFullAWSAccess`]);
    expect(account?.organization).toEqual({ id: "o-a", path: "o-a/r-b/ou-c/", managementAccount: A9 });
    expect(account).toMatchObject({ held: false, mayAssumeRoot: false });
    const deeper = world.accounts.get(A2);
    expect(shape(deeper?.scps)?.slice(2)).toEqual(["ou-d: ", `${A2}: FullAWSAccess`]);
    expect(deeper).toMatchObject({ mayAssumeRoot: true, organization: { path: "o-a/r-b/ou-c/ou-d/" } });
    // Equal levels are one, so that a bundle stores them once.
    expect(deeper?.scps[1]).toBe(account?.scps[1]);
  });

  it("EVAL-10, EVAL-12: does not govern its management account", async () => {
    const { world } = await load(ORGANIZATION_FILES);
    expect(world.accounts.get(A9)).toMatchObject({ scps: [], rcps: [], mayAssumeRoot: true });
    expect(world.accounts.get(A9)?.organization).toMatchObject({ path: "o-a/r-b/" });
  });

  it("EVAL-44: a disabled type has no levels, and need not be listed", async () => {
    const root = { id: "r-b", accounts: [{ id: A9 }, { id: A1 }] };
    const organization = { ...ORGANIZATION, scpsEnabled: false, rcpsEnabled: false, root };
    const { world, found } = await load({ "organization.json": organization });
    expect(found).toEqual([]);
    expect(world.accounts.get(A1)).toMatchObject({ scps: [], rcps: [] });
  });

  it("has accounts with a folder that the tree does not list outside", async () => {
    const { world } = await load({ ...ORGANIZATION_FILES, "accounts/333333333333/account.json": {} });
    expect(world.accounts.get("333333333333")).toMatchObject({ organization: null, held: false, scps: [] });
  });

  it.each([
    [
      "a policy that is not there",
      { root: { id: "r", scps: ["FullAwsAccess"], accounts: [{ id: A9 }] } },
      "unknown-policy",
    ],
    ["a level without SCPs", { root: { id: "r", accounts: [{ id: A9 }] } }, "missing-field"],
    ["an account twice", { root: { id: "r", scps: [], accounts: [{ id: A9 }, { id: A9 }] } }, "repeated-account"],
    ["a management account out of the tree", { root: { id: "r", scps: [] } }, "unplaced-account"],
    ["an unknown field", { root: { id: "r", scps: [], accounts: [{ id: A9 }], ous: [] } }, "unknown-field"],
  ])("refuses %s", async (_, parts, code) => {
    const { found, world } = await load({ "organization.json": { ...ORGANIZATION, ...parts } });
    expect(found).toEqual([`error ${code} organization.json`]);
    expect(world).toBeNull();
  });

  it("warns of a policy that is attached nowhere", async () => {
    const { found, world } = await load({ ...ORGANIZATION_FILES, "policies/scp/spare.json": allow("*") });
    expect(found).toEqual(["warning unattached-policy policies/scp/spare.json"]);
    expect(world).not.toBeNull();
  });
});

describe("accounts", () => {
  it("hold their export, gzipped or in pages", async () => {
    const { UserDetailList, ...rest } = EXPORT;
    const ways: Readonly<Record<string, object | Uint8Array>>[] = [
      { [DETAILS]: EXPORT },
      { [`${DETAILS}.gz`]: gzipSync(JSON.stringify(EXPORT)) },
      // Told by its first bytes, not by its name.
      { [DETAILS]: gzipSync(JSON.stringify(EXPORT)) },
      {
        [`accounts/${A1}/authorization-details-1.json`]: { UserDetailList, IsTruncated: true },
        [`accounts/${A1}/authorization-details-2.json`]: rest,
      },
    ];
    for (const files of ways) {
      const { world, found } = await load(files);
      expect(found).toEqual([]);
      expect(world.accounts.get(A1)).toMatchObject({ held: true, organization: null });
      expect([...world.principals.keys()].sort()).toEqual([ROLE, ALICE].sort());
      expect(world.resources.get(ROLE)?.policyKind).toBe("trust");
      expect(world.closed).toBe(false);
    }
  });

  it("may be one file instead of a folder", async () => {
    const root = await folder({ "export.json": EXPORT, "empty.json": {} });
    folders.push(root);
    const { world } = await loadWorld(join(root, "export.json"));
    expect(world?.accounts.get(A1)).toMatchObject({ held: true });
    const empty = await loadWorld(join(root, "empty.json"));
    expect(empty.world).toBeNull();
    expect(empty.diagnostics.map(({ code }) => code)).toEqual(["empty-world"]);
    const nothing = await loadWorld(join(root, "nothing.json"));
    expect(nothing.world).toBeNull();
    expect(nothing.diagnostics.map(({ code }) => code)).toEqual(["unreadable-file"]);
  });

  it("say what their account.json says", async () => {
    const file = { canonicalUserId: "c1", completeResourceTypes: ["s3:bucket"] };
    const { world, found } = await load({ [`accounts/${A1}/account.json`]: file });
    expect(found).toEqual([]);
    expect(world.accounts.get(A1)).toMatchObject({ held: false, ...file });
  });

  it("refuse an export of another account", async () => {
    const { found } = await load({ [`accounts/${A2}/authorization-details.json`]: EXPORT });
    expect(found).toEqual([`error account-mismatch accounts/${A2}/authorization-details.json`]);
  });

  it("an account without organization and levels decides without names in `missing`", async () => {
    const { world } = await load({ [DETAILS]: EXPORT, [`accounts/${A1}/resources/b.json`]: { arn: BUCKET } });
    const found = layers(world, {});
    expect([...found.scp, ...found.rcp, found.identity, found.resource].flatMap(({ missing }) => missing)).toEqual([]);
  });
});

describe("resources", () => {
  const file = `accounts/${A1}/resources/b.json`;

  it("have an owner, tags, policies and settings", async () => {
    const { world, found } = await load({
      [file]: [
        { arn: BUCKET, policy: OPEN, tags: { env: "prod" }, blockPublicAccess: { restrictPublicBuckets: true } },
        { arn: `arn:aws:sqs:eu-west-1:${A2}:q`, policy: JSON.stringify(OPEN), tags: [{ Key: "env", Value: "test" }] },
        { arn: "arn:aws:s3:::unknown", policy: "unknown", account: A2 },
        { arn: `arn:aws:kms:eu-west-1:${A1}:key/k`, awsManaged: true, serviceGrants: ["ACCOUNT"] },
      ],
    });
    expect(found).toEqual([]);
    expect(world.resources.get(BUCKET)).toMatchObject({
      owner: A1,
      tags: new Map([["env", "prod"]]),
      publicAccessRestricted: true,
      policyKind: "other",
    });
    expect(world.resources.get(BUCKET)?.policies.documents[0]?.policy.name).toBe(`resource policy of ${BUCKET}`);
    const queue = world.resources.get(`arn:aws:sqs:eu-west-1:${A2}:q`);
    expect(queue).toMatchObject({ owner: A2, tags: new Map([["env", "test"]]) });
    expect(queue?.policies.documents).toHaveLength(1);
    const unknown = world.resources.get("arn:aws:s3:::unknown");
    expect(unknown).toMatchObject({ owner: A2, tags: null });
    expect(unknown?.policies.missing).toEqual(["resource policy of arn:aws:s3:::unknown"]);
    const key = world.resources.get(`arn:aws:kms:eu-west-1:${A1}:key/k`);
    expect(key).toMatchObject({ policyKind: "kms", awsManaged: true });
    expect(key?.policies.documents.map(({ use }) => use)).toEqual(["serviceGrant"]);
  });

  it("SPEC-21: an object with a record of its own stays under its bucket's policy, which only denies for a foreign one", async () => {
    const acl = [{ grantee: "AllUsers", permission: "READ" }];
    const { world } = await load({
      [file]: [
        { arn: `${BUCKET}/foreign`, objectOwner: A2, acl },
        { arn: `${BUCKET}/own`, objectOwnership: "ObjectWriter", acl },
        { arn: BUCKET, policy: OPEN },
        { arn: "arn:aws:s3:::other/k" },
      ],
    });
    const usesOf = (arn: string) => world.resources.get(arn)?.policies.documents.map(({ use }) => use);
    expect(usesOf(`${BUCKET}/foreign`)).toEqual(["denyOnly", "acl"]);
    expect(world.resources.get(`${BUCKET}/foreign`)?.owner).toBe(A2);
    expect(usesOf(`${BUCKET}/own`)).toEqual(["policy", "acl"]);
    expect(world.resources.get("arn:aws:s3:::other/k")?.policies.missing).toEqual([
      "resource policy of arn:aws:s3:::other",
    ]);
  });

  it.each([
    ["a contradiction of the ARN", { arn: `arn:aws:sqs:eu-west-1:${A2}:q`, account: A1 }, "account-contradiction"],
    ["what is no ARN", { arn: "b" }, "invalid-arn"],
    ["an unknown field", { arn: BUCKET, polcy: OPEN }, "unknown-field"],
    ["a record twice", [{ arn: BUCKET }, { arn: BUCKET }], "repeated-record"],
    ["an invalid policy", { arn: BUCKET, policy: { ...OPEN, Version: "x" } }, "invalid-version"],
  ])("refuse %s", async (_, content, code) => {
    const { found, world } = await load({ [file]: content });
    expect(found).toEqual([`error ${code} ${file}`]);
    expect(world).toBeNull();
  });

  it("refuse a role that the export has already", async () => {
    const { found } = await load({ [DETAILS]: EXPORT, [file]: { arn: ROLE } });
    expect(found).toEqual([`error repeated-record ${file}`]);
  });
});

describe("endpoints and sessions", () => {
  it("are read", async () => {
    const { world, found } = await load({
      [DETAILS]: { ...EXPORT, Policies: [] },
      [`accounts/${A1}/vpc-endpoints/s3.json`]: [
        { id: "vpce-1", vpc: "vpc-1", kind: "gateway", policy: OPEN },
        { id: "vpce-2" },
      ],
      "sessions/ci.json": {
        arn: SESSION,
        policies: [allow("s3:*"), "arn:aws:iam::aws:policy/ReadOnlyAccess"],
        tags: { team: "x" },
        issueTime: "2026-11-24T09:00:00Z",
        issuedBy: "SAML",
      },
    });
    expect(found).toEqual([]);
    expect(world.endpoints.get("vpce-1")).toMatchObject({ vpc: "vpc-1", kind: "gateway", account: A1 });
    expect(world.endpoints.get("vpce-2")).toMatchObject({ kind: "interface", policies: null });
    const session = world.sessions.get(SESSION);
    expect(session).toMatchObject({
      issueTime: Date.UTC(2026, 10, 24, 9),
      issuedBy: "SAML",
      tags: new Map([["team", "x"]]),
    });
    expect(session?.policies).toMatchObject({ missing: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] });
    expect(session?.policies?.documents.map(({ policy }) => policy.name)).toEqual([`${SESSION}/session/0`]);
  });

  it.each([
    ["a user", { arn: ALICE }, "invalid-arn"],
    ["a time without a zone or a date", { arn: SESSION, issueTime: "yesterday" }, "invalid-time"],
    ["a time out of range", { arn: SESSION, issueTime: 1e20 }, "invalid-time"],
  ])("refuse %s", async (_, content, code) => {
    expect((await load({ "sessions/s.json": content })).found).toEqual([`error ${code} sessions/s.json`]);
  });

  it("a session was passed no policies if its list is empty, as if there were none (EVAL-18)", async () => {
    for (const content of [{ arn: SESSION }, { arn: SESSION, policies: [] }]) {
      const { world, found } = await load({ "sessions/s.json": content });
      expect(found).toEqual([]);
      expect(world.sessions.get(SESSION)).toMatchObject({ policies: null });
    }
  });
});

describe("options", () => {
  it("come from the world, and the caller's win", async () => {
    const files = { "options.json": { mode: "lenient", denyKind: "merge" }, "accounts/111111111111/account.json": {} };
    expect((await load(files)).world.options).toMatchObject({ mode: "lenient", denyKind: "merge" });
    expect((await load(files, { mode: "session" })).world.options).toMatchObject({
      mode: "session",
      denyKind: "merge",
    });
    expect((await load({ "options.json": { mode: "loose" } })).found).toEqual(["error invalid-value options.json"]);
    // Flags of whoever builds requests are not the world's.
    expect((await load({ "options.json": { trustContext: true } })).found).toEqual([
      "error unknown-field options.json",
    ]);
  });

  it("decide how policies are checked", async () => {
    const files = { ...ORGANIZATION_FILES, "policies/scp/regions.json": { ...allow("s3.*"), Version: "2012-10-17" } };
    expect((await load(files)).world).toBeNull();
    expect((await load(files, { mode: "lenient" })).world).not.toBeNull();
  });
});

describe("files that should not be there", () => {
  it.each([
    ["nothing", {}, ["error empty-world "]],
    ["something else", { "README.md": "x" }, ["warning unknown-file README.md", "error empty-world "]],
    ["a file beside the world", { "options.json": {}, "tests/a.yaml": "x" }, ["warning unknown-file tests"]],
    ["a policy in the wrong folder", { "policies/scps/a.json": allow("*") }, ["error unknown-file policies/scps"]],
    ["a policy in YAML", { "policies/scp/a.yaml": "x" }, ["error unknown-file policies/scp/a.yaml"]],
    [
      "an account of 11 digits",
      { "accounts/11111111111/account.json": {} },
      ["error unknown-file accounts/11111111111"],
    ],
    ["a file among accounts", { [`accounts/${A1}/users.json`]: {} }, [`error unknown-file accounts/${A1}/users.json`]],
    ["a hidden file", { [`accounts/${A1}/.gitkeep`]: "" }, [`warning unknown-file accounts/${A1}/.gitkeep`]],
    ["no JSON", { "options.json": "{" }, ["error unexpected-end options.json"]],
    [
      "ill-formed UTF-8",
      { "options.json": new Uint8Array([0x22, 0xc0, 0xaf, 0x22]) },
      ["error unreadable-file options.json"],
    ],
    ["half a gzip", { "options.json": gzipSync("{}").subarray(0, 12) }, ["error unreadable-file options.json"]],
  ])("%s", async (_, files, expected) => {
    expect((await load(files)).found).toEqual(expected);
  });

  it("a gzip that unpacks to more than a text may hold", async () => {
    const bomb = gzipSync(new Uint8Array(200 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect((await load({ [`${DETAILS}.gz`]: bomb })).found[0]).toBe(`error unreadable-file ${DETAILS}.gz`);
  });
});
