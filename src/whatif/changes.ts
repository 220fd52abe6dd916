/** A world with something changed: policies replaced, attached and detached, before anything is compiled. */
import type { Policy, PolicyType } from "../policy/model.js";
import { parsePolicy } from "../policy/parse.js";
import { nearest } from "../policy/spelling.js";
import { type Diagnostic, InvalidInput } from "../text/diagnostic.js";
import type { Source } from "../text/span.js";
import { type Attached, type Attachments, identityOf, type OwnAttachments } from "../world/attachments.js";
import { LABELS } from "../world/layers.js";
import type {
  Account,
  Document,
  DocumentSet,
  EndpointRecord,
  PrincipalRecord,
  ResourceRecord,
  SessionRecord,
  World,
} from "../world/model.js";
import { FULL_AWS_ACCESS, RCP_FULL_AWS_ACCESS } from "../world/organization.js";
import { type OwnResource, settledPolicies, withBuckets } from "../world/resource-file.js";

/** What may stand for a policy: the name of one that the world holds, or a document. */
export type PolicyChoice =
  | { readonly kind: "held"; readonly name: string }
  | { readonly kind: "document"; readonly name: string; readonly source: Source };

export type Change =
  /** Another document wherever a policy of this name is attached: an ARN, `scp/NAME`, `ARN/inline/NAME`, `trust policy of ARN`. */
  | { readonly kind: "replace"; readonly policy: string; readonly source: Source }
  /** A managed policy that the world does not hold, to be attached. */
  | { readonly kind: "add"; readonly policy: string; readonly source: Source }
  /** To a user, role or group. A document becomes an inline policy of that name. */
  | { readonly kind: "attach"; readonly principal: string; readonly policy: PolicyChoice }
  /** From a user, role or group: an ARN or the name of an inline policy; from a root, unit or account: `scp/NAME`. */
  | { readonly kind: "detach"; readonly from: string; readonly policy: string }
  /** The one policy of a resource, a role's trust policy too; null: none. */
  | { readonly kind: "resourcePolicy"; readonly resource: string; readonly source: Source | null }
  /** Null: none. */
  | { readonly kind: "boundary"; readonly principal: string; readonly policy: PolicyChoice | null }
  /** Attached to a root (by its id, or `root`), an organizational unit or an account, beside what is there; one of the same name is replaced there. */
  | {
      readonly kind: "guardrail";
      readonly type: "scp" | "rcp";
      readonly target: string;
      readonly policy: PolicyChoice;
    };

export type ChangeErrorCode =
  | "unknown-policy"
  | "unknown-principal"
  | "unknown-target"
  | "unknown-resource"
  | "not-attached"
  | "already-attached"
  | "policy-exists";

/** A change that does not apply to the world. */
export class ChangeError extends Error {
  constructor(
    readonly code: ChangeErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "ChangeError";
  }
}

/** A world and what its document sets were made of (`loadWorld`). */
export interface ChangeableWorld {
  readonly world: World;
  readonly attachments: Attachments;
}

/**
 * The world with the changes, in this order: added, replaced, detached, attached, of resources, boundaries, guardrails; those of a kind as
 * given. Throws `ChangeError` for a change that does not apply and `InvalidInput` for a document with errors; `warnings` are
 * the other findings. The world that was given stays as it is.
 */
export function changeWorld(
  { world, attachments }: ChangeableWorld,
  changes: readonly Change[],
): { world: World; warnings: readonly Diagnostic[] } {
  const draft = new Draft(world, attachments);
  for (const kind of ORDER) for (const change of changes) if (change.kind === kind) draft.apply(change);
  return { world: draft.world(), warnings: draft.warnings };
}

const ORDER = [
  "add",
  "replace",
  "detach",
  "attach",
  "resourcePolicy",
  "boundary",
  "guardrail",
] as const satisfies Change["kind"][];

class Draft {
  readonly warnings: Diagnostic[] = [];
  private readonly accounts: Map<string, Account>;
  private readonly principals: Map<string, PrincipalRecord>;
  private readonly resources: Map<string, ResourceRecord>;
  private readonly sessions: Map<string, SessionRecord>;
  private readonly endpoints: Map<string, EndpointRecord>;
  private readonly ownResources: Map<string, OwnResource>;
  private readonly own: Map<string, OwnAttachments>;
  private readonly groups: Map<string, Attached>;
  private readonly managed: Map<string, Policy>;
  private readonly guardrails: Map<string, Policy>;

