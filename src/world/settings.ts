/** What is no policy but decides about a resource: ACLs, Block Public Access, grants, ownership. Read from JSON. */
import type { JsonValue } from "../text/json.js";
import type { Span } from "../text/span.js";
import { type Fields, type Findings, readFields, readList, readOneOf } from "./fields.js";

export interface ResourceSettings {
  readonly acl: readonly AclGrant[];
  readonly objectOwnership: ObjectOwnership;
  /** Owner of an S3 object where it is not the bucket's (SPEC-21). */
  readonly objectOwner: string | null;
  readonly ignorePublicAcls: boolean;
  readonly restrictPublicBuckets: boolean;
  readonly kmsGrants: readonly KmsGrant[];
  readonly serviceGrants: readonly ServiceGrant[];
  readonly awsManaged: boolean;
}

export const OBJECT_OWNERSHIPS = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] as const;
export type ObjectOwnership = (typeof OBJECT_OWNERSHIPS)[number];

export const ACL_PERMISSIONS = ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"] as const;
export type AclPermission = (typeof ACL_PERMISSIONS)[number];

/** `grantee`: a canonical user id, or one of S3's groups: `AllUsers`, `AuthenticatedUsers`, `LogDelivery`. */
export interface AclGrant {
  readonly grantee: string;
  readonly permission: AclPermission;
  readonly span: Span;
}

/** The operations that a KMS grant can hold (SPEC-13). */
export const GRANT_OPERATIONS = [
  "CreateGrant",
  "Decrypt",
  "DeriveSharedSecret",
  "DescribeKey",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
  "GenerateDataKeyWithoutPlaintext",
  "GenerateMac",
  "GetPublicKey",
  "ReEncryptFrom",
  "ReEncryptTo",
  "RetireGrant",
  "Sign",
  "Verify",
  "VerifyMac",
] as const;
export type GrantOperation = (typeof GRANT_OPERATIONS)[number];

export interface KmsGrant {
  readonly grantee: string;
  readonly operations: readonly GrantOperation[];
  readonly retiringPrincipal: string | null;
  /** The request's encryption context must be exactly this; null: no such constraint. */
  readonly encryptionContextEquals: ReadonlyMap<string, string> | null;
  /** The request's encryption context must hold this; null: no such constraint. */
  readonly encryptionContextSubset: ReadonlyMap<string, string> | null;
  readonly span: Span;
}

/** `ACCOUNT`: every principal of an account, delegated to its identity policies; `ANY`: every caller (EVAL-47). */
export const SERVICE_GRANTS = ["ACCOUNT", "ANY"] as const;
export type ServiceGrant = (typeof SERVICE_GRANTS)[number];

/** The fields of `resourceSettings`, which a resource file of a world directory has among its own. */
export const SETTING_FIELDS = [
  "acl",
  "objectOwnership",
  "objectOwner",
  "blockPublicAccess",
  "kmsGrants",
  "serviceGrants",
  "awsManaged",
] as const;

export const NO_SETTINGS: ResourceSettings = {
  acl: [],
  objectOwnership: "BucketOwnerEnforced",
  objectOwner: null,
  ignorePublicAcls: false,
  restrictPublicBuckets: false,
  kmsGrants: [],
  serviceGrants: [],
  awsManaged: false,
};

/** Reads the settings among `fields`; what is wrong is left at its default and found. */
export function readSettings(findings: Findings, fields: Fields): ResourceSettings {
  const objectOwner = fields.account("objectOwner");
  const publicAccess = readPublicAccess(findings, fields);
  return {
    acl: listOf(findings, fields, "acl", readAclGrant),
    objectOwnership: readOwnership(findings, fields, objectOwner),
    objectOwner,
    ignorePublicAcls: publicAccess?.boolean("ignorePublicAcls") ?? false,
    restrictPublicBuckets: publicAccess?.boolean("restrictPublicBuckets") ?? false,
    kmsGrants: listOf(findings, fields, "kmsGrants", readKmsGrant),
    serviceGrants: listOf(findings, fields, "serviceGrants", (...args) => readOneOf(...args, SERVICE_GRANTS)),
    awsManaged: fields.boolean("awsManaged") ?? false,
  };
}

/** Under BucketOwnerEnforced the bucket's owner owns every object; an object of somebody else's is proof of ACLs. */
function readOwnership(findings: Findings, fields: Fields, objectOwner: string | null): ObjectOwnership {
  const ownership = fields.oneOf("objectOwnership", OBJECT_OWNERSHIPS);
  if (ownership === "BucketOwnerEnforced" && objectOwner !== null) {
    findings.error(
      fields.get("objectOwner")!.span,
      "contradicting-settings",
      `${fields.path("objectOwner")} contradicts \`BucketOwnerEnforced\`, under which the bucket's owner owns every object`,
    );
  }
  return ownership ?? (objectOwner === null ? "BucketOwnerEnforced" : "ObjectWriter");
}

/** Only the two that act when a request is decided; the two `block…` ones act when a policy is saved (SPEC-22). */
function readPublicAccess(findings: Findings, fields: Fields): Fields | null {
  const value = fields.get("blockPublicAccess");
  if (value === null) return null;
  const names = ["ignorePublicAcls", "restrictPublicBuckets", "blockPublicAcls", "blockPublicPolicy"];
  const settings = readFields(findings, value, fields.path("blockPublicAccess"), names);
  for (const name of names) settings?.boolean(name);
  return settings;
}

function readAclGrant(findings: Findings, value: JsonValue, where: string): AclGrant | null {
  const fields = readFields(findings, value, where, ["grantee", "permission"]);
  const grantee = fields?.requiredText("grantee") ?? null;
  fields?.required("permission");
  const permission = fields?.oneOf("permission", ACL_PERMISSIONS) ?? null;
  return grantee === null || permission === null ? null : { grantee, permission, span: value.span };
}

const GRANT_FIELDS = [
  "grantee",
  "operations",
  "retiringPrincipal",
  "encryptionContextEquals",
  "encryptionContextSubset",
] as const;

function readKmsGrant(findings: Findings, value: JsonValue, where: string): KmsGrant | null {
  const fields = readFields(findings, value, where, GRANT_FIELDS);
  if (fields === null) return null;
  const grantee = fields.requiredText("grantee");
  fields.required("operations");
  const operations = listOf(findings, fields, "operations", (...args) => readOneOf(...args, GRANT_OPERATIONS));
  const grant = {
    operations,
    retiringPrincipal: fields.text("retiringPrincipal"),
    encryptionContextEquals: fields.textMap("encryptionContextEquals"),
    encryptionContextSubset: fields.textMap("encryptionContextSubset"),
    span: value.span,
  };
  return grantee === null ? null : { grantee, ...grant };
}

function listOf<T>(
  findings: Findings,
  fields: Fields,
  name: string,
  read: (findings: Findings, value: JsonValue, where: string) => T | null,
): readonly T[] {
  const value = fields.get(name);
  return value === null ? [] : (readList(findings, value, fields.path(name), read) ?? []);
}
