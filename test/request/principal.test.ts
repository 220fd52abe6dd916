/** Who calls (semantics.md §1.2): every form of naming a principal. */
import { describe, expect, it } from "vitest";
import { resolvePrincipal } from "../../src/request/principal.js";
import type { Principal } from "../../src/request/question.js";
import type { PrincipalInput } from "../../src/request/request.js";
import { ALICE, refusalOf } from "./ask.js";
import { A1, directory } from "./directory.js";

function resolved(input: string | PrincipalInput, action = "s3:GetObject"): Principal {
  return resolvePrincipal(input, action, directory());
}

const ROLE = `arn:aws:iam::${A1}:role/svc/app/R`;
const SESSION = `arn:aws:sts::${A1}:assumed-role/R/s`;
const OAI = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE";
const WEB = "sts:AssumeRoleWithWebIdentity";

describe("forms of a principal", () => {
  it.each([
    [A1, "root"],
    [`arn:aws:iam::${A1}:root`, "root"],
    [ALICE, "user"],
    [ROLE, "roleSession"],
    [SESSION, "roleSession"],
    [`arn:aws-cn:iam::${A1}:user/u`, "user"],
    [`arn:aws:sts::${A1}:federated-user/bob`, "federatedUser"],
    ["s3.amazonaws.com", "service"],
    ["ec2.amazonaws.com.cn", "service"],
    ["pods.eks.amazonaws.com", "service"],
    ["sns.us-east-1.amazonaws.com", "service"],
    ["cognito-identity.amazonaws.com", "service"],
    ["accounts.google.com", "webIdentity"],
    ["www.amazon.com", "webIdentity"],
    ["graph.facebook.com", "webIdentity"],
    [`arn:aws:iam::${A1}:oidc-provider/token.actions.githubusercontent.com`, "webIdentity"],
    [`arn:aws:iam::${A1}:saml-provider/Idp`, "saml"],
    [OAI, "originAccessIdentity"],
    ["*", "anonymous"],
  ])("%s is %s", (input, kind) => {
    expect(resolved(input).kind).toBe(kind);
  });

  it("takes Cognito and other hosts for identity providers only where a web identity can call", () => {
    expect(resolved("cognito-identity.amazonaws.com", WEB).kind).toBe("webIdentity");
    expect(resolved("oidc.eks.eu-west-1.amazonaws.com.example.org/id/1", "STS:assumerolewithwebidentity")).toEqual({
      kind: "webIdentity",
      provider: "oidc.eks.eu-west-1.amazonaws.com.example.org/id/1",
    });
    expect(resolved("s3.amazonaws.com", WEB).kind).toBe("service");
    expect(refusalOf(() => resolved("gitlab.com"))).toBe("invalid-principal");
  });

  it.each([
    "",
    "alice",
    "AWS Internal",
    ".amazonaws.com",
    "11111111111",
    "1111111111111",
    "１11111111111",
    "arn:aws:iam::111111111111",
    "arn:aws:iam::111111111111:user/",
    "arn:aws:iam::111111111111:user/path/",
    "arn:aws:iam::111111111111:role/",
    "arn:aws:iam::111111111111:rootling",
    "arn:aws:iam::*:root",
    "arn:aws:iam:us-east-1:111111111111:user/u",
    "arn:mars:iam::111111111111:user/u",
    "arn:aws:sts::111111111111:assumed-role/R",
    "arn:aws:sts::111111111111:assumed-role/R/",
    "arn:aws:sts::111111111111:assumed-role//s",
    "arn:aws:sts::111111111111:assumed-role/svc/R/s",
    "arn:aws:sts::111111111111:federated-user/",
    "arn:aws:s3:::b",
    "ARN:AWS:IAM::111111111111:USER/U",
  ])("refuses %j", (input) => {
    expect(refusalOf(() => resolved(input))).toBe("invalid-principal");
  });

  it("REQ-10: refuses groups", () => {
    expect(() => resolved(`arn:aws:iam::${A1}:group/g`)).toThrow("groups do not call");
  });

  it("keeps names that look like patterns or members of objects", () => {
    for (const name of ["*", "${aws:username}", "__proto__", "constructor"]) {
      expect(resolved(`arn:aws:iam::${A1}:user/${name}`)).toMatchObject({ kind: "user", name });
    }
  });
});