  constructor(
    private readonly before: World,
    attachments: Attachments,
  ) {
    this.accounts = new Map(before.accounts);
    this.principals = new Map(before.principals);
    this.resources = new Map(before.resources);
    this.sessions = new Map(before.sessions);
    this.endpoints = new Map(before.endpoints);
    this.ownResources = new Map(attachments.resources);
    this.own = new Map(attachments.principals);
    this.groups = new Map(attachments.groups);
    this.managed = new Map(attachments.managed);
    this.guardrails = new Map(attachments.guardrails);
  }

  world(): World {
    const { accounts, principals, resources, sessions, endpoints } = this;
    return { ...this.before, accounts, principals, resources, sessions, endpoints };
  }

  apply(change: Change): void {
    switch (change.kind) {
      case "add":
        this.add(change.policy, change.source);
        break;
      case "replace":
        this.replace(change.policy, change.source);
        break;
      case "attach":
        this.attach(change.principal, change.policy);
        break;
      case "detach":
        this.detach(change.from, change.policy);
        break;
      case "resourcePolicy":
        this.setResourcePolicy(change.resource, change.source);
        break;
      case "boundary":
        this.setBoundary(change.principal, change.policy);
        break;
      case "guardrail":
        this.attachGuardrail(change.type, change.target, change.policy);
        break;
    }
  }

  // --- policies --------------------------------------------------------------------------------------------------------

  private add(name: string, source: Source): void {
    if (!isManagedArn(name)) throw new ChangeError("unknown-policy", `\`${name}\` is not the ARN of a managed policy`);
    if (this.managed.has(name)) {
      throw new ChangeError("policy-exists", `the world has a policy \`${name}\`; --replace gives it another document`);
    }
    this.managed.set(name, this.parsed(name, "managed", source));
  }

  /** Also where a policy is attached and the world does not hold it: then it is known from now on. */
  private replace(name: string, source: Source): void {
    const held = this.policyNamed(name);
    const isMissing = held === null && isManagedArn(name) && this.isMissing(name);
    if (held === null && !isMissing) {
      throw new ChangeError("unknown-policy", `the world has no policy \`${name}\`${suggestion(name, this.names())}`);
    }
    const policy = this.parsed(name, held?.type ?? "managed", source);
    this.exchange(name, policy);
    if (this.managed.has(name) || isMissing) this.managed.set(name, policy);
    if (this.guardrails.has(name)) this.guardrails.set(name, policy);
  }

  private parsed(name: string, type: PolicyType, source: Source): Policy {
    const { mode, looseOperators, incompleteArn } = this.before.options;
    const { policy, diagnostics } = parsePolicy(source, { type, name, mode, looseOperators, incompleteArn });
    if (policy === null) throw new InvalidInput(diagnostics);
    this.warnings.push(...diagnostics);
    return policy;
  }

  private exchange(name: string, policy: Policy): void {
    const isOf = hasPolicy(name);
    const swap = <T extends Attached | null>(set: T): T =>
      set !== null && isOf(set) ? { ...set, ...exchanged(set, name, policy) } : set;
    for (const [id, account] of this.accounts) {
      this.accounts.set(id, { ...account, scps: account.scps.map(swap), rcps: account.rcps.map(swap) });
    }
    for (const [arn, own] of this.own) this.own.set(arn, { ...own, own: swap(own.own) });
    for (const [arn, group] of this.groups) this.groups.set(arn, swap(group));
    for (const [arn, record] of this.principals) {
      const { identity, boundary } = record;
      this.principals.set(arn, { ...record, identity: swap(identity), boundary: swap(boundary) });
    }
    for (const [arn, record] of this.sessions) this.sessions.set(arn, { ...record, policies: swap(record.policies) });
    for (const [arn, record] of this.resources) this.resources.set(arn, { ...record, policies: swap(record.policies) });
    const own = [...this.ownResources].filter(([, { policies }]) => isOf(policies.written));
    for (const [arn, { policies }] of own) this.setWritten(arn, exchanged(policies.written, name, policy));
    for (const [id, record] of this.endpoints) this.endpoints.set(id, { ...record, policies: swap(record.policies) });
  }

