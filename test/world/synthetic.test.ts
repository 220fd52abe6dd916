/** Settings of resources as documents and flags. */
import { describe, expect, it } from "vitest";
import type { PrincipalEntry } from "../../src/policy/model.js";
import type { Document } from "../../src/world/model.js";
import { isPublicPolicy } from "../../src/world/public-policy.js";
import { A1, A2, ALICE, layersOfScenario, policy, ROLE, SESSION, scenario } from "./build.js";

const BUCKET = "arn:aws:s3:::b";
const OBJECT = "arn:aws:s3:::b/k";
const KEY = `arn:aws:kms:eu-west-1:${A1}:key/k`;

function documents(resource: string, settings: string, more = ""): readonly Document[] {
  return layersOfScenario(`
id: x
request: { principal: "${ALICE}", action: s3:GetObject, resource: "${resource}" }
resourceSettings: ${settings}
${more}
expect: allowed`).resource.documents;
}

/** A document as rows `who: actions on resource [if conditions]`. */
function rows(document: Document | undefined): string[] {
  return (document?.policy.statements ?? []).map((statement) => {
    const actions = statement.action.patterns.map(({ text }) => text).join(" ");
    const resource = statement.resource?.patterns.map(({ text }) => text).join(" ");
    const conditions = statement.conditions.map(
      (entry) => `${entry.operatorText} ${entry.key} ${entry.operands.map(({ text }) => text).join("|")}`,
    );
    const row = `${who(statement.principal!.entries[0]!)}: ${actions} on ${resource}`;
    return conditions.length === 0 ? row : `${row} if ${conditions.join(" and ")}`;
  });
}

function who(entry: PrincipalEntry): string {
  return entry.kind === "granted" ? `granted ${entry.to}` : `${entry.kind} ${entry.text}`;
}

describe("SPEC-20: ACLs", () => {
  const acl = (grantee: string, permission: string) => `acl: [{ grantee: ${grantee}, permission: ${permission} }]`;

  it("do not count under BucketOwnerEnforced, which is the default", () => {
    expect(documents(OBJECT, `{ ${acl("AllUsers", "READ")} }`)).toEqual([]);
    expect(documents(OBJECT, `{ ${acl("AllUsers", "READ")}, objectOwnership: BucketOwnerEnforced }`)).toEqual([]);
  });

  it.each([
    [BUCKET, "READ", ["s3:listbucket s3:listbucketmultipartuploads s3:listbucketversions on arn:aws:s3:::b"]],
    [BUCKET, "WRITE", ["s3:putobject on arn:aws:s3:::b/*"]],
    [BUCKET, "READ_ACP", ["s3:getbucketacl on arn:aws:s3:::b"]],
    [BUCKET, "WRITE_ACP", ["s3:putbucketacl on arn:aws:s3:::b"]],
    [OBJECT, "READ", ["s3:getobject s3:getobjectversion on arn:aws:s3:::b/k"]],
    [OBJECT, "WRITE", ["s3:putobject on arn:aws:s3:::b/k"]],
    [OBJECT, "READ_ACP", ["s3:getobjectacl s3:getobjectversionacl on arn:aws:s3:::b/k"]],
    [OBJECT, "WRITE_ACP", ["s3:putobjectacl s3:putobjectversionacl on arn:aws:s3:::b/k"]],
  ])("%s %s", (resource, permission, expected) => {
    const [document] = documents(resource, `{ ${acl("c1", permission)}, objectOwnership: ObjectWriter }`);
    expect(document?.use).toBe("acl");
    expect(document?.policy.name).toBe(`acl of ${resource}`);
    expect(rows(document)).toEqual(expected.map((row) => `canonicalUser c1: ${row}`));
  });

  it("FULL_CONTROL of an object does not write it anew", () => {
    const [document] = documents(OBJECT, `{ ${acl("c1", "FULL_CONTROL")}, objectOwnership: ObjectWriter }`);
    expect(rows(document).join()).not.toContain("putobject ");
    expect(rows(document)).toHaveLength(3);
  });

  it.each([
    ["AllUsers", "granted everyone"],
    ["AuthenticatedUsers", "granted authenticated"],
    ["LogDelivery", "service LogDelivery"],
  ])("%s", (grantee, expected) => {
    const [document] = documents(OBJECT, `{ ${acl(grantee, "READ_ACP")}, objectOwnership: BucketOwnerPreferred }`);
    expect(rows(document)[0]?.split(":")[0]).toBe(expected);
  });

  it("SPEC-22: IgnorePublicAcls drops the grants of S3's groups only", () => {
    const both = "acl: [{ grantee: AllUsers, permission: READ }, { grantee: c1, permission: READ }]";
    const block = "blockPublicAccess: { ignorePublicAcls: true }";
    const [document] = documents(OBJECT, `{ ${both}, objectOwnership: ObjectWriter, ${block} }`);
    expect(rows(document).map((row) => row.split(":")[0])).toEqual(["canonicalUser c1"]);
  });
});

