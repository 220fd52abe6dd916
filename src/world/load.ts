/** A world from a folder of files, most of them as AWS prints them; or from one account export. See docs/world.md. */
import { isAccountId } from "../policy/arn.js";
import type { Policy, PolicyType } from "../policy/model.js";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../policy/options.js";
import { type Diagnostic, hasErrors } from "../text/diagnostic.js";
import { type JsonValue, parseJson, quoted } from "../text/json.js";
import type { Attached, Attachments, OwnAttachments } from "./attachments.js";
import { type AuthorizationDetails, readAuthorizationDetails, type SharedPolicy } from "./authorization-details.js";
import { Findings, readFields } from "./fields.js";
import { type Entry, Files } from "./files.js";
import type { Account, EndpointRecord, PrincipalRecord, ResourceRecord, SessionRecord, World } from "./model.js";
import { readWorldOptions } from "./options.js";
import { type Organization, readOrganization } from "./organization.js";
import { readPolicy } from "./policies.js";
import { type Located, type OwnResource, readEndpoints, readResources, withBuckets } from "./resource-file.js";
import { readSessions } from "./session-file.js";

/**
 * Loads a world directory, or a single file of `aws iam get-account-authorization-details` as a world of one account.
 * Whatever cannot be read, or is not part of a world, is a diagnostic; with an error among them the world is null. `options`
 * win over the directory's `options.json`. `attachments` say what the world's document sets were made of.
 */
export async function loadWorld(
  path: string,
  options: Partial<WorldOptions> = {},
): Promise<{ world: World | null; attachments: Attachments; diagnostics: Diagnostic[] }> {
  const loader = new Loader(options);
  const kind = await loader.files.kindOf(path);
  if (kind === "folder") await loader.loadFolder(path);
  else if (kind === "file") await loader.loadExport(path);
  const world = kind === null ? null : loader.world();
  const diagnostics = loader.diagnostics;
  return { world: hasErrors(diagnostics) ? null : world, attachments: loader.attachments, diagnostics };
}

/** What a folder of accounts/ says beside its export. */
interface AccountFile {
  readonly canonicalUserId: string | null;
  readonly completeResourceTypes: readonly string[];
}

const NO_ACCOUNT_FILE: AccountFile = { canonicalUserId: null, completeResourceTypes: [] };

class Loader {
  readonly files = new Files();
  private readonly found: Findings[] = [];
  private readonly exported: Diagnostic[] = [];
  private options: WorldOptions;
  private organization: Organization | null = null;
  private readonly held = new Set<string>();
  private readonly accountFiles = new Map<string, AccountFile>();
  private readonly principals = new Map<string, PrincipalRecord>();
  private readonly resources = new Map<string, ResourceRecord>();
  private readonly endpoints = new Map<string, EndpointRecord>();
  private readonly sessions = new Map<string, SessionRecord>();
  private readonly managed = new Map<string, Policy>();
  private readonly shared = new Map<string, SharedPolicy>();
  private readonly attached = new Map<string, OwnAttachments>();
  private readonly groups = new Map<string, Attached>();
  private readonly ownResources = new Map<string, OwnResource>();
  private readonly guardrails = new Map<string, Policy>();

  constructor(private readonly given: Partial<WorldOptions>) {
    this.options = { ...DEFAULT_WORLD_OPTIONS, ...given };
  }

  get diagnostics(): Diagnostic[] {
    return [...this.files.diagnostics, ...this.found.flatMap(({ diagnostics }) => diagnostics), ...this.exported];
  }

  get attachments(): Attachments {
    const { managed, attached: principals, groups, ownResources: resources, guardrails } = this;
    return { managed, principals, groups, resources, guardrails };
  }

  async loadExport(path: string): Promise<void> {
    const accounts = await this.readExport([path]);
    for (const account of accounts) this.accountFiles.set(account, NO_ACCOUNT_FILE);
    if (accounts.length === 0) this.files.report("error", path, "empty-world", "names no account", EXPORT_HELP);
    if (accounts.length > 1) {
      const message = `is an export of ${accounts.length} accounts: ${accounts.join(", ")}`;
      this.files.report("warning", path, "several-accounts", message, "AWS exports one account at a time");
    }
  }

  async loadFolder(path: string): Promise<void> {
    const entries = new Map((await this.files.entriesOf(path)).map((entry) => [entry.name, entry]));
    for (const [name, entry] of entries) {
      if (!TOP.has(name)) this.files.report("warning", entry.path, "unknown-file", "is not part of a world", TOP_HELP);
    }
    if (![...TOP].some((name) => entries.has(name))) {
      this.files.report("error", path, "empty-world", "holds no world", TOP_HELP);
    }
    await this.loadOptions(entries.get("options.json"));
    const policies = await this.loadOrganizationPolicies(entries.get("policies"));
    await this.loadOrganization(entries.get("organization.json"), policies);
    await this.loadAccounts(entries.get("accounts"));
    await this.loadSessions(entries.get("sessions"));
    const records = withBuckets(this.resources, (account) => this.listsBuckets(account));
    for (const [arn, record] of records) this.resources.set(arn, record);
  }

