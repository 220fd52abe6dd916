/** Action, Resource and Principal elements as records, and what lenient mode makes of those that cannot match (GRAM-8, GRAM-52). */
import { describe, expect, it } from "vitest";
import {
  ElementBits,
  ElementRecord,
  PatternRecord,
  PrincipalEntryKind,
  PrincipalEntryRecord,
  Section,
  StatementRecord,
} from "../../src/bytecode/layout.js";
import { PatternKind } from "../../src/bytecode/opcodes.js";
import { type BundleReader, NEVER, NONE } from "../../src/bytecode/reader.js";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../../src/policy/options.js";
import { NO_SETTINGS } from "../../src/world/settings.js";
import { settingsDocuments } from "../../src/world/synthetic.js";
import { policyOf, type StatementJson } from "../reference/build.js";
import { bundleOf, bundleOfPolicies, recordOf, records, resource, worldWith } from "./build.js";

const BUCKET = "arn:aws:s3:::b";

function identity(...statements: StatementJson[]): BundleReader {
  return bundleOfPolicies([policyOf("identity", statements, "own", { mode: "lenient" })]);
}

/** The bundle of a bucket policy. */
function bucket(statement: StatementJson, options: Partial<WorldOptions> = {}, bindings = new Map<string, string>()) {
  const policy = policyOf("resource", [{ Resource: `${BUCKET}/*`, Action: "s3:*", ...statement }], "p", {
    mode: "lenient",
  });
  const resources = new Map([[BUCKET, resource(BUCKET, [policy])]]);
  return bundleOf(worldWith({ resources, bindings, options: { ...DEFAULT_WORLD_OPTIONS, ...options } }));
}

/** Bits and entries of a statement's element; `always` and `never` where it has none. */
function element(
  reader: BundleReader,
  statement: number,
  part: StatementRecord,
): "always" | "never" | readonly [number, number[]] {
  const id = recordOf(reader, Section.Statements, statement)(part);
  if (id === NONE) return "always";
  if (id === NEVER) return "never";
  const field = recordOf(reader, Section.Elements, id);
  const width = field(ElementRecord.Bits) & ElementBits.Principal ? 3 : 1;
  const words = Array.from({ length: field(ElementRecord.Count) * width }, (_, index) =>
    reader.pool(field(ElementRecord.Start) + index),
  );
  return [field(ElementRecord.Bits), words];
}

function actionsOf(reader: BundleReader, statement = 0): string[] {
  const [, words] = element(reader, statement, StatementRecord.Action) as [number, number[]];
  return words.map((id) => {
    const field = recordOf(reader, Section.ActionPatterns, id);
    return shown(reader.slice(Section.PatternBytes, field(0), field(4)));
  });
}

/** Bytes with their marks as signs that no action and no ARN of these tests has. */
function shown(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("latin1")
    .replaceAll("\xff", "‹*›")
    .replaceAll("\xfe", "‹?›")
    .replaceAll("\xfd", "‹{*}›")
    .replaceAll("\xfc", "‹{?}›")
    .replace(/\xfb.{4}/gs, "‹$›");
}

describe("actions", () => {
  it("are lower-cased patterns with marks, runs of stars are one, in the order of their bytes", () => {
    const reader = identity({ Action: ["S3:Put*", "s3:Get?bject**", "ec2:*", "s3:Put*"] });
    expect(actionsOf(reader)).toEqual(["ec2:‹*›", "s3:get‹?›bject‹*›", "s3:put‹*›", "s3:put‹*›"]);
  });

  it.each(["*", "*:*"])("`%s` is everything (MATCH-3)", (action) => {
    expect(actionsOf(identity({ Action: action }))).toEqual(["‹*›"]);
  });

  it("tell Action from NotAction", () => {
    const reader = identity({ Action: "s3:*" }, { NotAction: "s3:*" });
    expect(element(reader, 0, StatementRecord.Action)[0]).toBe(ElementBits.Action);
    expect(element(reader, 1, StatementRecord.Action)[0]).toBe(ElementBits.Action | ElementBits.Negated);
  });

  it("sort by bytes, marks behind all text", () => {
    const reader = identity({ Action: ["s3:*", "s3:a", "s3:?", "s3:zz", "s3:a*"] });
    const all = records(reader, Section.ActionPatterns).map((field) =>
      shown(reader.slice(Section.PatternBytes, field(0), field(4))),
    );
    expect(all).toEqual(["s3:a", "s3:a‹*›", "s3:zz", "s3:‹?›", "s3:‹*›"]);
  });
});

