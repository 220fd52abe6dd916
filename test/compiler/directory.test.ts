/** Who exists and what is attached to them comes back from a bundle as it went in, in the order of the names' bytes. */
import { describe, expect, it } from "vitest";
import { Header, LevelsRecord, PrincipalRecord, RoleRecord, Section, SetRecord } from "../../src/bytecode/layout.js";
import { type BundleReader, NONE } from "../../src/bytecode/reader.js";
import { verifyBundle } from "../../src/bytecode/verify.js";
import { compile, compileOverlay, optionBits } from "../../src/compiler/compile.js";
import { BundleWorld, optionsOf } from "../../src/engine/world.js";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../../src/policy/options.js";
import type { Account, DocumentSet, World } from "../../src/world/model.js";
import { everythingWorld } from "../bytecode/everything.js";
import { Random } from "../generators/random.js";
import { worldOf } from "../generators/roads.js";
import { townOf } from "../generators/towns.js";
import { A1, A2, policyOf } from "../reference/build.js";
import { bundleOf, count, records, resource, setOf, user, worldWith } from "./build.js";

/** A set as its label, its documents by name and use, and what it misses. */
function shownSet(set: DocumentSet) {
  return {
    label: set.label,
    documents: set.documents.map(
      ({ policy, use }) => `${policy.type} ${policy.name} ${policy.statements.length} ${use}`,
    ),
    missing: [...set.missing],
  };
}

const shownLevels = (levels: readonly DocumentSet[]) => levels.map(shownSet);

/** A world as plain data; documents by name. Maps are sorted, for their order means nothing. */
function shownWorld(world: World) {
  const sorted = <T>(map: ReadonlyMap<string, T>, show: (value: T) => unknown) =>
    [...map].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, value]) => [name, show(value)]);
  const tags = (map: ReadonlyMap<string, string> | null) => (map === null ? null : sorted(map, (value) => value));
  return {
    closed: world.closed,
    accounts: sorted(world.accounts, (account) => ({
      ...account,
      completeResourceTypes: [...account.completeResourceTypes],
      scps: shownLevels(account.scps),
      rcps: shownLevels(account.rcps),
    })),
    principals: sorted(world.principals, (principal) => ({
      ...principal,
      tags: tags(principal.tags),
      identity: shownSet(principal.identity),
      boundary: principal.boundary === null ? null : shownSet(principal.boundary),
    })),
    sessions: sorted(world.sessions, (session) => ({
      ...session,
      tags: tags(session.tags),
      policies: session.policies === null ? null : shownSet(session.policies),
    })),
    resources: sorted(world.resources, (record) => ({
      ...record,
      tags: tags(record.tags),
      policies: shownSet(record.policies),
      rcps: record.rcps === null ? null : shownLevels(record.rcps),
    })),
    endpoints: sorted(world.endpoints, (endpoint) => ({
      ...endpoint,
      policies: endpoint.policies === null ? null : shownSet(endpoint.policies),
    })),
  };
}

describe("a world", () => {
  it("comes back from its bundle: one in which everything occurs", () => {
    const world = everythingWorld();
    expect(shownWorld(new BundleWorld(bundleOf(world)))).toEqual(shownWorld(world));
  });

  it("comes back from its bundle: generated ones", () => {
    let worlds = 0;
    for (let number = 0; worlds < 200; number++) {
      const town = townOf(new Random(1, 32, number));
      let world: World;
      try {
        world = worldOf(town);
      } catch {
        continue; // Strict grammar refuses some of the worlds.
      }
      worlds++;
      expect(shownWorld(new BundleWorld(bundleOf(world))), `world ${number}`).toEqual(shownWorld(world));
    }
  });

  it("of nothing is a bundle", () => {
    const reader = bundleOf(worldWith());
    expect(shownWorld(new BundleWorld(reader))).toEqual(shownWorld(worldWith()));
    expect(count(reader, Section.Statements)).toBe(0);
    expect(reader.header(Header.StatementsMax)).toBe(0);
  });
});