describe("SPEC-13, SPEC-14: KMS grants", () => {
  it("allow the operations to the grantee, and retiring to the retiring principal", () => {
    const grant = `{ grantee: "${SESSION}", operations: [Decrypt, DescribeKey], retiringPrincipal: "${ROLE}" }`;
    const [document] = documents(KEY, `{ kmsGrants: [${grant}] }`);
    expect(document?.use).toBe("kmsGrant");
    expect(document?.policy.name).toBe(`grant 0 of ${KEY}`);
    expect(rows(document)).toEqual([
      `roleSession ${SESSION}: kms:decrypt kms:describekey on *`,
      `role ${ROLE}: kms:retiregrant on *`,
    ]);
  });

  it("constrain the operations that have an encryption context", () => {
    const exact = `{ grantee: "${ALICE}", operations: [Decrypt, DescribeKey], encryptionContextEquals: { App: a } }`;
    const subset = `{ grantee: "${ALICE}", operations: [Encrypt], encryptionContextSubset: { App: a } }`;
    const [first, second] = documents(KEY, `{ kmsGrants: [${exact}, ${subset}] }`);
    const app = "StringEquals kms:encryptioncontext:app a";
    expect(rows(first)).toEqual([
      `user ${ALICE}: kms:describekey on *`,
      `user ${ALICE}: kms:decrypt on * if ${app} and ForAllValues:StringEquals kms:encryptioncontextkeys App`,
    ]);
    expect(rows(second)).toEqual([`user ${ALICE}: kms:encrypt on * if ${app}`]);
  });

  it.each([
    [A2, "account"],
    [`arn:aws:iam::${A2}:root`, "account"],
    [`arn:aws:sts::${A2}:federated-user/f`, "federatedUser"],
    ["rds.amazonaws.com", "service"],
    [`arn:aws:iam::${A2}:group/g`, "invalid"],
  ])("%s is of kind %s", (grantee, kind) => {
    const [document] = documents(KEY, `{ kmsGrants: [{ grantee: "${grantee}", operations: [Sign] }] }`);
    expect(document?.policy.statements[0]?.principal?.entries[0]?.kind).toBe(kind);
  });
});

