/** Resources whose names say less, or something else, than their ARNs: what AWS makes of a name. */
import { isAccountId } from "../policy/arn.js";
import type { Call } from "./call.js";
import { type Fields, textAt, textsAt } from "./event.js";
import { type Assumption, type Found, found, NOTHING } from "./found.js";

/** What a call names of a type; nothing: the usual rules are tried. `action` is the name of the IAM action. */
export type Builder = (call: Call, action: string) => readonly Found[];

/** By service and resource type. */
export const BUILDERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ["iam user", iamUser],
  ["iam role", iamNamed("role", "roleName")],
  ["iam group", iamNamed("group", "groupName")],
  ["iam instance-profile", iamNamed("instance-profile", "instanceProfileName")],
  ["iam policy", iamNamed("policy", "policyName")],
  ["iam server-certificate", iamNamed("server-certificate", "serverCertificateName")],
  ["iam mfa", iamNamed("mfa", "virtualMFADeviceName")],
  ["logs log-group", logGroup],
  ["s3 bucket", newBucket],
  ["s3 object", accessPointObject],
  ["s3 accesspointobject", accessPointObject],
  ["sqs queue", queue],
  ["ssm document", document],
]);

/** A user by name; the caller where a call about a user names none: "If you do not include this parameter, …". */
function iamUser(call: Call, action: string): readonly Found[] {
  const name = call.parameters === null ? null : textAt(call.parameters, "userName");
  if (name === null) return ofCaller(call);
  // The record of a root user's device.
  return name === "AWS ROOT USER" ? NOTHING : iamNamed("user", "userName")(call, action);
}

/**
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html: "This parameter is optional. If it is not included,
 * it defaults to the user making the request."
 */
function ofCaller({ userArn, parametersComplete }: Call): readonly Found[] {
  return userArn === null || !parametersComplete ? NOTHING : [found(userArn, "userIdentity.arn")];
}

/**
 * IAM's ARNs hold a path, its calls only names. Creating calls give the path, or mean `/`; of roles the world knows it, of
 * the calling user the record; of all others `/` is an assumption.
 */
function iamNamed(kind: string, parameter: string): Builder {
  return (call, action) => {
    if (call.parameters === null || call.place.account === "") return NOTHING;
    const name = textAt(call.parameters, parameter);
    if (name === null || name.startsWith("arn:")) return NOTHING;
    const isNew = MAKING.has(action);
    // A policy's name beside its user, role or group is that of an inline policy, which is no resource.
    if (kind === "policy" && !isNew) return NOTHING;
    const from = `requestParameters.${parameter}`;
    const at = `arn:${call.place.partition}:iam::${call.place.account}:${kind}`;
    if (isNew) return [found(`${at}${pathOf(call.parameters)}${name}`, from)];
    const known = knownArn(call, kind, name, at);
    if (known !== null) return [known];
    return [{ arn: `${at}/${name}`, owner: null, from, assumption: ROOT_PATH }];
  };
}

/** Actions that make what their names say, at the path that the call gives. */
const MAKING: ReadonlySet<string> = new Set([
  "CreateGroup",
  "CreateInstanceProfile",
  "CreatePolicy",
  "CreateRole",
  "CreateUser",
  "CreateVirtualMFADevice",
  "UploadServerCertificate",
]);

const ROOT_PATH: Assumption = "root-path";

function pathOf(parameters: Fields): string {
  const path = textAt(parameters, "path");
  return path?.startsWith("/") === true && path.endsWith("/") ? path : "/";
}

function knownArn(call: Call, kind: string, name: string, at: string): Found | null {
  if (kind === "role") {
    const arn = call.directory?.role(call.place.account, name)?.arn ?? null;
    return arn === null ? null : found(arn, "requestParameters.roleName; its path from the world");
  }
  if (kind !== "user" || call.userArn === null) return null;
  const isCaller = call.userArn.startsWith(at) && call.userArn.endsWith(`/${name}`);
  return isCaller ? found(call.userArn, "requestParameters.userName; its path from userIdentity.arn") : null;
}

/** Where calls of CloudWatch Logs name groups. */
const LOG_GROUP_NAMES = [
  ["logGroupName"],
  ["logGroupIdentifier"],
  ["logGroupNames", "[]"],
  ["logGroupIdentifiers", "[]"],
  ["resourceArn"],
] as const;

