/** Request → question: actions, resources, owners, endpoints, derived keys (REQ-30…44), policy kinds (SPEC-1, SPEC-10). */
import { describe, expect, it } from "vitest";
import type { Request, RequestOptions } from "../../src/request/request.js";
import { ALICE, ask, asPrincipal, keyOf, refusalOf } from "./ask.js";
import { A1, A2, A3, A9, directory } from "./directory.js";

function refusal(change: Partial<Request>, options: Partial<RequestOptions> = {}): string {
  return refusalOf(() => ask(change, options));
}

describe("action", () => {
  it("MATCH-1: is lower-cased, and kept as given", () => {
    expect(ask({ action: "S3:GetObject" })).toMatchObject({ action: "s3:getobject", actionText: "S3:GetObject" });
  });

  it.each([
    "",
    "s3",
    "s3:",
    ":GetObject",
    "s3:Get*",
    "s3:Get?bject",
    "*",
    "s3:Send:Message",
    "s3:GetObject ",
    " s3:GetObject",
    "s3:Get,Put",
    "s3:Get\nObject",
    "s3:${aws:username}",
    "\u212ams:Decrypt",
    "kms:Decrypt\u0000",
    `s3:${"x".repeat(300)}`,
  ])("refuses %j", (action) => {
    expect(refusal({ action })).toBe("invalid-action");
  });

  it("refuses ill-formed and endless text", () => {
    expect(refusal({ action: "s3:\ud800" })).toBe("ill-formed-text");
    expect(refusal({ resource: "arn:aws:s3:::b/\udc00" })).toBe("ill-formed-text");
    expect(refusal({ resource: `arn:aws:s3:::b/${"k".repeat(9000)}` })).toBe("too-large");
    expect(refusal(asPrincipal(`arn:aws:iam::${A1}:user/\ud800`))).toBe("ill-formed-text");
    expect(refusal({ resourceTags: { a: "\ud800" } })).toBe("ill-formed-text");
  });
});

describe("resource", () => {
  it.each(["", "b", "arn:aws:s3", "arn:aws:s3:::", "arn::s3:::b", "arn:aws::::b", "s3:aws:s3:::b", "**"])(
    "REQ-30: refuses %j",
    (resource) => {
      expect(refusal({ resource })).toBe("invalid-resource");
    },
  );

  it("keeps every character of a resource", () => {
    const resource = "arn:aws:s3:::b/k\0\n*${aws:username}:é";
    expect(ask({ resource }).resource).toBe(resource);
  });
});

