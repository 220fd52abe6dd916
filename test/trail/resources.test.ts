/** Which resources a call is about, and whose they are. */
import { describe, expect, test } from "vitest";
import { derive, NO_ASSUMPTIONS } from "../../src/trail/derive.js";
import { asksOf, type Event, event, gapsOf, NOBODY, reasonOf, requestOf, requestsOf, SESSION, USER } from "./events.js";

const A = "111111111111";
const at = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:${A}:${resource}`;
const iam = (resource: string) => `arn:aws:iam::${A}:${resource}`;
const balancer = (name: string) => at("elasticloadbalancing", `loadbalancer/${name}`);
const resourcesOf = (of: Event) => requestsOf(of).map(({ resource }) => resource);
const named = (call: string, requestParameters: object | null, more: Event = {}) =>
  resourcesOf(event(call, { requestParameters, ...more }));

describe("by parameters", () => {
  test.each<[string, object, string]>([
    ["ec2 DeleteVpc", { vpcId: "vpc-1" }, at("ec2", "vpc/vpc-1")],
    [
      "ec2 DeleteFlowLogs",
      { DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: "fl-1" } } },
      at("ec2", "vpc-flow-log/fl-1"),
    ],
    ["ec2 CreateKeyPair", { keyName: "k" }, at("ec2", "key-pair/k")],
    ["ec2 AllocateAddress", { domain: "vpc" }, at("ec2", "elastic-ip/*")],
    ["lambda GetFunction20150331v2", { functionName: `${A}:function:f` }, at("lambda", "function:f")],
    [
      "sqs SendMessage",
      { queueUrl: `https://sqs.eu-west-1.amazonaws.com/222222222222/q` },
      "arn:aws:sqs:eu-west-1:222222222222:q",
    ],
    ["sqs CreateQueue", { queueName: "q" }, at("sqs", "q")],
    ["sns Publish", { topicArn: at("sns", "t") }, at("sns", "t")],
    ["sns CreateTopic", { name: "t" }, at("sns", "t")],
    ["dynamodb PutItem", { tableName: "T" }, at("dynamodb", "table/T")],
    ["dynamodb PutItem", { tableName: at("dynamodb", "table/T") }, at("dynamodb", "table/T")],
    ["dynamodb Query", { tableName: "T", indexName: "I" }, at("dynamodb", "table/T/index/I")],
    [
      "secretsmanager GetSecretValue",
      { secretId: at("secretsmanager", "secret:a/b-Ab12Cd") },
      at("secretsmanager", "secret:a/b-Ab12Cd"),
    ],
    ["ssm GetParameter", { name: "/a/b" }, at("ssm", "parameter/a/b")],
    ["ssm GetParametersByPath", { path: "/a" }, at("ssm", "parameter/a")],
    ["ssm ListTagsForResource", { resourceType: "Parameter", resourceId: "/a" }, at("ssm", "parameter/a")],
    ["ssm GetDocument", { name: "mine" }, at("ssm", "document/mine")],
    ["ssm GetDocument", { name: "AWS-RunShellScript" }, "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"],
    ["kms Decrypt", { keyId: "1234" }, at("kms", "key/1234")],
    ["rds DeleteDBInstance", { dBInstanceIdentifier: "d" }, at("rds", "db:d")],
    ["rds ListTagsForResource", { resourceName: at("rds", "snapshot:s") }, at("rds", "snapshot:s")],
    ["rds DescribeDBInstances", { maxRecords: 20 }, at("rds", "db:*")],
    ["elasticache DescribeCacheClusters", {}, at("elasticache", "cluster:*")],
    ["logs DescribeLogStreams", { logGroupName: "/a" }, at("logs", "log-group:/a:log-stream:")],
    ["logs ListTagsForResource", { resourceArn: at("logs", "log-group:/a") }, at("logs", "log-group:/a")],
    ["logs PutLogEvents", { logGroupName: "/a", logStreamName: "s" }, at("logs", "log-group:/a:log-stream:s")],
    ["cloudformation DescribeStacks", { stackName: "s" }, at("cloudformation", "stack/s/*")],
    ["cloudformation DeleteStack", { stackName: at("cloudformation", "stack/s/1") }, at("cloudformation", "stack/s/1")],
    ["cloudtrail StopLogging", { name: "t" }, at("cloudtrail", "trail/t")],
    [
      "autoscaling DeleteAutoScalingGroup",
      { autoScalingGroupName: "g" },
      at("autoscaling", "autoScalingGroup:*:autoScalingGroupName/g"),
    ],
    [
      "elasticloadbalancing DeleteLoadBalancer",
      { loadBalancerName: "l" },
      at("elasticloadbalancing", "loadbalancer/l"),
    ],
    ["ecs DeleteService", { cluster: at("ecs", "cluster/c"), service: "s" }, at("ecs", "service/c/s")],
    ["ecs DeleteService", { service: "s" }, at("ecs", "service/default/s")],
    ["ecs RunTask", { cluster: "c", taskDefinition: "t:3" }, at("ecs", "task-definition/t:3")],
    ["ecr DescribeImages", { repositoryName: "r" }, at("ecr", "repository/r")],
    ["eks DescribeCluster", { name: "c" }, at("eks", "cluster/c")],
    ["states StartExecution", { stateMachineArn: at("states", "stateMachine:m") }, at("states", "stateMachine:m")],
    ["guardduty GetDetector", { detectorId: "d" }, at("guardduty", "detector/d")],
    ["route53 GetHostedZone", { id: "/hostedzone/Z1" }, "arn:aws:route53:::hostedzone/Z1"],
    ["events PutRule", { name: "r" }, at("events", "rule/r")],
    ["events PutRule", { name: "r", eventBusName: "default" }, at("events", "rule/r")],
    ["events PutRule", { name: "r", eventBusName: "b" }, at("events", "rule/b/r")],
    ["events PutTargets", { rule: "r", eventBusName: "b" }, at("events", "rule/b/r")],
    [
      "events DeleteRule",
      { name: "r", eventBusName: "arn:aws:events:eu-west-1:222222222222:event-bus/b" },
      "arn:aws:events:eu-west-1:222222222222:rule/b/r",
    ],
    ["events PutEvents", { entries: [{ source: "a" }] }, at("events", "event-bus/default")],
    ["elasticloadbalancing CreateLoadBalancer", { name: "l" }, balancer("app/l/*")],
    ["elasticloadbalancing CreateLoadBalancer", { name: "l", type: "application" }, balancer("app/l/*")],
    ["elasticloadbalancing CreateLoadBalancer", { name: "l", type: "network" }, balancer("net/l/*")],
    ["elasticloadbalancing CreateLoadBalancer", { name: "l", type: "gateway" }, balancer("gwy/l/*")],
    ["elasticloadbalancing CreateLoadBalancer", { loadBalancerName: "l" }, balancer("l")],
    ["elasticloadbalancing DeleteLoadBalancer", { loadBalancerArn: balancer("net/l/1") }, balancer("net/l/1")],
    ["elasticloadbalancing AddTags", { resourceArns: [balancer("gwy/l/1")] }, balancer("gwy/l/1")],
    ["elasticloadbalancing CreateTargetGroup", { name: "t" }, at("elasticloadbalancing", "targetgroup/t/*")],
    ["lambda GetFunction", { functionName: "f", qualifier: "live" }, at("lambda", "function:f:live")],
    ["lambda GetFunction", { functionName: "f:7" }, at("lambda", "function:f:7")],
    [
      "lambda CreateAlias20150331",
      { functionName: "f", name: "live", functionVersion: "7" },
      at("lambda", "function:f"),
    ],
    ["lambda GetProvisionedConcurrencyConfig", { functionName: "f", qualifier: "7" }, at("lambda", "function:f:7")],
    [
      "dynamodb GetRecords",
      { shardIterator: `${at("dynamodb", "table/T/stream/2026-01-01T00:00:00.000")}|1|AAAA` },
      at("dynamodb", "table/T/stream/2026-01-01T00:00:00.000"),
    ],
    [
      "ecr BatchGetImage",
      { repositoryName: "r", registryId: "222222222222" },
      "arn:aws:ecr:eu-west-1:222222222222:repository/r",
    ],
    ["bedrock Converse", { modelId: "maker.model-1" }, "arn:aws:bedrock:eu-west-1::foundation-model/maker.model-1"],
    ["bedrock InvokeModel", { modelId: "eu.maker.model-1" }, at("bedrock", "inference-profile/eu.maker.model-1")],
    ["states DescribeExecution", { executionArn: at("states", "execution:m:x") }, at("states", "execution:m:x")],
    ["ssm StartSession", { target: "i-1" }, at("ec2", "instance/i-1")],
    ["waf GetWebACL", { webACLId: "w" }, `arn:aws:waf::${A}:webacl/w`],
    ["account GetRegionOptStatus", { RegionName: "eu-north-1" }, `arn:aws:account::${A}:account`],
  ])("%s %j: %s", (call, parameters, arn) => expect(named(call, parameters)).toEqual([arn]));

  test("several, each a request", () => {
    expect(named("ssm GetParameters", { names: ["/a", "b"] })).toEqual([
      at("ssm", "parameter/a"),
      at("ssm", "parameter/b"),
    ]);
    const items = [{ instanceId: "i-1" }, { instanceId: "i-2" }];
    expect(named("ec2 StopInstances", { instancesSet: { items } })).toEqual([
      at("ec2", "instance/i-1"),
      at("ec2", "instance/i-2"),
    ]);
    expect(named("ssm SendCommand", { documentName: "AWS-RunShellScript", instanceIds: ["i-1", "mi-2"] })).toEqual([
      "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript",
      at("ec2", "instance/i-1"),
      at("ssm", "managed-instance/mi-2"),
    ]);
  });

  test("Glue: the root of the catalogue, the database and the table", () => {
    const glue = (resource: string) => at("glue", resource);
    expect(new Set(named("glue GetTable", { databaseName: "d", name: "t" }))).toEqual(
      new Set([glue("catalog"), glue("database/d"), glue("table/d/t")]),
    );
    const elsewhere = named("glue GetDatabase", { name: "d", catalogId: "222222222222" });
    expect(new Set(elsewhere)).toEqual(
      new Set(["catalog", "database/d"].map((each) => `arn:aws:glue:eu-west-1:222222222222:${each}`)),
    );
  });

  test("RDS: what is made, and what it is made of", () => {
    const replica = { dBInstanceIdentifier: "r", sourceDBInstanceIdentifier: "s" };
    expect(named("rds CreateDBInstanceReadReplica", replica)).toEqual([at("rds", "db:r"), at("rds", "db:s")]);
    const source = "arn:aws:rds:us-east-1:111111111111:snapshot:a";
    const copy = { sourceDBSnapshotIdentifier: source, targetDBSnapshotIdentifier: "b" };
    expect(new Set(named("rds CopyDBSnapshot", copy))).toEqual(new Set([source, at("rds", "snapshot:b")]));
  });

  test("several forms of one thing are not all needed", () => {
    const listenerArn = at("elasticloadbalancing", "listener/net/l/1/2");
    const of = event("elasticloadbalancing DeleteListener", { requestParameters: { listenerArn } });
    expect(resourcesOf(of)).toEqual([listenerArn]);
    expect(gapsOf(of)).toEqual([]);
  });

  test("a text that users write names nothing, whatever it looks like", () => {
    const description = at("secretsmanager", "secret:other-Ab12Cd");
    const of = event("secretsmanager CreateSecret", { requestParameters: { name: "s", description } });
    expect(reasonOf(of)).toBe("resource-not-named");
  });

  test("a name that is not understood is not taken for none", () => {
    expect(
      reasonOf(event("elasticloadbalancing CreateLoadBalancer", { requestParameters: { name: "l", type: "?" } })),
    ).toBe("resource-not-named");
  });

  test("names that every object has are no parameters", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      const requestParameters = JSON.parse(`{"${name}": {"vpcId": "vpc-1", "roleArn": "${iam("role/App")}"}}`);
      expect(reasonOf(event("ec2 DeleteVpc", { requestParameters }))).toBe("resource-not-named");
      expect(gapsOf(event("ec2 CreateFlowLogs", { requestParameters }))).not.toContain("iam:PassRole");
    }
  });

  test("EC2: a group that another one lets in is not what the call is about", () => {
    const ipPermissions = { items: [{ groups: { items: [{ groupId: "sg-2" }] } }] };
    expect(named("ec2 AuthorizeSecurityGroupIngress", { groupId: "sg-1", ipPermissions })).toEqual([
      at("ec2", "security-group/sg-1"),
    ]);
  });

  test("EC2: what looks like an id in a text of the user's is none", () => {
    expect(named("ec2 CreateSecurityGroup", { groupName: "vpc-1", groupDescription: "sg-1" })).toEqual([
      at("ec2", "security-group/*"),
    ]);
  });

  test("RunInstances takes what it is given, and creates the rest", () => {
    const requestParameters = {
      instancesSet: { items: [{ imageId: "ami-1", keyName: "k" }] },
      subnetId: "subnet-1",
      groupSet: { items: [{ groupId: "sg-1" }] },
    };
    expect(new Set(named("ec2 RunInstances", requestParameters))).toEqual(
      new Set([
        "arn:aws:ec2:eu-west-1::image/ami-1",
        ...["instance/*", "network-interface/*", "security-group/sg-1", "subnet/subnet-1", "volume/*"].map((each) =>
          at("ec2", each),
        ),
      ]),
    );
    const { groupSet: _, ...withoutGroup } = requestParameters;
    expect(gapsOf(event("ec2 RunInstances", { requestParameters: withoutGroup }))).toEqual([
      "ec2:RunInstances resource-not-named security-group",
    ]);
    const responseElements = { instancesSet: { items: [{ groupSet: { items: [{ groupId: "sg-9" }] } }] } };
    expect(named("ec2 RunInstances", withoutGroup, { responseElements })).toContain(at("ec2", "security-group/sg-9"));
  });

  test("images are used in the caller's account, whoever owns them", () => {
    const of = event("ec2 DeregisterImage", { requestParameters: { imageId: "ami-1" } });
    expect(requestOf(of)).toMatchObject({ resourceAccount: A });
    expect(requestOf(of).unknown).toContain("aws:ResourceAccount");
  });

  test("nothing is named that has to be", () => {
    expect(reasonOf(event("ec2 DeleteVpc", { requestParameters: {} }))).toBe("resource-not-named");
    expect(reasonOf(event("ec2 DeleteVpc", { errorCode: "Client.RequestLimitExceeded" }))).toBe("parameters-missing");
    expect(reasonOf(event("kms Decrypt", { requestParameters: { keyId: "alias/a" } }))).toBe("resource-not-named");
    expect(reasonOf(event("ec2 DeleteVpc", { requestParameters: { omitted: true, originalSize: 1 } }))).toBe(
      "parameters-missing",
    );
    expect(reasonOf(event("ec2 DeleteVpc", { requestParameters: { vpcId: "HIDDEN_DUE_TO_SECURITY_REASONS" } }))).toBe(
      "resource-not-named",
    );
  });
});

