/** Which actions a call needs. */
import { describe, expect, test } from "vitest";
import { asksOf, event, gapsOf, reasonOf, requestsOf, SESSION, USER } from "./events.js";

const BUCKET = "arn:aws:s3:::reports";
const OBJECT = `${BUCKET}/2026/a.csv`;
const s3 = (name: string, more: Readonly<Record<string, unknown>> = {}) =>
  event(`s3 ${name}`, { requestParameters: { bucketName: "reports", Host: "reports.s3.amazonaws.com", ...more } });
const object = (name: string, more: Readonly<Record<string, unknown>> = {}) => s3(name, { key: "2026/a.csv", ...more });

describe("one action", () => {
  test.each([
    ["ec2 DescribeInstances", "ec2:DescribeInstances *"],
    ["monitoring ListMetrics", "cloudwatch:ListMetrics *"],
    ["email ListIdentities", "ses:ListIdentities *"],
    ["tagging GetResources", "tag:GetResources *"],
    ["servicecatalog-appregistry ListApplications", "servicecatalog:ListApplications *"],
    ["autoscaling DescribeScalableTargets", "application-autoscaling:DescribeScalableTargets *"],
    ["lambda ListFunctions20150331", "lambda:ListFunctions *"],
    ["cloudfront ListDistributions2020_05_31", "cloudfront:ListDistributions *"],
    ["s3 ListBuckets", "s3:ListAllMyBuckets *"],
    ["sts GetCallerIdentity", "sts:GetCallerIdentity *"],
  ])("%s is %s", (call, asked) => expect(asksOf(event(call))).toEqual([asked]));

  test.each([
    ["HeadBucket", "s3:ListBucket"],
    ["ListObjects", "s3:ListBucket"],
    ["ListObjectVersions", "s3:ListBucketVersions"],
    ["GetBucketEncryption", "s3:GetEncryptionConfiguration"],
    ["DeleteBucketEncryption", "s3:PutEncryptionConfiguration"],
    ["GetBucketLifecycle", "s3:GetLifecycleConfiguration"],
    ["DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"],
    ["DeleteBucketTagging", "s3:PutBucketTagging"],
    ["DeleteBucketReplication", "s3:PutReplicationConfiguration"],
    ["DeleteBucketCors", "s3:PutBucketCORS"],
    ["GetBucketPolicy", "s3:GetBucketPolicy"],
  ])("s3 %s is %s", (name, action) => expect(asksOf(s3(name))).toEqual([`${action} ${BUCKET}`]));

  test.each([
    ["GetObject", "s3:GetObject", "s3:GetObjectVersion"],
    ["HeadObject", "s3:GetObject", "s3:GetObjectVersion"],
    ["DeleteObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
    ["GetObjectTagging", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"],
  ])("s3 %s is %s, and of a version %s", (name, action, ofVersion) => {
    expect(asksOf(object(name))).toEqual([`${action} ${OBJECT}`]);
    expect(asksOf(object(name, { versionId: "v1" }))).toEqual([`${ofVersion} ${OBJECT}`]);
  });

  test("lambda Invoke is InvokeFunction, on the alias or version if one is named", () => {
    const invoke = (requestParameters: object) => asksOf(event("lambda Invoke20150331", { requestParameters }));
    const arn = "arn:aws:lambda:eu-west-1:111111111111:function:f";
    const other = "222222222222:function:f";
    expect(invoke({ functionName: "f" })).toEqual([`lambda:InvokeFunction ${arn}`]);
    expect(invoke({ functionName: arn })).toEqual([`lambda:InvokeFunction ${arn}`]);
    expect(invoke({ functionName: `${arn}:live` })).toEqual([`lambda:InvokeFunction ${arn}:live`]);
    expect(invoke({ functionName: "f", qualifier: "42" })).toEqual([`lambda:InvokeFunction ${arn}:42`]);
    expect(invoke({ functionName: other })).toEqual([`lambda:InvokeFunction arn:aws:lambda:eu-west-1:${other}`]);
  });

  test.each([
    ["nosuch Service", "unknown-service"],
    ["s3 NoSuchOperation", "unknown-action"],
    ["s3 constructor", "unknown-action"],
    ["s3 20150331", "unknown-action"],
  ])("%s: %s", (call, reason) => expect(reasonOf(event(call))).toBe(reason));
});

describe("several actions", () => {
  test("writing an object with an ACL, tags and a lock", () => {
    expect(asksOf(object("PutObject"))).toEqual([`s3:PutObject ${OBJECT}`]);
    expect(asksOf(object("PutObject", { "x-amz-acl": "private" }))).toEqual([`s3:PutObject ${OBJECT}`]);
    const headers = { "x-amz-acl": "public-read", "x-amz-tagging": "a=b", "x-amz-object-lock-mode": "COMPLIANCE" };
    expect(asksOf(object("PutObject", headers))).toEqual(
      ["PutObject", "PutObjectAcl", "PutObjectTagging", "PutObjectRetention"].map((name) => `s3:${name} ${OBJECT}`),
    );
  });

  test("copying reads the source and writes the target, whatever `resources` lists", () => {
    const copy = (source: string, more: object = {}) =>
      asksOf({ ...object("CopyObject", { "x-amz-copy-source": source }), ...more });
    const read = "s3:GetObject arn:aws:s3:::source/b c.csv";
    const resources = [
      { ARN: "arn:aws:s3:::source/b c.csv" },
      { ARN: OBJECT },
      { ARN: BUCKET, accountId: "222222222222" },
    ];
    for (const source of ["source/b%20c.csv", "/source/b%20c.csv"]) {
      expect(copy(source, { resources })).toEqual([read, `s3:PutObject ${OBJECT}`]);
    }
    expect(copy("source/b%20c.csv?versionId=1")[0]).toBe("s3:GetObjectVersion arn:aws:s3:::source/b c.csv");
    expect(reasonOf(object("CopyObject"))).toBe("resource-not-named");
  });

  test("a role assumed with tags and a source identity", () => {
    const role = "arn:aws:iam::111111111111:role/App";
    const requestParameters = {
      roleArn: role,
      roleSessionName: "s",
      tags: [{ key: "a", value: "b" }],
      sourceIdentity: "ana",
    };
    expect(asksOf(event("sts AssumeRole", { requestParameters }))).toEqual(
      ["AssumeRole", "TagSession", "SetSourceIdentity"].map((name) => `sts:${name} ${role}`),
    );
  });

  test("a source identity that is there already, or that the assertion sets, is set all the same", () => {
    const role = "arn:aws:iam::111111111111:role/App";
    const requestParameters = { roleArn: role, roleSessionName: "s" };
    const { sessionContext } = SESSION;
    const chained = { ...SESSION, sessionContext: { ...sessionContext, sourceIdentity: "ana" } };
    const asked = ["sts:AssumeRole", "sts:SetSourceIdentity"].map((name) => `${name} ${role}`);
    expect(asksOf(event("sts AssumeRole", { requestParameters }))).toEqual(asked.slice(0, 1));
    expect(asksOf(event("sts AssumeRole", { requestParameters, userIdentity: chained }))).toEqual(asked);
    const userIdentity = { type: "SAMLUser", principalId: "q:ana", userName: "ana", identityProvider: "q" };
    const asserted = {
      userIdentity,
      requestParameters: { ...requestParameters, principalArn: "arn:aws:iam::111111111111:saml-provider/Corp" },
      responseElements: { sourceIdentity: "ana" },
    };
    expect(asksOf(event("sts AssumeRoleWithSAML", asserted))).toEqual([
      `sts:AssumeRoleWithSAML ${role}`,
      `sts:SetSourceIdentity ${role}`,
    ]);
  });

  test("a federated user with tags: on what it is tagged, the reference does not say", () => {
    const of = event("sts GetFederationToken", {
      requestParameters: { name: "guest", tags: [{ key: "a", value: "b" }] },
    });
    expect(asksOf(of)).toEqual(["sts:GetFederationToken arn:aws:sts::111111111111:federated-user/guest"]);
    expect(gapsOf(of)).toEqual(["sts:TagSession resource-not-named"]);
  });

  test("a role assumed with contexts of a provider (SPEC-4)", () => {
    const roleArn = "arn:aws:iam::111111111111:role/App";
    const requestParameters = { roleArn, roleSessionName: "s", providedContexts: [{ providerArn: "p" }] };
    expect(asksOf(event("sts AssumeRole", { requestParameters }))).toContain(`sts:SetContext ${roleArn}`);
  });

  test("re-encrypting, from one key to another", () => {
    const key = (id: string) => `arn:aws:kms:eu-west-1:111111111111:key/${id}`;
    const resources = [{ ARN: key("1") }, { ARN: key("2") }];
    const asked = ["kms:ReEncryptFrom", "kms:ReEncryptTo"];
    const both = (requestParameters: object) => asksOf(event("kms ReEncrypt", { requestParameters, resources }));
    expect(both({ destinationKeyId: "2" })).toEqual([`${asked[0]} ${key("1")}`, `${asked[1]} ${key("2")}`]);
    expect(both({ destinationKeyId: key("1") })).toEqual([`${asked[0]} ${key("2")}`, `${asked[1]} ${key("1")}`]);
    expect(reasonOf(event("kms ReEncrypt", { requestParameters: {}, resources }))).toBe("resource-not-named");
  });

  test("transactions and statements of DynamoDB", () => {
    const table = "arn:aws:dynamodb:eu-west-1:111111111111:table/Music";
    const ask = (name: string, requestParameters: object) => asksOf(event(`dynamodb ${name}`, { requestParameters }));
    const items = ["Put", "Update", "Delete", "ConditionCheck", "Put"].map((operation) => ({
      operation,
      tableName: "Music",
    }));
    expect(ask("TransactWriteItems", { requestItems: items })).toEqual(
      ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"].map((name) => `dynamodb:${name} ${table}`),
    );
    expect(ask("ExecuteStatement", { statement: 'select * from "Music"."Albums" where a = ***(Redacted)' })).toEqual([
      `dynamodb:PartiQLSelect ${table}/index/Albums`,
    ]);
    const requestItems = [{ statement: "UPDATE Music SET a = 1" }, { statement: "INSERT INTO Music VALUE {}" }];
    expect(ask("BatchExecuteStatement", { requestItems })).toEqual([
      `dynamodb:PartiQLUpdate ${table}`,
      `dynamodb:PartiQLInsert ${table}`,
    ]);
    const listed = "arn:aws:dynamodb:eu-west-1:222222222222:table/Music";
    const requestParameters = { requestItems: items };
    expect(asksOf(event("dynamodb TransactWriteItems", { requestParameters, resources: [{ ARN: listed }] }))[0]).toBe(
      `dynamodb:PutItem ${listed}`,
    );
    expect(reasonOf(event("dynamodb ExecuteStatement", { requestParameters: { statement: "EXPLAIN" } }))).toBe(
      "operation-hidden",
    );
  });

  test("calls of API Gateway are methods on paths", () => {
    const ask = (name: string, requestParameters: object | null = null) =>
      asksOf(event(`apigateway ${name}`, { requestParameters }));
    const at = "arn:aws:apigateway:eu-west-1::";
    expect(ask("GetRestApis")).toEqual([`apigateway:GET ${at}/restapis`]);
    expect(ask("UpdateRestApi", { restApiId: "a1" })).toEqual([`apigateway:PATCH ${at}/restapis/a1`]);
    expect(ask("PutMethod", { restApiId: "a1", resourceId: "r", httpMethod: "GET" })).toEqual([
      `apigateway:PUT ${at}/restapis/a1/resources/r/methods/GET`,
    ]);
    expect(ask("CreateStage", { restApiId: "a1", stageName: "prod" })).toEqual([
      `apigateway:POST ${at}/restapis/a1/stages`,
    ]);
    expect(ask("CreateStage", { apiId: "a2", stageName: "prod" })).toEqual([`apigateway:POST ${at}/apis/a2/stages`]);
    expect(ask("ExportApi", { apiId: "a2", specification: "OAS30" })).toEqual([
      `apigateway:GET ${at}/apis/a2/exports/OAS30`,
    ]);
    expect(ask("DeleteRouteSettings", { apiId: "a2", stageName: "prod", routeKey: "GET /x" })).toEqual([
      `apigateway:DELETE ${at}/apis/a2/stages/prod/routesettings/GET /x`,
    ]);
    expect(reasonOf(event("apigateway DeleteRestApi"))).toBe("resource-not-named");
  });
});

describe("roles that are passed (§9)", () => {
  const role = "arn:aws:iam::111111111111:role/service/App";

  test("are one more request each, with the service they are passed to (PASS-2)", () => {
    const requestParameters = { functionName: "f", role };
    expect(asksOf(event("lambda CreateFunction20150331", { requestParameters }))).toEqual([
      "lambda:CreateFunction arn:aws:lambda:eu-west-1:111111111111:function:f",
      `iam:PassRole ${role}`,
    ]);
  });

  test("by name", () => {
    const requestParameters = { instanceProfileName: "p", roleName: "App" };
    expect(asksOf(event("iam AddRoleToInstanceProfile", { requestParameters }))).toEqual([
      "iam:AddRoleToInstanceProfile arn:aws:iam::111111111111:instance-profile/p",
      "iam:PassRole arn:aws:iam::111111111111:role/App",
    ]);
  });

  test("of an instance profile are not recorded: a gap", () => {
    const requestParameters = {
      instancesSet: { items: [{ imageId: "ami-1" }] },
      groupSet: { items: [{ groupId: "sg-1" }] },
    };
    expect(gapsOf(event("ec2 RunInstances", { requestParameters }))).toEqual([]);
    const withProfile = { ...requestParameters, iamInstanceProfile: { name: "p" } };
    expect(gapsOf(event("ec2 RunInstances", { requestParameters: withProfile }))).toEqual([
      "iam:PassRole role-not-recorded",
    ]);
  });

  test("are not passed by calls that only name them", () => {
    const requestParameters = { roleName: "App", policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" };
    expect(asksOf(event("iam AttachRolePolicy", { requestParameters }))).toEqual([
      "iam:AttachRolePolicy arn:aws:iam::111111111111:role/App",
    ]);
  });
});

describe("what is created with tags is tagged as well", () => {
  test("in EC2, by the type of what is tagged", () => {
    const requestParameters = {
      cidrBlock: "10.0.0.0/16",
      tagSpecificationSet: { items: [{ resourceType: "vpc", tags: [{ key: "a", value: "b" }] }] },
    };
    const vpc = "arn:aws:ec2:eu-west-1:111111111111:vpc/*";
    expect(asksOf(event("ec2 CreateVpc", { requestParameters }))).toEqual([
      `ec2:CreateVpc ${vpc}`,
      `ec2:CreateTags ${vpc}`,
    ]);
  });

  test("in other services, on the same resource", () => {
    const requestParameters = { roleName: "App", path: "/x/", tags: [{ key: "a", value: "b" }] };
    const role = "arn:aws:iam::111111111111:role/x/App";
    expect(asksOf(event("iam CreateRole", { requestParameters }))).toEqual([
      `iam:CreateRole ${role}`,
      `iam:TagRole ${role}`,
    ]);
    const group = "arn:aws:logs:eu-west-1:111111111111:log-group:g";
    expect(
      asksOf(event("logs CreateLogGroup", { requestParameters: { logGroupName: "g", tags: { a: "b" } } })),
    ).toEqual([`logs:CreateLogGroup ${group}:log-stream:`, `logs:TagResource ${group}`]);
    expect(asksOf(event("iam CreateRole", { requestParameters: { roleName: "App", tags: [] } }))).toHaveLength(1);
  });

  test.each<[string, object, readonly string[]]>([
    ["rds CreateDBSnapshot", { dBInstanceIdentifier: "d", dBSnapshotIdentifier: "s" }, ["snapshot:s"]],
    ["rds CreateDBInstance", { dBInstanceIdentifier: "d", dBSubnetGroupName: "g" }, ["db:d"]],
    ["rds CopyDBSnapshot", { sourceDBSnapshotIdentifier: "a", targetDBSnapshotIdentifier: "b" }, ["snapshot:b"]],
    ["rds RestoreDBInstanceFromDBSnapshot", { dBInstanceIdentifier: "d", dBSnapshotIdentifier: "s" }, ["db:d"]],
    ["elasticfilesystem CreateAccessPoint", { fileSystemId: "fs-1" }, []],
    ["ssm PutParameter", { name: "/a" }, ["parameter/a"]],
    ["monitoring PutMetricAlarm", { alarmName: "a" }, ["alarm:a"]],
    ["events PutRule", { name: "r", eventBusName: "b" }, ["rule/b/r"]],
  ])("%s: not what it is made of", (call, parameters, tagged) => {
    const requestParameters = { ...parameters, tags: [{ key: "a", value: "b" }] };
    const asked = requestsOf(event(call, { requestParameters })).filter(({ action }) => action.includes("Tag"));
    expect(asked.map(({ resource }) => resource.split(":").slice(5).join(":"))).toEqual(tagged);
    const isGap = gapsOf(event(call, { requestParameters })).some((gap) => gap.includes("TagResource"));
    expect(isGap).toBe(tagged.length === 0);
  });
});

describe("records that are no calls", () => {
  test.each([
    [{ eventType: "AwsConsoleSignIn", eventSource: "signin.amazonaws.com", eventName: "ConsoleLogin" }, "sign-in"],
    [{ eventType: "AwsServiceEvent" }, "service-event"],
    [{ eventType: "AwsConsoleAction" }, "console-action"],
    [{ eventType: "AwsCloudTrailInsight" }, "insight"],
    [{ eventType: "AwsVpceEvent" }, "network-activity"],
    [{ eventType: "AwsInvented" }, "unknown-event-type"],
    [{ eventType: undefined, eventSource: "signin.amazonaws.com", eventName: "CheckMfa" }, "sign-in"],
    [{ eventName: undefined }, "not-a-record"],
    [{ eventSource: 7 }, "not-a-record"],
  ])("%j: %s", (changes, reason) => expect(reasonOf({ ...event("s3 GetObject"), ...changes })).toBe(reason));

  test.each([null, undefined, 7, "x", true, [], {}, [{}]])("%j", (value) =>
    expect(reasonOf(value)).toBe("not-a-record"),
  );

  test("a digest", () => {
    expect(reasonOf({ awsAccountId: "111111111111", digestStartTime: "2026-01-01T00:00:00Z" })).toBe("digest");
  });

  test("records of the first versions have no type", () => {
    expect(asksOf(event("iam GetUser", { eventType: undefined }))).toEqual([`iam:GetUser ${USER.arn}`]);
  });
});