  world(): World {
    return {
      options: this.options,
      accounts: this.accounts(),
      principals: this.principals,
      sessions: this.sessions,
      resources: this.resources,
      endpoints: this.endpoints,
      bindings: new Map(),
      closed: false,
    };
  }

  /** Members of the organization and accounts with a folder. A folder's account that the tree does not list is no member. */
  private accounts(): ReadonlyMap<string, Account> {
    const accounts = new Map<string, Account>();
    for (const id of new Set([...(this.organization?.members.keys() ?? []), ...this.accountFiles.keys()])) {
      const member = this.organization?.members.get(id);
      accounts.set(id, {
        id,
        held: this.held.has(id),
        organization: member?.facts ?? null,
        scps: member?.scps ?? [],
        rcps: member?.rcps ?? [],
        mayAssumeRoot: member !== undefined && this.mayAssumeRoot(id),
        ...(this.accountFiles.get(id) ?? NO_ACCOUNT_FILE),
      });
    }
    return accounts;
  }

  private mayAssumeRoot(id: string): boolean {
    const organization = this.organization;
    return organization?.managementAccount === id || organization?.delegatedAdministrators.includes(id) === true;
  }

  private listsBuckets(account: string | null): boolean {
    return account !== null && this.accountFiles.get(account)?.completeResourceTypes.includes("s3:bucket") === true;
  }

  private async loadOptions(entry: Entry | undefined): Promise<void> {
    if (entry === undefined) return;
    await this.readJson(entry, (findings, value) => {
      this.options = { ...DEFAULT_WORLD_OPTIONS, ...readWorldOptions(findings, value, "options"), ...this.given };
    });
  }

  /** `policies/scp/*.json` and `policies/rcp/*.json`, by file name without `.json`. */
  private async loadOrganizationPolicies(entry: Entry | undefined): Promise<OrganizationPolicies> {
    const policies: OrganizationPolicies = { scp: new Map(), rcp: new Map() };
    for (const folder of await this.entriesIn(entry)) {
      const type = POLICY_FOLDERS.find((name) => name === folder.name);
      if (type === undefined) this.refuseEntry(folder, "`policies` holds the folders `scp` and `rcp`");
      else await this.loadPolicies(folder, type, policies[type]);
    }
    return policies;
  }

  private async loadPolicies(folder: Entry, type: PolicyType & ("scp" | "rcp"), policies: Map<string, Policy>) {
    for (const file of await this.jsonFilesIn(folder)) {
      const name = file.name.slice(0, -".json".length);
      await this.readJson(file, (findings, value) => {
        const policy = readPolicy(findings, value, type, `${type}/${name}`, this.options);
        if (policy === null) return;
        policies.set(name, policy);
        this.guardrails.set(policy.name, policy);
      });
    }
  }

  private async loadOrganization(entry: Entry | undefined, policies: OrganizationPolicies): Promise<void> {
    if (entry !== undefined) {
      await this.readJson(entry, (findings, value) => {
        const read = readOrganization(findings.source, value, policies.scp, policies.rcp);
        findings.diagnostics.push(...read.diagnostics);
        this.organization = read.organization;
      });
    }
    if (entry !== undefined && this.organization === null) return;
    for (const policy of [...policies.scp.values(), ...policies.rcp.values()]) {
      if (this.organization?.attached.has(policy) === true) continue;
      this.files.report("warning", policy.source.name, "unattached-policy", "is attached nowhere in the organization");
    }
  }

  private async loadAccounts(entry: Entry | undefined): Promise<void> {
    for (const folder of await this.entriesIn(entry)) {
      if (!folder.isFolder || !isAccountId(folder.name)) {
        this.refuseEntry(folder, "`accounts` holds a folder for each account, named with its 12 digits");
        continue;
      }
      await this.loadAccount(folder);
    }
  }

  private async loadAccount(folder: Entry): Promise<void> {
    const id = folder.name;
    this.accountFiles.set(id, NO_ACCOUNT_FILE);
    const entries = await this.entriesIn(folder);
    const exports = entries.filter(isExport);
    if (exports.length > 0) await this.loadExportOf(id, exports);
    for (const entry of entries.filter((candidate) => !isExport(candidate))) {
      if (entry.name === "resources" && entry.isFolder) await this.loadResources(entry, id);
      else if (entry.name === "vpc-endpoints" && entry.isFolder) await this.loadEndpoints(entry, id);
      else if (entry.name === "account.json" && !entry.isFolder) await this.loadAccountFile(entry, id);
      else this.refuseEntry(entry, ACCOUNT_HELP);
    }
  }

  private async loadExportOf(id: string, pieces: readonly Entry[]): Promise<void> {
    this.held.add(id);
    for (const account of await this.readExport(pieces.map(({ path }) => path))) {
      if (account === id) continue;
      this.files.report(
        "error",
        pieces[0]!.path,
        "account-mismatch",
        `is an export of account ${account}, not of ${id}`,
      );
    }
  }

