/** Principals: the table of §3.3, NotPrincipal, and what hangs on something that was not given (MATCH-40 to MATCH-51). */
import { describe, expect, it, test } from "vitest";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../../src/policy/options.js";
import { FALSE, hangsOnNames, TRUE } from "../../src/reference/kleene.js";
import { anyKind, type Caller, kindsOfElement } from "../../src/reference/principal.js";
import type { Principal } from "../../src/request/question.js";
import {
  A1,
  A2,
  anonymous,
  FEDERATED_ARN,
  federated,
  policyOf,
  ROLE_ARN,
  root,
  SESSION_ARN,
  service,
  session,
  USER_ARN,
  user,
} from "./build.js";

const ROOT_ARN = `arn:aws:iam::${A1}:root`;
const SAML_ARN = `arn:aws:iam::${A1}:saml-provider/idp`;
const CANONICAL_ID = "a".repeat(64);
const OAI_ARN = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE";
const S3 = service("s3.amazonaws.com", "s3.eu-west-1.amazonaws.com");
const OAI: Principal = { kind: "originAccessIdentity", arn: OAI_ARN };
const SAML: Principal = { kind: "saml", provider: SAML_ARN };

interface Around extends Partial<Omit<Caller, "principal" | "options" | "bindings">> {
  readonly options?: Partial<WorldOptions>;
  readonly bindings?: Readonly<Record<string, string>>;
}

function callerOf(principal: Principal, around: Around): Caller {
  return {
    canonicalUserId: null,
    hasBoundary: FALSE,
    isTrust: false,
    isGateway: false,
    ...around,
    principal,
    options: { ...DEFAULT_WORLD_OPTIONS, ...around.options },
    bindings: new Map(Object.entries(around.bindings ?? {})),
  };
}

/** `USER`, `ROLE?`: how the Principal names the caller, `?` where it is unknown. Nothing: not at all. */
function kinds(element: unknown, principal: Principal, around: Around = {}): string {
  const policy = policyOf("resource", [{ Principal: element }], "policy", { mode: "lenient" });
  const named = kindsOfElement(policy.statements[0]!.principal!, "Allow", callerOf(principal, around));
  const shown = [...named].filter(([, logic]) => logic.truth !== "F");
  return shown.map(([kind, logic]) => (logic.truth === "T" ? kind : `${kind}? ${[...logic.names]}`)).join(" ");
}

/** Whether a Deny or an Allow with NotPrincipal hits. */
function notPrincipal(
  element: unknown,
  principal: Principal,
  around: Around = {},
  effect: "Allow" | "Deny" = "Deny",
): string {
  const statement = { Effect: effect, NotPrincipal: element };
  const policy = policyOf("resource", [statement], "policy", { mode: "lenient" });
  const hit = anyKind(kindsOfElement(policy.statements[0]!.principal!, effect, callerOf(principal, around)));
  return [hit.truth, ...hit.names].join(" ");
}

