/** AWS's own export of an account's users, groups, roles and policies: `aws iam get-account-authorization-details`. */
import { splitArn } from "../policy/arn.js";
import type { Policy, PolicyType } from "../policy/model.js";
import type { WorldOptions } from "../policy/options.js";
import type { Diagnostic } from "../text/diagnostic.js";
import { type JsonValue, parseJson, quoted } from "../text/json.js";
import type { Source } from "../text/span.js";
import { type Attached, identityOf, joined, type OwnAttachments } from "./attachments.js";
import { type Fields, Findings, readFields } from "./fields.js";
import { LABELS } from "./layers.js";
import type { Document, DocumentSet, PrincipalRecord, ResourceRecord } from "./model.js";
import { readPolicy } from "./policies.js";
import { arnAccount } from "./resource-type.js";

/** What an account's export says. */
export interface AuthorizationDetails {
  /** Every account that its users, groups and roles belong to; one, in an export that nobody edited. */
  readonly accounts: ReadonlySet<string>;
  readonly principals: readonly PrincipalRecord[];
  /** The roles with their trust policies. */
  readonly roles: readonly ResourceRecord[];
  /** Managed policies by ARN: each one is one object, wherever it is attached. */
  readonly managed: ReadonlyMap<string, Policy>;
  /** What users and roles have by themselves, and the ARNs of their groups, by ARN. */
  readonly attachments: ReadonlyMap<string, OwnAttachments>;
  /** Groups that the export holds, by ARN. */
  readonly groupPolicies: ReadonlyMap<string, Attached>;
}

/** A managed policy with its document as written, and the file where it was first found. */
export interface SharedPolicy {
  readonly policy: Policy;
  readonly text: string;
  readonly file: string;
}

/**
 * Reads the pieces of one export (several where the output was paginated) as AWS prints them: `UserDetailList`,
 * `GroupDetailList`, `RoleDetailList` and `Policies`, documents as JSON or URL-encoded. Of managed policies the default
 * version counts. Policies that are attached and not in the export stand in `missing` of their sets; under
 * `mode: "lenient"` policies are checked leniently. With errors among the diagnostics the result is incomplete.
 *
 * `shared` holds the managed policies of the exports of one world by ARN: AWS's own are in many of them.
 */
export function readAuthorizationDetails(
  sources: readonly Source[],
  options: WorldOptions,
  shared: Map<string, SharedPolicy> = new Map(),
): { details: AuthorizationDetails; diagnostics: Diagnostic[] } {
  const reader = new DetailsReader(options, shared);
  const pages = sources.flatMap((source) => reader.pagesOf(source));
  reader.checkComplete(pages);
  for (const page of pages) reader.readManagedPolicies(page);
  for (const page of pages) reader.readGroups(page);
  for (const page of pages) reader.readUsers(page);
  for (const page of pages) reader.readRoles(page);
  return { details: reader, diagnostics: reader.diagnostics };
}

/** Whether a JSON text looks like such an export, a page of it or a list of pages. */
export function isAuthorizationDetails(value: JsonValue): boolean {
  const page = value.kind === "array" ? value.items[0] : value;
  return page?.kind === "object" && page.members.some(({ key }) => LISTS.some((list) => list === key));
}

const LISTS = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"] as const;
const PAGE_FIELDS = [...LISTS, "IsTruncated", "Marker", "NextToken", "ResponseMetadata"] as const;

const DATED = ["Path", "Arn", "CreateDate"] as const;
const ATTACHED = ["AttachedManagedPolicies", "PermissionsBoundary", "Tags"] as const;
const USER_FIELDS = [...DATED, ...ATTACHED, "UserName", "UserId", "UserPolicyList", "GroupList", "PasswordLastUsed"];
const GROUP_FIELDS = [...DATED, "GroupName", "GroupId", "GroupPolicyList", "AttachedManagedPolicies"];
const ROLE_FIELDS = [
  ...DATED,
  ...ATTACHED,
  "RoleName",
  "RoleId",
  "AssumeRolePolicyDocument",
  "InstanceProfileList",
  "RolePolicyList",
  "RoleLastUsed",
  "Description",
  "MaxSessionDuration",
];
const POLICY_FIELDS = [
  ...DATED,
  "PolicyName",
  "PolicyId",
  "DefaultVersionId",
  "AttachmentCount",
  "PermissionsBoundaryUsageCount",
  "IsAttachable",
  "Description",
  "UpdateDate",
  "PolicyVersionList",
  "Tags",
];
const VERSION_FIELDS = ["Document", "VersionId", "IsDefaultVersion", "CreateDate"];