describe("names of IAM have paths", () => {
  test("of what a call makes, as it says", () => {
    expect(named("iam CreateUser", { userName: "u", path: "/x/" })).toEqual([iam("user/x/u")]);
    expect(named("iam CreateUser", { userName: "u" })).toEqual([iam("user/u")]);
  });

  test("of the calling user, as the record says; it is meant where a call about a user names none", () => {
    expect(named("iam GetUser", { userName: "ana" })).toEqual([USER.arn]);
    for (const call of ["iam GetUser", "iam ListAccessKeys", "iam CreateAccessKey", "iam ChangePassword"]) {
      expect(named(call, null)).toEqual([USER.arn]);
    }
    expect(reasonOf(event("iam GetUser", { userIdentity: SESSION }))).toBe("resource-not-named");
  });

  test("of a role, as the world says; of others `/` is an assumption", () => {
    const of = event("iam GetRole", { requestParameters: { roleName: "App" } });
    const assumed = derive(of);
    expect(assumed).toMatchObject({
      requests: [{ request: { resource: iam("role/App") }, assumptions: ["root-path"] }],
    });
    const role = { arn: iam("role/x/App"), uniqueId: null, tags: new Map(), serviceLinked: false };
    const directory = { ...NOBODY, role: () => role };
    expect(derive(of, { directory, assumptions: NO_ASSUMPTIONS })).toMatchObject({
      requests: [{ request: { resource: iam("role/x/App") }, assumptions: [] }],
    });
  });

  test("inline policies are no resources", () => {
    expect(named("iam PutRolePolicy", { roleName: "App", policyName: "p" })).toEqual([iam("role/App")]);
  });
});