describe("what is known of a principal", () => {
  it("REQ-11: a session has the role's path from the directory, then from the input, else none", () => {
    expect(resolved(SESSION)).toMatchObject({ roleArn: ROLE, roleName: "R", roleId: "AROAR", sessionArn: SESSION });
    const other = `arn:aws:sts::${A1}:assumed-role/Q/s`;
    const given = resolved({ arn: other, roleArn: `arn:aws:iam::${A1}:role/p/Q` });
    expect(given).toMatchObject({ roleArn: `arn:aws:iam::${A1}:role/p/Q` });
    expect(resolved(other)).toMatchObject({ roleArn: `arn:aws:iam::${A1}:role/Q`, roleId: null });
  });

  it("a role stands for a session whose name is not known", () => {
    expect(resolved(ROLE)).toMatchObject({ roleArn: ROLE, sessionName: null, sessionArn: null });
  });

  it.each([
    { arn: `arn:aws:iam::${A1}:role/R` },
    { arn: SESSION, roleArn: `arn:aws:iam::${A1}:role/R` },
    { arn: SESSION, roleArn: `arn:aws:iam::${A1}:role/svc/app/Q` },
    { arn: SESSION, roleArn: "arn:aws:iam::222222222222:role/svc/app/R" },
    { arn: SESSION, roleArn: ALICE },
    { arn: SESSION, roleArn: "R" },
  ])("refuses a role that is not the session's: %j", (input) => {
    expect(refusalOf(() => resolved(input))).toBe("invalid-principal");
  });

  it("knows service-linked roles from the directory, the path or the input", () => {
    const linked = (input: string | PrincipalInput) => {
      const principal = resolved(input);
      return principal.kind === "roleSession" && principal.serviceLinked;
    };
    expect(linked(`arn:aws:sts::${A1}:assumed-role/Linked/s`)).toBe(true);
    expect(linked(`arn:aws:iam::${A1}:role/aws-service-role/x.amazonaws.com/X`)).toBe(true);
    expect(linked({ arn: `arn:aws:sts::${A1}:assumed-role/Q/s`, serviceLinked: true })).toBe(true);
    expect(linked(SESSION)).toBe(false);
  });

  it("takes unique ids from the directory unless the input has one", () => {
    expect(resolved(ALICE)).toMatchObject({ name: "alice", uniqueId: "AIDAALICE" });
    expect(resolved({ arn: ALICE, uniqueId: "AIDAOTHER" })).toMatchObject({ uniqueId: "AIDAOTHER" });
    expect(resolved(`arn:aws:iam::${A1}:user/nobody`)).toMatchObject({ uniqueId: null });
  });

  it("REQ-13: a federated user has the parent that its session record or the input names", () => {
    const bob = `arn:aws:sts::${A1}:federated-user/bob`;
    expect(resolved(bob)).toMatchObject({ parentArn: ALICE, parentId: "AIDAALICE", console: false });
    const root = `arn:aws:iam::${A1}:root`;
    expect(resolved({ arn: bob, parent: root, credentials: "console" })).toMatchObject({
      parentArn: root,
      parentId: null,
      console: true,
    });
    expect(resolved(`arn:aws:sts::${A1}:federated-user/carl`)).toMatchObject({ parentArn: null });
    expect(refusalOf(() => resolved({ arn: bob, parent: ROLE }))).toBe("invalid-principal");
    expect(refusalOf(() => resolved({ arn: bob, parent: "arn:aws:iam::222222222222:user/u" }))).toBe(
      "invalid-principal",
    );
  });

  it("knows the credentials of users and root users", () => {
    expect(resolved(ALICE)).toMatchObject({ credentials: { kind: "longTerm" } });
    expect(resolved({ arn: ALICE, credentials: "sessionToken", mfa: true })).toMatchObject({
      credentials: { kind: "sessionToken", mfa: true },
    });
    expect(resolved({ arn: ALICE, credentials: "sessionToken" })).toMatchObject({
      credentials: { kind: "sessionToken", mfa: false },
    });
    const taskPolicy = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy";
    expect(resolved({ arn: A1, credentials: "assumeRoot", taskPolicy })).toMatchObject({
      credentials: { kind: "assumeRoot", taskPolicy },
    });
  });

  it("a service has its name and all others", () => {
    const principal = resolved({ arn: "s3.amazonaws.com", serviceNames: ["s3.eu-west-1.amazonaws.com"] });
    expect(principal).toEqual({ kind: "service", names: ["s3.amazonaws.com", "s3.eu-west-1.amazonaws.com"] });
  });

  it.each<[PrincipalInput]>([
    [{ arn: A1, tags: { a: "b" } }],
    [{ arn: A1, uniqueId: "AIDA" }],
    [{ arn: ALICE, sessionTags: { a: "b" } }],
    [{ arn: ALICE, sourceIdentity: "x" }],
    [{ arn: ALICE, credentials: "assumeRoot" }],
    [{ arn: ALICE, taskPolicy: "x" }],
    [{ arn: ALICE, issueTime: 0 }],
    [{ arn: A1, credentials: "assumeRoot", mfa: true }],
    [{ arn: SESSION, credentials: "longTerm" }],
    [{ arn: SESSION, parent: ALICE }],
    [{ arn: "*", mfa: true }],
    [{ arn: "s3.amazonaws.com", tags: { a: "b" } }],
    [{ arn: "s3.amazonaws.com", serviceNames: ["s3"] }],
    [{ arn: `arn:aws:sts::${A1}:federated-user/bob`, credentials: "sessionToken" }],
  ])("refuses what cannot hold of this kind: %j", (input) => {
    expect(refusalOf(() => resolved(input))).toBe("invalid-principal");
  });
});