interface Page {
  readonly findings: Findings;
  readonly fields: Fields;
}

class DetailsReader implements AuthorizationDetails {
  readonly accounts = new Set<string>();
  readonly principals: PrincipalRecord[] = [];
  readonly roles: ResourceRecord[] = [];
  readonly managed = new Map<string, Policy>();
  readonly attachments = new Map<string, OwnAttachments>();
  readonly groupPolicies = new Map<string, Attached>();
  /** ARNs by account and name. */
  private readonly groups = new Map<string, string>();
  /** ARNs of this export; pages must not repeat them. */
  private readonly seen = new Set<string>();
  /** By kind, account and lower-cased name. */
  private readonly names = new Set<string>();
  private readonly found: Findings[] = [];

  constructor(
    private readonly options: WorldOptions,
    private readonly shared: Map<string, SharedPolicy>,
  ) {}

  get diagnostics(): Diagnostic[] {
    return this.found.flatMap((findings) => findings.diagnostics);
  }

  /** A text is one page, or a list of pages. */
  pagesOf(source: Source): Page[] {
    const findings = new Findings(source);
    this.found.push(findings);
    const { value, diagnostics } = parseJson(source);
    findings.diagnostics.push(...diagnostics);
    if (value === null) return [];
    const items = value.kind === "array" ? value.items : [value];
    return items.flatMap((item) => {
      const fields = readFields(findings, item, "", PAGE_FIELDS, "warning");
      return fields === null ? [] : [{ findings, fields }];
    });
  }

  /** Every page but the last says that there are more. */
  checkComplete(pages: readonly Page[]): void {
    const truncated = pages.filter(({ fields }) => isTruncated(fields));
    const last = truncated.at(-1);
    if (last === undefined || truncated.length < pages.length) return;
    last.findings.error(
      last.fields.object.span,
      "truncated-export",
      "the export goes on, and the next page is not here",
      "let the AWS CLI paginate by itself, without `--max-items`",
    );
  }

  readManagedPolicies({ findings, fields }: Page): void {
    fields.items("Policies").forEach((item, index) => {
      const policy = readFields(findings, item, `Policies[${index}]`, POLICY_FIELDS, "warning");
      const arn = policy?.requiredText("Arn") ?? null;
      if (policy === null || arn === null || this.isRepeated(findings, policy, arn)) return;
      const account = arnAccount(arn);
      const name = arn.slice(arn.lastIndexOf("/") + 1);
      // AWS's own policies belong to no account.
      if (account !== null && this.isRepeatedName(findings, policy.get("Arn")!, account, "policy", name)) return;
      const document = defaultDocument(findings, policy);
      if (document === null) return;
      const parsed = this.sharedPolicy(findings, document, arn);
      if (parsed !== null) this.managed.set(arn, parsed);
    });
  }

  private sharedPolicy(findings: Findings, document: JsonValue, arn: string): Policy | null {
    const before = this.shared.get(arn);
    const text = findings.source.text.slice(document.span.start, document.span.end);
    if (before?.text === text) return before.policy;
    if (before !== undefined) {
      findings.warning(document.span, "differing-policy", `${quoted(arn)} says something else in ${before.file}`);
    }
    const policy = readPolicy(findings, document, managedType(arn), arn, this.options);
    if (policy !== null && before === undefined) this.shared.set(arn, { policy, text, file: findings.source.name });
    return policy;
  }

  readGroups({ findings, fields }: Page): void {
    fields.items("GroupDetailList").forEach((item, index) => {
      const group = readFields(findings, item, `GroupDetailList[${index}]`, GROUP_FIELDS, "warning");
      const named = group === null ? null : this.entity(findings, group, "group", "GroupName");
      if (group === null || named === null) return;
      this.groups.set(groupKey(named.account, named.name), named.arn);
      this.groupPolicies.set(named.arn, this.policiesOf(findings, group, named.arn, "GroupPolicyList"));
    });
  }

  readUsers({ findings, fields }: Page): void {
    fields.items("UserDetailList").forEach((item, index) => {
      const user = readFields(findings, item, `UserDetailList[${index}]`, USER_FIELDS, "warning");
      const named = user === null ? null : this.entity(findings, user, "user", "UserName");
      if (user === null || named === null) return;
      const own = this.policiesOf(findings, user, named.arn, "UserPolicyList");
      const names = user.texts("GroupList") ?? [];
      const groups = names.flatMap((name) => this.groups.get(groupKey(named.account, name)) ?? []);
      this.attachments.set(named.arn, { own: joined([own, this.unheldGroups(named.account, names)]), groups });
      this.principals.push(this.principal(findings, user, named, "user", user.text("UserId")));
    });
  }

