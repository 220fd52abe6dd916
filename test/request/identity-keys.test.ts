/** The table of semantics.md §1.3 and the MFA table of §10, over all kinds of principals. */
import { describe, expect, it } from "vitest";
import type { PrincipalInput } from "../../src/request/request.js";
import { ALICE, ask, asPrincipal, keyOf, refusalOf } from "./ask.js";
import { A1, A2, A3, A4, A9, directory, ORGANIZATION } from "./directory.js";

const ROOT = `arn:aws:iam::${A1}:root`;
const ROLE = `arn:aws:iam::${A1}:role/svc/app/R`;
const SESSION = `arn:aws:sts::${A1}:assumed-role/R/s`;
const BOB = `arn:aws:sts::${A1}:federated-user/bob`;
const OAI = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE";
const ORG_PATHS = [ORGANIZATION.path];

const COLUMNS: readonly (readonly [name: string, principal: string | PrincipalInput, action?: string])[] = [
  ["root", ROOT],
  ["user", ALICE],
  ["roleSession", SESSION],
  ["federatedUser", BOB],
  ["service", { arn: "s3.amazonaws.com", serviceNames: ["s3.eu-west-1.amazonaws.com"] }],
  ["anonymous", "*"],
  ["originAccessIdentity", OAI],
  ["webIdentity", "accounts.google.com", "sts:AssumeRoleWithWebIdentity"],
];

type Cell = string | readonly string[];
const NO = "absent";
const U = "unknown";

/** Columns: root, user, role session, federated user, service, anonymous, origin access identity, web identity. */
const ROWS: readonly (readonly [key: string, ...cells: Cell[]])[] = [
  ["aws:PrincipalArn", ROOT, ALICE, ROLE, BOB, NO, NO, U, NO],
  ["aws:PrincipalAccount", A1, A1, A1, A1, NO, "anonymous", U, U],
  ["aws:PrincipalType", "Account", "User", "AssumedRole", "FederatedUser", NO, "Anonymous", U, U],
  ["aws:userid", A1, "AIDAALICE", "AROAR:s", `${A1}:bob`, NO, "anonymous", U, U],
  ["aws:username", NO, "alice", NO, NO, NO, NO, U, NO],
  ["aws:PrincipalTag/team", NO, "x", "x", "x", NO, NO, U, NO],
  ["aws:PrincipalTag/none", NO, NO, NO, NO, NO, NO, U, NO],
  ["aws:PrincipalOrgID", "o-abc", "o-abc", "o-abc", "o-abc", NO, NO, U, NO],
  ["aws:PrincipalOrgPaths", ORG_PATHS, ORG_PATHS, ORG_PATHS, ORG_PATHS, NO, NO, U, NO],
  ["aws:PrincipalOrgMasterAccountId", A2, A2, A2, A2, NO, NO, U, NO],
  ["aws:PrincipalIsAWSService", "false", "false", "false", "false", "true", NO, U, NO],
  ["aws:PrincipalServiceName", NO, NO, NO, NO, "s3.amazonaws.com", NO, U, NO],
  ["aws:PrincipalServiceNamesList", NO, NO, NO, NO, ["s3.amazonaws.com", "s3.eu-west-1.amazonaws.com"], NO, U, NO],
  ["aws:TokenIssueTime", NO, NO, U, U, NO, NO, U, NO],
  ["aws:MultiFactorAuthPresent", NO, NO, "false", NO, NO, NO, U, NO],
  ["aws:MultiFactorAuthAge", NO, NO, NO, NO, NO, NO, U, NO],
  ["aws:SourceIdentity", NO, NO, NO, NO, NO, NO, U, NO],
  ["aws:FederatedProvider", NO, NO, NO, NO, NO, NO, U, "accounts.google.com"],
  ["aws:AssumedRoot", NO, NO, NO, NO, NO, NO, U, NO],
];

describe("§1.3: values of identity keys by kind of principal", () => {
  for (const [key, ...cells] of ROWS) {
    it.each(COLUMNS.map((column, index) => [column[0], column, cells[index]!] as const))(`${key} of %s`, (...row) => {
      const [, [, principal, action], cell] = row;
      expect(keyOf(ask(asPrincipal(principal, action)), key)).toEqual(cell);
    });
  }

  it("the same keys of a SAML caller, whose provider is no OIDC provider", () => {
    const question = ask(asPrincipal(`arn:aws:iam::${A1}:saml-provider/Idp`, "sts:AssumeRoleWithSAML"));
    expect(keyOf(question, "aws:FederatedProvider")).toBe("absent");
    expect(keyOf(question, "aws:PrincipalIsAWSService")).toBe("absent");
    expect(keyOf(question, "aws:userid")).toBe("unknown");
  });
});