describe("REQ-31: owner", () => {
  const bare = { resourceAccount: undefined };

  it.each<[string, Partial<Request>, object]>([
    ["as given", { resourceAccount: A2 }, { kind: "account", account: A2 }],
    ["in the ARN", { ...bare, resource: `arn:aws:sqs:eu-west-1:${A2}:q` }, { kind: "account", account: A2 }],
    ["the caller's for *", { ...bare, resource: "*" }, { kind: "account", account: A1 }],
    ["of the bucket on record", { ...bare, resource: "arn:aws:s3:::listed/k" }, { kind: "account", account: A2 }],
    ["unknown", { ...bare, resource: "arn:aws:s3:::b/k" }, { kind: "unknown" }],
    ["unknown, on record", { ...bare, resource: "arn:aws:s3:::untold/k" }, { kind: "unknown" }],
    ["unknown for * without an account", { ...bare, resource: "*", principal: "*" }, { kind: "unknown" }],
    [
      "of what AWS shares with everybody",
      { ...bare, resource: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
      { kind: "assumed", account: A1 },
    ],
  ])("%s", (_name, change, owner) => {
    expect(ask(change).owner).toEqual(owner);
  });

  it("an assumption stands in where it is asked for, and proves nothing", () => {
    const assumed = ask(bare, {}, directory(true, { assumeSameAccount: true }));
    expect(assumed.owner).toEqual({ kind: "assumed", account: A1 });
    expect(keyOf(assumed, "aws:ResourceAccount")).toBe("absent");
    expect(keyOf(assumed, "aws:ResourceOrgID")).toBe("absent");
    expect(ask(bare, { deriveContext: false }).owner).toEqual({ kind: "assumed", account: A1 });
    expect(ask({ ...bare, principal: "*" }, { deriveContext: false }).owner).toEqual({ kind: "unknown" });
  });

  it("refuses a contradiction, and what is no account", () => {
    const resource = `arn:aws:sqs:eu-west-1:${A2}:q`;
    expect(refusal({ resource, resourceAccount: A1 })).toBe("account-contradiction");
    expect(refusal({ resource, resourceAccount: A2 })).toBe("not refused");
    expect(refusal({ resourceAccount: "1234" })).toBe("invalid-account");
    expect(refusal({ resourceAccount: "12345678901x" })).toBe("invalid-account");
  });
});

describe("REQ-32, REQ-33: keys of the resource", () => {
  it("hold the owner's account and organization", () => {
    const question = ask({ resourceAccount: A2 });
    expect(keyOf(question, "aws:ResourceAccount")).toBe(A2);
    expect(keyOf(question, "aws:ResourceOrgID")).toBe("o-abc");
    expect(keyOf(question, "aws:ResourceOrgPaths")).toEqual(["o-abc/r-ab12/"]);
    expect(keyOf(ask({ resourceAccount: A3 }), "aws:ResourceOrgID")).toBe("absent");
    expect(keyOf(ask({ resourceAccount: A9 }), "aws:ResourceOrgID")).toBe("unknown");
    const unknown = ask({ resourceAccount: undefined });
    const keys = ["aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths"];
    expect(keys.map((key) => keyOf(unknown, key))).toEqual(["unknown", "unknown", "unknown"]);
  });

  it("tags are those given, else those on record, else none or unknown", () => {
    const tag = "aws:ResourceTag/stage";
    const listed = { resource: "arn:aws:s3:::listed" };
    expect(keyOf(ask({ resourceTags: { Stage: "dev" } }), tag)).toBe("dev");
    expect(keyOf(ask(listed), tag)).toBe("prod");
    expect(keyOf(ask({ ...listed, resourceTags: {} }), tag)).toBe("absent");
    expect(keyOf(ask(), tag)).toBe("absent");
    expect(keyOf(ask({}, {}, directory(false)), tag)).toBe("unknown");
    expect(keyOf(ask({ resource: "*" }, {}, directory(false)), tag)).toBe("absent");
    expect(keyOf(ask({ resource: "arn:aws:s3:::untold" }), tag)).toBe("unknown");
  });
});

describe("REQ-43: derived keys are not taken from the context", () => {
  it.each([
    ["aws:PrincipalArn", ALICE],
    ["AWS:principalaccount", A1],
    ["aws:PrincipalType", "User"],
    ["aws:userid", "x"],
    ["aws:username", "x"],
    ["aws:PrincipalOrgID", "o-abc"],
    ["aws:PrincipalOrgPaths", "o-abc/"],
    ["aws:PrincipalOrgMasterAccountId", A2],
    ["aws:PrincipalTag/team", "x"],
    ["aws:PrincipalIsAWSService", "true"],
    ["aws:PrincipalServiceName", "x"],
    ["aws:PrincipalServiceNamesList", "x"],
    ["aws:MultiFactorAuthPresent", "true"],
    ["aws:MultiFactorAuthAge", "1"],
    ["aws:SourceIdentity", "x"],
    ["aws:FederatedProvider", "x"],
    ["aws:AssumedRoot", "true"],
    ["aws:TokenIssueTime", "2026-01-01"],
    ["aws:ResourceAccount", A1],
    ["aws:ResourceOrgID", "x"],
    ["aws:ResourceOrgPaths", "x"],
    ["aws:ResourceTag/a", "x"],
    ["aws:SourceVpc", "vpc-1"],
    ["aws:SourceVpce", "vpce-1"],
    ["aws:SourceVpcArn", "arn:aws:ec2:eu-west-1:111111111111:vpc/vpc-1"],
    ["aws:VpcSourceIp", "10.0.0.1"],
    ["aws:VpceAccount", A1],
    ["aws:VpceOrgID", "x"],
    ["aws:VpceOrgPaths", "x"],
    ["aws:CalledVia", "x"],
    ["aws:CalledViaFirst", "x"],
    ["aws:CalledViaLast", "x"],
    ["aws:ViaAWSService", "true"],
    ["aws:SourceArn", "arn:aws:s3:::b"],
    ["aws:SourceAccount", A1],
    ["aws:SourceOrgID", "x"],
    ["aws:SourceOrgPaths", "x"],
    ["aws:CurrentTime", "2026-01-01"],
    ["aws:EpochTime", "0"],
  ])("%s", (key, value) => {
    const context = { [key]: value };
    expect(refusal({ context })).toBe("derived-context-key");
    expect([value, [value]]).toContainEqual(keyOf(ask({ context }, { trustContext: true }), key));
    expect([value, [value]]).toContainEqual(keyOf(ask({ context }, { deriveContext: false }), key));
  });

  it.each([
    "aws:SourceIp",
    "aws:UserAgent",
    "aws:RequestedRegion",
    "aws:RequestTag/a",
    "aws:referer",
    "sts:ExternalId",
  ])("%s is the caller's to give", (key) => {
    expect(keyOf(ask({ context: { [key]: "192.0.2.1" } }), key)).toBe("192.0.2.1");
  });

  it("without derivation the context given is the whole context", () => {
    const question = ask({ context: { "aws:username": "eve" }, unknown: ["aws:userid"] }, { deriveContext: false });
    expect(question.context.keys()).toEqual(["aws:userid", "aws:username"]);
    expect(keyOf(question, "aws:PrincipalArn")).toBe("absent");
    expect(keyOf(question, "aws:SecureTransport")).toBe("absent");
  });

  it("claims of an identity provider are the caller's context", () => {
    const claims = { "accounts.google.com:sub": "7" };
    const change = {
      principal: { arn: "accounts.google.com", claims },
      action: "sts:AssumeRoleWithWebIdentity",
      resource: `arn:aws:iam::${A1}:role/R`,
    };
    expect(keyOf(ask(change), "accounts.google.com:sub")).toBe("7");
    expect(refusal({ ...change, context: { "Accounts.google.com:sub": "7" } })).toBe("duplicate-context-key");
  });
});

describe("REQ-44: what AWS supplies and nobody told is unknown, not absent", () => {
  it("derives the clock", () => {
    const question = ask();
    expect(keyOf(question, "aws:CurrentTime")).toBe("2026-11-24T09:51:40Z");
    expect(keyOf(question, "aws:EpochTime")).toBe("1795513900");
    expect(ask({ now: 1500 }).now).toBe(1500);
    expect(keyOf(ask({ now: 1500 }), "aws:CurrentTime")).toBe("1970-01-01T00:00:01.500Z");
    const before = Date.now();
    expect(ask({ now: undefined }).now).toBeGreaterThanOrEqual(before);
  });

  it.each([["soon"], ["2026-02-30"], ["1795513900"], [Number.NaN], [1e300], [-1e15], [""], ["+010000-01-01"]])(
    "refuses %j as a time",
    (now) => {
      expect(refusal({ now })).toBe("invalid-time");
    },
  );

  it("leaves open what only the wire knows", () => {
    const keys = ["aws:SecureTransport", "aws:RequestedRegion", "aws:UserAgent", "aws:SourceIp"];
    expect(keys.map((key) => keyOf(ask(), key))).toEqual(["unknown", "unknown", "unknown", "unknown"]);
    expect(keyOf(ask({ context: { "aws:SecureTransport": true } }), "aws:SecureTransport")).toBe("true");
  });

  it("aws:SourceIp is absent through an endpoint and for services", () => {
    expect(keyOf(ask({ via: { vpcEndpoint: {} } }), "aws:SourceIp")).toBe("absent");
    expect(keyOf(ask(asPrincipal("s3.amazonaws.com")), "aws:SourceIp")).toBe("absent");
    expect(keyOf(ask(asPrincipal("*")), "aws:SourceIp")).toBe("unknown");
    const trusted = ask({ context: { "aws:SourceVpc": "vpc-1" } }, { trustContext: true });
    expect(keyOf(trusted, "aws:SourceIp")).toBe("absent");
  });

  it("aws:ViaAWSService is in every request", () => {
    expect(keyOf(ask(asPrincipal("*")), "aws:ViaAWSService")).toBe("false");
    expect(keyOf(ask(asPrincipal("s3.amazonaws.com")), "aws:ViaAWSService")).toBe("false");
  });

  it("a forward access session names the services on its way, in order", () => {
    const question = ask({ via: { fas: { calledVia: ["athena.amazonaws.com", "glue.amazonaws.com"] } } });
    expect(keyOf(question, "aws:ViaAWSService")).toBe("true");
    expect(keyOf(question, "aws:CalledVia")).toEqual(["athena.amazonaws.com", "glue.amazonaws.com"]);
    expect(keyOf(question, "aws:CalledViaFirst")).toBe("athena.amazonaws.com");
    expect(keyOf(question, "aws:CalledViaLast")).toBe("glue.amazonaws.com");
    expect(keyOf(ask({ via: { fas: { calledVia: [] } } }), "aws:CalledVia")).toBe("absent");
    // REQ-41: the original address, which nobody told.
    expect(keyOf(question, "aws:SourceIp")).toBe("unknown");
  });
});

describe("endpoints", () => {
  const KEYS = [
    "aws:SourceVpce",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
  ];

  it("give the VPC keys; what is not told is unknown", () => {
    const nothing = ask({ via: { vpcEndpoint: {} } });
    expect(KEYS.map((key) => keyOf(nothing, key))).toEqual(KEYS.map(() => "unknown"));
    expect(nothing.endpoint).toEqual({ id: null, kind: "interface" });
    expect(KEYS.map((key) => keyOf(ask(), key))).toEqual(KEYS.map(() => "absent"));
    expect(ask().endpoint).toBeNull();
  });

  it("are filled in from the directory", () => {
    const question = ask({ via: { vpcEndpoint: { id: "vpce-1", privateIp: "10.0.0.1" } } });
    expect(question.endpoint).toEqual({ id: "vpce-1", kind: "gateway" });
    expect(KEYS.map((key) => keyOf(question, key))).toEqual([
      "vpce-1",
      "vpc-1",
      "unknown",
      "10.0.0.1",
      A1,
      "o-abc",
      ["o-abc/r-ab12/ou-ab12-1111/"],
    ]);
  });

  it("may say their organization themselves", () => {
    const question = ask({ via: { vpcEndpoint: { account: A9, orgId: "o-x", orgPaths: ["o-x/r-1/"] } } });
    expect(keyOf(question, "aws:VpceAccount")).toBe(A9);
    expect(keyOf(question, "aws:VpceOrgID")).toBe("o-x");
    expect(keyOf(question, "aws:VpceOrgPaths")).toEqual(["o-x/r-1/"]);
  });

  it("refuse a public address and what contradicts the directory", () => {
    const context = { "aws:SourceIp": "192.0.2.1" };
    expect(refusal({ context, via: { vpcEndpoint: {} } })).toBe("endpoint-contradiction");
    const both = { ...context, "aws:SourceVpc": "vpc-1" };
    expect(refusal({ context: both }, { trustContext: true })).toBe("endpoint-contradiction");
    expect(refusal({ context }, {})).toBe("not refused");
    expect(refusal({ via: { vpcEndpoint: { id: "vpce-1", vpc: "vpc-2" } } })).toBe("endpoint-contradiction");
    expect(refusal({ via: { vpcEndpoint: { id: "vpce-1", account: A2 } } })).toBe("endpoint-contradiction");
    expect(refusal({ via: { vpcEndpoint: { id: "vpce-1", kind: "interface" } } })).toBe("endpoint-contradiction");
    expect(refusal({ via: { vpcEndpoint: { id: "vpce-1", vpc: "vpc-1" } } })).toBe("not refused");
  });

  it("REQ-9 holds of what they say", () => {
    expect(refusal({ via: { vpcEndpoint: { privateIp: "10.0.0.0/8" } } })).toBe("malformed-value");
    expect(refusal({ via: { vpcEndpoint: { vpcArn: "vpc-1" } } })).toBe("malformed-value");
    expect(refusal({ via: { vpcEndpoint: { account: "1" } } })).toBe("invalid-account");
    expect(refusal({ via: { vpcEndpoint: { privateIp: "x" } } }, { allowMalformedContext: true })).toBe("not refused");
  });
});

describe("REQ-42: for whom a service calls", () => {
  const KEYS = ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];
  const keysOf = (onBehalf?: object) =>
    KEYS.map((key) => keyOf(ask({ principal: { arn: "sns.amazonaws.com", ...(onBehalf && { onBehalf }) } }), key));

  it("the keys are of services that act for a resource only", () => {
    expect(keysOf()).toEqual(["absent", "absent", "absent", "absent"]);
    expect(KEYS.map((key) => keyOf(ask(), key))).toEqual(["absent", "absent", "absent", "absent"]);
    expect(refusal({ principal: { arn: ALICE, onBehalf: { sourceAccount: A1 } } })).toBe("invalid-principal");
  });

  it("the parts follow from each other where they can", () => {
    const topic = `arn:aws:sns:eu-west-1:${A2}:t`;
    expect(keysOf({ sourceArn: topic })).toEqual([topic, A2, "o-abc", ["o-abc/r-ab12/"]]);
    expect(keysOf({ sourceArn: "arn:aws:s3:::listed" })).toEqual([
      "arn:aws:s3:::listed",
      A2,
      "o-abc",
      ["o-abc/r-ab12/"],
    ]);
    expect(keysOf({ sourceArn: "arn:aws:s3:::b" })).toEqual(["arn:aws:s3:::b", "unknown", "unknown", "unknown"]);
    expect(keysOf({ sourceAccount: A3 })).toEqual(["absent", A3, "absent", "absent"]);
    expect(keysOf({ sourceAccount: A9, sourceOrgId: "o-x", sourceOrgPaths: ["o-x/"] })).toEqual([
      "absent",
      A9,
      "o-x",
      ["o-x/"],
    ]);
  });

  it("refuses what is no ARN and no account", () => {
    const of = (onBehalf: object) => refusal({ principal: { arn: "sns.amazonaws.com", onBehalf } });
    expect(of({ sourceArn: "t" })).toBe("malformed-value");
    expect(of({ sourceAccount: "t" })).toBe("invalid-account");
  });
});

