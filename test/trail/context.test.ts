/** Which context keys a record gives, which it rules out, and which it cannot tell. */
import { describe, expect, test } from "vitest";
import type { Slot } from "../../src/request/question.js";
import { resolve } from "../../src/request/resolve.js";
import { type Event, event, NOBODY, requestOf, requestsOf, SESSION, USER } from "./events.js";

const single = (value: string): Slot => ({ state: "single", value });
const multi = (...values: string[]): Slot => ({ state: "multi", values });
const UNKNOWN: Slot = { state: "unknown" };
const ABSENT: Slot = { state: "absent" };

/** Of the first request of an event. */
function slotsOf(of: Event): (key: string) => Slot {
  const { context } = resolve(requestsOf(of)[0]!, NOBODY);
  return (key) => context.get(key.toLowerCase());
}

describe("every call", () => {
  const slot = slotsOf(event("ec2 DescribeInstances"));

  test("gives time, region, agent, address and TLS", () => {
    expect(slot("aws:CurrentTime")).toEqual(single("2026-01-02T03:04:05Z"));
    expect(slot("aws:EpochTime")).toEqual(single("1767323045"));
    expect(slot("aws:RequestedRegion")).toEqual(single("eu-west-1"));
    expect(slot("ec2:Region")).toEqual(single("eu-west-1"));
    expect(slot("aws:UserAgent")).toEqual(single("aws-cli/2.0"));
    expect(slot("aws:SourceIp")).toEqual(single("192.0.2.7"));
    expect(slot("aws:SecureTransport")).toEqual(single("true"));
    expect(slot("aws:ViaAWSService")).toEqual(single("false"));
  });

  test("cannot tell the referer, tags and organizations", () => {
    for (const key of ["aws:referer", "aws:PrincipalTag/a", "aws:PrincipalOrgID", "aws:ResourceOrgID"]) {
      expect(slot(key)).toEqual(UNKNOWN);
    }
    const one = slotsOf(event("ec2 DeleteVpc", { requestParameters: { vpcId: "vpc-1" } }));
    expect(one("aws:ResourceTag/a")).toEqual(UNKNOWN);
    expect(one("ec2:ResourceTag/a")).toEqual(UNKNOWN);
    expect(one("ec2:Tenancy")).toEqual(UNKNOWN);
  });

  test("without a time, a region or TLS details cannot tell those", () => {
    const bare = slotsOf(
      event("ec2 DescribeInstances", { eventTime: "redacted", awsRegion: null, tlsDetails: undefined, userAgent: 7 }),
    );
    for (const key of [
      "aws:CurrentTime",
      "aws:EpochTime",
      "aws:RequestedRegion",
      "aws:SecureTransport",
      "aws:UserAgent",
    ]) {
      expect(bare(key)).toEqual(UNKNOWN);
    }
  });

  test.each(["10.0.0.7", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"])(
    "whose address is the private %s came through a network of which the record does not speak",
    (sourceIPAddress) => {
      const slot = slotsOf(event("ec2 DescribeInstances", { sourceIPAddress }));
      for (const key of ["aws:SourceIp", "aws:VpcSourceIp", "aws:SourceVpce"]) expect(slot(key)).toEqual(UNKNOWN);
    },
  );

  test.each(["", "-", "[]", "[-]"])("%j is no agent", (userAgent) => {
    const of = event("s3 ListBuckets", { userAgent });
    expect(slotsOf(of)("aws:UserAgent")).toEqual(UNKNOWN);
  });

  test.each(["health.amazonaws.com", "AWS Internal", "", "1.2.3", "1.2.3.256", "192.0.2.0/24", "::1::", null, 7])(
    "has no address in `%s`",
    (sourceIPAddress) =>
      expect(slotsOf(event("ec2 DescribeInstances", { sourceIPAddress }))("aws:SourceIp")).toEqual(UNKNOWN),
  );

  test("S3 writes agents in brackets", () => {
    const of = event("s3 ListBuckets", { userAgent: "[aws-cli/2.0]" });
    expect(slotsOf(of)("aws:UserAgent")).toEqual(single("aws-cli/2.0"));
  });
});

describe("an endpoint", () => {
  test("is where the call came from, with the address in its VPC (REQ-44)", () => {
    const slot = slotsOf(
      event("ec2 DescribeInstances", {
        vpcEndpointId: "vpce-1",
        vpcEndpointAccountId: "222222222222",
        sourceIPAddress: "10.0.0.7",
      }),
    );
    expect(slot("aws:SourceVpce")).toEqual(single("vpce-1"));
    expect(slot("aws:VpceAccount")).toEqual(single("222222222222"));
    expect(slot("aws:VpcSourceIp")).toEqual(single("10.0.0.7"));
    expect(slot("aws:SourceIp")).toEqual(ABSENT);
    expect(slot("aws:SourceVpc")).toEqual(UNKNOWN);
  });

  test("beside a public address: neither address is certain", () => {
    const slot = slotsOf(event("s3 ListBuckets", { vpcEndpointId: "vpce-1" }));
    expect(slot("aws:SourceVpce")).toEqual(single("vpce-1"));
    expect(slot("aws:SourceIp")).toEqual(UNKNOWN);
    expect(slot("aws:VpcSourceIp")).toEqual(UNKNOWN);
  });

  test("of a service that calls for somebody is not the caller's", () => {
    const userIdentity = { ...USER, invokedBy: "secretsmanager.amazonaws.com" };
    const of = event("ec2 DescribeInstances", {
      userIdentity,
      vpcEndpointId: "vpce-1",
      sourceIPAddress: "secretsmanager.amazonaws.com",
    });
    expect(requestOf(of).via?.vpcEndpoint).toBeUndefined();
    for (const key of ["aws:SourceVpce", "aws:SourceIp", "aws:VpcSourceIp"]) expect(slotsOf(of)(key)).toEqual(UNKNOWN);
  });
});

describe("tags of a request (REQ-33)", () => {
  const tagging = (tags: unknown) =>
    slotsOf(
      event("lambda TagResource20170331v2", {
        requestParameters: { resource: "arn:aws:lambda:eu-west-1:111111111111:function:f", tags },
      }),
    );

  test.each<[string, unknown]>([
    ["an object", { Team: "a", cost: "7" }],
    [
      "a list",
      [
        { key: "Team", value: "a" },
        { key: "cost", value: "7" },
      ],
    ],
    [
      "a list in capitals",
      [
        { Key: "Team", Value: "a" },
        { Key: "cost", Value: "7" },
      ],
    ],
    [
      "a list of KMS's",
      [
        { tagKey: "Team", tagValue: "a" },
        { tagKey: "cost", tagValue: "7" },
      ],
    ],
  ])("as %s", (_, tags) => {
    const slot = tagging(tags);
    expect(slot("aws:RequestTag/team")).toEqual(single("a"));
    expect(slot("aws:RequestTag/cost")).toEqual(single("7"));
    expect(slot("aws:RequestTag/other")).toEqual(ABSENT);
    expect(slot("aws:TagKeys")).toEqual(multi("Team", "cost"));
  });

  test("of keys that differ by case, the last one is seen (REQ-5)", () => {
    const slot = tagging({ env: "b", Env: "a" });
    expect(slot("aws:RequestTag/env")).toEqual(single("b"));
    expect(slot("aws:TagKeys")).toEqual(multi("Env", "env"));
  });

  test.each<[string, unknown]>([
    ["hidden", [{ key: "HIDDEN_DUE_TO_SECURITY_REASONS", value: "HIDDEN_DUE_TO_SECURITY_REASONS" }]],
    ["no tags", "x"],
    ["too many", Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, "v"]))],
    ["broken", [{ key: "a", value: "\ud800" }]],
  ])("%s: unknown", (_, tags) => {
    expect(tagging(tags)("aws:RequestTag/a")).toEqual(UNKNOWN);
    expect(tagging(tags)("aws:TagKeys")).toEqual(UNKNOWN);
  });

  test("none: absent", () => {
    expect(tagging(undefined)("aws:TagKeys")).toEqual(ABSENT);
    expect(tagging(undefined)("aws:RequestTag/a")).toEqual(ABSENT);
  });

  test("`__proto__` is a key like others", () => {
    const slot = tagging(JSON.parse('{"__proto__":"a"}'));
    expect(slot("aws:RequestTag/__proto__")).toEqual(single("a"));
    expect(slot("aws:TagKeys")).toEqual(multi("__proto__"));
  });

  test("of EC2 are of the type that is tagged", () => {
    const tagSpecificationSet = { items: [{ resourceType: "instance", tags: [{ key: "a", value: "b" }] }] };
    const requestParameters = {
      instancesSet: { items: [{ imageId: "ami-1" }] },
      groupSet: { items: [{ groupId: "sg-1" }] },
      tagSpecificationSet,
    };
    const requests = requestsOf(event("ec2 RunInstances", { requestParameters }));
    const slotAt = (start: string) =>
      resolve(requests.find(({ resource }) => resource.includes(start))!, NOBODY).context.get("aws:requesttag/a");
    expect(slotAt(":instance/")).toEqual(single("b"));
    expect(slotAt(":volume/")).toEqual(UNKNOWN);
    const tagged = requests.find(({ action }) => action === "ec2:CreateTags")!;
    expect(tagged.context).toMatchObject({ "ec2:CreateAction": "RunInstances", "aws:RequestTag/a": "b" });
  });
});