describe("resources", () => {
  const patternOf = (text: string, options: Partial<WorldOptions> = {}) => {
    const policy = policyOf("identity", [{ Action: "s3:*", Resource: text }], "own", { mode: "lenient" });
    const reader = bundleOfPolicies([policy], options);
    const [, [id]] = element(reader, 0, StatementRecord.Resource) as [number, number[]];
    const field = recordOf(reader, Section.Patterns, id!);
    return [shown(reader.patternBytes(id!)), PatternKind[field(PatternRecord.Kind)], field(PatternRecord.Literal)];
  };

  it.each([
    ["*", ["‹*›", "Any", 0]],
    ["arn:aws:s3:::b/k", ["arn:aws:s3:::b/k", "Exact", 16]],
    ["arn:aws:s3:::b/*", ["arn:aws:s3:::b/‹*›", "Prefix", 15]],
    ["arn:aws:s3:::b/*/?", ["arn:aws:s3:::b/‹*›/‹?›", "Greedy", 15]],
    ["arn:aws:s3:::b/é*", ["arn:aws:s3:::b/Ã©‹*›", "Prefix", 17]],
    // MATCH-22: a star at the end of its component may cross, any other wildcard of the first five may not.
    ["arn:aws:sqs:*:*:q", ["arn:aws:sqs:‹*›:‹*›:q", "Greedy", 12]],
    ["arn:aws:sqs:eu-*-1:1:q", ["arn:aws:sqs:eu-‹{*}›-1:1:q", "Segments", 15]],
    ["arn:aws:sqs:eu-?:1:q", ["arn:aws:sqs:eu-‹{?}›:1:q", "Greedy", 15]],
    ["arn:aws:sqs:eu:1:a*b", ["arn:aws:sqs:eu:1:a‹*›b", "Greedy", 18]],
    ["arn:aws:sqs:*1:1:*?", ["arn:aws:sqs:‹{*}›1:1:‹*›‹?›", "Segments", 12]],
    ["arn:aws:s3:::b/${aws:username}/*", ["arn:aws:s3:::b/‹$›/‹*›", "Variables", 15]],
    ["arn:aws:s3:::b/${*}", ["arn:aws:s3:::b/*", "Exact", 16]],
  ])("%s", (text, expected) => {
    expect(patternOf(text)).toEqual(expected);
  });

  it("under `resourceGlob=plain` wildcards go anywhere", () => {
    expect(patternOf("arn:aws:sqs:eu-*-?:1:q", { resourceGlob: "plain" })).toEqual([
      "arn:aws:sqs:eu-‹*›-‹?›:1:q",
      "Greedy",
      15,
    ]);
  });

  it("tell Resource from NotResource", () => {
    const reader = identity({ Action: "s3:*", NotResource: "*" });
    expect(element(reader, 0, StatementRecord.Resource)[0]).toBe(ElementBits.Resource | ElementBits.Negated);
  });

  it("are not there in trust policies (MATCH-28)", () => {
    const role = "arn:aws:iam::111111111111:role/r";
    const policy = policyOf("trust", [{ Principal: { AWS: "111111111111" }, Action: "sts:AssumeRole" }], "trust");
    const reader = bundleOf(
      worldWith({ resources: new Map([[role, { ...resource(role, [policy]), policyKind: "trust" as const }]]) }),
    );
    expect(element(reader, 0, StatementRecord.Resource)).toBe("always");
  });
});

const USER = "arn:aws:iam::111111111111:user/a";
const ROLE = "arn:aws:iam::111111111111:role/p/r";
const CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
const OAI = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1";