describe("by `resources`", () => {
  const bucket = { ARN: "arn:aws:s3:::b", accountId: "222222222222", type: "AWS::S3::Bucket" };
  const object = { ARN: "arn:aws:s3:::b/k", type: "AWS::S3::Object" };

  test("the ones of the action's types, with their owner (REQ-31)", () => {
    const of = (name: string) =>
      event(`s3 ${name}`, { resources: [object, bucket], requestParameters: { bucketName: "other" } });
    expect(requestOf(of("GetObject"))).toMatchObject({ resource: "arn:aws:s3:::b/k", resourceAccount: "222222222222" });
    expect(requestOf(of("GetBucketAcl"))).toMatchObject({
      resource: "arn:aws:s3:::b",
      resourceAccount: "222222222222",
    });
  });

  test("snapshots that others own are used without a policy of theirs", () => {
    const snapshot = "arn:aws:ec2:eu-west-1::snapshot/snap-1";
    const resources = [{ ARN: snapshot, accountId: "222222222222", type: "AWS::EC2::Snapshot" }];
    const of = event("ebs ListSnapshotBlocks", { resources, requestParameters: { snapshotId: "snap-1" } });
    expect(requestOf(of)).toMatchObject({ resource: snapshot, resourceAccount: A });
    expect(requestOf(of).unknown).toContain("aws:ResourceAccount");
  });

  test("an owner that is no account is none", () => {
    const of = event("s3 GetBucketAcl", { resources: [{ ...bucket, accountId: "anonymous" }] });
    expect(requestOf(of).resourceAccount).toBeUndefined();
  });

  test("a new bucket is its maker's", () => {
    expect(requestOf(event("s3 CreateBucket", { requestParameters: { bucketName: "b" } })).resourceAccount).toBe(A);
  });

  test("an ARN with an account says it itself", () => {
    const key = at("kms", "key/1");
    const of = event("kms Decrypt", { resources: [{ ARN: key, accountId: "222222222222" }] });
    expect(requestOf(of)).toMatchObject({ resource: key });
    expect(requestOf(of).resourceAccount).toBeUndefined();
  });
});