  readRoles({ findings, fields }: Page): void {
    fields.items("RoleDetailList").forEach((item, index) => {
      const role = readFields(findings, item, `RoleDetailList[${index}]`, ROLE_FIELDS, "warning");
      const named = role === null ? null : this.entity(findings, role, "role", "RoleName");
      if (role === null || named === null) return;
      const own = this.policiesOf(findings, role, named.arn, "RolePolicyList");
      this.attachments.set(named.arn, { own, groups: [] });
      const record = this.principal(findings, role, named, "role", role.text("RoleId"));
      this.principals.push(record);
      this.roles.push(this.trustOf(findings, role, record));
    });
  }

  /** Name, ARN and account of a user, group or role; null after findings. */
  private entity(findings: Findings, fields: Fields, kind: EntityKind, nameField: string): Named | null {
    const name = fields.requiredText(nameField);
    const arn = fields.requiredText("Arn");
    if (name === null || arn === null || this.isRepeated(findings, fields, arn)) return null;
    const account = arnAccount(arn);
    if (account === null || !isArnOf(arn, kind, name)) {
      findings.error(fields.get("Arn")!.span, "invalid-arn", `${quoted(arn)} is no ARN of a ${kind} ${quoted(name)}`);
      return null;
    }
    if (this.isRepeatedName(findings, fields.get(nameField)!, account, kind, name)) return null;
    this.accounts.add(account);
    return { name, arn, account };
  }

  private isRepeated(findings: Findings, fields: Fields, arn: string): boolean {
    if (!this.seen.has(arn)) {
      this.seen.add(arn);
      return false;
    }
    findings.error(fields.get("Arn")!.span, "repeated-arn", `${quoted(arn)} is in the export twice`);
    return true;
  }

  /**
   * Names are unique in an account whatever the path, and not distinguished by case: sessions and groups go by them
   * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names).
   */
  private isRepeatedName(
    findings: Findings,
    at: JsonValue,
    account: string,
    kind: EntityKind | "policy",
    name: string,
  ): boolean {
    const key = `${kind} ${account}/${name.toLowerCase()}`;
    if (!this.names.has(key)) {
      this.names.add(key);
      return false;
    }
    const message = `account ${account} has another ${kind} ${quoted(name)}`;
    findings.error(at.span, "repeated-name", message, "names are unique in an account, whatever the path and the case");
    return true;
  }

  private principal(
    findings: Findings,
    fields: Fields,
    { arn, name, account }: Named,
    kind: PrincipalRecord["kind"],
    uniqueId: string | null,
  ): PrincipalRecord {
    return {
      kind,
      arn,
      account,
      name,
      uniqueId,
      tags: tagsOf(findings, fields),
      serviceLinked: kind === "role" && isServiceLinked(arn),
      identity: identityOf(arn, this.attachments.get(arn)!, this.groupPolicies),
      boundary: this.boundary(findings, fields, arn),
    };
  }

  /** Inline policies, then attached ones, in the order of the export. */
  private policiesOf(findings: Findings, fields: Fields, arn: string, inlineField: string): Attached {
    const inline = this.inlinePolicies(findings, fields, arn, inlineField);
    const managed = fields.items("AttachedManagedPolicies").flatMap((item, index) => {
      const where = `${fields.path("AttachedManagedPolicies")}[${index}]`;
      const attachment = readFields(findings, item, where, ["PolicyName", "PolicyArn"], "warning");
      const policyArn = attachment?.requiredText("PolicyArn") ?? null;
      return policyArn === null ? [] : [this.managedPolicy(policyArn)];
    });
    return joined([{ documents: inline, missing: [] }, ...managed]);
  }

  private inlinePolicies(findings: Findings, fields: Fields, arn: string, name: string): Document[] {
    const names = new Set<string>();
    return fields.items(name).flatMap((item, index): Document[] => {
      const where = `${fields.path(name)}[${index}]`;
      const inline = readFields(findings, item, where, ["PolicyName", "PolicyDocument"], "warning");
      const policyName = inline?.requiredText("PolicyName") ?? null;
      const document = inline?.required("PolicyDocument") ?? null;
      if (inline === null || policyName === null || document === null) return [];
      if (names.has(policyName)) {
        const message = `${quoted(arn)} has another inline policy ${quoted(policyName)}`;
        findings.error(inline.get("PolicyName")!.span, "repeated-name", message);
        return [];
      }
      names.add(policyName);
      const policy = readPolicy(findings, document, "identity", `${arn}/inline/${policyName}`, this.options);
      return policy === null ? [] : [{ policy, use: "policy" }];
    });
  }