describe("parts that nobody knows", () => {
  it("REQ-44: aws:userid is unknown without a unique id or a session name", () => {
    expect(keyOf(ask(asPrincipal(`arn:aws:iam::${A1}:user/new`)), "aws:userid")).toBe("unknown");
    expect(keyOf(ask(asPrincipal(ROLE)), "aws:userid")).toBe("unknown");
    expect(keyOf(ask(asPrincipal(`arn:aws:sts::${A1}:assumed-role/Q/s`)), "aws:userid")).toBe("unknown");
    expect(keyOf(ask(asPrincipal({ arn: ALICE, uniqueId: "AIDAX" })), "aws:userid")).toBe("AIDAX");
  });

  it("REQ-14: the session name is part of it", () => {
    expect(keyOf(ask(asPrincipal(`arn:aws:sts::${A1}:assumed-role/R/i-0abc`)), "aws:userid")).toBe("AROAR:i-0abc");
  });

  it("REQ-24: organization keys are absent without an organization and unknown where it is not known", () => {
    const keys = ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalOrgMasterAccountId"];
    const states = (account: string) => keys.map((key) => keyOf(ask(asPrincipal(account)), key));
    expect(states(A3)).toEqual(["absent", "absent", "absent"]);
    expect(states(A4)).toEqual(["o-half", "unknown", "unknown"]);
    expect(states(A9)).toEqual(["unknown", "unknown", "unknown"]);
    expect(states(A2)).toEqual(["o-abc", ["o-abc/r-ab12/"], A2]);
  });

  it("tags of a principal that an open world does not hold are unknown, session tags are not", () => {
    const principal = { arn: `arn:aws:sts::${A1}:assumed-role/Q/s`, sessionTags: { Env: "a" } };
    const question = ask({ principal }, {}, directory(false));
    expect(question.context.unknownPrefixes).toContain("aws:principaltag/");
    expect(keyOf(question, "aws:PrincipalTag/env")).toBe("a");
    expect(keyOf(question, "aws:PrincipalTag/team")).toBe("unknown");
    expect(keyOf(ask({ principal }), "aws:PrincipalTag/team")).toBe("absent");
    const told = ask({ principal: { ...principal, tags: {} } }, {}, directory(false));
    expect(keyOf(told, "aws:PrincipalTag/team")).toBe("absent");
    expect(keyOf(ask({}, {}, directory(false)), "aws:PrincipalTag/none")).toBe("absent");
  });

  it("a federated user of a root user has no tags but its session's", () => {
    const principal = { arn: `arn:aws:sts::${A1}:federated-user/eve`, parent: ROOT, sessionTags: { a: "1" } };
    const question = ask({ principal }, {}, directory(false));
    expect(keyOf(question, "aws:PrincipalTag/a")).toBe("1");
    expect(keyOf(question, "aws:PrincipalTag/b")).toBe("absent");
  });
});

