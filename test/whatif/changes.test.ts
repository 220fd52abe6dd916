/** Changed worlds: each kind of change decides as a world written so would, and what does not apply is refused. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { decide } from "../../src/reference/authorize.js";
import type { Request } from "../../src/request/request.js";
import { InvalidInput } from "../../src/text/diagnostic.js";
import { derive, NO_ASSUMPTIONS } from "../../src/trail/derive.js";
import { readTrail } from "../../src/trail/read.js";
import { type Change, type ChangeableWorld, ChangeError, changeWorld } from "../../src/whatif/changes.js";
import { directoryOf } from "../../src/world/directory.js";
import { loadWorld } from "../../src/world/load.js";
import { folderWith } from "../cli/run.js";

const SHOP = "arn:aws:iam::111111111111";
const FIONA = `${SHOP}:user/fiona`;
const MAYA = `${SHOP}:user/maya`;
const OMAR = `${SHOP}:user/omar`;
const INES = `${SHOP}:user/ines`;
const DEVELOPERS = `${SHOP}:group/Developers`;
const LEDGER = `${SHOP}:policy/ReadLedgerFromTheOffice`;
const OPERATE = `${SHOP}:policy/OperateInstances`;

let bookshop: ChangeableWorld;

beforeAll(async () => {
  bookshop = await loadedWorld("examples/world");
});

async function loadedWorld(path: string): Promise<ChangeableWorld> {
  const { world, attachments } = await loadWorld(path);
  return { world: world!, attachments };
}

function policy(...statements: readonly object[]) {
  return { name: "new.json", text: JSON.stringify({ Version: "2012-10-17", Statement: statements }) };
}

const ALLOW_QUEUES = policy({ Sid: "Queues", Effect: "Allow", Action: "sqs:*", Resource: "*" });
const DENY_ALL = policy({ Sid: "Stop", Effect: "Deny", Action: "*", Resource: "*" });

function asked(principal: string, action: string, resource: string, world = bookshop.world): string {
  const request: Request = {
    principal,
    action,
    resource,
    context: { "aws:RequestedRegion": "eu-central-1", "aws:SourceIp": "203.0.113.10", "aws:SecureTransport": "true" },
    now: "2026-06-01T00:00:00Z",
  };
  const decision = decide(world, request);
  return "decidedBy" in decision ? `${decision.decision} ${decision.decidedBy}` : decision.decision;
}

function changed(...changes: readonly Change[]) {
  return changeWorld(bookshop, changes).world;
}

const QUEUE = "arn:aws:sqs:eu-central-1:111111111111:other";

describe("identity policies", () => {
  test("attached as a document: an inline policy", () => {
    expect(asked(FIONA, "sqs:SendMessage", QUEUE)).toBe("implicitDeny IDENTITY");
    const world = changed({
      kind: "attach",
      principal: FIONA,
      policy: { kind: "document", name: "Q", source: ALLOW_QUEUES },
    });
    expect(asked(FIONA, "sqs:SendMessage", QUEUE, world)).toBe("allowed IDENTITY");
    expect(world.principals.get(FIONA)!.identity.documents.at(-1)!.policy.name).toBe(`${FIONA}/inline/Q`);
    expect(asked(FIONA, "sqs:SendMessage", QUEUE)).toBe("implicitDeny IDENTITY");
  });

  test("attached to a group: its members have it, others do not", () => {
    const world = changed({
      kind: "attach",
      principal: DEVELOPERS,
      policy: { kind: "document", name: "Q", source: ALLOW_QUEUES },
    });
    expect(asked(MAYA, "sqs:SendMessage", QUEUE, world)).toBe("allowed IDENTITY");
    expect(asked(OMAR, "sqs:SendMessage", QUEUE, world)).toBe("implicitDeny IDENTITY");
  });

  test("a managed policy by its ARN, held or added", () => {
    const held = changed({ kind: "attach", principal: FIONA, policy: { kind: "held", name: OPERATE } });
    expect(held.principals.get(FIONA)!.identity.documents.map((document) => document.policy.name)).toEqual([
      LEDGER,
      OPERATE,
    ]);
    const added = changed(
      { kind: "attach", principal: FIONA, policy: { kind: "held", name: `${SHOP}:policy/New` } },
      { kind: "add", policy: `${SHOP}:policy/New`, source: ALLOW_QUEUES },
    );
    expect(asked(FIONA, "sqs:SendMessage", QUEUE, added)).toBe("allowed IDENTITY");
  });

  test("detached by ARN or name", () => {
    const world = changed(
      { kind: "detach", from: FIONA, policy: LEDGER },
      { kind: "detach", from: INES, policy: "EverythingInsideTheBoundary" },
    );
    expect(world.principals.get(FIONA)!.identity.documents).toEqual([]);
    expect(world.principals.get(INES)!.identity.documents).toEqual([]);
  });

  test("what a user has by itself and from a group counts once, and stays while one of them is left", () => {
    const counted = (...changes: readonly Change[]) =>
      changed(...changes)
        .principals.get(OMAR)!
        .identity.documents.filter((document) => document.policy.name === OPERATE).length;
    const attach: Change = { kind: "attach", principal: OMAR, policy: { kind: "held", name: OPERATE } };
    const detach: Change = { kind: "detach", from: `${SHOP}:group/Operators`, policy: OPERATE };
    expect([counted(), counted(attach), counted(attach, detach), counted(detach)]).toEqual([1, 1, 1, 0]);
  });

  test("replaced wherever it is attached, boundaries too", () => {
    const boundary = `${SHOP}:policy/NoPowerOverIdentities`;
    const world = changed({ kind: "replace", policy: boundary, source: DENY_ALL });
    expect(asked(INES, "s3:ListAllMyBuckets", "*", world)).toBe("explicitDeny BOUNDARY");
    expect(asked(`${SHOP}:role/pipelines/Deploy`, "s3:ListAllMyBuckets", "*", world)).toBe("explicitDeny BOUNDARY");
  });

  test("a replaced inline policy and trust policy", () => {
    const inline = `${SHOP}:role/TrustWithExternalID/inline/ReadConfiguration`;
    const world = changed({ kind: "replace", policy: inline, source: ALLOW_QUEUES });
    expect(asked(`${SHOP}:role/TrustWithExternalID`, "sqs:SendMessage", QUEUE, world)).toBe("allowed IDENTITY");
    const role = `${SHOP}:role/TrustWithExternalID`;
    const trust = policy({ Effect: "Allow", Principal: { AWS: FIONA }, Action: "sts:AssumeRole" });
    const trusting = changed({ kind: "replace", policy: `trust policy of ${role}`, source: trust });
    expect(asked(FIONA, "sts:AssumeRole", role, trusting)).toBe("allowed TRUST");
  });

  test("a policy that is attached and not held becomes known by being replaced", async () => {
    const arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    const user = "arn:aws:iam::111111111111:user/ana";
    const folder = folderWith({
      "details.json": JSON.stringify({
        UserDetailList: [
          {
            UserName: "ana",
            Arn: user,
            GroupList: [],
            UserPolicyList: [],
            AttachedManagedPolicies: [{ PolicyName: "ReadOnlyAccess", PolicyArn: arn }],
          },
        ],
      }),
    });
    const loaded = await loadedWorld(`${folder}/details.json`);
    expect(asked(user, "sqs:ListQueues", "*", loaded.world)).toBe("indeterminate");
    const { world } = changeWorld(loaded, [{ kind: "replace", policy: arn, source: ALLOW_QUEUES }]);
    expect(asked(user, "sqs:ListQueues", "*", world)).toBe("allowed IDENTITY");
    expect(asked(user, "s3:ListAllMyBuckets", "*", world)).toBe("implicitDeny IDENTITY");
  });
});

describe("policies of resources", () => {
  const SITE = "arn:aws:s3:::bookshop-site";
  const ORDERS = "arn:aws:s3:::bookshop-orders";
  const grant = (action: string, resource: string, principal: unknown) =>
    policy({ Effect: "Allow", Principal: principal, Action: action, Resource: resource });

  test("a bucket's, for its objects too", () => {
    const source = grant("s3:GetObject", `${ORDERS}/*`, { AWS: FIONA });
    expect(asked(FIONA, "s3:GetObject", `${ORDERS}/1`)).toBe("implicitDeny IDENTITY");
    const world = changed({ kind: "resourcePolicy", resource: ORDERS, source });
    expect(asked(FIONA, "s3:GetObject", `${ORDERS}/1`, world)).toBe("allowed RESOURCE");
    const replaced = changed({ kind: "replace", policy: `resource policy of ${ORDERS}`, source });
    expect(asked(FIONA, "s3:GetObject", `${ORDERS}/1`, replaced)).toBe("allowed RESOURCE");
    const none = changed({ kind: "resourcePolicy", resource: ORDERS, source: null });
    expect(none.resources.get(ORDERS)!.policies.documents).toEqual([]);
  });

  test("a role's trust policy", () => {
    const role = `${SHOP}:role/TrustWithExternalID`;
    const source = policy({ Effect: "Allow", Principal: { AWS: FIONA }, Action: "sts:AssumeRole" });
    const world = changed({ kind: "resourcePolicy", resource: role, source });
    expect(asked(FIONA, "sts:AssumeRole", role, world)).toBe("allowed TRUST");
  });

  test("a policy that becomes public, or no longer is, under Block Public Access", async () => {
    const folder = folderWith();
    mkdirSync(`${folder}/accounts/111111111111/resources`, { recursive: true });
    const object = { arn: `${SITE}/own`, acl: [] };
    const bucket = {
      arn: SITE,
      policy: JSON.parse(grant("s3:GetObject", `${SITE}/*`, "*").text),
      blockPublicAccess: { restrictPublicBuckets: true },
    };
    writeFileSync(`${folder}/accounts/111111111111/resources/site.json`, JSON.stringify([bucket, object]));
    const loaded = await loadedWorld(folder);
    const restricted = (world: typeof loaded.world) =>
      [SITE, `${SITE}/own`].map((arn) => world.resources.get(arn)!.publicAccessRestricted);
    expect(restricted(loaded.world)).toEqual([true, true]);
    const source = grant("s3:GetObject", `${SITE}/*`, { AWS: FIONA });
    const closed = changeWorld(loaded, [{ kind: "resourcePolicy", resource: SITE, source }]).world;
    expect(restricted(closed)).toEqual([false, false]);
    expect(closed.resources.get(`${SITE}/own`)!.policies.documents[0]!.policy.source).toBe(source);
    const again = grant("s3:*", `${SITE}/*`, "*");
    const open = changeWorld(loaded, [{ kind: "replace", policy: `resource policy of ${SITE}`, source: again }]).world;
    expect(restricted(open)).toEqual([true, true]);
    expect(open.resources.get(SITE)!.policies.documents).toHaveLength(1);
    expect(open.resources.get(`${SITE}/own`)!.policies.documents[0]!.policy.source).toBe(again);
  });
});

describe("boundaries", () => {
  test("set, and taken away", () => {
    const none = changed({ kind: "boundary", principal: INES, policy: null });
    expect(none.principals.get(INES)!.boundary).toBeNull();
    const set = changed({
      kind: "boundary",
      principal: FIONA,
      policy: { kind: "document", name: "b", source: ALLOW_QUEUES },
    });
    expect(asked(FIONA, "s3:GetObject", "arn:aws:s3:::bookshop-ledger/2026.csv", set)).not.toContain("allowed");
    expect(set.principals.get(FIONA)!.boundary!.documents).toHaveLength(1);
  });
});

describe("guardrails", () => {
  const deny: Change = {
    kind: "guardrail",
    type: "scp",
    target: "ou-book-workload1",
    policy: { kind: "document", name: "stop", source: DENY_ALL },
  };

  test("an SCP on a unit reaches the accounts under it", () => {
    const world = changed(deny);
    expect(asked(INES, "s3:ListAllMyBuckets", "*", world)).toBe("explicitDeny SCP");
    expect(world.accounts.get("222222222222")!.scps[1]!.documents.at(-1)!.policy.name).toBe("scp/stop");
    expect(world.accounts.get("999999999999")!.scps).toEqual([]);
  });

  test("the root is its id, or `root`", () => {
    const world = changed({ ...deny, target: "root" });
    expect(world.accounts.get("111111111111")!.scps[0]!.documents.at(-1)!.policy.name).toBe("scp/stop");
    expect(world.accounts.get("111111111111")!.scps[1]!.documents).toHaveLength(2);
    const detached = changed({ kind: "detach", from: "root", policy: "scp/FullAWSAccess" });
    expect(asked(INES, "s3:ListAllMyBuckets", "*", detached)).toBe("implicitDeny SCP");
  });

  test("an SCP is replaced everywhere, or detached from one level", () => {
    const replaced = changed({ kind: "replace", policy: "scp/only-our-regions", source: DENY_ALL });
    expect(asked(INES, "s3:ListAllMyBuckets", "*", replaced)).toBe("explicitDeny SCP");
    const detached = changed({ kind: "detach", from: "111111111111", policy: "scp/FullAWSAccess" });
    expect(asked(INES, "s3:ListAllMyBuckets", "*", detached)).toBe("implicitDeny SCP");
  });

  test("of one name, the new one takes the place of the old one", () => {
    const world = changed({
      kind: "guardrail",
      type: "scp",
      target: "ou-book-workload1",
      policy: { kind: "document", name: "only-our-regions", source: ALLOW_QUEUES },
    });
    expect(world.accounts.get("111111111111")!.scps[1]!.documents.map((document) => document.policy.name)).toEqual([
      "FullAWSAccess",
      "scp/only-our-regions",
    ]);
  });

  test("an RCP", () => {
    const source = policy({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" });
    const world = changed({
      kind: "guardrail",
      type: "rcp",
      target: "r-book",
      policy: { kind: "document", name: "no-s3", source },
    });
    expect(asked(INES, "s3:GetObject", "arn:aws:s3:::bookshop-site/a", world)).toBe("explicitDeny RCP");
  });
});

describe("what does not apply", () => {
  const source = ALLOW_QUEUES;
  const document = { kind: "document", name: "x", source } as const;
  const CASES: readonly (readonly [code: string, hint: string, change: Change])[] = [
    ["unknown-policy", "did you mean", { kind: "replace", policy: `${SHOP}:policy/OperateInstance`, source }],
    ["unknown-policy", "", { kind: "add", policy: "New", source }],
    ["policy-exists", "--replace", { kind: "add", policy: OPERATE, source }],
    ["unknown-principal", "user/fiona", { kind: "attach", principal: `${SHOP}:user/fionna`, policy: document }],
    ["unknown-policy", "", { kind: "attach", principal: FIONA, policy: { kind: "held", name: `${SHOP}:policy/No` } }],
    ["already-attached", "", { kind: "attach", principal: FIONA, policy: { kind: "held", name: LEDGER } }],
    ["not-attached", "but to its group", { kind: "detach", from: OMAR, policy: OPERATE }],
    ["not-attached", "", { kind: "detach", from: FIONA, policy: OPERATE }],
    ["unknown-policy", "neither", { kind: "detach", from: "r-book", policy: OPERATE }],
    ["not-attached", "", { kind: "detach", from: "r-book", policy: "scp/only-our-regions" }],
    ["unknown-target", "did you mean", { kind: "detach", from: "r-bock", policy: "scp/only-our-regions" }],
    ["not-attached", "", { kind: "boundary", principal: FIONA, policy: null }],
    ["unknown-principal", "", { kind: "boundary", principal: DEVELOPERS, policy: null }],
    ["unknown-target", "management", { kind: "guardrail", type: "scp", target: "999999999999", policy: document }],
    ["unknown-target", "", { kind: "guardrail", type: "scp", target: "ou-none", policy: document }],
    [
      "unknown-policy",
      "",
      { kind: "guardrail", type: "scp", target: "r-book", policy: { kind: "held", name: "scp/x" } },
    ],
    [
      "already-attached",
      "",
      {
        kind: "guardrail",
        type: "scp",
        target: "r-book",
        policy: { kind: "held", name: "scp/stay-in-the-organization" },
      },
    ],
    ["unknown-resource", "did you mean", { kind: "resourcePolicy", resource: "arn:aws:s3:::bookshop-sites", source }],
  ];

  test.each(CASES)("%s: %s", (code, hint, change) => {
    const refused = () => changeWorld(bookshop, [change]);
    expect(refused).toThrow(ChangeError);
    try {
      refused();
    } catch (error) {
      expect((error as ChangeError).code).toBe(code);
      expect((error as ChangeError).message).toContain(hint);
    }
  });

  test("a document with errors", () => {
    const broken = { name: "broken.json", text: '{"Version":"2012-10-17","Statement":[{"Effect":"Alow"}]}' };
    const refused = () => changeWorld(bookshop, [{ kind: "replace", policy: OPERATE, source: broken }]);
    expect(refused).toThrow(InvalidInput);
  });
});

describe("a changed world decides as one whose files were changed", () => {
  const FOLDER = "accounts/111111111111";
  const DETAILS = `${FOLDER}/authorization-details.json`;
  const ENFORCE = policy({
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: ["arn:aws:s3:::bookshop-orders/*"],
  });

  interface Details {
    readonly GroupDetailList: { GroupName: string; AttachedManagedPolicies: object[] }[];
    readonly UserDetailList: { UserName: string; AttachedManagedPolicies: object[]; PermissionsBoundary?: object }[];
  }

  const userOf = (details: unknown, name: string) =>
    (details as Details).UserDetailList.find(({ UserName }) => UserName === name)!;

  const CASES: readonly (readonly [name: string, change: Change, file: string, edit: (json: unknown) => void])[] = [
    [
      "a group loses a policy",
      { kind: "detach", from: DEVELOPERS, policy: `${SHOP}:policy/HomeFolder` },
      DETAILS,
      (details) => {
        const group = (details as Details).GroupDetailList.find(({ GroupName }) => GroupName === "Developers")!;
        group.AttachedManagedPolicies = group.AttachedManagedPolicies.filter(
          (attached) => !JSON.stringify(attached).includes("HomeFolder"),
        );
      },
    ],
    [
      "a user gets a policy",
      { kind: "attach", principal: FIONA, policy: { kind: "held", name: OPERATE } },
      DETAILS,
      (details) => {
        userOf(details, "fiona").AttachedManagedPolicies.push({ PolicyName: "OperateInstances", PolicyArn: OPERATE });
      },
    ],
    [
      "a boundary goes",
      { kind: "boundary", principal: INES, policy: null },
      DETAILS,
      (details) => {
        delete userOf(details, "ines").PermissionsBoundary;
      },
    ],
    [
      "a bucket has another policy",
      { kind: "resourcePolicy", resource: "arn:aws:s3:::bookshop-orders", source: ENFORCE },
      `${FOLDER}/resources/buckets.json`,
      (buckets) => {
        const list = buckets as { arn: string; policy: unknown }[];
        list.find(({ arn }) => arn === "arn:aws:s3:::bookshop-orders")!.policy = JSON.parse(ENFORCE.text);
      },
    ],
    [
      "an SCP goes",
      { kind: "detach", from: "ou-book-workload1", policy: "scp/only-our-regions" },
      "organization.json",
      (organization) => {
        (organization as { root: { children: { scps: string[] }[] } }).root.children[0]!.scps = ["FullAWSAccess"];
      },
    ],
  ];

  test.each(CASES)("%s", async (_, change, file, edit) => {
    const folder = folderWith();
    cpSync("examples/world", folder, { recursive: true });
    const json = JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as unknown;
    edit(json);
    writeFileSync(`${folder}/${file}`, JSON.stringify(json));
    const { world: edited } = await loadedWorld(folder);
    const [before, made, written] = [bookshop.world, changed(change), edited].map((world) =>
      Engine.loadSync(compile(world)),
    );
    const words = (engine: Engine) => requests.map((request) => engine.decide(request).decision);
    expect(words(made!)).toEqual(words(written!));
    expect(words(made!)).not.toEqual(words(before!));
  });

  let requests: readonly Request[];

  beforeAll(async () => {
    const found = new Map<string, Request>();
    for await (const item of readTrail(["examples/trail/AWSLogs"], { threads: 0 })) {
      if (item.kind === "unreadable") continue;
      const derived = derive(item.event, { directory: directoryOf(bookshop.world), assumptions: NO_ASSUMPTIONS });
      if (derived.kind === "none") continue;
      for (const { request } of derived.requests)
        found.set(JSON.stringify([request.principal, request.action]), request);
    }
    requests = [
      ...found.values(),
      {
        principal: FIONA,
        action: "ec2:StartInstances",
        resource: "arn:aws:ec2:eu-west-1:111111111111:instance/i-1",
        context: { "aws:RequestedRegion": "eu-west-1", "aws:SourceIp": "203.0.113.10" },
      },
    ];
  });
});
