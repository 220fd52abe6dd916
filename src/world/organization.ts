/** The organization of a world directory: its tree, and what is attached where. The format is docs/world.md. */
import type { Policy } from "../policy/model.js";
import { parsePolicy } from "../policy/parse.js";
import { didYouMean } from "../policy/spelling.js";
import type { OrganizationFacts } from "../request/directory.js";
import type { Diagnostic } from "../text/diagnostic.js";
import { type JsonValue, quoted } from "../text/json.js";
import type { Source } from "../text/span.js";
import { type Fields, Findings, readFields, readText } from "./fields.js";
import type { DocumentSet } from "./model.js";

/** Policies by the names under which an organization attaches them. */
export type PoliciesByName = ReadonlyMap<string, Policy>;

export interface Organization {
  readonly id: string;
  readonly managementAccount: string;
  /** May call sts:AssumeRoot on members (SPEC-35). */
  readonly delegatedAdministrators: readonly string[];
  readonly members: ReadonlyMap<string, Member>;
  /** The policies that are attached somewhere. */
  readonly attached: ReadonlySet<Policy>;
}

/** A place in the tree. The management account has no levels (EVAL-10, EVAL-12). */
export interface Member {
  readonly facts: OrganizationFacts;
  readonly scps: readonly DocumentSet[];
  readonly rcps: readonly DocumentSet[];
}

/**
 * Reads `organization.json`. A level is the root, an organizational unit or an account; its label is its id. Null after
 * errors.
 */
export function readOrganization(
  source: Source,
  value: JsonValue,
  scps: PoliciesByName,
  rcps: PoliciesByName,
): { organization: Organization | null; diagnostics: Diagnostic[] } {
  const findings = new Findings(source);
  const fields = readFields(findings, value, "", FIELDS);
  const organization = fields === null ? null : new OrganizationReader(findings, fields, scps, rcps).read(fields);
  return { organization, diagnostics: findings.diagnostics };
}

/** AWS's own SCP (GRAM-32, appendix E); attached where an organization lists it and nowhere else. */
export const FULL_AWS_ACCESS: Policy = builtin(
  "FullAWSAccess",
  "scp",
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
);

/** AWS's own RCP. It is attached everywhere by itself (EVAL-16); an organization may list it all the same. */
export const RCP_FULL_AWS_ACCESS: Policy = builtin(
  "RCPFullAWSAccess",
  "rcp",
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
);

function builtin(name: string, type: "scp" | "rcp", text: string): Policy {
  return parsePolicy({ name, text }, { type }).policy!;
}

const FIELDS = ["id", "managementAccount", "delegatedAdministrators", "scpsEnabled", "rcpsEnabled", "root"] as const;
const UNIT_FIELDS = ["id", "name", "scps", "rcps", "accounts", "children"] as const;
const ACCOUNT_FIELDS = ["id", "name", "scps", "rcps"] as const;

/** What stands above a unit or account. */
interface Above {
  readonly path: string;
  readonly scps: readonly DocumentSet[];
  readonly rcps: readonly DocumentSet[];
}

interface Unit extends Above {
  readonly value: JsonValue;
  readonly where: string;
}

class OrganizationReader {
  private readonly id: string | null;
  private readonly managementAccount: string | null;
  private readonly scpsEnabled: boolean;
  private readonly rcpsEnabled: boolean;
  private readonly members = new Map<string, Member>();
  private readonly attached = new Set<Policy>();

  constructor(
    private readonly findings: Findings,
    fields: Fields,
    private readonly scps: PoliciesByName,
    private readonly rcps: PoliciesByName,
  ) {
    this.id = fields.requiredText("id");
    fields.required("managementAccount");
    this.managementAccount = fields.account("managementAccount");
    this.scpsEnabled = fields.boolean("scpsEnabled") ?? true;
    this.rcpsEnabled = fields.boolean("rcpsEnabled") ?? true;
  }

