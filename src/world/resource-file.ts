/** Resources and VPC endpoints of a world directory, with their policies and settings. The format is docs/world.md. */
import { splitArn } from "../policy/arn.js";
import type { PolicyType } from "../policy/model.js";
import type { WorldOptions } from "../policy/options.js";
import { type JsonValue, quoted } from "../text/json.js";
import type { Span } from "../text/span.js";
import { tagsOf } from "./authorization-details.js";
import { type Fields, type Findings, readFields } from "./fields.js";
import { LABELS } from "./layers.js";
import type { Document, DocumentSet, EndpointRecord, ResourceRecord } from "./model.js";
import { readPolicy } from "./policies.js";
import { underRestriction } from "./public-policy.js";
import { arnAccount, isRoleArn, policyHolderOf } from "./resource-type.js";
import { readSettings, SETTING_FIELDS } from "./settings.js";
import { settingsDocuments } from "./synthetic.js";

/** What a resource's record is made of, beside what its bucket adds. */
export interface OwnResource {
  readonly record: ResourceRecord;
  readonly policies: ResourcePolicies;
}

/** The policies of a resource as they were written, and what its settings make of them. */
export interface ResourcePolicies {
  readonly written: Omit<DocumentSet, "label">;
  /** From ACLs and grants. */
  readonly added: readonly Document[];
  /** Block Public Access: RestrictPublicBuckets (SPEC-22). */
  readonly restrictsPublicBuckets: boolean;
}

/** A record with its place, for findings about several files. */
export interface Located<T> {
  readonly record: T;
  readonly findings: Findings;
  readonly span: Span;
}

const RESOURCE_FIELDS = ["arn", "account", "policy", "tags", "behind", "note", ...SETTING_FIELDS] as const;

/** Reads a resource file: one resource, or a list. `account` is that of the folder: the owner unless the file names another. */
export function readResources(
  findings: Findings,
  value: JsonValue,
  account: string,
  options: WorldOptions,
): Located<OwnResource>[] {
  return eachOf(value).flatMap(({ item, where }) => {
    const fields = readFields(findings, item, where, RESOURCE_FIELDS);
    const record = fields === null ? null : readResource(findings, fields, account, options);
    return record === null ? [] : [{ record, findings, span: item.span }];
  });
}

function readResource(findings: Findings, fields: Fields, account: string, options: WorldOptions): OwnResource | null {
  const arn = fields.requiredText("arn");
  const parts = arn === null ? null : splitArn(arn);
  if (arn === null) return null;
  if (parts === null) {
    findings.error(fields.get("arn")!.span, "invalid-arn", `${quoted(arn)} is no ARN`);
    return null;
  }
  fields.text("note");
  const settings = readSettings(findings, fields);
  const policies: ResourcePolicies = {
    written: readPolicies(
      findings,
      fields,
      `resource policy of ${arn}`,
      isRoleArn(arn) ? "trust" : "resource",
      options,
    ),
    added: settingsDocuments(findings.source, fields.object.span, arn, settings),
    restrictsPublicBuckets: settings.restrictPublicBuckets,
  };
  const record: Omit<ResourceRecord, "policies" | "publicAccessRestricted"> = {
    arn,
    owner: settings.objectOwner ?? ownerOf(findings, fields, arn, account),
    tags: readTags(findings, fields),
    policyKind: isRoleArn(arn) ? "trust" : parts.service === "kms" ? "kms" : "other",
    rcps: null,
    behind: fields.text("behind"),
    awsManaged: settings.awsManaged,
  };
  return { record: { ...record, ...settledPolicies(arn, policies) }, policies };
}

/** What a record says of these policies. */
export function settledPolicies(
  arn: string,
  { written, added, restrictsPublicBuckets }: ResourcePolicies,
): Pick<ResourceRecord, "policies" | "publicAccessRestricted"> {
  const label = LABELS.resource(arn);
  const { set, isPublic } = underRestriction({ label, ...written });
  const own = restrictsPublicBuckets ? set : written;
  return {
    policies: { label, documents: [...own.documents, ...added], missing: own.missing },
    publicAccessRestricted: restrictsPublicBuckets && isPublic,
  };
}

/** An explicit account may not contradict the ARN (REQ-31). */
function ownerOf(findings: Findings, fields: Fields, arn: string, account: string): string {
  const given = fields.account("account");
  const written = arnAccount(arn);
  if (given !== null && written !== null && given !== written) {
    findings.error(
      fields.get("account")!.span,
      "account-contradiction",
      `${quoted(arn)} is not of account \`${given}\``,
    );
  }
  return given ?? written ?? account;
}