describe("names", () => {
  // In the order of their UTF-8 bytes; by UTF-16 units the emoji would stand before U+FFFD.
  const NAMES = ["", "A", "Z", "a", "a b", "a-", "a/", "aa", "e\u0301", "z", "é", "\uFFFD", "😀"];

  function shuffled(): string[] {
    return new Random(7, 1).shuffle(NAMES);
  }

  const namesIn = (reader: BundleReader, section: Parameters<typeof records>[1]) =>
    records(reader, section).map((field) => reader.string(field(0)));

  it("of users, sessions, resources, endpoints and accounts are in the order of their bytes", () => {
    const of = <T>(make: (name: string) => T) => new Map(shuffled().map((name) => [name, make(name)]));
    const reader = bundleOf(
      worldWith({
        accounts: of((id): Account => ({ ...EMPTY_ACCOUNT, id })),
        principals: new Map(shuffled().map((name) => [user(name, []).arn, user(name, [])])),
        sessions: of((arn) => ({ ...EMPTY_SESSION, arn })),
        resources: of((arn) => resource(arn, [])),
        endpoints: of((id) => ({ id, vpc: null, account: null, kind: "interface" as const, policies: null })),
      }),
    );
    expect(namesIn(reader, Section.Accounts)).toEqual(NAMES);
    expect(namesIn(reader, Section.Principals)).toEqual(NAMES.map((name) => user(name, []).arn));
    expect(namesIn(reader, Section.Sessions)).toEqual(NAMES);
    expect(namesIn(reader, Section.Resources)).toEqual(NAMES);
    expect(namesIn(reader, Section.Endpoints)).toEqual(NAMES);
  });

  it("of roles are by account and name, whatever the path (REQ-11)", () => {
    const role = (account: string, path: string, name: string) => {
      const arn = `arn:aws:iam::${account}:role/${path}${name}`;
      return { ...user(name, []), kind: "role" as const, account, arn };
    };
    const users = [role(A2, "", "a"), role(A1, "z/", "a"), role(A1, "", "b"), user("a", [])];
    const reader = bundleOf(worldWith({ users }));
    const roles = records(reader, Section.Roles).map((field) => [
      reader.string(field(RoleRecord.Key)),
      reader.string(records(reader, Section.Principals)[field(RoleRecord.Principal)]!(0)),
    ]);
    expect(roles).toEqual([
      [`${A1}/a`, `arn:aws:iam::${A1}:role/z/a`],
      [`${A1}/b`, `arn:aws:iam::${A1}:role/b`],
      [`${A2}/a`, `arn:aws:iam::${A2}:role/a`],
    ]);
  });
});

const EMPTY_ACCOUNT: Account = {
  id: A1,
  held: true,
  organization: null,
  canonicalUserId: null,
  scps: [],
  rcps: [],
  completeResourceTypes: [],
  mayAssumeRoot: false,
};

const EMPTY_SESSION = {
  arn: "",
  tags: new Map(),
  issueTime: null,
  issuedBy: null,
  federatedProvider: null,
  sourceIdentity: null,
  parentArn: null,
  policies: null,
};