describe("kind of the resource's policy", () => {
  const role = `arn:aws:iam::${A1}:role/svc/app/R`;
  const bare = { resourceAccount: undefined };

  it.each<[string, string, string | undefined, string]>([
    ["sts:AssumeRole", role, undefined, "trust"],
    ["STS:TagSession", role, undefined, "trust"],
    ["sts:GetCallerIdentity", role, undefined, "other"],
    ["sts:AssumeRoot", `arn:aws:iam::${A1}:root`, undefined, "other"],
    ["iam:GetRole", role, undefined, "other"],
    ["sts:AssumeRole", "*", undefined, "other"],
    ["kms:Decrypt", `arn:aws:kms:eu-west-1:${A1}:key/1`, undefined, "kms"],
    ["kms:CreateAlias", `arn:aws:kms:eu-west-1:${A1}:alias/a`, undefined, "other"],
    ["s3:GetObject", "arn:aws:s3:::b/k", "kms", "kms"],
    ["sts:AssumeRole", role, "s3", "other"],
    ["s3:GetObject", "arn:aws:s3:::b/k", "other", "other"],
  ])("%s on %s (%s): %s", (action, resource, resourcePolicyType, kind) => {
    expect(ask({ ...bare, action, resource, resourcePolicyType }).resourcePolicyKind).toBe(kind);
  });

  it.each(["lattice", "vpc-lattice", "s3-access-grants", "", "Trust", "constructor"])(
    "EVAL-49: refuses the type %j",
    (resourcePolicyType) => {
      expect(refusal({ resourcePolicyType })).toBe("unsupported-policy-type");
    },
  );
});

describe("the rest of a question", () => {
  it("has the canonical user id of the caller's account", () => {
    expect(ask().canonicalUserId).toBe("c1");
    expect(ask(asPrincipal(A2)).canonicalUserId).toBeNull();
    expect(ask(asPrincipal("*")).canonicalUserId).toBeNull();
  });

  it("refuses shapes that TypeScript would have refused", () => {
    const odd = (change: object) => refusal(change as Partial<Request>);
    expect(odd({ principal: null })).toBe("invalid-principal");
    expect(odd({ principal: { arn: 7 } })).not.toBe("not refused");
    expect(odd({ action: 7 })).not.toBe("not refused");
    expect(odd({ context: [] })).toBe("invalid-context");
    expect(odd({ unknown: "aws:*" })).toBe("invalid-context");
    expect(odd({ via: { fas: {} } })).toBe("invalid-context");
    expect(odd({ via: { vpcEndpoint: { kind: "tunnel" } } })).toBe("invalid-context");
    expect(odd({ principal: { arn: ALICE, credentials: "magic" } })).toBe("invalid-principal");
  });
});
