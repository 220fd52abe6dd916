/** Calls to AWS's services as CloudTrail records them: parameters, resources, and how a denial reads. */
import type { Random } from "../../bench/random.js";
import { type Caller, type Json, SHOP } from "./cast.js";

/** What was called, before it is known by whom and when. */
export interface Call {
  /** Without `.amazonaws.com`. */
  readonly service: string;
  readonly name: string;
  readonly region?: string;
  readonly parameters: Json | null;
  readonly response?: Json;
  readonly resources?: readonly Json[];
  /** A call on data: an object, a message. Else on what holds them. */
  readonly isData?: boolean;
  /** Fields that only some records have. */
  readonly extra?: Json;
}

/** Why a call failed. */
export interface Failure {
  readonly errorCode: string;
  readonly errorMessage: string;
}

export const REGION = "eu-west-1";

const BUCKET_ACCOUNTS: Readonly<Record<string, string>> = { "bookshop-reports": "222222222222" };

export function object(name: "GetObject" | "PutObject" | "DeleteObject", bucket: string, key: string): Call {
  return {
    service: "s3",
    name,
    parameters: { bucketName: bucket, Host: `${bucket}.s3.${REGION}.amazonaws.com`, key },
    resources: [{ type: "AWS::S3::Object", ARN: `arn:aws:s3:::${bucket}/${key}` }, bucketResource(bucket)],
    isData: true,
    extra: { additionalEventData: { SignatureVersion: "SigV4", AuthenticationMethod: "AuthHeader" } },
  };
}

export function listing(bucket: string, prefix: string): Call {
  return {
    service: "s3",
    name: "ListObjects",
    parameters: { bucketName: bucket, Host: `${bucket}.s3.${REGION}.amazonaws.com`, "list-type": "2", prefix },
    resources: [{ type: "AWS::S3::Object", ARNPrefix: `arn:aws:s3:::${bucket}/` }, bucketResource(bucket)],
    isData: true,
    extra: { additionalEventData: { SignatureVersion: "SigV4", AuthenticationMethod: "AuthHeader" } },
  };
}

export function bucket(name: string, bucketName: string): Call {
  return {
    service: "s3",
    name,
    parameters: { bucketName, Host: `${bucketName}.s3.${REGION}.amazonaws.com` },
    resources: [bucketResource(bucketName)],
  };
}

function bucketResource(bucketName: string): Json {
  return {
    accountId: BUCKET_ACCOUNTS[bucketName] ?? SHOP,
    type: "AWS::S3::Bucket",
    ARN: `arn:aws:s3:::${bucketName}`,
  };
}

export const ORDERS_QUEUE = `arn:aws:sqs:${REGION}:${SHOP}:orders`;

export function queue(name: string): Call {
  return {
    service: "sqs",
    name,
    parameters: { queueUrl: `https://sqs.${REGION}.amazonaws.com/${SHOP}/orders` },
    resources: [{ accountId: SHOP, type: "AWS::SQS::Queue", ARN: ORDERS_QUEUE }],
    isData: name === "SendMessage" || name === "ReceiveMessage" || name === "DeleteMessage",
  };
}

export const ORDERS_KEY = `arn:aws:kms:${REGION}:${SHOP}:key/00000000-0000-4000-8000-000000000b00`;

export function key(name: "Decrypt" | "GenerateDataKey" | "ScheduleKeyDeletion", parameters: Json): Call {
  return {
    service: "kms",
    name,
    parameters: name === "Decrypt" ? parameters : { keyId: ORDERS_KEY, ...parameters },
    resources: [{ accountId: SHOP, type: "AWS::KMS::Key", ARN: ORDERS_KEY }],
  };
}

export function secret(name: string): Call {
  return { service: "secretsmanager", name: "GetSecretValue", parameters: { secretId: secretArn(name) } };
}

export function secretArn(name: string): string {
  return `arn:aws:secretsmanager:${REGION}:${SHOP}:secret:${name}`;
}

export const INSTANCES = ["i-0000000000000b00c", "i-0000000000000b00d", "i-0000000000000b00e"] as const;

export function instances(name: string, ids: readonly string[], region = REGION): Call {
  return {
    service: "ec2",
    name,
    region,
    parameters: { instancesSet: { items: ids.map((instanceId) => ({ instanceId })) } },
  };
}

export function instanceArn(id: string, region = REGION, account = SHOP): string {
  return `arn:aws:ec2:${region}:${account}:instance/${id}`;
}

export function run(random: Random, profile: string | null): Call {
  const instanceId = `i-0000000000000${hex(random, 4)}`;
  return {
    service: "ec2",
    name: "RunInstances",
    parameters: {
      instancesSet: { items: [{ imageId: "ami-0b00c000000000001", minCount: 1, maxCount: 1 }] },
      instanceType: "t4g.small",
      subnetId: "subnet-0b00c000000000001",
      ...(profile === null ? {} : { iamInstanceProfile: { name: profile } }),
    },
    response: { instancesSet: { items: [{ instanceId }] } },
  };
}

export function plain(service: string, name: string, parameters: Json | null = null, region = REGION): Call {
  return { service, name, parameters, region };
}

/** IAM and other global services have their records in one Region. */
export function global(service: string, name: string, parameters: Json | null = null): Call {
  return plain(service, name, parameters, "us-east-1");
}

export function assumption(roleArn: string, roleSessionName: string, more: Json = {}): Call {
  return plain("sts", "AssumeRole", { roleArn, roleSessionName, ...more });
}

export type Because =
  | "with an explicit deny in an identity-based policy"
  | "with an explicit deny in a service control policy"
  | "with an explicit deny in a resource control policy"
  | "because no identity-based policy allows the {action} action"
  | "because no permissions boundary allows the {action} action"
  | "because no service control policy allows the {action} action"
  | "because no session policy allows the {action} action";

/** As AWS words it: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function denied({ name }: Caller, action: string, resource: string, because: Because): Failure {
  const reason = because.replace("{action}", action);
  const errorCode = action.startsWith("ec2:") ? "Client.UnauthorizedOperation" : "AccessDenied";
  return {
    errorCode,
    errorMessage: `User: ${name} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
  };
}

export function hex(random: Random, length: number): string {
  let text = "";
  while (text.length < length) text += random.below(16).toString(16);
  return text;
}