describe("the table of §3.3", () => {
  const callers: Record<string, Principal> = {
    root: root(),
    user: user(),
    session: session(),
    federated: federated(),
    saml: SAML,
    service: S3,
    OAI,
    anonymous,
  };
  test.each<[string, unknown, Record<string, string>]>([
    [
      "*",
      "*",
      {
        root: "ANY",
        user: "ANY",
        session: "ANY",
        federated: "ANY",
        saml: "ANY",
        service: "ANY",
        OAI: "ANY",
        anonymous: "ANY",
      },
    ],
    [
      "AWS *",
      { AWS: "*" },
      {
        root: "ANY",
        user: "ANY",
        session: "ANY",
        federated: "ANY",
        saml: "ANY",
        service: "ANY",
        OAI: "ANY",
        anonymous: "ANY",
      },
    ],
    ["account", { AWS: A1 }, { root: "ACCOUNT", user: "ACCOUNT", session: "ACCOUNT", federated: "ACCOUNT" }],
    [
      "root ARN (MATCH-40)",
      { AWS: ROOT_ARN },
      { root: "ACCOUNT", user: "ACCOUNT", session: "ACCOUNT", federated: "ACCOUNT" },
    ],
    ["other account", { AWS: A2 }, {}],
    ["user", { AWS: USER_ARN }, { user: "USER", federated: "USER_VIA_FED" }],
    ["user's id", { AWS: "AIDAALICE" }, { user: "USER", federated: "USER_VIA_FED" }],
    ["role", { AWS: ROLE_ARN }, { session: "ROLE" }],
    ["role's id", { AWS: "AROADEPLOY" }, { session: "ROLE" }],
    ["session", { AWS: SESSION_ARN }, { session: "SESSION" }],
    ["federated user", { AWS: FEDERATED_ARN }, { federated: "SESSION" }],
    ["service", { Service: "s3.amazonaws.com" }, { service: "SERVICE" }],
    ["service, regional name", { Service: "s3.eu-west-1.amazonaws.com" }, { service: "SERVICE" }],
    ["other service (MATCH-44)", { Service: "logs.amazonaws.com" }, {}],
    ["provider", { Federated: SAML_ARN }, { saml: "FEDERATED" }],
    [
      "canonical user",
      { CanonicalUser: CANONICAL_ID },
      { root: "CANONICAL", user: "CANONICAL", session: "CANONICAL", federated: "CANONICAL" },
    ],
    ["origin access identity (MATCH-51)", { AWS: OAI_ARN }, { OAI: "SERVICE" }],
    ["nobody (GRAM-20)", {}, {}],
    [
      "several",
      { AWS: [A1, USER_ARN], Service: "s3.amazonaws.com" },
      {
        root: "ACCOUNT",
        user: "ACCOUNT USER",
        session: "ACCOUNT",
        federated: "ACCOUNT USER_VIA_FED",
        service: "SERVICE",
      },
    ],
  ])("%s", (_, element, expected) => {
    for (const [name, principal] of Object.entries(callers)) {
      const found = kinds(element, principal, { canonicalUserId: CANONICAL_ID });
      expect(`${name}: ${found}`).toBe(`${name}: ${expected[name] ?? ""}`);
    }
  });

  test.each<[string, unknown, Principal, Around, string]>([
    [
      "MATCH-41: another session",
      { AWS: SESSION_ARN },
      session({ sessionName: "bob", sessionArn: `${SESSION_ARN}x` }),
      {},
      "",
    ],
    ["MATCH-41: the role's path counts", { AWS: `arn:aws:iam::${A1}:role/Deploy` }, session(), {}, ""],
    ["MATCH-42: recreated role", { AWS: "AROAOLD" }, session(), {}, ""],
    ["MATCH-42: bound ARN, recreated role", { AWS: ROLE_ARN }, session(), { bindings: { [ROLE_ARN]: "AROAOLD" } }, ""],
    [
      "MATCH-42: bound ARN, same role",
      { AWS: ROLE_ARN },
      session(),
      { bindings: { [ROLE_ARN]: "AROADEPLOY" } },
      "ROLE",
    ],
    [
      "MATCH-42: bound user of the parent",
      { AWS: USER_ARN },
      federated(),
      { bindings: { [USER_ARN]: "AIDAALICE" } },
      "USER_VIA_FED",
    ],
    [
      "MATCH-42: bound user of the parent, recreated since",
      { AWS: USER_ARN },
      federated(),
      { bindings: { [USER_ARN]: "AIDANEW" } },
      "",
    ],
    ["MATCH-42: id of another user than the parent", { AWS: "AIDAOTHER" }, federated(), {}, ""],
    [
      "MATCH-42: id of the parent not known",
      { AWS: "AIDAALICE" },
      federated({ parentId: null }),
      {},
      `USER_VIA_FED? unique id of ${USER_ARN}`,
    ],
    [
      "MATCH-42: a role's id is no parent's, known or not",
      { AWS: "AROADEPLOY" },
      federated({ parentId: null }),
      {},
      "",
    ],
    [
      "MATCH-42: by id, parent not known",
      { AWS: "AIDAALICE" },
      federated({ parentArn: null, parentId: null }),
      {},
      `USER_VIA_FED? parent of ${FEDERATED_ARN}`,
    ],
    ["EVAL-31: another user than the parent", { AWS: `arn:aws:iam::${A1}:user/bob` }, federated(), {}, ""],
    ["another federated user", { AWS: `${FEDERATED_ARN}by` }, federated(), {}, ""],
    [
      "MATCH-42: id not known",
      { AWS: ROLE_ARN },
      session({ roleId: null }),
      { bindings: { [ROLE_ARN]: "AROADEPLOY" } },
      `ROLE? unique id of ${ROLE_ARN}`,
    ],
    [
      "MATCH-42: id not known, bare",
      { AWS: "AIDAALICE" },
      user({ uniqueId: null }),
      {},
      `USER? unique id of ${USER_ARN}`,
    ],
    ["MATCH-42: a role's id is no user's", { AWS: "AROADEPLOY" }, user({ uniqueId: null }), {}, ""],
    ["MATCH-42: case", { AWS: "AROADEPLOY" }, session({ roleId: "AROAdeploy" }), {}, ""],
    ["MATCH-43", { AWS: `arn:aws:iam::${A1}:user/Alice` }, user(), {}, ""],
    [
      "session name not known",
      { AWS: SESSION_ARN },
      session({ sessionName: null, sessionArn: null }),
      {},
      `SESSION? session name of ${ROLE_ARN}`,
    ],
    [
      "session name not known, other role",
      { AWS: `arn:aws:sts::${A1}:assumed-role/Other/ci` },
      session({ sessionName: null, sessionArn: null }),
      {},
      "",
    ],
    [
      "parent not known",
      { AWS: USER_ARN },
      federated({ parentArn: null, parentId: null }),
      {},
      `USER_VIA_FED? parent of ${FEDERATED_ARN}`,
    ],
    ["parent is root", { AWS: "AIDAALICE" }, federated({ parentArn: ROOT_ARN, parentId: null }), {}, ""],
    [
      "canonical id not known",
      { CanonicalUser: CANONICAL_ID },
      user(),
      {},
      `CANONICAL? canonical user id of account ${A1}`,
    ],
    ["MATCH-47", { Federated: SAML_ARN }, session({ federatedProvider: SAML_ARN }), {}, ""],
    [
      "MATCH-47 by option",
      { Federated: SAML_ARN },
      session({ federatedProvider: SAML_ARN }),
      { options: { federatedInResourcePolicies: true } },
      "SESSION",
    ],
    [
      "MATCH-47 by option, in a trust policy",
      { Federated: SAML_ARN },
      session({ federatedProvider: SAML_ARN }),
      { options: { federatedInResourcePolicies: true }, isTrust: true },
      "",
    ],
    ["awsStarMatchesService=false", { AWS: "*" }, S3, { options: { awsStarMatchesService: false } }, ""],
    [
      "awsStarMatchesService=false, origin access identity (MATCH-51)",
      { AWS: "*" },
      OAI,
      { options: { awsStarMatchesService: false } },
      "",
    ],
    [
      "awsStarMatchesService=false, who is no service",
      { AWS: "*" },
      user(),
      { options: { awsStarMatchesService: false } },
      "ANY",
    ],
    ["awsStarMatchesService=false, `*`", "*", S3, { options: { awsStarMatchesService: false } }, "ANY"],
    ["EVAL-20: gateway, user", { AWS: A1 }, user(), { isGateway: true }, ""],
    ["EVAL-20: gateway, root", { AWS: A1 }, root(), { isGateway: true }, "ACCOUNT"],
    ["GRAM-52: a bad entry matches nobody", { AWS: ["nobody", USER_ARN] }, user(), {}, "USER"],
  ])("%s", (_, element, principal, around, expected) => {
    expect(kinds(element, principal, around)).toBe(expected);
  });
});

