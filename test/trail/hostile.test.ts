/** Records that nobody at AWS wrote: whatever stands in them, there are requests that can be asked, or a reason why not. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolve } from "../../src/request/resolve.js";
import { derive, NO_ASSUMPTIONS } from "../../src/trail/derive.js";
import { explainEvent, explainedToJson } from "../../src/trail/explain.js";
import { REASONS } from "../../src/trail/reasons.js";
import { event, NOBODY, reasonOf, SESSION, USER } from "./events.js";

const ROLE = "arn:aws:iam::111111111111:role/App";
const KEY = "arn:aws:kms:eu-west-1:111111111111:key/1";
const TAGS = [{ key: "a", value: "b" }];
const ITEM = (resourceType: string) => ({ items: [{ resourceType, tags: TAGS }] });

/** Calls of every way to derive, whole. */
const CALLS: readonly object[] = [
  event("s3 PutObject", {
    requestParameters: { bucketName: "b", key: "k", "x-amz-acl": "public-read", "x-amz-tagging": "a=b" },
    resources: [{ ARN: "arn:aws:s3:::b/k" }, { ARN: "arn:aws:s3:::b", accountId: "111111111111" }],
    additionalEventData: { AuthenticationMethod: "AuthHeader", SignatureVersion: "SigV4" },
  }),
  event("s3 CopyObject", {
    requestParameters: { bucketName: "b", key: "k", "x-amz-copy-source": "c/d%20e?versionId=1" },
  }),
  event("s3 PutBucketTagging", {
    requestParameters: { bucketName: "b", tagging: "", Tagging: { TagSet: { Tag: { Key: "a", Value: true } } } },
  }),
  event("ec2 RunInstances", {
    requestParameters: {
      instancesSet: { items: [{ imageId: "ami-1", keyName: "k" }] },
      groupSet: { items: [{ groupId: "sg-1" }] },
      subnetId: "subnet-1",
      iamInstanceProfile: { name: "p" },
      tagSpecificationSet: ITEM("instance"),
    },
    responseElements: { instancesSet: { items: [{ groupSet: { items: [{ groupId: "sg-9" }] } }] } },
  }),
  event("ec2 CreateFlowLogs", {
    requestParameters: {
      CreateFlowLogsRequest: {
        ResourceId: { tag: 1, content: "vpc-1" },
        DeliverLogsPermissionArn: ROLE,
        TagSpecification: { ResourceType: "vpc-flow-log", Tag: { Key: "a", Value: "b", tag: 1 } },
      },
    },
  }),
  event("kms Decrypt", {
    requestParameters: { keyId: "alias/a", encryptionContext: { App: "a" } },
    resources: [{ ARN: KEY }],
    userIdentity: { ...USER, invokedBy: "secretsmanager.amazonaws.com" },
  }),
  event("kms ReEncrypt", { requestParameters: { sourceKeyId: "1", destinationKeyId: KEY }, resources: [{ ARN: KEY }] }),
  event("sts AssumeRole", {
    requestParameters: {
      roleArn: ROLE,
      roleSessionName: "s",
      tags: TAGS,
      sourceIdentity: "ana",
      transitiveTagKeys: ["a"],
    },
    userIdentity: SESSION,
    errorCode: "AccessDenied",
    errorMessage: `User: x is not authorized to perform: sts:AssumeRole on resource: ${ROLE} because no`,
  }),
  event("sts AssumeRoleWithWebIdentity", {
    userIdentity: {
      type: "WebIdentityUser",
      principalId: "accounts.google.com:app:42",
      userName: "42",
      identityProvider: "accounts.google.com",
    },
    requestParameters: { roleArn: ROLE, roleSessionName: "s" },
  }),
  event("sts AssumeRoleWithSAML", {
    userIdentity: { type: "SAMLUser", principalId: "q:ana" },
    requestParameters: {
      principalArn: "arn:aws:iam::111111111111:saml-provider/C",
      roleArn: ROLE,
      principalTags: { a: "b" },
    },
  }),
  event("dynamodb TransactWriteItems", { requestParameters: { requestItems: [{ operation: "Put", tableName: "T" }] } }),
  event("dynamodb ExecuteStatement", { requestParameters: { statement: 'select * from "T"."I"' } }),
  event("lambda CreateFunction20150331v2", { requestParameters: { functionName: "f:1", role: ROLE, layers: ["l"] } }),
  event("apigateway GetMethod", { requestParameters: { restApiId: "a", resourceId: "b", httpMethod: "GET" } }),
  event("events PutTargets", { requestParameters: { rule: "r", eventBusName: "b", targets: [{ roleArn: ROLE }] } }),
  event("events PutEvents", { requestParameters: { entries: [{ eventBusName: "b" }, {}] } }),
  event("glue GetTable", { requestParameters: { databaseName: "d", name: "t", catalogId: "222222222222" } }),
  event("logs CreateLogGroup", { requestParameters: { logGroupName: "g", tags: { a: "b" } } }),
  event("iam CreateRole", { requestParameters: { roleName: "App", path: "/x/", tags: TAGS } }),
  event("iam AddRoleToInstanceProfile", { requestParameters: { instanceProfileName: "p", roleName: "App" } }),
  event("iam GetUser", { vpcEndpointId: "vpce-1", sourceIPAddress: "10.0.0.7", vpcEndpointAccountId: "222222222222" }),
  event("elasticloadbalancing CreateLoadBalancer", { requestParameters: { name: "l", type: "network" } }),
  event("rds CopyDBSnapshot", {
    requestParameters: { sourceDBSnapshotIdentifier: "a", targetDBSnapshotIdentifier: "b", tags: TAGS },
  }),
  event("secretsmanager CreateSecret", {
    requestParameters: { name: "s" },
    responseElements: { arn: "arn:aws:secretsmanager:eu-west-1:111111111111:secret:s-Ab12Cd" },
  }),
  event("ssm SendCommand", { requestParameters: { documentName: "AWS-X", instanceIds: ["i-1", "mi-2"] } }),
  event("ec2 DescribeInstances", {
    userIdentity: {
      ...SESSION,
      sessionContext: {
        ...SESSION.sessionContext,
        sourceIdentity: "ana",
        ec2RoleDelivery: "2.0",
        webIdFederationData: { federatedProvider: "token.example.com", attributes: { "token.example.com:aud": "a" } },
      },
    },
  }),
  event("sts AssumeRole", {
    userIdentity: { type: "AWSService", invokedBy: "ec2.amazonaws.com" },
    requestParameters: { roleArn: ROLE },
  }),
];