  private policyNamed(name: string): Policy | null {
    const listed = this.managed.get(name) ?? this.guardrails.get(name);
    if (listed !== undefined) return listed;
    for (const set of this.sets()) for (const { policy } of set.documents) if (policy.name === name) return policy;
    return null;
  }

  private isMissing(name: string): boolean {
    for (const set of this.sets()) if (set.missing.includes(name)) return true;
    return false;
  }

  private *sets(): Generator<Attached> {
    for (const { scps, rcps } of this.accounts.values()) yield* [...scps, ...rcps];
    yield* this.groups.values();
    for (const { identity, boundary } of this.principals.values()) {
      yield identity;
      if (boundary !== null) yield boundary;
    }
    for (const { policies } of this.sessions.values()) if (policies !== null) yield policies;
    for (const { policies } of this.resources.values()) yield policies;
    for (const { policies } of this.endpoints.values()) if (policies !== null) yield policies;
  }

  private names(): Set<string> {
    const names = new Set([...this.managed.keys(), ...this.guardrails.keys()]);
    for (const set of this.sets()) for (const { policy } of set.documents) names.add(policy.name);
    return names;
  }

  // --- principals ------------------------------------------------------------------------------------------------------

  private attach(principal: string, choice: PolicyChoice): void {
    const attached = this.attachedTo(principal);
    const policy =
      choice.kind === "held"
        ? this.managedPolicy(choice.name)
        : this.parsed(`${principal}/inline/${choice.name}`, "identity", choice.source);
    if (hasPolicy(policy.name)(attached)) {
      throw new ChangeError("already-attached", `\`${policy.name}\` is attached to \`${principal}\` already`);
    }
    const document: Document = { policy, use: "policy" };
    this.setAttached(principal, { ...attached, documents: [...attached.documents, document] });
  }

  private managedPolicy(name: string): Policy {
    const policy = this.managed.get(name);
    if (policy !== undefined) return policy;
    const help = suggestion(name, this.managed.keys());
    throw new ChangeError("unknown-policy", `the world has no managed policy \`${name}\`${help}`);
  }

  private detach(from: string, policy: string): void {
    if (from.startsWith("arn:")) this.detachIdentity(from, policy);
    else this.detachGuardrail(from, policy);
  }

  private detachIdentity(from: string, policy: string): void {
    const attached = this.attachedTo(from);
    const names = [policy, `${from}/inline/${policy}`];
    const documents = attached.documents.filter((document) => !names.includes(document.policy.name));
    const missing = attached.missing.filter((name) => name !== policy);
    if (documents.length === attached.documents.length && missing.length === attached.missing.length) {
      const message = `\`${policy}\` is not attached to \`${from}\`${this.elsewhere(from, policy)}`;
      throw new ChangeError("not-attached", message);
    }
    this.setAttached(from, { documents, missing });
  }

  /** Where a user has it from, or what is attached instead. */
  private elsewhere(from: string, policy: string): string {
    const groups = this.own.get(from)?.groups ?? [];
    const group = groups.find((arn) => hasPolicy(policy)(this.groups.get(arn)!));
    if (group !== undefined) return `, but to its group \`${group}\``;
    return suggestion(policy, namesOf(this.attachedTo(from)));
  }

  private setBoundary(principal: string, choice: PolicyChoice | null): void {
    const record = this.principals.get(principal);
    if (record === undefined) throw unknownPrincipal("user or role", principal, this.principals.keys());
    if (choice === null && record.boundary === null) {
      throw new ChangeError("not-attached", `\`${principal}\` has no permissions boundary`);
    }
    this.principals.set(principal, { ...record, boundary: choice === null ? null : this.boundary(principal, choice) });
  }

  private boundary(principal: string, choice: PolicyChoice): DocumentSet {
    const policy =
      choice.kind === "held"
        ? this.managedPolicy(choice.name)
        : this.parsed(`${principal}/boundary/${choice.name}`, "boundary", choice.source);
    return { label: LABELS.boundary(principal), documents: [{ policy, use: "policy" }], missing: [] };
  }