/** An object, or AWS's list of `{Key, Value}`; left out: not known. */
function readTags(findings: Findings, fields: Fields): ReadonlyMap<string, string> | null {
  return fields.get("tags")?.kind === "array" ? tagsOf(findings, fields, "tags") : fields.textMap("tags");
}

/** A document, a list of documents, or `unknown`: there may be one, and it is not here (3V-8). */
function readPolicies(
  findings: Findings,
  fields: Fields,
  name: string,
  type: PolicyType,
  options: WorldOptions,
): Omit<DocumentSet, "label"> {
  const value = fields.get("policy");
  if (value === null) return { documents: [], missing: [] };
  if (value.kind === "string" && value.value === "unknown") return { documents: [], missing: [name] };
  const items = value.kind === "array" ? value.items : [value];
  const documents = items.flatMap((item, index): Document[] => {
    const policy = readPolicy(findings, item, type, value.kind === "array" ? `${name}[${index}]` : name, options);
    return policy === null ? [] : [{ policy, use: "policy" }];
  });
  return { documents, missing: [] };
}

/**
 * Objects of S3 that have a record of their own (an ACL, another owner) stand under their bucket's policy all the same; it
 * only denies where the bucket's owner does not own the object (SPEC-21). `completeBuckets`: whether an account lists all
 * its buckets, so that one that is not here has no policy.
 */
export function underBucket(
  record: ResourceRecord,
  resources: ReadonlyMap<string, ResourceRecord>,
  completeBuckets: (account: string | null) => boolean,
): ResourceRecord {
  const bucketArn = policyHolderOf(record.arn);
  const parts = splitArn(record.arn);
  // ARNs of objects have no account, those of access points do (SPEC-23).
  if (parts?.service !== "s3" || parts.account !== "" || bucketArn === record.arn) return record;
  const bucket = resources.get(bucketArn);
  if (bucket === undefined) {
    const missing = completeBuckets(record.owner) ? [] : [LABELS.resource(bucketArn)];
    return { ...record, policies: { ...record.policies, missing: [...record.policies.missing, ...missing] } };
  }
  const documents = bucket.policies.documents.map((document): Document => {
    return document.use === "policy" && bucket.owner !== record.owner ? { ...document, use: "denyOnly" } : document;
  });
  const { policies } = record;
  return {
    ...record,
    policies: {
      label: policies.label,
      documents: [...documents, ...policies.documents],
      missing: [...bucket.policies.missing, ...policies.missing],
    },
    publicAccessRestricted: record.publicAccessRestricted || bucket.publicAccessRestricted,
  };
}

/** Resources with what their buckets add to them. */
export function withBuckets(
  resources: ReadonlyMap<string, ResourceRecord>,
  completeBuckets: (account: string | null) => boolean,
): ReadonlyMap<string, ResourceRecord> {
  return new Map([...resources].map(([arn, record]) => [arn, underBucket(record, resources, completeBuckets)]));
}

const ENDPOINT_FIELDS = ["id", "vpc", "kind", "account", "policy", "note"] as const;

/** Reads a VPC endpoint file: one endpoint, or a list. Without `policy`: full access (EVAL-20). */
export function readEndpoints(
  findings: Findings,
  value: JsonValue,
  account: string,
  options: WorldOptions,
): Located<EndpointRecord>[] {
  return eachOf(value).flatMap(({ item, where }) => {
    const fields = readFields(findings, item, where, ENDPOINT_FIELDS);
    const id = fields?.requiredText("id") ?? null;
    if (fields === null || id === null) return [];
    fields.text("note");
    const label = LABELS.endpoint(id);
    const record: EndpointRecord = {
      id,
      vpc: fields.text("vpc"),
      account: fields.account("account") ?? account,
      kind: fields.oneOf("kind", ["interface", "gateway"]) ?? "interface",
      policies:
        fields.get("policy") === null ? null : { label, ...readPolicies(findings, fields, label, "vpce", options) },
    };
    return [{ record, findings, span: item.span }];
  });
}

function eachOf(value: JsonValue): { item: JsonValue; where: string }[] {
  if (value.kind !== "array") return [{ item: value, where: "" }];
  return value.items.map((item, index) => ({ item, where: `[${index}]` }));
}