describe("records", () => {
  const back = (parts: Parameters<typeof worldWith>[0]) => new BundleWorld(bundleOf(worldWith(parts)));

  it.each([
    ["in no organization", null],
    ["in one of which nothing is known", "unknown" as const],
    ["in one without names", { id: null, path: null, managementAccount: null }],
    ["in one", { id: "o-1", path: "o-1/r-1/", managementAccount: A2 }],
  ])("of an account %s", (_, organization) => {
    const account = {
      ...EMPTY_ACCOUNT,
      organization,
      held: organization === null,
      mayAssumeRoot: organization !== null,
    };
    expect(back({ accounts: new Map([[A1, account]]) }).accounts.get(A1)).toMatchObject({
      organization,
      held: account.held,
      mayAssumeRoot: account.mayAssumeRoot,
    });
  });

  it.each([null, 0, -1, 1_767_323_045_000, -62_167_219_200_000, 253_402_300_799_999])(
    "of a session issued at %s",
    (issueTime) => {
      expect(back({ sessions: new Map([["s", { ...EMPTY_SESSION, arn: "s", issueTime }]]) }).sessions.get("s")).toEqual(
        {
          ...EMPTY_SESSION,
          arn: "s",
          issueTime,
        },
      );
    },
  );

  it.each([null, "AssumeRole", "SAML", "WebIdentity", "Service"] as const)("of a session issued by %s", (issuedBy) => {
    const session = {
      ...EMPTY_SESSION,
      arn: "s",
      issuedBy,
      sourceIdentity: "x",
      parentArn: "p",
      federatedProvider: "f",
    };
    expect(back({ sessions: new Map([["s", session]]) }).sessions.get("s")).toEqual(session);
  });

  it.each(["other", "kms", "trust"] as const)("of a resource with a policy of kind %s", (policyKind) => {
    for (const flag of [false, true]) {
      const record = {
        ...resource("arn:aws:x:::r", []),
        policyKind,
        publicAccessRestricted: flag,
        awsManaged: !flag,
        owner: flag ? A1 : null,
        behind: flag ? "arn:aws:s3:::b" : null,
        tags: flag
          ? null
          : new Map([
              ["k", "v"],
              ["K", ""],
              ["__proto__", "x"],
            ]),
      };
      const found = back({ resources: new Map([[record.arn, record]]) }).resources.get(record.arn)!;
      expect({ ...found, policies: null }).toEqual({ ...record, policies: null });
    }
  });

  it("know no tags from tags that nobody knows", () => {
    const world = back({
      resources: new Map([
        ["arn:a", { ...resource("arn:a", []), tags: new Map() }],
        ["arn:b", { ...resource("arn:b", []), tags: null }],
      ]),
    });
    expect(world.resources.get("arn:a")?.tags).toEqual(new Map());
    expect(world.resources.get("arn:b")?.tags).toBeNull();
  });
});

describe("levels", () => {
  const level = (name: string, statements: number) =>
    setOf(name, [
      policyOf(
        "scp",
        Array.from({ length: statements }, () => ({ Action: "*" })),
        name,
      ),
    ]);

  it("are stored once; an account without any has those of nobody", () => {
    const [root, unit] = [level("root", 1), level("unit", 2)];
    const account = (id: string, scps: readonly DocumentSet[]) => [id, { ...EMPTY_ACCOUNT, id, scps }] as const;
    const reader = bundleOf(
      worldWith({
        accounts: new Map([
          account("1", [root, unit]),
          account("2", [root, unit]),
          account("3", [root]),
          account("4", []),
        ]),
      }),
    );
    const rows = records(reader, Section.Levels).map((field) => [field(LevelsRecord.Start), field(LevelsRecord.Count)]);
    expect(rows.map(([, length]) => length).sort()).toEqual([0, 1, 2]);
    expect(rows.find(([, length]) => length === 0)).toEqual([0, 0]);
    expect(count(reader, Section.Sets)).toBe(2);
  });

  it("bound how many statements a decision looks at: both hierarchies, and six sets", () => {
    const accounts = new Map([[A1, { ...EMPTY_ACCOUNT, scps: [level("root", 3), level("unit", 4)] }]]);
    const own = policyOf(
      "identity",
      Array.from({ length: 5 }, () => ({})),
      "own",
    );
    const reader = bundleOf(worldWith({ accounts, users: [user("a", [own, { ...own, name: "own 2" }])] }));
    expect(reader.header(Header.StatementsMax)).toBe(2 * 7 + 6 * 10);
    expect(Math.max(...records(reader, Section.Sets).map((field) => field(SetRecord.StatementCount)))).toBe(10);
  });
});