test("an access point stands in the place of the bucket", () => {
  const bucketName = at("s3", "accesspoint/p");
  expect(named("s3 GetObject", { bucketName, key: "k" })).toEqual([`${bucketName}/object/k`]);
  expect(named("s3 ListObjects", { bucketName })).toEqual([bucketName]);
});

test("by the answer, for what did not exist before", () => {
  const arn = at("secretsmanager", "secret:s-Ab12Cd");
  const created = event("secretsmanager CreateSecret", { requestParameters: { name: "s" }, responseElements: { arn } });
  expect(requestOf(created).resource).toBe(arn);
  expect(reasonOf(event("secretsmanager CreateSecret", { requestParameters: { name: "s" } }))).toBe(
    "resource-not-named",
  );
});

test("by AWS's own message, where a denied call has no parameters", () => {
  const role = iam("role/App");
  const denied = (action: string) =>
    event("sts AssumeRole", {
      errorCode: "AccessDenied",
      errorMessage: `User: ${USER.arn} is not authorized to perform: ${action} on resource: ${role} because no …`,
    });
  expect(asksOf(denied("sts:AssumeRole"))).toEqual([`sts:AssumeRole ${role}`]);
  expect(reasonOf(denied("sts:TagSession"))).toBe("parameters-missing");
});

test("in other partitions", () => {
  const of = event("ec2 DeleteVpc", {
    awsRegion: "cn-north-1",
    userIdentity: { ...USER, arn: "arn:aws-cn:iam::111111111111:user/ana" },
    requestParameters: { vpcId: "vpc-1" },
  });
  expect(requestOf(of).resource).toBe(`arn:aws-cn:ec2:cn-north-1:${A}:vpc/vpc-1`);
});

test("in the account whose trail it is", () => {
  const of = event("ecr DescribeImages", {
    recipientAccountId: "222222222222",
    requestParameters: { repositoryName: "r" },
  });
  expect(requestOf(of).resource).toBe("arn:aws:ecr:eu-west-1:222222222222:repository/r");
});

test("a call that names more than are derived", () => {
  const names = Array.from({ length: 300 }, (_, index) => `/p${index}`);
  expect(resourcesOf(event("ssm GetParameters", { requestParameters: { names } }))).toHaveLength(256);
});