describe("other settings", () => {
  it("EVAL-47: service grants", () => {
    const [document] = documents(BUCKET, "{ serviceGrants: [ACCOUNT, ANY] }");
    expect(document?.use).toBe("serviceGrant");
    expect(rows(document)).toEqual(["granted authenticated: * on *", "granted everyone: * on *"]);
  });

  it("SPEC-21: a bucket policy only denies for an object of somebody else's, whose owner is the resource's", () => {
    const open = `{ Version: "2012-10-17", Statement: { Effect: Allow, Principal: "*", Action: "s3:*", Resource: "*" } }`;
    const text = (owner: string) => `
id: x
request: { principal: "${ALICE}", action: s3:GetObject, resource: "${OBJECT}", resourceAccount: "${A1}" }
policies: { resource: ${open} }
resourceSettings: { objectOwner: "${owner}" }
expect: allowed`;
    expect(layersOfScenario(text(A2)).resource.documents.map(({ use }) => use)).toEqual(["denyOnly"]);
    expect(scenario(text(A2)).request.resourceAccount).toBe(A2);
    expect(layersOfScenario(text(A1)).resource.documents.map(({ use }) => use)).toEqual(["policy"]);
  });

  it("SPEC-22: RestrictPublicBuckets restricts a public policy only", () => {
    const restricted = (principal: string, setting: boolean) =>
      layersOfScenario(`
id: x
request: { principal: "${ALICE}", action: s3:GetObject, resource: "${OBJECT}" }
policies: { resource: { Version: "2012-10-17", Statement: { Effect: Allow, Principal: ${principal}, Action: "s3:*", Resource: "*" } } }
resourceSettings: { blockPublicAccess: { restrictPublicBuckets: ${setting} } }
expect: allowed`).publicAccessRestricted;
    expect(restricted('"*"', true)).toBe(true);
    expect(restricted('"*"', false)).toBe(false);
    expect(restricted(`{ AWS: "${A2}" }`, true)).toBe(false);
  });

  it("SPEC-15: keys that AWS manages", () => {
    const text = (managed: boolean) => `
id: x
request: { principal: "${ALICE}", action: kms:Decrypt, resource: "${KEY}" }
resourceSettings: { awsManaged: ${managed} }
expect: allowed`;
    expect([layersOfScenario(text(true)).awsManaged, layersOfScenario(text(false)).awsManaged]).toEqual([true, false]);
  });
});

describe("SPEC-22: the meaning of public", () => {
  const publicWith = (condition: object | null, effect = "Allow") => {
    const statement = { Effect: effect, Principal: "*", Action: "s3:*", Resource: `${BUCKET}/*` };
    const statements = [{ ...statement, ...(condition === null ? {} : { Condition: condition }) }];
    return isPublicPolicy(policy("p", "resource", { Version: "2012-10-17", Statement: statements }));
  };

  it.each([
    [null],
    [{ StringLike: { "aws:SourceVpc": "vpc-*" } }],
    [{ StringEquals: { "aws:UserAgent": "x" } }],
    [{ StringNotEquals: { "aws:SourceVpc": "vpc-1" } }],
    [{ StringEqualsIfExists: { "aws:SourceVpc": "vpc-1" } }],
    [{ "ForAllValues:StringEquals": { "aws:PrincipalOrgPaths": "o-a/r-b/" } }],
    [{ IpAddress: { "aws:SourceIp": "0.0.0.0/0" } }],
    [{ IpAddress: { "aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/1"] } }],
    [{ IpAddress: { "aws:SourceIp": "2001::/16" } }],
    [{ StringEquals: { "aws:SourceVpc": "${aws:PrincipalTag/vpc}" } }],
    [{ StringLike: { "aws:userid": "AROAEXAMPLE:*" } }],
    [{ ArnLike: { "s3:DataAccessPointArn": "arn:aws:s3:eu-west-1:*:accesspoint/*" } }],
  ])("public: %j", (condition) => {
    expect(publicWith(condition)).toBe(true);
  });

  it.each([
    [{ StringEquals: { "aws:SourceVpc": "vpc-1" } }],
    [{ StringEquals: { "AWS:SOURCEVPCE": ["vpce-1", "vpce-2"] } }],
    [{ StringLike: { "aws:PrincipalOrgID": "o-abc" } }],
    [{ IpAddress: { "aws:SourceIp": "192.0.2.0/24" } }],
    [{ IpAddress: { "aws:SourceIp": "2001:db8::/32" } }],
    [{ ArnLike: { "s3:DataAccessPointArn": `arn:aws:s3:eu-west-1:${A1}:accesspoint/*` } }],
    [{ "ForAnyValue:StringEquals": { "aws:PrincipalOrgPaths": "o-a/r-b/" } }],
  ])("not public: %j", (condition) => {
    expect(publicWith(condition)).toBe(false);
  });

  it("a Deny never is", () => {
    expect(publicWith(null, "Deny")).toBe(false);
  });
});
