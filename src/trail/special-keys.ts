/** Service condition keys whose values a record gives in another form, or in another place than the parameters. */
import { isAccountId } from "../policy/arn.js";
import type { Call } from "./call.js";
import type { Caller } from "./caller.js";
import { type Fields, fieldsAt, isFields, isTransferable, isUsable, own, textAt } from "./event.js";
import type { Found } from "./found.js";
import { CREATE_ACTION_KEYS } from "./tag-on-create.data.js";

type Read = "absent" | "unknown" | readonly (readonly [key: string, value: string | readonly string[]])[];

export interface SpecialKey {
  /** As the reference writes it. */
  readonly key: string;
  /** Where the value stands, for explanations. */
  readonly from: string;
  read(call: Call, caller: Caller, resource: Found): Read;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html */
const AUTH_TYPES: ReadonlyMap<string, string> = new Map([
  ["AuthHeader", "REST-HEADER"],
  ["QueryString", "REST-QUERY-STRING"],
]);

const SIGNATURE_VERSIONS: ReadonlyMap<string, string> = new Map([
  ["SigV2", "AWS"],
  ["SigV4", "AWS4-HMAC-SHA256"],
]);

export const SPECIAL_KEYS: readonly SpecialKey[] = [
  // Tagging as part of another call: `derive.ts`.
  ...[...CREATE_ACTION_KEYS.values()].map((key): SpecialKey => ({ key, from: "", read: () => "absent" })),
  { key: "ec2:Region", from: "awsRegion", read: ({ place }) => value("ec2:Region", place.region) },
  {
    key: "kms:CallerAccount",
    from: "userIdentity.accountId",
    read: (_, { account }) => value("kms:CallerAccount", account),
  },
  {
    key: "kms:EncryptionContext:${EncryptionContextKey}",
    from: "requestParameters.encryptionContext",
    read: encryptionContext,
  },
  { key: "kms:EncryptionContextKeys", from: "requestParameters.encryptionContext", read: encryptionContextKeys },
  { key: "kms:RequestAlias", from: "requestParameters.keyId", read: requestAlias },
  { key: "kms:ViaService", from: "userIdentity.invokedBy, awsRegion", read: viaService },
  { key: "s3:ResourceAccount", from: "resources[].accountId", read: s3Owner },
  { key: "s3:TlsVersion", from: "tlsDetails.tlsVersion", read: tlsVersion },
  { key: "sts:SourceIdentity", from: "requestParameters.sourceIdentity", read: sourceIdentity },
  { key: "sts:TransitiveTagKeys", from: "requestParameters.transitiveTagKeys", read: transitiveTagKeys },
  {
    key: "s3:authType",
    from: "additionalEventData.AuthenticationMethod",
    read: additional("AuthenticationMethod", AUTH_TYPES, "s3:authType"),
  },
  {
    key: "s3:signatureversion",
    from: "additionalEventData.SignatureVersion",
    read: additional("SignatureVersion", SIGNATURE_VERSIONS, "s3:signatureversion"),
  },
];

function value(key: string, text: string | null): Read {
  return text === null || text === "" ? "unknown" : [[key, text]];
}

function additional(field: string, values: ReadonlyMap<string, string>, key: string): SpecialKey["read"] {
  return ({ event }) => {
    const data = fieldsAt(event, "additionalEventData");
    const text = data === null ? null : textAt(data, field);
    return value(key, text === null ? null : (values.get(text) ?? null));
  };
}

/** `TLSv1.2` → `1.2`: https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html */
function tlsVersion({ event }: Call): Read {
  const details = fieldsAt(event, "tlsDetails");
  const text = details === null ? null : textAt(details, "tlsVersion");
  return value("s3:TlsVersion", text?.startsWith("TLSv") === true ? text.slice(4) : null);
}

function s3Owner(_: Call, __: Caller, { arn, owner }: Found): Read {
  const account = arn.split(":", 5)[4] ?? "";
  return value("s3:ResourceAccount", owner ?? (isAccountId(account) ? account : null));
}

/** Values are recorded as they were sent, which is what the key is about. */
function encryptionContext(call: Call): Read {
  const context = contextOf(call);
  if (context === "absent" || context === "unknown") return context;
  const seen = new Set<string>();
  const pairs: [string, string][] = [];
  for (const name of Object.keys(context)) {
    const text = context[name];
    const key = `kms:EncryptionContext:${name}`;
    if (typeof text !== "string" || !isTransferable(text) || !isTransferable(key)) return "unknown";
    // Two names that differ by case only: which one counts, AWS does not say.
    if (seen.has(name.toLowerCase())) return "unknown";
    seen.add(name.toLowerCase());
    pairs.push([key, text]);
  }
  return pairs;
}

function encryptionContextKeys(call: Call): Read {
  const context = contextOf(call);
  if (context === "absent" || context === "unknown") return context;
  const names = Object.keys(context);
  return names.every(isUsable) ? [["kms:EncryptionContextKeys", names]] : "unknown";
}

/**
 * What a session is to be named by: a parameter of AssumeRole, else an attribute of the assertion, which only the answer
 * shows. A chain keeps the one that it has; whether the key says so, AWS does not tell.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
 */
function sourceIdentity(call: Call, caller: Caller): Read {
  const given = sourceIdentityOf(call);
  if (given !== null) return [["sts:SourceIdentity", given]];
  if (caller.sourceIdentity !== null || !call.parametersComplete) return "unknown";
  return call.response === null && own(call.event, "eventName") !== "AssumeRole" ? "unknown" : "absent";
}

/** The source identity that a call sets. */
export function sourceIdentityOf({ parameters, response }: Call): string | null {
  const given = parameters === null ? null : textAt(parameters, "sourceIdentity");
  return given ?? (response === null ? null : textAt(response, "sourceIdentity"));
}

function transitiveTagKeys({ parameters, parametersComplete }: Call): Read {
  if (parameters === null) return parametersComplete ? "absent" : "unknown";
  const keys = own(parameters, "transitiveTagKeys");
  // Tags of an earlier session go on being transitive.
  if (own(parameters, "incomingTransitiveTags") != null) return "unknown";
  if (keys === undefined || keys === null || (Array.isArray(keys) && keys.length === 0)) return "absent";
  const isList = Array.isArray(keys) && keys.length <= PAIRS_MAX && keys.every(isUsable);
  return isList ? [["sts:TransitiveTagKeys", keys as readonly string[]]] : "unknown";
}

/** More pairs than a context can hold. */
const PAIRS_MAX = 64;

function contextOf({ event, parameters, parametersComplete }: Call): Fields | "absent" | "unknown" {
  if (parameters === null && own(event, "eventName") === "RetireGrant") return "unknown";
  if (parameters === null) return parametersComplete ? "absent" : "unknown";
  // The context of a grant is that of its constraints, and what a grant says that is retired, the call does not.
  if (own(event, "eventName") === "RetireGrant" || own(parameters, "constraints") != null) return "unknown";
  // ReEncrypt has two, and each of its actions sees one of them.
  if (Object.keys(parameters).some((name) => name.endsWith("EncryptionContext"))) return "unknown";
  const given = own(parameters, "encryptionContext");
  if (given === undefined || given === null) return "absent";
  if (!isFields(given)) return "unknown";
  const count = Object.keys(given).length;
  if (count === 0) return "absent";
  return count > PAIRS_MAX ? "unknown" : given;
}

/** The alias by which a key was called: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
function requestAlias({ parameters, parametersComplete }: Call): Read {
  if (parameters === null) return parametersComplete ? "absent" : "unknown";
  const id = textAt(parameters, "keyId");
  if (id === null) return "unknown";
  const at = id.startsWith("alias/") ? 0 : id.indexOf(":alias/") + 1;
  if (at === 0 && !id.startsWith("alias/")) return "absent";
  return value("kms:RequestAlias", id.slice(at));
}

/**
 * Services that the key knows under their own name. https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
 * "kms:ViaService"
 */
const VIA_SERVICES: ReadonlySet<string> = new Set([
  "backup",
  "connect",
  "dms",
  "dynamodb",
  "ec2",
  "elasticfilesystem",
  "es",
  "fsx",
  "glue",
  "kafka",
  "kinesis",
  "kinesisvideo",
  "lambda",
  "lex",
  "rds",
  "redshift",
  "s3",
  "secretsmanager",
  "ses",
  "sns",
  "sqs",
  "ssm",
  "workmail",
  "workspaces",
  "xray",
]);

const DOMAIN = ".amazonaws.com";

/** `secretsmanager.us-east-1.amazonaws.com`, where a service called with the caller's permissions. */
function viaService({ event, place }: Call, caller: Caller): Read {
  if (!caller.byService) return "absent";
  const identity = fieldsAt(event, "userIdentity");
  const name = identity === null ? null : textAt(identity, "invokedBy");
  if (caller.fas === null || name === null || place.region === "" || !name.endsWith(DOMAIN)) return "unknown";
  const service = name.slice(0, -DOMAIN.length);
  return VIA_SERVICES.has(service) ? [["kms:ViaService", `${service}.${place.region}${DOMAIN}`]] : "unknown";
}