/** Names that every object has, or that look like paths, or like nothing. */
const NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "prototype",
  "",
  "[]",
  "a.b",
  "ARN",
  "\ud800",
  "name",
];

const BARE = Object.assign(Object.create(null) as object, { ARN: KEY, arn: 7 });

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    0,
    -0,
    1e308,
    Number.NaN,
    "",
    "\ud800",
    "*",
    "arn:",
    "arn:::::",
    BARE,
  ),
  fc.constantFrom(
    "arn:aws:s3:::",
    "arn:aws:iam::aws:policy/x",
    ROLE,
    "vpc-1",
    "alias/",
    "HIDDEN_DUE_TO_SECURITY_REASONS",
  ),
  fc.constantFrom("x".repeat(70_000), "\u{1f600}".repeat(20_000), "a/".repeat(9_000), "%".repeat(500), "|".repeat(99)),
  fc.constantFrom(
    deep(2_000, []),
    deep(2_000, {}),
    Array.from({ length: 3_000 }, () => "vpc-1"),
    wide(3_000),
  ),
  fc.constantFrom(...NAMES).map((name) => JSON.parse(`{${JSON.stringify(name)}: {"arn": "${KEY}", "vpcId": "vpc-1"}}`)),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary" }),
);

function deep(depth: number, seed: object): unknown {
  let value: unknown = "vpc-1";
  for (let at = 0; at < depth; at++) value = Array.isArray(seed) ? [value] : { a: value };
  return value;
}