describe("keys of services", () => {
  const SECRET = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:s-Ab12Cd";
  const ofFirst = (call: string, requestParameters: object | null, more: Event = {}) =>
    slotsOf(event(call, { requestParameters, ...more }));

  test("s3: what stands in the query is not given if it is not recorded; of headers that is not certain", () => {
    const slot = ofFirst("s3 ListObjects", { bucketName: "b", prefix: "a/", "max-keys": 10 });
    expect(slot("s3:prefix")).toEqual(single("a/"));
    expect(slot("s3:max-keys")).toEqual(single("10"));
    expect(slot("s3:delimiter")).toEqual(ABSENT);
    const put = ofFirst("s3 PutObject", { bucketName: "b", key: "k", "x-amz-acl": "private" });
    expect(put("s3:x-amz-acl")).toEqual(single("private"));
    expect(put("s3:x-amz-server-side-encryption")).toEqual(UNKNOWN);
    expect(put("s3:ExistingObjectTag/a")).toEqual(ABSENT);
    expect(put("s3:RequestObjectTag/a")).toEqual(UNKNOWN);
  });

  test("s3: TLS, signature and owner", () => {
    const slot = ofFirst(
      "s3 GetObject",
      { bucketName: "b", key: "k" },
      {
        additionalEventData: { AuthenticationMethod: "AuthHeader", SignatureVersion: "SigV4" },
        resources: [{ ARN: "arn:aws:s3:::b", accountId: "222222222222" }, { ARN: "arn:aws:s3:::b/k" }],
      },
    );
    expect(slot("s3:TlsVersion")).toEqual(single("1.3"));
    expect(slot("s3:authType")).toEqual(single("REST-HEADER"));
    expect(slot("s3:signatureversion")).toEqual(single("AWS4-HMAC-SHA256"));
    expect(slot("s3:ResourceAccount")).toEqual(single("222222222222"));
    expect(slot("s3:signatureAge")).toEqual(UNKNOWN);
    expect(slot("s3:ExistingObjectTag/a")).toEqual(UNKNOWN);
    expect(slot("aws:ResourceAccount")).toEqual(single("222222222222"));
  });

  test("kms: context, caller, alias and the service on whose behalf", () => {
    const encryptionContext = JSON.parse('{"App":"a","__proto__":"b"}') as object;
    const forwarded = { ...USER, invokedBy: "secretsmanager.amazonaws.com" };
    const resources = [{ ARN: "arn:aws:kms:eu-west-1:111111111111:key/1" }];
    const slot = ofFirst(
      "kms Decrypt",
      { keyId: "alias/a", encryptionContext },
      { resources, userIdentity: forwarded },
    );
    expect(slot("kms:EncryptionContext:app")).toEqual(single("a"));
    expect(slot("kms:EncryptionContext:__proto__")).toEqual(single("b"));
    expect(slot("kms:EncryptionContext:other")).toEqual(ABSENT);
    expect(slot("kms:EncryptionContextKeys")).toEqual(multi("App", "__proto__"));
    expect(slot("kms:CallerAccount")).toEqual(single("111111111111"));
    expect(slot("kms:RequestAlias")).toEqual(single("alias/a"));
    expect(slot("kms:ViaService")).toEqual(single("secretsmanager.eu-west-1.amazonaws.com"));
    expect(slot("kms:KeySpec")).toEqual(UNKNOWN);
    const direct = ofFirst("kms Decrypt", { keyId: "1" });
    expect(direct("kms:ViaService")).toEqual(ABSENT);
    expect(direct("kms:RequestAlias")).toEqual(ABSENT);
    expect(direct("kms:EncryptionContextKeys")).toEqual(ABSENT);
    const byRole = ofFirst(
      "kms Decrypt",
      { keyId: "1" },
      { userIdentity: { ...SESSION, invokedBy: "ssm.amazonaws.com" } },
    );
    expect(byRole("kms:ViaService")).toEqual(UNKNOWN);
  });

  test("kms: the context of a grant is that of its constraints, which is not the call's", () => {
    const grant = { keyId: "1", granteePrincipal: "p", operations: ["Decrypt"] };
    const constrained = { ...grant, constraints: { encryptionContextSubset: { App: "a" } } };
    expect(ofFirst("kms CreateGrant", grant)("kms:EncryptionContextKeys")).toEqual(ABSENT);
    expect(ofFirst("kms CreateGrant", constrained)("kms:EncryptionContextKeys")).toEqual(UNKNOWN);
    expect(ofFirst("kms CreateGrant", constrained)("kms:EncryptionContext:App")).toEqual(UNKNOWN);
    const retired = ofFirst("kms RetireGrant", { keyId: "1", grantId: "g" });
    expect(retired("kms:EncryptionContextKeys")).toEqual(UNKNOWN);
  });

  // AWS fills in a default; whether before it asks for the permission, it does not say.
  test.each<[string, object, string]>([
    ["sts AssumeRole", { roleArn: "arn:aws:iam::111111111111:role/r", roleSessionName: "s" }, "sts:DurationSeconds"],
    ["sts GetSessionToken", {}, "sts:DurationSeconds"],
    ["sts GetWebIdentityToken", {}, "sts:DurationSeconds"],
    ["s3 ListObjects", { bucketName: "b" }, "s3:max-keys"],
    ["kms ImportKeyMaterial", { keyId: "1" }, "kms:ExpirationModel"],
    ["secretsmanager GetSecretValue", { secretId: SECRET }, "secretsmanager:VersionStage"],
    ["secretsmanager DeleteSecret", { secretId: SECRET }, "secretsmanager:RecoveryWindowInDays"],
    ["secretsmanager DeleteSecret", { secretId: SECRET }, "secretsmanager:ForceDeleteWithoutRecovery"],
    ["dynamodb GetItem", { tableName: "T" }, "dynamodb:ReturnConsumedCapacity"],
    ["ssm PutParameter", { name: "/a" }, "ssm:Overwrite"],
  ])("%s %j leaves %s unknown", (call, parameters, key) => {
    expect(ofFirst(call, parameters)(key)).toEqual(UNKNOWN);
  });

  test("of what a resource has already are unknown, of what a call gives it they are as given", () => {
    const boundary = "arn:aws:iam::111111111111:policy/Limit";
    const key = "iam:PermissionsBoundary";
    expect(ofFirst("iam CreateRole", { roleName: "r" })(key)).toEqual(ABSENT);
    expect(ofFirst("iam CreateRole", { roleName: "r", permissionsBoundary: boundary })(key)).toEqual(single(boundary));
    expect(ofFirst("iam AttachRolePolicy", { roleName: "r", policyArn: boundary })(key)).toEqual(UNKNOWN);
    expect(ofFirst("iam DeleteRolePermissionsBoundary", { roleName: "r" })(key)).toEqual(UNKNOWN);
    expect(ofFirst("cloudformation CreateStack", { stackName: "s" })("cloudformation:RoleArn")).toEqual(ABSENT);
    expect(ofFirst("cloudformation UpdateStack", { stackName: "s" })("cloudformation:RoleArn")).toEqual(UNKNOWN);
    expect(ofFirst("lambda RemovePermission", { functionName: "f" })("lambda:Principal")).toEqual(UNKNOWN);
  });

  test("sts: source identity and transitive tags, given, asserted, or from an earlier session", () => {
    const roleArn = "arn:aws:iam::111111111111:role/r";
    const assume = (more: object, event: Event = {}) =>
      ofFirst("sts AssumeRole", { roleArn, roleSessionName: "s", ...more }, event);
    expect(assume({})("sts:SourceIdentity")).toEqual(ABSENT);
    expect(assume({ sourceIdentity: "ana" })("sts:SourceIdentity")).toEqual(single("ana"));
    const { sessionContext } = SESSION;
    const userIdentity = { ...SESSION, sessionContext: { ...sessionContext, sourceIdentity: "ana" } };
    expect(assume({}, { userIdentity })("sts:SourceIdentity")).toEqual(UNKNOWN);
    expect(assume({})("sts:TransitiveTagKeys")).toEqual(ABSENT);
    expect(assume({ transitiveTagKeys: ["a"] })("sts:TransitiveTagKeys")).toEqual(multi("a"));
    const chained = assume({ incomingTransitiveTags: { a: "b" } }, { userIdentity: SESSION });
    expect(chained("sts:TransitiveTagKeys")).toEqual(UNKNOWN);
    expect(chained("aws:RequestTag/a")).toEqual(UNKNOWN);
    const saml = {
      userIdentity: { type: "SAMLUser", principalId: "q:ana", userName: "ana", identityProvider: "q" },
    };
    const principalArn = "arn:aws:iam::111111111111:saml-provider/Corp";
    const asserted = ofFirst("sts AssumeRoleWithSAML", { roleArn, principalArn, principalTags: { Team: "a" } }, saml);
    expect(asserted("aws:RequestTag/team")).toEqual(single("a"));
    expect(asserted("sts:SourceIdentity")).toEqual(UNKNOWN);
  });

  test("iam and sts", () => {
    const attach = ofFirst("iam AttachRolePolicy", {
      roleName: "r",
      policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
    });
    expect(attach("iam:PolicyARN")).toEqual(single("arn:aws:iam::aws:policy/ReadOnlyAccess"));
    const assume = ofFirst("sts AssumeRole", { roleArn: "arn:aws:iam::111111111111:role/r", roleSessionName: "s" });
    expect(assume("sts:RoleSessionName")).toEqual(single("s"));
    expect(assume("sts:ExternalId")).toEqual(ABSENT);
  });

  test("a role that is passed knows to whom (PASS-2)", () => {
    const role = "arn:aws:iam::111111111111:role/r";
    const requests = requestsOf(
      event("lambda CreateFunction20150331", { requestParameters: { functionName: "f", role } }),
    );
    const { context } = resolve(requests[1]!, NOBODY);
    expect(context.get("iam:passedtoservice")).toEqual(single("lambda.amazonaws.com"));
    expect(context.get("iam:associatedresourcearn")).toEqual(UNKNOWN);
    const passed = requestsOf(
      event("rds AddRoleToDBInstance", {
        requestParameters: { dBInstanceIdentifier: "d", roleArn: role, featureName: "x" },
      }),
    );
    expect(resolve(passed[1]!, NOBODY).context.get("iam:passedtoservice")).toEqual(UNKNOWN);
  });

  test("of an action that asks for several resources are those of each", () => {
    const requestParameters = {
      instancesSet: { items: [{ imageId: "ami-1" }] },
      instanceType: "t3.micro",
      subnetId: "subnet-1",
      groupSet: { items: [{ groupId: "sg-1" }] },
    };
    const requests = requestsOf(event("ec2 RunInstances", { requestParameters }));
    const typeAt = (start: string) =>
      resolve(requests.find(({ resource }) => resource.includes(start))!, NOBODY).context.get("ec2:instancetype");
    expect(typeAt(":instance/")).toEqual(single("t3.micro"));
    expect(typeAt(":subnet/")).toEqual(ABSENT);
  });

  test("are unknown where the parameters were not recorded", () => {
    const of = event("s3 ListObjects", {
      errorCode: "AccessDenied",
      resources: [{ ARN: "arn:aws:s3:::b", accountId: "111111111111" }],
    });
    expect(slotsOf(of)("s3:prefix")).toEqual(UNKNOWN);
  });
});