  /** The accounts of an export. */
  private async readExport(paths: readonly string[]): Promise<readonly string[]> {
    const sources = await Promise.all(paths.map((path) => this.files.source(path)));
    const pieces = sources.filter((source) => source !== null);
    const { details, diagnostics } = readAuthorizationDetails(pieces, this.options, this.shared);
    this.exported.push(...diagnostics);
    this.addDetails(details);
    return [...details.accounts];
  }

  private addDetails(details: AuthorizationDetails): void {
    for (const account of details.accounts) this.held.add(account);
    for (const principal of details.principals) this.principals.set(principal.arn, principal);
    for (const role of details.roles) this.resources.set(role.arn, role);
    for (const [arn, policy] of details.managed) this.managed.set(arn, policy);
    for (const [arn, own] of details.attachments) this.attached.set(arn, own);
    for (const [arn, policies] of details.groupPolicies) this.groups.set(arn, policies);
  }

  private async loadAccountFile(file: Entry, id: string): Promise<void> {
    await this.readJson(file, (findings, value) => {
      const fields = readFields(findings, value, "", ["canonicalUserId", "completeResourceTypes", "name", "note"]);
      if (fields === null) return;
      fields.text("name");
      fields.text("note");
      this.accountFiles.set(id, {
        canonicalUserId: fields.text("canonicalUserId"),
        completeResourceTypes: fields.texts("completeResourceTypes") ?? [],
      });
    });
  }

  private async loadResources(folder: Entry, account: string): Promise<void> {
    for (const file of await this.jsonFilesIn(folder)) {
      await this.readJson(file, (findings, value) => {
        for (const located of readResources(findings, value, account, this.options)) {
          const { record } = located.record;
          this.add(this.resources, { ...located, record }, record.arn);
          this.ownResources.set(record.arn, located.record);
        }
      });
    }
  }

  private async loadEndpoints(folder: Entry, account: string): Promise<void> {
    for (const file of await this.jsonFilesIn(folder)) {
      await this.readJson(file, (findings, value) => {
        for (const located of readEndpoints(findings, value, account, this.options)) {
          this.add(this.endpoints, located, located.record.id);
        }
      });
    }
  }

  private async loadSessions(folder: Entry | undefined): Promise<void> {
    if (folder === undefined) return;
    for (const file of await this.jsonFilesIn(folder)) {
      await this.readJson(file, (findings, value) => {
        for (const located of readSessions(findings, value, this.managed, this.options)) {
          this.add(this.sessions, located, located.record.arn);
        }
      });
    }
  }

  private add<T>(records: Map<string, T>, { record, findings, span }: Located<T>, name: string): void {
    if (records.has(name)) findings.error(span, "repeated-record", `${quoted(name)} is in the world twice`);
    records.set(name, record);
  }

  private async readJson(entry: Entry, read: (findings: Findings, value: JsonValue) => void): Promise<void> {
    const source = await this.files.source(entry.path);
    if (source === null) return;
    const findings = new Findings(source);
    this.found.push(findings);
    const { value, diagnostics } = parseJson(source);
    findings.diagnostics.push(...diagnostics);
    if (value !== null) read(findings, value);
  }

  /** The entries of a folder, hidden ones left out with a warning. */
  private async entriesIn(folder: Entry | undefined): Promise<Entry[]> {
    if (folder === undefined) return [];
    const entries = await this.files.entriesOf(folder.path);
    for (const { name, path } of entries.filter(isHidden)) {
      this.files.report("warning", path, "unknown-file", `is hidden and not read: ${quoted(name)}`);
    }
    return entries.filter((entry) => !isHidden(entry));
  }

  private async jsonFilesIn(folder: Entry): Promise<Entry[]> {
    const entries = await this.entriesIn(folder);
    const files = entries.filter(({ name, isFolder }) => !isFolder && name.endsWith(".json"));
    for (const entry of entries) {
      if (!files.includes(entry)) this.refuseEntry(entry, "this folder holds `.json` files");
    }
    return files;
  }

  /** A file in the wrong place may be a policy that somebody counts on. */
  private refuseEntry(entry: Entry, help: string): void {
    this.files.report("error", entry.path, "unknown-file", "is not part of a world", help);
  }
}

interface OrganizationPolicies {
  readonly scp: Map<string, Policy>;
  readonly rcp: Map<string, Policy>;
}

const POLICY_FOLDERS = ["scp", "rcp"] as const;

const TOP: ReadonlySet<string> = new Set(["organization.json", "options.json", "policies", "accounts", "sessions"]);
const TOP_HELP = `a world has ${[...TOP].map((name) => `\`${name}\``).join(", ")}`;
const EXPORT_HELP = "a world is a folder, or the output of `aws iam get-account-authorization-details`";
const ACCOUNT_HELP =
  "an account has `authorization-details.json` (or `.json.gz`), `account.json`, `resources` and `vpc-endpoints`";

/** `authorization-details.json`, gzipped or not, and its pages: `authorization-details-2.json`. */
function isExport({ name, isFolder }: Entry): boolean {
  return !isFolder && name.startsWith("authorization-details") && (name.endsWith(".json") || name.endsWith(".json.gz"));
}

function isHidden({ name }: Entry): boolean {
  return name.startsWith(".");
}