describe("flags", () => {
  const OTHERS: Partial<WorldOptions> = {
    unresolvedVariable: "statement",
    denyKind: "merge",
    forAnyValueIfExists: !DEFAULT_WORLD_OPTIONS.forAnyValueIfExists,
    autoRcpFullAccess: !DEFAULT_WORLD_OPTIONS.autoRcpFullAccess,
    rcpOnResourceless: !DEFAULT_WORLD_OPTIONS.rcpOnResourceless,
    federatedDefaultSession: "allow",
    federatedInResourcePolicies: !DEFAULT_WORLD_OPTIONS.federatedInResourcePolicies,
    scpBlocksGetSessionToken: !DEFAULT_WORLD_OPTIONS.scpBlocksGetSessionToken,
    explicitDenyBlocksGetSessionToken: !DEFAULT_WORLD_OPTIONS.explicitDenyBlocksGetSessionToken,
    roleMfaKey: "absent",
    resourceGlob: "plain",
    notPrincipalMode: "roleCoversSession",
    awsStarMatchesService: !DEFAULT_WORLD_OPTIONS.awsStarMatchesService,
    assumeSameAccount: !DEFAULT_WORLD_OPTIONS.assumeSameAccount,
  };
  /** Those that only the parser reads: a bundle's policies are parsed. */
  const SPENT = ["mode", "invalidEntry", "looseOperators", "incompleteArn"];

  it("are all here", () => {
    expect(new Set([...Object.keys(OTHERS), ...SPENT])).toEqual(new Set(Object.keys(DEFAULT_WORLD_OPTIONS)));
  });

  it.each(Object.entries(OTHERS))("%s=%s has a bit of its own and comes back", (name, value) => {
    const options = { ...DEFAULT_WORLD_OPTIONS, [name]: value };
    const [bits, before] = [options, DEFAULT_WORLD_OPTIONS].map((given) => optionBits(given, false));
    const changed = bits! ^ before!;
    expect(changed).toBeGreaterThan(0);
    expect(changed & (changed - 1)).toBe(0);
    expect(optionsOf(bits!)).toEqual({ ...optionsOf(before!), [name]: value });
    expect(bundleOf(worldWith({ options, closed: false })).header(Header.Options)).toBe(bits);
  });

  it("the defaults are the defaults", () => {
    expect(optionsOf(optionBits(DEFAULT_WORLD_OPTIONS, false))).toEqual({ ...DEFAULT_WORLD_OPTIONS, mode: "lenient" });
  });

  it("whether a world is closed is one of them", () => {
    expect(new BundleWorld(bundleOf(worldWith({ closed: true }))).closed).toBe(true);
    expect(new BundleWorld(bundleOf(worldWith({ closed: false }))).closed).toBe(false);
  });
});

describe("an overlay", () => {
  it("is a bundle with one session and its policies, the flags the world's", () => {
    const options = { ...DEFAULT_WORLD_OPTIONS, denyKind: "merge" as const };
    const policies = ["one", "other"].map((name) => policyOf("session", [{ Action: "s3:*" }], name));
    const world = new BundleWorld(verifyBundle(compileOverlay(policies, options)));
    expect([...world.sessions.values()].map(({ policies: set }) => shownSet(set!))).toEqual([
      { label: "session policies", documents: ["session one 1 policy", "session other 1 policy"], missing: [] },
    ]);
    expect(world.options.denyKind).toBe("merge");
    expect(world.closed).toBe(true);
    expect(world.principals.size + world.accounts.size + world.resources.size + world.endpoints.size).toBe(0);
  });

  it("of no policies is a session that was passed none (EVAL-18)", () => {
    const world = new BundleWorld(verifyBundle(compileOverlay([], DEFAULT_WORLD_OPTIONS)));
    expect([...world.sessions.values()].map(({ policies }) => policies)).toEqual([null]);
  });
});

it("a boundary that is not attached is none, an empty one is", () => {
  const arn = user("a", []).arn;
  const bounded = { ...user("a", []), boundary: setOf("limit", []) };
  const reader = bundleOf(worldWith({ users: [bounded, user("b", [])] }));
  const world = new BundleWorld(reader);
  expect(world.principals.get(arn)?.boundary?.label).toBe("limit");
  expect(world.principals.get(user("b", []).arn)?.boundary).toBeNull();
  expect(records(reader, Section.Principals)[1]!(PrincipalRecord.Boundary)).toBe(NONE);
  expect(compile(worldWith({ users: [bounded] }))).not.toEqual(compile(worldWith({ users: [user("a", [])] })));
});