/**
 * "Use the ARN without the trailing `:*`" for the tags of a group, with it for all else
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html); AWS's messages name
 * `log-group:name:log-stream:` there.
 */
function logGroup(call: Call, action: string): readonly Found[] {
  const tail = ABOUT_TAGS.has(action) ? "" : ":log-stream:";
  if (call.parameters !== null) {
    for (const path of LOG_GROUP_NAMES) {
      const values = textsAt(call.parameters, path);
      if (values.length > 0)
        return values.map((value) => found(logGroupArn(call, value) + tail, `requestParameters.${path[0]}`));
    }
  }
  // AWS's messages name a group without a name where a call is about all of them.
  return ABOUT_ALL.has(action) && call.parametersComplete
    ? [found(`${logGroupArn(call, "")}${tail}`, "the call is about all log groups")]
    : NOTHING;
}

const ABOUT_TAGS: ReadonlySet<string> = new Set(["ListTagsForResource", "TagResource", "UntagResource"]);
const ABOUT_ALL: ReadonlySet<string> = new Set(["DescribeLogGroups", "DescribeMetricFilters"]);

function logGroupArn({ place }: Call, value: string): string {
  if (!value.startsWith("arn:"))
    return `arn:${place.partition}:logs:${place.region}:${place.account}:log-group:${value}`;
  return value.endsWith(":*") ? value.slice(0, -2) : value;
}

/** A bucket that is not there yet belongs to whoever creates it. */
function newBucket({ parameters, place }: Call, action: string): readonly Found[] {
  const name = action === "CreateBucket" && parameters !== null ? textAt(parameters, "bucketName") : null;
  if (name === null || place.account === "") return NOTHING;
  return [{ ...found(`arn:${place.partition}:s3:::${name}`, "requestParameters.bucketName"), owner: place.account }];
}

/** An object that is asked for through an access point, whose ARN stands in the place of the bucket's name. */
function accessPointObject(call: Call): readonly Found[] {
  if (call.parameters === null) return NOTHING;
  const bucket = textAt(call.parameters, "bucketName");
  const key = textAt(call.parameters, "key");
  if (bucket === null || key === null || !bucket.startsWith("arn:") || !bucket.includes(":accesspoint/"))
    return NOTHING;
  return [found(`${bucket}/object/${key}`, "requestParameters.bucketName, requestParameters.key")];
}

/** `https://sqs.us-east-1.amazonaws.com/111111111111/name`: the last two parts are account and name. */
function queue(call: Call): readonly Found[] {
  const url = call.parameters === null ? null : textAt(call.parameters, "queueUrl");
  if (url === null) return NOTHING;
  const name = url.slice(url.lastIndexOf("/") + 1);
  const before = url.slice(0, url.length - name.length - 1);
  const account = before.slice(before.lastIndexOf("/") + 1);
  if (name === "" || !isAccountId(account) || call.place.region === "") return NOTHING;
  return [
    found(`arn:${call.place.partition}:sqs:${call.place.region}:${account}:${name}`, "requestParameters.queueUrl"),
  ];
}

/** Documents of AWS have no account in their ARNs; a session without a document uses the account's own. */
function document(call: Call, action: string): readonly Found[] {
  const { parameters, place } = call;
  if (parameters === null || place.region === "") return NOTHING;
  const named = textAt(parameters, "documentName") ?? (action.endsWith("Document") ? textAt(parameters, "name") : null);
  const name = named ?? (action === "StartSession" ? "SSM-SessionManagerRunShell" : null);
  if (name === null || name.startsWith("arn:")) return NOTHING;
  const account = isOfAws(name) ? "" : place.account;
  const from = named === null ? "the document of sessions without one" : "requestParameters.documentName";
  return [found(`arn:${place.partition}:ssm:${place.region}:${account}:document/${name}`, from)];
}

/** Prefixes that AWS reserves: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html */
function isOfAws(name: string): boolean {
  const start = name.slice(0, 6).toLowerCase();
  return start.startsWith("aws") || start.startsWith("amzn") || start.startsWith("amazon");
}