  read(fields: Fields): Organization | null {
    const delegatedAdministrators = fields.accounts("delegatedAdministrators") ?? [];
    const root = fields.required("root");
    if (root === null || this.id === null || this.managementAccount === null) return null;
    this.readTree({ value: root, where: "root", path: `${this.id}/`, scps: [], rcps: [] });
    if (!this.members.has(this.managementAccount)) {
      const message = `the management account \`${this.managementAccount}\` stands nowhere in the tree`;
      this.findings.error(fields.get("managementAccount")!.span, "unplaced-account", message);
    }
    const { id, managementAccount, members, attached } = this;
    return { id, managementAccount, delegatedAdministrators, members, attached };
  }

  private readTree(root: Unit): void {
    const open = [root];
    for (let unit = open.pop(); unit !== undefined; unit = open.pop()) {
      const fields = readFields(this.findings, unit.value, unit.where, UNIT_FIELDS);
      const id = fields?.requiredText("id") ?? null;
      if (fields === null || id === null) continue;
      fields.text("name");
      const here = this.below(unit, fields, id, `${unit.path}${id}/`);
      fields.items("accounts").forEach((value, index) => {
        this.readAccount(value, `${fields.path("accounts")}[${index}]`, here);
      });
      const children = fields.items("children").map((value, index) => {
        return { value, where: `${fields.path("children")}[${index}]`, ...here };
      });
      open.push(...children.reverse());
    }
  }

  private readAccount(value: JsonValue, where: string, above: Above): void {
    const fields = readFields(this.findings, value, where, ACCOUNT_FIELDS);
    fields?.required("id");
    const id = fields?.account("id") ?? null;
    if (fields === null || id === null) return;
    fields.text("name");
    if (this.members.has(id)) {
      this.findings.error(fields.get("id")!.span, "repeated-account", `account \`${id}\` stands in the tree twice`);
      return;
    }
    const facts = { id: this.id, path: above.path, managementAccount: this.managementAccount };
    if (id === this.managementAccount) {
      this.members.set(id, { facts, scps: [], rcps: [] });
      return;
    }
    const { scps, rcps } = this.below(above, fields, id, above.path);
    this.members.set(id, { facts, scps, rcps });
  }

  /** One level more. SCPs must be listed, since AWS lets no level be without (EVAL-4); a disabled type has none (EVAL-44). */
  private below(above: Above, fields: Fields, label: string, path: string): Above {
    const scps = this.scpsEnabled ? [...above.scps, this.level(fields, label, "scps")] : [];
    const rcps = this.rcpsEnabled ? [...above.rcps, this.level(fields, label, "rcps")] : [];
    if (this.scpsEnabled && fields.get("scps") === null) {
      const message = `\`${fields.path("scps")}\` is missing`;
      this.findings.error(
        fields.object.span,
        "missing-field",
        message,
        "`FullAWSAccess` is attached where it is listed",
      );
    }
    return { path, scps, rcps };
  }

  private level(fields: Fields, label: string, type: "scps" | "rcps"): DocumentSet {
    const documents = fields.items(type).flatMap((value, index) => {
      const policy = this.policyNamed(value, `${fields.path(type)}[${index}]`, type);
      return policy === null ? [] : [{ policy, use: "policy" as const }];
    });
    return { label, documents, missing: [] };
  }

  private policyNamed(value: JsonValue, where: string, type: "scps" | "rcps"): Policy | null {
    const name = readText(this.findings, value, where);
    if (name === null) return null;
    const own = type === "scps" ? FULL_AWS_ACCESS : RCP_FULL_AWS_ACCESS;
    const policies = this[type];
    const policy = policies.get(name) ?? (name === own.name ? own : null);
    if (policy === null) {
      const folder = type === "scps" ? "policies/scp" : "policies/rcp";
      const help =
        didYouMean(name, [...policies.keys(), own.name]) ??
        `policies are the files of \`${folder}\`, without \`.json\``;
      this.findings.error(value.span, "unknown-policy", `there is no policy ${quoted(name)} in \`${folder}\``, help);
      return null;
    }
    this.attached.add(policy);
    return policy;
  }
}
