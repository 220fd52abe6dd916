/** AWS's account export, as AWS prints it and as people keep it. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_WORLD_OPTIONS } from "../../src/policy/options.js";
import { hasErrors } from "../../src/text/diagnostic.js";
import { readAuthorizationDetails, type SharedPolicy } from "../../src/world/authorization-details.js";
import { loadWorld } from "../../src/world/load.js";
import { corpusPath } from "../corpus-data.js";
import { A1, ALICE, allow, ROLE } from "./build.js";

const MANAGED = `arn:aws:iam::${A1}:policy/team/Read`;
const LIMIT = `arn:aws:iam::${A1}:policy/Limit`;
const VIEW_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";
const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

const ALICE_DETAIL = {
  Path: "/",
  UserName: "alice",
  UserId: "AIDAALICE",
  Arn: ALICE,
  CreateDate: "2023-01-11T11:56:48+00:00",
  UserPolicyList: [{ PolicyName: "own", PolicyDocument: allow("s3:GetObject") }],
  GroupList: ["team"],
  AttachedManagedPolicies: [{ PolicyName: "Read", PolicyArn: MANAGED }],
  PermissionsBoundary: { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: LIMIT },
  Tags: [{ Key: "__proto__", Value: "x" }],
};

const TEAM_DETAIL = {
  Path: "/",
  GroupName: "team",
  GroupId: "AGPA1",
  Arn: `arn:aws:iam::${A1}:group/team`,
  CreateDate: "2023-03-09 10:41:45+00:00",
  GroupPolicyList: [{ PolicyName: "shared", PolicyDocument: allow("sqs:*") }],
  AttachedManagedPolicies: [
    { PolicyName: "Read", PolicyArn: MANAGED },
    { PolicyName: "ViewOnlyAccess", PolicyArn: VIEW_ONLY },
  ],
};

const ROLE_DETAIL = {
  Path: "/svc/",
  RoleName: "Deploy",
  RoleId: "AROADEPLOY",
  Arn: ROLE,
  CreateDate: "2023-03-09T10:41:45Z",
  AssumeRolePolicyDocument: TRUST,
  InstanceProfileList: [
    { InstanceProfileName: "Deploy", Arn: `arn:aws:iam::${A1}:instance-profile/Deploy`, Roles: [] },
  ],
  RolePolicyList: [],
  AttachedManagedPolicies: [],
  Tags: [{ Key: "Team", Value: "x" }],
  RoleLastUsed: { LastUsedDate: "2023-03-09T10:41:45Z", Region: "eu-west-1" },
};

function managed(arn: string, ...documents: object[]) {
  return {
    PolicyName: arn.split("/").at(-1),
    PolicyId: "ANPA1",
    Arn: arn,
    Path: "/",
    DefaultVersionId: `v${documents.length}`,
    AttachmentCount: 1,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: "2023-03-09T10:41:45Z",
    UpdateDate: "2023-03-09T10:41:45Z",
    PolicyVersionList: documents
      .map((document, index) => ({
        Document: document,
        VersionId: `v${index + 1}`,
        IsDefaultVersion: index + 1 === documents.length,
        CreateDate: "2023-03-09T10:41:45Z",
      }))
      .reverse(),
  };
}

const EXPORT = {
  UserDetailList: [ALICE_DETAIL],
  GroupDetailList: [TEAM_DETAIL],
  RoleDetailList: [ROLE_DETAIL],
  Policies: [managed(MANAGED, allow("s3:*"), allow("s3:Get*")), managed(LIMIT, allow("*"))],
};

function read(...pages: object[]) {
  const sources = pages.map((page, index) => ({ name: `${index}.json`, text: JSON.stringify(page) }));
  const { details, diagnostics } = readAuthorizationDetails(sources, DEFAULT_WORLD_OPTIONS);
  const [alice] = details.principals.filter(({ arn }) => arn === ALICE);
  return { details, diagnostics, alice, codes: diagnostics.map(({ code, severity }) => `${severity} ${code}`) };
}

describe("users, groups and roles", () => {
  const { details, alice, codes } = read(EXPORT);

  it("has nothing to say about AWS's own fields", () => {
    expect(codes).toEqual([]);
    expect([...details.accounts]).toEqual([A1]);
  });

  it("gives a user its own policies and its groups', each once, and names what is not held", () => {
    expect(alice?.identity.documents.map(({ policy }) => policy.name)).toEqual([
      `${ALICE}/inline/own`,
      MANAGED,
      `arn:aws:iam::${A1}:group/team/inline/shared`,
    ]);
    expect(alice?.identity.missing).toEqual([VIEW_ONLY]);
    expect(alice).toMatchObject({ kind: "user", name: "alice", uniqueId: "AIDAALICE", account: A1 });
    expect(alice?.tags.get("__proto__")).toBe("x");
  });

  it("takes the default version", () => {
    const patterns = details.managed.get(MANAGED)?.statements[0]?.action.patterns;
    expect(patterns?.map(({ text }) => text)).toEqual(["s3:Get*"]);
  });

  it("has one object for a managed policy, as a boundary too", () => {
    expect(alice?.boundary?.documents[0]?.policy).toBe(details.managed.get(LIMIT));
  });

  it("knows a role with its path, and its trust policy as that of a resource", () => {
    const role = details.principals.find(({ kind }) => kind === "role");
    expect(role).toMatchObject({ arn: ROLE, name: "Deploy", uniqueId: "AROADEPLOY", serviceLinked: false });
    const [record] = details.roles;
    expect(record).toMatchObject({ arn: ROLE, owner: A1, policyKind: "trust", tags: new Map([["Team", "x"]]) });
    expect(record?.policies.documents.map(({ policy }) => policy.name)).toEqual([`trust policy of ${ROLE}`]);
  });

  it("knows service-linked roles by their path", () => {
    const arn = `arn:aws:iam::${A1}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX`;
    const linked = { ...ROLE_DETAIL, RoleName: "AWSServiceRoleForX", Arn: arn };
    expect(read({ RoleDetailList: [linked] }).details.principals[0]?.serviceLinked).toBe(true);
  });
});

describe("ways in which people keep it", () => {
  it("URL-encoded documents, as the API returns them", () => {
    const encoded = (document: object) => encodeURIComponent(JSON.stringify(document));
    const page = {
      ...EXPORT,
      UserDetailList: [
        { ...ALICE_DETAIL, UserPolicyList: [{ PolicyName: "own", PolicyDocument: encoded(allow("s3:A+B %")) }] },
      ],
      RoleDetailList: [{ ...ROLE_DETAIL, AssumeRolePolicyDocument: encoded(TRUST) }],
    };
    const lenient = readAuthorizationDetails([{ name: "a", text: JSON.stringify(page) }], {
      ...DEFAULT_WORLD_OPTIONS,
      mode: "lenient",
    });
    expect(hasErrors(lenient.diagnostics)).toBe(false);
    const [document] = lenient.details.principals[0]!.identity.documents;
    expect(document?.policy.statements[0]?.action.patterns[0]?.text).toBe("s3:A+B %");
  });

  it("pages, in several files or in one list, whose parts refer to one another", () => {
    const { UserDetailList, GroupDetailList, ...rest } = EXPORT;
    const first = { UserDetailList, IsTruncated: true, Marker: "m" };
    const last = { GroupDetailList, ...rest, IsTruncated: false };
    for (const pages of [[first, last], [last, first], [[first, last]]]) {
      const { alice, codes } = read(...pages);
      expect(codes).toEqual([]);
      expect(alice?.identity.documents).toHaveLength(3);
    }
  });

  it("a first page alone is refused", () => {
    expect(read({ ...EXPORT, IsTruncated: true, Marker: "m" }).codes).toEqual(["error truncated-export"]);
    expect(read({ ...EXPORT, NextToken: "t" }).codes).toEqual(["error truncated-export"]);
  });

  it("without groups: what they allow and deny is not known", () => {
    const { alice, codes } = read({ ...EXPORT, GroupDetailList: [] });
    expect(codes).toEqual([]);
    expect(alice?.identity.missing).toEqual([`policies of group team of account ${A1}`]);
  });

  it("without a boundary's policy", () => {
    expect(read({ ...EXPORT, Policies: [] }).alice?.boundary).toMatchObject({ documents: [], missing: [LIMIT] });
  });

  it("shares AWS's own policies between the exports of a world, and notices two versions of one", () => {
    const shared = new Map<string, SharedPolicy>();
    const one = (document: object) => {
      const text = JSON.stringify({ Policies: [managed(VIEW_ONLY, document)] });
      return readAuthorizationDetails([{ name: "a", text }], DEFAULT_WORLD_OPTIONS, shared);
    };
    const policies = [one(allow("s3:*")), one(allow("s3:*"))].map(({ details }) => details.managed.get(VIEW_ONLY));
    expect(policies[0]).toBe(policies[1]);
    expect(one(allow("s3:Get*")).diagnostics.map(({ code }) => code)).toEqual(["differing-policy"]);
  });
});

describe("what is wrong", () => {
  it.each([
    ["an unknown field", { ...EXPORT, UserDetailLists: [] }, ["warning unknown-field"]],
    [
      "a user twice",
      { UserDetailList: [ALICE_DETAIL, ALICE_DETAIL], GroupDetailList: [TEAM_DETAIL] },
      ["error repeated-arn"],
    ],
    [
      "a role without trust",
      { RoleDetailList: [{ ...ROLE_DETAIL, AssumeRolePolicyDocument: null }] },
      ["error missing-field"],
    ],
    [
      "two roles of one name, in two paths",
      { RoleDetailList: [ROLE_DETAIL, { ...ROLE_DETAIL, Arn: `arn:aws:iam::${A1}:role/Deploy` }] },
      ["error repeated-name"],
    ],
    [
      "two users of one name, in two spellings",
      {
        UserDetailList: [ALICE_DETAIL, { ...ALICE_DETAIL, UserName: "Alice", Arn: `arn:aws:iam::${A1}:user/Alice` }],
        GroupDetailList: [TEAM_DETAIL],
      },
      ["error repeated-name"],
    ],
    [
      "two groups of one name: the policies of one would be lost",
      { GroupDetailList: [TEAM_DETAIL, { ...TEAM_DETAIL, Arn: `arn:aws:iam::${A1}:group/b/team` }] },
      ["error repeated-name"],
    ],
    [
      "two managed policies of one name",
      { Policies: [managed(LIMIT, allow("*")), managed(`arn:aws:iam::${A1}:policy/b/Limit`, allow("*"))] },
      ["error repeated-name"],
    ],
    [
      "two inline policies of one name",
      {
        UserDetailList: [
          {
            ...ALICE_DETAIL,
            GroupList: [],
            UserPolicyList: [...ALICE_DETAIL.UserPolicyList, ...ALICE_DETAIL.UserPolicyList],
          },
        ],
      },
      ["error repeated-name"],
    ],
    ["a role's ARN for a user", { UserDetailList: [{ ...ALICE_DETAIL, Arn: ROLE }] }, ["error invalid-arn"]],
    ["another's ARN", { RoleDetailList: [{ ...ROLE_DETAIL, RoleName: "Other" }] }, ["error invalid-arn"]],
    ["no ARN of IAM", { GroupDetailList: [{ ...TEAM_DETAIL, Arn: "arn:aws:s3:::b" }] }, ["error invalid-arn"]],
    [
      "no default version",
      { Policies: [{ ...managed(LIMIT, allow("*")), DefaultVersionId: "v9", PolicyVersionList: [] }] },
      ["error missing-version"],
    ],
    ["half an escape", { Policies: [managed(LIMIT, "%7" as unknown as object)] }, ["error invalid-encoding"]],
    ["a list of texts", { UserDetailList: "alice" }, ["error wrong-type"]],
    [
      "a strange boundary",
      {
        UserDetailList: [
          {
            ...ALICE_DETAIL,
            GroupList: [],
            PermissionsBoundary: { PermissionsBoundaryType: "Group", PermissionsBoundaryArn: LIMIT },
          },
        ],
      },
      ["error invalid-value"],
    ],
  ])("%s", (_, page, expected) => {
    expect(read(page).codes).toEqual(expected);
  });

  it.each([
    [
      "in two accounts",
      { RoleDetailList: [ROLE_DETAIL, { ...ROLE_DETAIL, Arn: "arn:aws:iam::222222222222:role/Deploy" }] },
    ],
    [
      "of AWS and of the account",
      { Policies: [managed(VIEW_ONLY, allow("*")), managed(`arn:aws:iam::${A1}:policy/ViewOnlyAccess`, allow("*"))] },
    ],
  ])("is not a name that stands twice %s", (_, page) => {
    expect(read(page).codes).toEqual([]);
  });

  it("stands at its place in the file: the second name", () => {
    const page = { RoleDetailList: [ROLE_DETAIL, { ...ROLE_DETAIL, Arn: `arn:aws:iam::${A1}:role/Deploy` }] };
    const text = JSON.stringify(page, null, 2);
    const { diagnostics } = readAuthorizationDetails([{ name: "a.json", text }], DEFAULT_WORLD_OPTIONS);
    const [found] = diagnostics;
    expect(found?.message).toBe(`account ${A1} has another role \`Deploy\``);
    expect(found?.span.start).toBe(text.lastIndexOf('"Deploy"', text.lastIndexOf('"RoleId"')));
  });

  it("stands at its place in the file, and all of it is found", () => {
    const bad = { ...allow("s3:*"), Version: "2012-10-18" };
    const text = JSON.stringify({ Policies: [managed(MANAGED, bad), managed(LIMIT, bad)] }, null, 2);
    const { diagnostics } = readAuthorizationDetails([{ name: "a.json", text }], DEFAULT_WORLD_OPTIONS);
    expect(diagnostics).toHaveLength(2);
    for (const { span } of diagnostics) expect(text.slice(span.start, span.end)).toBe('"2012-10-18"');
  });
});

describe("corpus", () => {
  const corpus = corpusPath();

  it.skipIf(corpus === null)("loads a large account strictly", async () => {
    const { world, diagnostics } = await loadWorld(join(corpus!, "gaad/account-large.json.gz"));
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    // Its account id was edited in some places, so that it names two.
    expect(new Set(diagnostics.map(({ code }) => code))).toContain("several-accounts");
    expect(world?.principals.size).toBe(44 + 78);
    expect(world?.resources.size).toBe(78);
    expect([...world!.accounts.values()].every(({ held }) => held)).toBe(true);
  });

  it.skipIf(corpus === null).each([
    ["allow-testing-s3", 2],
    ["basic-deny", 1],
    ["batch-allow", 3],
    ["role-boundary-deny", 1],
    ["user-boundary-allow", 1],
    ["user-boundary-deny", 1],
  ])("loads %s", async (name, principals) => {
    const { world, diagnostics } = await loadWorld(join(corpus!, `gaad/small/${name}.json`));
    expect(diagnostics).toEqual([]);
    expect(world?.principals.size).toBe(principals);
    const boundaries = [...world!.principals.values()].flatMap(({ boundary }) => boundary?.documents ?? []);
    expect(boundaries).toHaveLength(name.includes("boundary") ? 1 : 0);
  });
});
