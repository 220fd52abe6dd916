/** Resources whose names say less, or something else, than their ARNs: what AWS makes of a name. */
import { isAccountId, splitArn } from "../policy/arn.js";
import type { Call } from "./call.js";
import { type Fields, isFields, isUsable, own, TEXTS_MAX, textAt, textsAt } from "./event.js";
import { type Assumption, type Found, found, NOTHING } from "./found.js";
import { lambdaFunction, lambdaQualified } from "./lambda-resources.js";

/** What a call names of a type; nothing: the usual rules are tried. `action` is the name of the IAM action. */
export type Builder = (call: Call, action: string) => readonly Found[];

/** By service and resource type. */
export const BUILDERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ["bedrock foundation-model", foundationModel],
  ["bedrock inference-profile", inferenceProfile],
  ["dynamodb stream", stream],
  ["ecs task-definition", taskDefinition],
  ["elasticloadbalancing loadbalancer", loadBalancer],
  ["events event-bus", busOfEvents],
  ["events rule-on-custom-event-bus", rule("custom")],
  ["events rule-on-default-event-bus", rule("default")],
  ["glue rootcatalog", glueCatalog],
  ["iam user", iamUser],
  ["iam role", iamNamed("role", "roleName")],
  ["iam group", iamNamed("group", "groupName")],
  ["iam instance-profile", iamNamed("instance-profile", "instanceProfileName")],
  ["iam policy", iamNamed("policy", "policyName")],
  ["iam server-certificate", iamNamed("server-certificate", "serverCertificateName")],
  ["iam mfa", iamNamed("mfa", "virtualMFADeviceName")],
  ["lambda function", lambdaFunction],
  ["lambda function alias", lambdaQualified("alias")],
  ["lambda function version", lambdaQualified("version")],
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

/** Documents of AWS have no account in their ARNs. */
function document(call: Call, action: string): readonly Found[] {
  const { parameters, place } = call;
  if (parameters === null || place.region === "") return NOTHING;
  const name = textAt(parameters, "documentName") ?? (action.endsWith("Document") ? textAt(parameters, "name") : null);
  if (name === null || name.startsWith("arn:")) return NOTHING;
  const account = isOfAws(name) ? "" : place.account;
  return [
    found(`arn:${place.partition}:ssm:${place.region}:${account}:document/${name}`, "requestParameters.documentName"),
  ];
}

/** Prefixes that AWS reserves: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html */
function isOfAws(name: string): boolean {
  const start = name.slice(0, 6).toLowerCase();
  return start.startsWith("aws") || start.startsWith("amzn") || start.startsWith("amazon");
}

/**
 * Load balancers of both versions of the API, of whose actions of the same name the catalogue lists the first's. By its ARN;
 * by its name (version 1); or as one that is being created, for which AWS's messages name `loadbalancer/app/name/*`.
 */
function loadBalancer(call: Call, action: string): readonly Found[] {
  const { parameters, place } = call;
  if (parameters === null || place.region === "" || place.account === "") return NOTHING;
  for (const path of LOAD_BALANCER_ARNS) {
    const arns = textsAt(parameters, path).filter((text) => splitArn(text)?.service === "elasticloadbalancing");
    if (arns.length > 0) return arns.map((arn) => found(arn, `requestParameters.${path[0]}`));
  }
  const at = `arn:${place.partition}:elasticloadbalancing:${place.region}:${place.account}:loadbalancer`;
  for (const path of LOAD_BALANCER_NAMES) {
    const names = textsAt(parameters, path);
    if (names.length > 0) return names.map((name) => found(`${at}/${name}`, `requestParameters.${path[0]}`));
  }
  const name = action === "CreateLoadBalancer" ? textAt(parameters, "name") : null;
  const kind = LOAD_BALANCER_KINDS.get(own(parameters, "type") ?? "application");
  if (name === null || kind === undefined) return NOTHING;
  return [found(`${at}/${kind}/${name}/*`, "requestParameters.name, requestParameters.type")];
}

const LOAD_BALANCER_ARNS = [["loadBalancerArn"], ["resourceArns", "[]"]] as const;
const LOAD_BALANCER_NAMES = [["loadBalancerName"], ["loadBalancerNames", "[]"]] as const;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html: "The default is application." */
const LOAD_BALANCER_KINDS: ReadonlyMap<unknown, string> = new Map([
  ["application", "app"],
  ["gateway", "gwy"],
  ["network", "net"],
]);

const BUS = "event-bus/";

/**
 * A rule is named without its bus: "If you omit this, the default event bus is used"
 * (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html). A bus may be given by its ARN.
 */