function wide(count: number): unknown {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}Arn`, ROLE]));
}

/** Where to change a record, as numbers that choose a way down, and to what. */
const change = fc.record({
  way: fc.array(fc.nat(), { minLength: 1, maxLength: 7 }),
  name: fc.option(fc.constantFrom(...NAMES), { freq: 4 }),
  value: hostile,
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** A copy that differs in one place: another value there, or another name as well. */
function changed(value: unknown, { way, name, value: put }: Change, at = 0): unknown {
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (keys.length === 0 || at === way.length) return put;
  const key = keys[way[at]! % keys.length]!;
  const inner = changed((value as Record<string, unknown>)[key], { way, name, value: put }, at + 1);
  if (Array.isArray(value)) return value.map((each, index) => (String(index) === key ? inner : each));
  const isRenamed = name !== null && at + 1 === way.length;
  const entries = Object.entries(value as object).map(([own, each]) => [
    own === key && isRenamed ? name : own,
    own === key ? inner : each,
  ]);
  return Object.fromEntries(entries);
}

/** Requests that can be asked, made of texts; or a reason. */
function check(record: unknown): void {
  const derived = derive(record);
  if (derived.kind === "none") {
    expect(REASONS).toHaveProperty([derived.reason]);
    return;
  }
  for (const { request } of derived.requests) {
    expect([typeof request.action, typeof request.resource]).toEqual(["string", "string"]);
    resolve(request, NOBODY);
  }
  const explained = explainEvent(record, { directory: null, assumptions: NO_ASSUMPTIONS });
  expect(explained.own).toHaveLength(derived.requests.length);
  expect(() => JSON.stringify(explainedToJson(explained))).not.toThrow();
}

test("whatever is changed in a record, it gives requests or a reason", () => {
  for (const record of CALLS) expect(derive(record).kind).toBe("requests");
  fc.assert(
    fc.property(fc.constantFrom(...CALLS), fc.array(change, { minLength: 1, maxLength: 4 }), (record, changes) => {
      check(changes.reduce<unknown>((before, each) => changed(before, each), record));
    }),
    { numRuns: 3_000 },
  );
});

describe("names that every object has", () => {
  test.each(["__proto__", "constructor", "toString", "valueOf"])(
    "`%s` in the place of a parameter names nothing",
    (name) => {
      const parameters = (value: unknown) => JSON.parse(`{${JSON.stringify(name)}: ${JSON.stringify(value)}}`);
      for (const call of [
        "ec2 DeleteVpc",
        "iam GetRole",
        "sqs SendMessage",
        "kms Decrypt",
        "dynamodb PutItem",
        "s3 GetObject",
      ]) {
        for (const value of ["vpc-1", { vpcId: "vpc-1", roleName: "r", keyId: "1", tableName: "T" }, [KEY]]) {
          expect(reasonOf(event(call, { requestParameters: parameters(value) }))).toBe("resource-not-named");
        }
      }
    },
  );

  test("an own `__proto__` of a record is not the record's", () => {
    const record = JSON.parse(`{"__proto__": ${JSON.stringify(event("iam GetUser"))}}`);
    expect(reasonOf(record)).toBe("not-a-record");
  });

  test("a record without a prototype is a record like others", () => {
    const record = Object.assign(Object.create(null) as object, event("iam GetUser"));
    expect(derive(record)).toEqual(derive(event("iam GetUser")));
  });
});

test("a record as large as they come takes no longer than it should", () => {
  const entries = Array.from({ length: 20_000 }, (_, index) => ({ ARN: `arn:aws:s3:::b/${index}` }));
  const keys = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}Arn`, `${ROLE}${index}`]));
  const start = performance.now();
  for (const call of ["s3 GetObject", "ec2 RunInstances", "iam GetRole", "events PutTargets"]) {
    check(event(call, { resources: entries, requestParameters: keys, responseElements: keys }));
  }
  expect(performance.now() - start).toBeLessThan(2_000);
});