describe("NotPrincipal", () => {
  const all = [A1, ROLE_ARN, SESSION_ARN];
  test.each<[string, unknown, Principal, Around, string]>([
    ["user, all levels", { AWS: [A1, USER_ARN] }, user(), {}, "F"],
    ["user, without the account", { AWS: USER_ARN }, user(), {}, "T"],
    ["user, account only", { AWS: A1 }, user(), {}, "T"],
    ["root", { AWS: A1 }, root(), {}, "F"],
    ["other root", { AWS: A2 }, root(), {}, "T"],
    ["session, all levels", { AWS: all }, session(), {}, "F"],
    ["session, without itself (allLevels)", { AWS: [A1, ROLE_ARN] }, session(), {}, "T"],
    [
      "session, without itself (roleCoversSession)",
      { AWS: [A1, ROLE_ARN] },
      session(),
      { options: { notPrincipalMode: "roleCoversSession" } },
      "F",
    ],
    [
      "session, without the role (roleCoversSession)",
      { AWS: [A1, SESSION_ARN] },
      session(),
      { options: { notPrincipalMode: "roleCoversSession" } },
      "T",
    ],
    ["session, without the account", { AWS: [ROLE_ARN, SESSION_ARN] }, session(), {}, "T"],
    ["session, by the role's id", { AWS: [A1, "AROADEPLOY", SESSION_ARN] }, session(), {}, "F"],
    [
      "session, name not known",
      { AWS: all },
      session({ sessionName: null, sessionArn: null }),
      {},
      `U session name of ${ROLE_ARN}`,
    ],
    [
      "session, name not known, account not listed",
      { AWS: [ROLE_ARN, SESSION_ARN] },
      session({ sessionName: null, sessionArn: null }),
      {},
      "T",
    ],
    [
      "session, its provider in the place of itself",
      { AWS: [A1, ROLE_ARN], Federated: SAML_ARN },
      session({ federatedProvider: SAML_ARN }),
      { options: { federatedInResourcePolicies: true } },
      "T",
    ],
    ["federated user", { AWS: [A1, FEDERATED_ARN] }, federated(), {}, "F"],
    ["federated user, parent listed", { AWS: [A1, USER_ARN] }, federated(), {}, "T"],
    ["anonymous", { AWS: A1 }, anonymous, {}, "T"],
    ["anonymous, `*`", "*", anonymous, {}, "F"],
    ["service, listed", { Service: "s3.amazonaws.com" }, S3, {}, "F"],
    ["service, other", { Service: "s3.amazonaws.com" }, service("logs.amazonaws.com"), {}, "T"],
    ["anonymous, service listed", { Service: "s3.amazonaws.com" }, anonymous, {}, "T"],
    ["service, AWS *", { AWS: "*" }, S3, {}, "F"],
    ["SAML caller, provider listed", { Federated: SAML_ARN }, SAML, {}, "T"],
    ["SAML caller, `*`", "*", SAML, {}, "F"],
    ["MATCH-46: boundary", { AWS: [A1, USER_ARN] }, user(), { hasBoundary: TRUE }, "T"],
    [
      "MATCH-46: boundary not known",
      { AWS: [A1, USER_ARN] },
      user(),
      { hasBoundary: hangsOnNames(["boundary"]) },
      "U boundary",
    ],
    [
      "MATCH-46: boundary not known, not listed anyway",
      { AWS: A1 },
      user(),
      { hasBoundary: hangsOnNames(["boundary"]) },
      "T",
    ],
    ["EVAL-20: gateway", { AWS: [A1, USER_ARN] }, user(), { isGateway: true }, "T"],
    ["GRAM-52", { AWS: "nobody" }, user(), {}, "T"],
  ])("Deny, %s", (_, element, principal, around, expected) => {
    expect(notPrincipal(element, principal, around)).toBe(expected);
  });

  test.each<[string, unknown, Principal, string]>([
    ["MATCH-46a: anonymous", { AWS: A1 }, anonymous, "T"],
    ["MATCH-46a: listed", { AWS: A1 }, user(), "F"],
    ["GRAM-52", { AWS: "nobody" }, user(), "F"],
  ])("Allow, lenient, %s", (_, element, principal, expected) => {
    expect(notPrincipal(element, principal, {}, "Allow")).toBe(expected);
  });

  it("grants by ANY where it allows", () => {
    const policy = policyOf("resource", [{ NotPrincipal: { AWS: A1 } }], "policy", { mode: "lenient" });
    const named = kindsOfElement(policy.statements[0]!.principal!, "Allow", callerOf(anonymous, {}));
    expect([...named.keys()]).toEqual(["ANY"]);
  });
});
