/** Documents that nobody wrote as policies: S3 ACLs, KMS grants and grants of services, as Allow statements. */
import { isAccountId, resourceTypeOf, splitArn } from "../policy/arn.js";

import type {
  ActionElement,
  ConditionEntry,
  Operand,
  Part,
  Policy,
  PrincipalEntry,
  Qualifier,
  ResourcePattern,
  Statement,
} from "../policy/model.js";
import type { OperatorBase } from "../policy/operators.js";
import type { Source, Span } from "../text/span.js";
import type { Document } from "./model.js";
import type { AclGrant, AclPermission, GrantOperation, KmsGrant, ResourceSettings, ServiceGrant } from "./settings.js";

/**
 * The documents that settings add to the policies of `arn`. They stand in `source` where the settings do, and are called
 * `acl of <arn>`, `grant <index> of <arn>` and `service grants of <arn>`.
 */
export function settingsDocuments(source: Source, span: Span, arn: string, settings: ResourceSettings): Document[] {
  const documents: Document[] = [];
  const add = (name: string, use: Document["use"], statements: readonly Draft[], at: Span) => {
    if (statements.length > 0) documents.push({ policy: policyOf(source, at, name, statements), use });
  };
  add(`acl of ${arn}`, "acl", aclStatements(arn, settings), span);
  settings.kmsGrants.forEach((grant, index) => {
    add(`grant ${index} of ${arn}`, "kmsGrant", grantStatements(grant), grant.span);
  });
  add(`service grants of ${arn}`, "serviceGrant", serviceStatements(settings.serviceGrants, span), span);
  return documents;
}

/** An Allow statement before it has a place in a policy. */
interface Draft {
  readonly principal: PrincipalEntry;
  readonly actions: readonly string[];
  readonly resource: readonly Part[];
  readonly conditions: readonly ConditionEntry[];
  readonly span: Span;
}

/** ACLs count unless the bucket's owner owns everything (SPEC-20); IgnorePublicAcls drops those of S3's groups (SPEC-22). */
function aclStatements(arn: string, settings: ResourceSettings): Draft[] {
  if (settings.objectOwnership === "BucketOwnerEnforced") return [];
  const table = arn.includes("/") ? OBJECT_ACL : BUCKET_ACL;
  return settings.acl
    .filter(({ grantee }) => !(settings.ignorePublicAcls && PUBLIC_GROUPS.has(grantee)))
    .flatMap((grant) => table[grant.permission].map((row) => aclStatement(arn, grant, row)));
}

/** Actions, and whether they are asked of the objects of the bucket. */
interface AclRow {
  readonly actions: readonly string[];
  readonly onObjects: boolean;
}

const LIST: AclRow = {
  actions: ["s3:listbucket", "s3:listbucketmultipartuploads", "s3:listbucketversions"],
  onObjects: false,
};
const PUT: AclRow = { actions: ["s3:putobject"], onObjects: true };
const READ_BUCKET_ACL: AclRow = { actions: ["s3:getbucketacl"], onObjects: false };
const WRITE_BUCKET_ACL: AclRow = { actions: ["s3:putbucketacl"], onObjects: false };
const GET: AclRow = { actions: ["s3:getobject", "s3:getobjectversion"], onObjects: false };
const READ_OBJECT_ACL: AclRow = { actions: ["s3:getobjectacl", "s3:getobjectversionacl"], onObjects: false };
const WRITE_OBJECT_ACL: AclRow = { actions: ["s3:putobjectacl", "s3:putobjectversionacl"], onObjects: false };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html, "Mapping of ACL permissions". */
const BUCKET_ACL: Readonly<Record<AclPermission, readonly AclRow[]>> = {
  READ: [LIST],
  WRITE: [PUT],
  READ_ACP: [READ_BUCKET_ACL],
  WRITE_ACP: [WRITE_BUCKET_ACL],
  FULL_CONTROL: [LIST, PUT, READ_BUCKET_ACL, WRITE_BUCKET_ACL],
};

/** An object's ACL has no WRITE; given with an object it is its bucket's. */
const OBJECT_ACL: Readonly<Record<AclPermission, readonly AclRow[]>> = {
  READ: [GET],
  WRITE: [{ ...PUT, onObjects: false }],
  READ_ACP: [READ_OBJECT_ACL],
  WRITE_ACP: [WRITE_OBJECT_ACL],
  FULL_CONTROL: [GET, READ_OBJECT_ACL, WRITE_OBJECT_ACL],
};

const PUBLIC_GROUPS: ReadonlySet<string> = new Set(["AllUsers", "AuthenticatedUsers"]);

function aclStatement(arn: string, grant: AclGrant, { actions, onObjects }: AclRow): Draft {
  return {
    principal: aclPrincipal(grant),
    actions,
    resource: onObjects ? [{ kind: "text", text: `${arn}/` }, STAR] : [{ kind: "text", text: arn }],
    conditions: [],
    span: grant.span,
  };
}

function aclPrincipal({ grantee, span }: AclGrant): PrincipalEntry {
  switch (grantee) {
    case "AllUsers":
      return { kind: "granted", to: "everyone", text: grantee, span };
    case "AuthenticatedUsers":
      return { kind: "granted", to: "authenticated", text: grantee, span };
    case "LogDelivery":
      return { kind: "service", name: "logging.s3.amazonaws.com", text: grantee, span };
    default:
      return { kind: "canonicalUser", id: grantee, text: grantee, span };
  }
}