/** Each kind of principal entry with what a policy says and what is compared; null: written by us, for ACLs and grants. */
const PRINCIPALS: Readonly<Record<keyof typeof PrincipalEntryKind, readonly [unknown, string | null] | null>> = {
  Anyone: ["*", null],
  AwsAnyone: [{ AWS: "*" }, null],
  Account: [{ AWS: "arn:aws:iam::111111111111:root" }, "111111111111"],
  User: [{ AWS: USER }, USER],
  Role: [{ AWS: ROLE }, ROLE],
  RoleSession: [{ AWS: "arn:aws:sts::111111111111:assumed-role/r/s" }, "arn:aws:sts::111111111111:assumed-role/r/s"],
  FederatedUser: [{ AWS: "arn:aws:sts::111111111111:federated-user/f" }, "arn:aws:sts::111111111111:federated-user/f"],
  UniqueId: [{ AWS: "AIDAEXAMPLEEXAMPLEEXA" }, "AIDAEXAMPLEEXAMPLEEXA"],
  OriginAccessIdentity: [{ AWS: OAI }, OAI],
  Service: [{ Service: "sns.amazonaws.com" }, "sns.amazonaws.com"],
  Federated: [{ Federated: "accounts.google.com" }, "accounts.google.com"],
  CanonicalUser: [{ CanonicalUser: CANONICAL }, CANONICAL],
  Everyone: null,
  Authenticated: null,
};

describe("principals", () => {
  it.each(Object.entries(PRINCIPALS).flatMap(([kind, given]) => (given === null ? [] : [[kind, ...given] as const])))(
    "%s: %j",
    (kind, principal, text) => {
      const reader = bucket({ Principal: principal as never });
      const [bits, words] = element(reader, 0, StatementRecord.Principal) as [number, number[]];
      expect(bits).toBe(ElementBits.Principal);
      expect(words).toHaveLength(PrincipalEntryRecord.Size / 4);
      expect(PrincipalEntryKind[words[0]!]).toBe(kind);
      expect(reader.stringOrNull(words[1]!)).toBe(text);
      expect(words[2]).toBe(NONE);
    },
  );

  it.each([
    ["Everyone", "AllUsers"],
    ["Authenticated", "AuthenticatedUsers"],
  ] as const)("%s: the group of an ACL (SPEC-20)", (kind, grantee) => {
    const source = { name: "b.json", text: "{}" };
    const settings = {
      ...NO_SETTINGS,
      objectOwnership: "ObjectWriter" as const,
      acl: [{ grantee, permission: "READ" as const, span: { start: 0, end: 2 } }],
    };
    const documents = settingsDocuments(source, { start: 0, end: 2 }, BUCKET, settings);
    expect(documents).toHaveLength(1);
    const record = { ...resource(BUCKET, []), policies: { label: "b", documents, missing: [] } };
    const reader = bundleOf(worldWith({ resources: new Map([[BUCKET, record]]) }));
    const [, words] = element(reader, 0, StatementRecord.Principal) as [number, number[]];
    expect([PrincipalEntryKind[words[0]!], words[1], words[2]]).toEqual([kind, NONE, NONE]);
  });

  it("of users and roles know the unique ID that AWS bound them to (MATCH-42)", () => {
    const bindings = new Map([[ROLE, "AROAOLD"]]);
    const reader = bucket({ Principal: { AWS: [ROLE, USER] } }, {}, bindings);
    const [, words] = element(reader, 0, StatementRecord.Principal) as [number, number[]];
    expect([words[2], words[5]].map((id) => reader.stringOrNull(id!))).toEqual(["AROAOLD", null]);
  });

  it("tell Principal from NotPrincipal", () => {
    const reader = bucket({ Effect: "Deny", NotPrincipal: { AWS: USER } });
    expect(element(reader, 0, StatementRecord.Principal)[0]).toBe(ElementBits.Principal | ElementBits.Negated);
  });
});