function rule(kind: "custom" | "default"): Builder {
  return ({ parameters, place }) => {
    if (parameters === null) return NOTHING;
    const name = textAt(parameters, "name") ?? textAt(parameters, "rule");
    const given = own(parameters, "eventBusName") ?? "default";
    if (name === null || name.startsWith("arn:") || !isUsable(given)) return NOTHING;
    const arn = splitArn(given);
    const bus = arn === null ? given : arn.resource.startsWith(BUS) ? arn.resource.slice(BUS.length) : "";
    const { region, account } = arn ?? place;
    if (bus === "" || region === "" || account === "" || (bus === "default") !== (kind === "default")) return NOTHING;
    const path = kind === "default" ? name : `${bus}/${name}`;
    return [
      found(`arn:${place.partition}:events:${region}:${account}:rule/${path}`, "requestParameters.name, eventBusName"),
    ];
  };
}

/** PutEvents: every entry goes to its own bus. */
function busOfEvents({ parameters, place }: Call, action: string): readonly Found[] {
  const entries = action === "PutEvents" && parameters !== null ? own(parameters, "entries") : undefined;
  if (!Array.isArray(entries) || place.region === "" || place.account === "") return NOTHING;
  const at = `arn:${place.partition}:events:${place.region}:${place.account}:${BUS}`;
  const buses = new Set<string>();
  for (const entry of entries.slice(0, TEXTS_MAX)) {
    const given = isFields(entry) ? (own(entry, "eventBusName") ?? "default") : null;
    if (!isUsable(given)) return NOTHING;
    buses.add(given.startsWith("arn:") ? given : at + given);
  }
  return [...buses].map((arn) => found(arn, "requestParameters.entries[].eventBusName"));
}

/** Every call about the data catalogue needs its root, of which there is one in an account and Region. */
function glueCatalog({ parameters, place }: Call): readonly Found[] {
  if (place.region === "" || place.account === "") return NOTHING;
  const given = parameters === null ? undefined : own(parameters, "catalogId");
  const account = given === undefined || given === null ? place.account : given;
  // Other catalogues than the root have ids of their own kind.
  if (typeof account !== "string" || !isAccountId(account)) return NOTHING;
  return [found(`arn:${place.partition}:glue:${place.region}:${account}:catalog`, "there is one in every account")];
}

/** `arn:…:table/T/stream/2021-04-15T04:02:47.428|1|AAAA…`: an iterator begins with its stream. */
function stream({ parameters }: Call): readonly Found[] {
  const iterator = parameters === null ? null : textAt(parameters, "shardIterator");
  const bar = iterator === null ? -1 : iterator.indexOf("|");
  const arn = bar === -1 ? null : iterator!.slice(0, bar);
  if (arn === null || splitArn(arn)?.service !== "dynamodb" || !arn.includes("/stream/")) return NOTHING;
  return [found(arn, "requestParameters.shardIterator")];
}

/** `family:revision`; of a family alone, the latest revision is meant, which the call does not say. */
function taskDefinition({ parameters, place }: Call): readonly Found[] {
  const name = parameters === null ? null : textAt(parameters, "taskDefinition");
  if (name === null || name.startsWith("arn:") || !name.includes(":")) return NOTHING;
  if (place.region === "" || place.account === "") return NOTHING;
  const at = `arn:${place.partition}:ecs:${place.region}:${place.account}:task-definition`;
  return [found(`${at}/${name}`, "requestParameters.taskDefinition")];
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html: `us.anthropic.claude-…`. */
const PROFILE_REGIONS = ["apac", "au", "ca", "eu", "global", "jp", "us", "us-gov"] as const;

function foundationModel({ parameters, place }: Call): readonly Found[] {
  const id = parameters === null ? null : modelOf(parameters);
  if (id === null || isProfile(id) || place.region === "") return NOTHING;
  return [found(`arn:${place.partition}:bedrock:${place.region}::foundation-model/${id}`, "requestParameters.modelId")];
}

function inferenceProfile({ parameters, place }: Call): readonly Found[] {
  const id = parameters === null ? null : modelOf(parameters);
  if (id === null || !isProfile(id) || place.region === "" || place.account === "") return NOTHING;
  const at = `arn:${place.partition}:bedrock:${place.region}:${place.account}:inference-profile`;
  return [found(`${at}/${id}`, "requestParameters.modelId")];
}

/** `provider.model`: names of models have the provider before them; all other models are called by their ARNs. */
function modelOf(parameters: Fields): string | null {
  const id = textAt(parameters, "modelId");
  return id === null || id.startsWith("arn:") || id.includes("/") || !id.includes(".") ? null : id;
}

function isProfile(id: string): boolean {
  return PROFILE_REGIONS.some((region) => id.startsWith(`${region}.`));
}