/** Grantee and operations, and the retiring principal, who may retire and nothing else (SPEC-13, SPEC-14). */
function grantStatements(grant: KmsGrant): Draft[] {
  const constraint = grantConstraint(grant);
  const constrained = grant.operations.filter((operation) => constraint.length > 0 && CONSTRAINED.has(operation));
  const free = grant.operations.filter((operation) => !constrained.includes(operation));
  const drafts: Draft[] = [];
  const add = (arn: string, operations: readonly GrantOperation[], conditions: readonly ConditionEntry[]) => {
    if (operations.length === 0) return;
    const actions = operations.map((operation) => `kms:${operation}`.toLowerCase());
    drafts.push({ principal: granteeEntry(arn, grant.span), actions, resource: [STAR], conditions, span: grant.span });
  };
  add(grant.grantee, free, []);
  add(grant.grantee, constrained, constraint);
  if (grant.retiringPrincipal !== null) add(grant.retiringPrincipal, ["RetireGrant"], []);
  return drafts;
}

/** The operations that carry an encryption context; a CreateGrant carries that of the grant it makes. */
const CONSTRAINED: ReadonlySet<GrantOperation> = new Set([
  "CreateGrant",
  "Decrypt",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
  "GenerateDataKeyWithoutPlaintext",
  "ReEncryptFrom",
  "ReEncryptTo",
]);

/** Every pair must be in the request's encryption context; under `encryptionContextEquals` no other key may be. */
function grantConstraint(grant: KmsGrant): ConditionEntry[] {
  const { encryptionContextEquals: exact, encryptionContextSubset: subset, span } = grant;
  const entries: ConditionEntry[] = [];
  for (const [key, value] of [...(subset ?? []), ...(exact ?? [])]) {
    entries.push(condition("StringEquals", "none", `kms:EncryptionContext:${key}`, [value], span));
  }
  if (exact !== null) {
    entries.push(condition("StringEquals", "all", "kms:EncryptionContextKeys", [...exact.keys()], span));
  }
  return entries;
}

function condition(
  base: OperatorBase,
  qualifier: Qualifier,
  key: string,
  values: readonly string[],
  span: Span,
): ConditionEntry {
  return {
    operator: { base, qualifier, ifExists: false },
    operatorText: qualifier === "all" ? `ForAllValues:${base}` : base,
    key: key.toLowerCase(),
    keyText: key,
    operands: values.map((text): Operand => ({ text, template: textTemplate(text), variableInLiteral: false, span })),
    span,
  };
}

/** Who an ARN in a grant is: the entry that a policy's `AWS` principal of this text would be. */
function granteeEntry(arn: string, span: Span): PrincipalEntry {
  const at = { text: arn, span };
  const parts = splitArn(arn);
  if (parts === null)
    return isAccountId(arn) ? { kind: "account", account: arn, ...at } : { kind: "service", name: arn, ...at };
  switch (`${parts.service}:${resourceTypeOf(parts) ?? parts.resource}`) {
    case "iam:root":
      return { kind: "account", account: parts.account, ...at };
    case "iam:user":
      return { kind: "user", arn, ...at };
    case "iam:role":
      return { kind: "role", arn, ...at };
    case "sts:assumed-role":
      return { kind: "roleSession", arn, ...at };
    case "sts:federated-user":
      return { kind: "federatedUser", arn, ...at };
    default:
      return { kind: "invalid", ...at };
  }
}

/** Everything on this resource; what the callers' own policies say still counts for `ACCOUNT` (EVAL-47). */
function serviceStatements(grants: readonly ServiceGrant[], span: Span): Draft[] {
  return grants.map((grant) => ({
    principal: { kind: "granted", to: SERVICE_GRANTEES[grant], text: grant, span },
    actions: ["*"],
    resource: [STAR],
    conditions: [],
    span,
  }));
}

const SERVICE_GRANTEES = { ACCOUNT: "authenticated", ANY: "everyone" } as const;

const STAR: Part = { kind: "star" };

function textTemplate(text: string): readonly Part[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

function policyOf(source: Source, span: Span, name: string, drafts: readonly Draft[]): Policy {
  return {
    name,
    type: "resource",
    version: "2012-10-17",
    id: null,
    statements: drafts.map(statementOf),
    source,
    span,
  };
}

function statementOf({ principal, actions, resource, conditions, span }: Draft, index: number): Statement {
  const action: ActionElement = {
    negated: false,
    patterns: actions.map((pattern) => ({ kind: "pattern", pattern, text: pattern, span })),
    span,
  };
  const pattern: ResourcePattern = { kind: "pattern", template: resource, text: textOf(resource), span };
  return {
    index,
    sid: null,
    effect: "Allow",
    principal: { negated: false, entries: [principal], span },
    action,
    resource: { negated: false, patterns: [pattern], span },
    conditions,
    span,
  };
}

function textOf(template: readonly Part[]): string {
  return template.map((part) => (part.kind === "text" ? part.text : "*")).join("");
}