describe("tags of a principal", () => {
  it("REQ-21: session tags win over role tags, whatever the case of their keys", () => {
    const question = ask(asPrincipal({ arn: SESSION, sessionTags: { TEAM: "z" } }));
    expect(keyOf(question, "aws:PrincipalTag/Team")).toBe("z");
    expect(keyOf(question, "aws:PrincipalTag/cost")).toBe("7");
    expect(keyOf(ask(asPrincipal(`arn:aws:sts::${A1}:assumed-role/R/known`)), "aws:PrincipalTag/team")).toBe("y");
  });

  it("REQ-5: of keys that differ by case the last in lexical order counts", () => {
    const question = ask({ principal: { arn: ALICE, tags: { env: "b", Env: "a" } }, resourceTags: { B: "1", b: "2" } });
    expect(keyOf(question, "aws:PrincipalTag/ENV")).toBe("b");
    expect(keyOf(question, "aws:ResourceTag/B")).toBe("2");
  });

  it("names of members of objects are ordinary tag keys", () => {
    const tags = JSON.parse('{"__proto__":"p","constructor":"c"}') as Record<string, string>;
    const question = ask({ principal: { arn: ALICE, tags } });
    expect(keyOf(question, "aws:PrincipalTag/__proto__")).toBe("p");
    expect(keyOf(question, "aws:PrincipalTag/constructor")).toBe("c");
    expect(keyOf(question, "aws:PrincipalTag/toString")).toBe("absent");
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("sessions", () => {
  const known = `arn:aws:sts::${A1}:assumed-role/R/known`;

  it("have the facts of their record unless the input says otherwise", () => {
    expect(keyOf(ask(asPrincipal(known)), "aws:TokenIssueTime")).toBe("2026-11-24T09:00:00Z");
    expect(keyOf(ask(asPrincipal(known)), "aws:SourceIdentity")).toBe("ann");
    const changed = ask(asPrincipal({ arn: known, issueTime: "2026-11-24T08:00:00+01:00", sourceIdentity: "ben" }));
    expect(keyOf(changed, "aws:TokenIssueTime")).toBe("2026-11-24T07:00:00Z");
    expect(keyOf(changed, "aws:SourceIdentity")).toBe("ben");
  });

  it("aws:FederatedProvider is of OIDC sessions only", () => {
    const provider = (principal: PrincipalInput) => keyOf(ask({ principal }), "aws:FederatedProvider");
    expect(provider({ arn: `arn:aws:sts::${A1}:assumed-role/R/web` })).toBe("accounts.google.com");
    expect(provider({ arn: SESSION, federatedProvider: "accounts.google.com" })).toBe("accounts.google.com");
    expect(provider({ arn: SESSION, issuedBy: "WebIdentity" })).toBe("unknown");
    expect(provider({ arn: SESSION, federatedProvider: `arn:aws:iam::${A1}:saml-provider/I` })).toBe("absent");
  });

  it("REQ-12: a user with a session token is still that user, with token keys", () => {
    const question = ask(asPrincipal({ arn: ALICE, credentials: "sessionToken", issueTime: 0 }));
    expect(keyOf(question, "aws:userid")).toBe("AIDAALICE");
    expect(keyOf(question, "aws:TokenIssueTime")).toBe("1970-01-01T00:00:00Z");
  });

  it("aws:AssumedRoot is of sessions of AssumeRoot only", () => {
    expect(keyOf(ask(asPrincipal({ arn: A1, credentials: "assumeRoot" })), "aws:AssumedRoot")).toBe("true");
    expect(keyOf(ask(asPrincipal({ arn: A1, credentials: "console" })), "aws:AssumedRoot")).toBe("absent");
  });
});

describe("§10: MFA keys", () => {
  const authenticatedAt = "2026-11-24T09:41:40Z";
  const mfa = { authenticatedAt };

  it.each<[string, string | PrincipalInput, string, string, string]>([
    ["long-term keys", ALICE, "s3:GetObject", "absent", "absent"],
    ["long-term keys of root", A1, "s3:GetObject", "absent", "absent"],
    ["session token with MFA", { arn: ALICE, credentials: "sessionToken", mfa }, "s3:GetObject", "true", "600"],
    [
      "session token with MFA, time not known",
      { arn: ALICE, credentials: "sessionToken", mfa: true },
      "s3:GetObject",
      "true",
      "unknown",
    ],
    ["session token without MFA", { arn: ALICE, credentials: "sessionToken" }, "s3:GetObject", "false", "absent"],
    ["AssumeRole with a code", { arn: ALICE, mfa }, "sts:AssumeRole", "true", "600"],
    ["AssumeRole from an MFA token", { arn: ALICE, credentials: "sessionToken", mfa }, "sts:AssumeRole", "true", "600"],
    ["AssumeRole session (MFA-4)", { arn: SESSION, mfa: true }, "s3:GetObject", "false", "absent"],
    ["session of a service", { arn: SESSION, issuedBy: "Service" }, "s3:GetObject", "false", "absent"],
    ["console with MFA", { arn: ALICE, credentials: "console", mfa }, "s3:GetObject", "true", "600"],
    ["console without MFA", { arn: A1, credentials: "console", mfa: false }, "s3:GetObject", "false", "absent"],
    ["SAML session (MFA-5)", { arn: SESSION, issuedBy: "SAML", mfa: true }, "s3:GetObject", "absent", "absent"],
    ["OIDC session", { arn: SESSION, issuedBy: "WebIdentity" }, "s3:GetObject", "absent", "absent"],
    ["federated user", { arn: BOB, mfa: true }, "s3:GetObject", "absent", "absent"],
    ["service", "athena.amazonaws.com", "s3:GetObject", "absent", "absent"],
    ["anonymous", "*", "s3:GetObject", "absent", "absent"],
  ])("%s", (_name, principal, action, present, age) => {
    const question = ask(asPrincipal(principal, action));
    expect(keyOf(question, "aws:MultiFactorAuthPresent")).toBe(present);
    expect(keyOf(question, "aws:MultiFactorAuthAge")).toBe(age);
  });

  it("MFA-4: roleMfaKey=absent", () => {
    const question = ask(asPrincipal(SESSION), {}, directory(true, { roleMfaKey: "absent" }));
    expect(keyOf(question, "aws:MultiFactorAuthPresent")).toBe("absent");
  });

  it("MFA-8: a service that calls with a key user's permissions", () => {
    const via = { fas: { calledVia: ["athena.amazonaws.com"] } };
    const question = ask({ via });
    expect(keyOf(question, "aws:MultiFactorAuthPresent")).toBe("false");
    expect(keyOf(question, "aws:MultiFactorAuthAge")).toBe("absent");
    expect(keyOf(question, "aws:TokenIssueTime")).toBe("unknown");
    const trusted = ask({ via, context: { "aws:TokenIssueTime": "2026-11-24T00:00:00Z" } }, { trustContext: true });
    expect(keyOf(trusted, "aws:TokenIssueTime")).toBe("2026-11-24T00:00:00Z");
  });

  it("refuses MFA with long-term keys, and an authentication after the call", () => {
    expect(refusalOf(() => ask({ principal: { arn: ALICE, mfa } }))).toBe("invalid-principal");
    const later = { arn: ALICE, credentials: "console", mfa: { authenticatedAt: "2026-11-25T00:00:00Z" } } as const;
    expect(refusalOf(() => ask({ principal: later }))).toBe("invalid-time");
  });
});