describe("elements that lenient mode tolerates", () => {
  const BAD_ACTION = "s3";
  const BAD_RESOURCE = "b/k";

  it.each([
    // GRAM-8: an empty element never hits; an empty Not-element of a Deny hits always.
    ["Allow", { Action: [] }, "never"],
    ["Deny", { Action: [] }, "never"],
    ["Allow", { NotAction: [] }, "never"],
    ["Deny", { NotAction: [] }, "always"],
    // GRAM-52: an entry that matches nothing; in a Deny it makes the element hit always, in a Not-element of an Allow never.
    ["Allow", { Action: [BAD_ACTION] }, "never"],
    ["Deny", { Action: [BAD_ACTION] }, "always"],
    ["Deny", { Action: [BAD_ACTION, "s3:Get*"] }, "always"],
    ["Allow", { NotAction: [BAD_ACTION, "s3:Get*"] }, "never"],
    ["Deny", { NotAction: [BAD_ACTION, "s3:Get*"] }, "always"],
  ] as const)("%s with %j: %s", (Effect, part, expected) => {
    expect(element(identity({ Effect, ...part, Resource: "*" } as never), 0, StatementRecord.Action)).toBe(expected);
  });

  it("an Allow loses nothing but the entry", () => {
    expect(actionsOf(identity({ Action: [BAD_ACTION, "s3:Get*"] }))).toEqual(["s3:get‹*›"]);
  });

  it.each([
    ["Allow", { Resource: [] }, "never"],
    ["Deny", { NotResource: [] }, "always"],
    ["Allow", { Resource: [BAD_RESOURCE] }, "never"],
    ["Deny", { Resource: [BAD_RESOURCE, "*"] }, "always"],
    ["Allow", { NotResource: [BAD_RESOURCE, "*"] }, "never"],
  ] as const)("%s with %j: %s", (Effect, part, expected) => {
    expect(element(identity({ Effect, Action: "s3:*", ...part } as never), 0, StatementRecord.Resource)).toBe(expected);
  });

  it.each([
    ["Allow", { Principal: {} }, "never"],
    ["Allow", { Principal: { AWS: ["nobody"] } }, "never"],
    ["Deny", { Principal: { AWS: ["nobody", USER] } }, "always"],
    ["Deny", { NotPrincipal: { AWS: ["nobody", USER] } }, "always"],
    ["Allow", { NotPrincipal: { AWS: ["nobody", USER] } }, "never"],
  ] as const)("%s with %j: %s", (Effect, part, expected) => {
    expect(element(bucket({ Effect, ...part } as never), 0, StatementRecord.Principal)).toBe(expected);
  });

  it("under `invalidEntry=literal` an entry stands for its text", () => {
    const policy = (statement: StatementJson) => policyOf("identity", [statement], "own", { mode: "lenient" });
    const reader = bundleOfPolicies(
      [
        policy({ Effect: "Deny", Action: ["S3", "s3:Get*"], Resource: ["b/k", "*"] }),
        policy({ Effect: "Deny", Action: ["s3*"], Resource: "*" }),
        policy({ Effect: "Deny", NotAction: ["s3*"], Resource: "*" }),
      ].map((document, index) => ({ ...document, name: String(index) })),
      { invalidEntry: "literal", mode: "lenient" },
    );
    // No request's action reads like `S3` (REQ-1), so that entry is not stored.
    expect(actionsOf(reader)).toEqual(["s3:get‹*›"]);
    const [, resources] = element(reader, 0, StatementRecord.Resource) as [number, number[]];
    expect(resources.map((id) => shown(reader.patternBytes(id)))).toEqual(["b/k", "‹*›"]);
    // No action of a request holds a wildcard, so such an entry matches nothing.
    expect(element(reader, 1, StatementRecord.Action)).toBe("never");
    expect(element(reader, 2, StatementRecord.Action)).toBe("always");
  });
});

describe("under `unresolvedVariable=statement` (VAR-10)", () => {
  const variablesOf = (statement: StatementJson) => {
    const policy = policyOf("identity", [statement], "own", { mode: "lenient" });
    const reader = bundleOfPolicies([policy], { unresolvedVariable: "statement" });
    const at = recordOf(reader, Section.Statements, 0)(StatementRecord.Variables);
    return at === NONE ? null : reader.pool(at);
  };

  it("an Allow lists each variable of its resources and conditions once", () => {
    expect(
      variablesOf({
        Action: "s3:*",
        Resource: ["arn:aws:s3:::${aws:username}/${a:k}", "arn:aws:s3:::${aws:username}"],
        Condition: {
          StringEquals: { "a:k": "${a:k}" },
          StringEqualsIgnoreCase: { "a:k": "${b:k}" },
          Bool: { "a:b": "${c:k}" },
        },
      }),
    ).toBe(4);
  });

  it("a Deny, and an Allow without variables, list none", () => {
    expect(variablesOf({ Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::${aws:username}" })).toBeNull();
    expect(variablesOf({ Action: "s3:*", Resource: "*" })).toBeNull();
  });
});