  private managedPolicy(arn: string): Attached {
    const policy = this.managed.get(arn);
    return policy === undefined
      ? { documents: [], missing: [arn] }
      : { documents: [{ policy, use: "policy" }], missing: [] };
  }

  /** Groups that the export does not hold (`--filter`) leave their policies unknown. */
  private unheldGroups(account: string, names: readonly string[]): Attached {
    const unheld = names.filter((name) => !this.groups.has(groupKey(account, name)));
    return { documents: [], missing: unheld.map((name) => `policies of group ${name} of account ${account}`) };
  }

  private boundary(findings: Findings, fields: Fields, arn: string): DocumentSet | null {
    const value = fields.get("PermissionsBoundary");
    if (value === null) return null;
    const where = fields.path("PermissionsBoundary");
    const names = ["PermissionsBoundaryType", "PermissionsBoundaryArn"];
    const boundary = readFields(findings, value, where, names, "warning");
    // AWS documents `PermissionsBoundaryPolicy` and prints `Policy`.
    boundary?.oneOf("PermissionsBoundaryType", ["Policy", "PermissionsBoundaryPolicy"]);
    const policyArn = boundary?.requiredText("PermissionsBoundaryArn") ?? null;
    return policyArn === null ? null : { label: LABELS.boundary(arn), ...this.managedPolicy(policyArn) };
  }

  private trustOf(findings: Findings, fields: Fields, { arn, account, tags }: PrincipalRecord): ResourceRecord {
    const document = fields.required("AssumeRolePolicyDocument");
    const name = `trust policy of ${arn}`;
    const policy = document === null ? null : readPolicy(findings, document, "trust", name, this.options);
    return {
      arn,
      owner: account,
      tags,
      policyKind: "trust",
      policies: {
        label: LABELS.resource(arn),
        documents: policy === null ? [] : [{ policy, use: "policy" }],
        missing: [],
      },
      rcps: null,
      behind: null,
      publicAccessRestricted: false,
      awsManaged: false,
    };
  }
}

function groupKey(account: string, name: string): string {
  return `${account}/${name}`;
}

type EntityKind = "user" | "group" | "role";

/** `arn:P:iam::A:user/path/name`. */
function isArnOf(arn: string, kind: EntityKind, name: string): boolean {
  const parts = splitArn(arn);
  if (parts?.service !== "iam") return false;
  return parts.resource.startsWith(`${kind}/`) && parts.resource.endsWith(`/${name}`);
}

interface Named {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
}

function isTruncated(fields: Fields): boolean {
  const flag = fields.get("IsTruncated");
  return (flag?.kind === "boolean" && flag.value) || fields.get("NextToken") !== null;
}

/** AWS's own managed policies exceed the sizes to which customers are held (§2.2). */
function managedType(arn: string): PolicyType {
  return splitArn(arn)?.account === "aws" ? "identity" : "managed";
}

/** The document of the version that `DefaultVersionId` names, else of the one that says so itself. */
function defaultDocument(findings: Findings, policy: Fields): JsonValue | null {
  const versions = policy.items("PolicyVersionList").flatMap((item, index) => {
    const where = `${policy.path("PolicyVersionList")}[${index}]`;
    const fields = readFields(findings, item, where, VERSION_FIELDS, "warning");
    return fields === null ? [] : [fields];
  });
  const wanted = policy.text("DefaultVersionId");
  const version =
    versions.find((candidate) => wanted !== null && candidate.text("VersionId") === wanted) ??
    versions.find((candidate) => candidate.boolean("IsDefaultVersion") === true);
  if (version !== undefined) return version.required("Document");
  const arn = policy.text("Arn") ?? "";
  findings.error(policy.object.span, "missing-version", `${quoted(arn)} has no default version here`);
  return null;
}

function isServiceLinked(roleArn: string): boolean {
  return splitArn(roleArn)?.resource.startsWith("role/aws-service-role/") ?? false;
}

/** AWS's list of `{Key, Value}`. */
export function tagsOf(findings: Findings, fields: Fields, name = "Tags"): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  fields.items(name).forEach((item, index) => {
    const tag = readFields(findings, item, `${fields.path(name)}[${index}]`, ["Key", "Value"], "warning");
    const key = tag?.requiredText("Key") ?? null;
    if (key !== null) tags.set(key, tag?.text("Value") ?? "");
  });
  return tags;
}