  private attachedTo(arn: string): Attached {
    const attached = this.own.get(arn)?.own ?? this.groups.get(arn);
    if (attached !== undefined) return attached;
    throw unknownPrincipal("user, role or group", arn, [...this.own.keys(), ...this.groups.keys()]);
  }

  private setAttached(arn: string, attached: Attached): void {
    const own = this.own.get(arn);
    if (own !== undefined) {
      this.own.set(arn, { ...own, own: attached });
      this.refresh(arn);
      return;
    }
    this.groups.set(arn, attached);
    for (const [member, { groups }] of this.own) if (groups.includes(arn)) this.refresh(member);
  }

  private refresh(arn: string): void {
    const record = this.principals.get(arn)!;
    this.principals.set(arn, { ...record, identity: identityOf(arn, this.own.get(arn)!, this.groups) });
  }

  // --- resources ---------------------------------------------------------------------------------------------------------

  private setResourcePolicy(arn: string, source: Source | null): void {
    const record = this.resources.get(arn);
    if (record === undefined) {
      const message = `the world has no resource \`${arn}\`${suggestion(arn, this.resources.keys())}`;
      throw new ChangeError("unknown-resource", message);
    }
    const isTrust = record.policyKind === "trust";
    const name = `${isTrust ? "trust" : "resource"} policy of ${arn}`;
    const documents: Document[] =
      source === null ? [] : [{ policy: this.parsed(name, isTrust ? "trust" : "resource", source), use: "policy" }];
    const written: Attached = { documents, missing: [] };
    if (this.ownResources.has(arn)) this.setWritten(arn, written);
    else this.resources.set(arn, { ...record, policies: { label: record.policies.label, ...written } });
  }

  /** What Block Public Access makes of the policies, and what a bucket's objects have of them, follows from them anew. */
  private setWritten(arn: string, written: Attached): void {
    const { record, policies: before } = this.ownResources.get(arn)!;
    const policies = { ...before, written };
    this.ownResources.set(arn, { record: { ...record, ...settledPolicies(arn, policies) }, policies });
    const records = new Map([...this.ownResources].map(([name, own]) => [name, own.record]));
    const isComplete = (account: string | null) =>
      account !== null && this.accounts.get(account)?.completeResourceTypes.includes("s3:bucket") === true;
    for (const [name, settled] of withBuckets(records, isComplete)) this.resources.set(name, settled);
  }

  // --- the organization --------------------------------------------------------------------------------------------------

  private attachGuardrail(type: "scp" | "rcp", target: string, choice: PolicyChoice): void {
    const policy = this.guardrail(type, choice);
    this.changeLevel(type, target, (level) => {
      const others = level.documents.filter((other) => other.policy.name !== policy.name);
      if (others.length < level.documents.length && choice.kind === "held") {
        throw new ChangeError("already-attached", `\`${choice.name}\` is attached to \`${target}\` already`);
      }
      return { ...level, documents: [...others, { policy, use: "policy" }] };
    });
    this.guardrails.set(policy.name, policy);
  }

  private guardrail(type: "scp" | "rcp", choice: PolicyChoice): Policy {
    if (choice.kind === "document") return this.newGuardrail(type, choice.name, choice.source);
    const policy =
      this.guardrails.get(choice.name) ?? (choice.name === nameOfFullAccess(type) ? FULL[type] : undefined);
    if (policy?.type === type) return policy;
    const known = [...this.guardrails.keys()].filter((name) => name.startsWith(`${type}/`));
    const help = suggestion(choice.name, known);
    throw new ChangeError("unknown-policy", `the world has no policy \`${choice.name}\`${help}`);
  }

  /** Under the name of a policy that other levels have, it would be a second policy of that name. */
  private newGuardrail(type: "scp" | "rcp", name: string, source: Source): Policy {
    const policy = this.parsed(`${type}/${name}`, type, source);
    const levels = this.levelsWith(policy.name);
    const held = this.guardrails.get(policy.name);
    if (held === undefined || held.source.text === source.text || levels.length <= 1) return policy;
    const listed = levels.map((label) => `\`${label}\``).join(", ");
    const help = "--replace changes it everywhere, or give the file another name";
    throw new ChangeError("policy-exists", `\`${policy.name}\` is attached to ${listed}: ${help}`);
  }

  private levelsWith(name: string): readonly string[] {
    const accounts = [...this.accounts.values()];
    const levels = accounts.flatMap(({ scps, rcps }) => [...scps, ...rcps]).filter(hasPolicy(name));
    return [...new Set(levels.map(({ label }) => label))];
  }

  private detachGuardrail(target: string, name: string): void {
    const type = (["scp", "rcp"] as const).find((candidate) => name.startsWith(`${candidate}/`));
    if (type === undefined) {
      const message = `\`${target}\` is no ARN, and \`${name}\` neither \`scp/NAME\` nor \`rcp/NAME\`, which are attached to roots, units and accounts`;
      throw new ChangeError("unknown-policy", message);
    }
    const policyName = name === nameOfFullAccess(type) ? FULL[type].name : name;
    this.changeLevel(type, target, (level) => {
      const documents = level.documents.filter(({ policy }) => policy.name !== policyName);
      if (documents.length < level.documents.length) return { ...level, documents };
      const help = suggestion(name, namesOf(level));
      throw new ChangeError("not-attached", `\`${name}\` is not attached to \`${target}\`${help}`);
    });
  }

  /** A level stands in each account under it. */
  private changeLevel(type: "scp" | "rcp", target: string, change: (level: DocumentSet) => DocumentSet): void {
    const field = `${type}s` as const;
    const isTarget = (level: DocumentSet, depth: number) => level.label === target || (target === ROOT && depth === 0);
    let found = false;
    for (const [id, account] of this.accounts) {
      if (!account[field].some(isTarget)) continue;
      found = true;
      const levels = account[field].map((level, depth) => (isTarget(level, depth) ? change(level) : level));
      this.accounts.set(id, { ...account, [field]: levels });
    }
    if (!found) throw this.unknownTarget(type, target);
  }

  private unknownTarget(type: "scp" | "rcp", target: string): ChangeError {
    const accounts = [...this.accounts.values()];
    const labels = new Set(accounts.flatMap((account) => account[`${type}s`].map(({ label }) => label)));
    const types = `${type.toUpperCase()}s`;
    if (labels.size === 0) {
      const message = `no account of the world has ${types}: there is no organization, or they are not enabled`;
      return new ChangeError("unknown-target", message);
    }
    const message = this.accounts.has(target)
      ? `account \`${target}\` has no ${types}: it is the management account, or in no organization`
      : `no account of the world stands under a root or unit \`${target}\`${suggestion(target, labels)}`;
    return new ChangeError("unknown-target", message);
  }
}

/** In place of the root's id. */
const ROOT = "root";

const FULL = { scp: FULL_AWS_ACCESS, rcp: RCP_FULL_AWS_ACCESS } as const;

function nameOfFullAccess(type: "scp" | "rcp"): string {
  return `${type}/${FULL[type].name}`;
}

function isManagedArn(name: string): boolean {
  return name.startsWith("arn:") && name.includes(":policy/");
}

function hasPolicy(name: string): (set: Attached) => boolean {
  return ({ documents, missing }) => documents.some(({ policy }) => policy.name === name) || missing.includes(name);
}

/** At its place; what was attached and not held comes behind what was. */
function exchanged({ documents, missing }: Attached, name: string, policy: Policy): Attached {
  const swapped = documents.map(
    (document): Document => (document.policy.name === name ? { ...document, policy } : document),
  );
  if (!missing.includes(name)) return { documents: swapped, missing };
  const added: Document = { policy, use: "policy" };
  return { documents: [...swapped, added], missing: missing.filter((other) => other !== name) };
}

function namesOf({ documents, missing }: Attached): string[] {
  return [...documents.map(({ policy }) => policy.name), ...missing];
}

function unknownPrincipal(what: string, arn: string, known: Iterable<string>): ChangeError {
  return new ChangeError("unknown-principal", `the world has no ${what} \`${arn}\`${suggestion(arn, known)}`);
}

/** Names are compared by their ends, where ARNs differ. */
function suggestion(name: string, known: Iterable<string>): string {
  const ends = new Map([...known].map((other) => [other.slice(-SUGGESTION_LENGTH), other]));
  const end = nearest(name.slice(-SUGGESTION_LENGTH), ends.keys());
  return end === null ? "" : `; did you mean \`${ends.get(end)}\`?`;
}

const SUGGESTION_LENGTH = 48;
