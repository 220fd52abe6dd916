/** Policies and their statements → records. What lenient mode tolerates is decided here, once (GRAM-8, GRAM-52). */
import { Format, PolicyTypeCode, PrincipalEntryKind, StatementBits } from "../bytecode/layout.js";
import { Words } from "../bytecode/writer.js";
import type {
  ActionElement,
  Effect,
  Policy,
  PrincipalElement,
  PrincipalEntry,
  ResourceElement,
  Statement,
  Template,
} from "../policy/model.js";
import type { World } from "../world/model.js";
import { compileConditions } from "./conditions.js";
import type { Elements, Interner } from "./intern.js";
import type { Provenance } from "./sources.js";

export class Statements {
  readonly statementWords = new Words();
  readonly policyWords = new Words();
  private readonly policyIds = new Map<Policy, number>();
  private readonly literal: boolean;
  private readonly variablesMatter: boolean;

  constructor(
    private readonly world: World,
    private readonly interner: Interner,
    private readonly elements: Elements,
    private readonly provenance: Provenance,
  ) {
    this.literal = world.options.invalidEntry === "literal";
    this.variablesMatter = world.options.unresolvedVariable === "statement";
  }

  /** The policy's id; its statements are written the first time. */
  policy(policy: Policy): number {
    let id = this.policyIds.get(policy);
    if (id === undefined) {
      id = this.policyIds.size;
      this.policyIds.set(policy, id);
      const first = this.statementWords.count / 8;
      for (const statement of policy.statements) this.statement(policy, id, statement);
      this.policyWords.push(
        this.interner.string(policy.name),
        PolicyTypeCode[policy.type],
        first,
        policy.statements.length,
      );
    }
    return id;
  }

  private statement(policy: Policy, policyId: number, statement: Statement): void {
    const resource = this.resource(statement.resource, statement.effect);
    this.statementWords.push(
      statement.effect === "Deny" ? StatementBits.Deny : 0,
      this.action(statement.action, statement.effect),
      resource,
      this.principal(statement.principal, statement.effect),
      compileConditions(statement.conditions, this.interner),
      policyId,
      statement.index,
      this.variables(statement, resource),
    );
    this.provenance.add(policy, statement);
  }

  private action(element: ActionElement, effect: Effect): number {
    const whole = this.wholeElement(element.negated, element.patterns, effect);
    if (whole !== null) return whole;
    // No request's action reads like an entry that AWS cannot hold, so such an entry as it stands matches nothing (GRAM-52).
    const patterns = element.patterns.flatMap((entry) => (entry.kind === "pattern" ? [entry.pattern] : []));
    if (patterns.length === 0) return element.negated ? Format.None : Format.Never;
    return this.elements.action(element.negated, patterns);
  }

  private resource(element: ResourceElement | null, effect: Effect): number {
    if (element === null) return Format.None;
    const whole = this.wholeElement(element.negated, element.patterns, effect);
    if (whole !== null) return whole;
    const patterns: number[] = [];
    for (const entry of element.patterns) {
      if (entry.kind === "pattern") patterns.push(this.interner.pattern(entry.template, "resource"));
      else if (this.literal) patterns.push(this.interner.pattern([{ kind: "text", text: entry.text }], "resource"));
    }
    if (patterns.length === 0) return element.negated ? Format.None : Format.Never;
    return this.elements.resource(element.negated, patterns);
  }

  private principal(element: PrincipalElement | null, effect: Effect): number {
    if (element === null) return Format.None;
    const invalid = element.entries.some((entry) => entry.kind === "invalid") && !this.literal;
    if (invalid && (element.negated || effect === "Deny")) return effect === "Deny" ? Format.None : Format.Never;
    const words: number[] = [];
    for (const entry of element.entries) if (entry.kind !== "invalid") words.push(...this.principalEntry(entry));
    if (words.length === 0 && !element.negated) return Format.Never;
    return this.elements.principal(element.negated, words);
  }

  /** An element that is decided without its entries: empty (GRAM-8), or holding an entry of GRAM-52; else null. */
  private wholeElement(
    negated: boolean,
    patterns: readonly { readonly kind: "pattern" | "invalid" }[],
    effect: Effect,
  ): number | null {
    if (patterns.length === 0) return effect === "Deny" && negated ? Format.None : Format.Never;
    if (this.literal || !patterns.some((pattern) => pattern.kind === "invalid")) return null;
    if (effect === "Deny") return Format.None;
    return negated ? Format.Never : null;
  }

  private principalEntry(entry: Exclude<PrincipalEntry, { kind: "invalid" }>): readonly [number, number, number] {
    const text = (kind: PrincipalEntryKind, value: string) => [kind, this.interner.string(value), Format.None] as const;
    const bound = (kind: PrincipalEntryKind, arn: string) =>
      [kind, this.interner.string(arn), this.interner.stringOrNone(this.world.bindings.get(arn) ?? null)] as const;
    switch (entry.kind) {
      case "anyone":
        return [entry.aws ? PrincipalEntryKind.AwsAnyone : PrincipalEntryKind.Anyone, Format.None, Format.None];
      case "account":
        return text(PrincipalEntryKind.Account, entry.account);
      case "user":
        return bound(PrincipalEntryKind.User, entry.arn);
      case "role":
        return bound(PrincipalEntryKind.Role, entry.arn);
      case "roleSession":
        return text(PrincipalEntryKind.RoleSession, entry.arn);
      case "federatedUser":
        return text(PrincipalEntryKind.FederatedUser, entry.arn);
      case "uniqueId":
        return text(PrincipalEntryKind.UniqueId, entry.id);
      case "originAccessIdentity":
        return text(PrincipalEntryKind.OriginAccessIdentity, entry.arn);
      case "service":
        return text(PrincipalEntryKind.Service, entry.name);
      case "federated":
        return text(PrincipalEntryKind.Federated, entry.provider);
      case "canonicalUser":
        return text(PrincipalEntryKind.CanonicalUser, entry.id);
      case "granted":
        return [
          entry.to === "everyone" ? PrincipalEntryKind.Everyone : PrincipalEntryKind.Authenticated,
          Format.None,
          Format.None,
        ];
    }
  }

  /** VAR-10 under `statement`: the variables of an Allow are a part of it of their own. */
  private variables(statement: Statement, resource: number): number {
    if (!this.variablesMatter || statement.effect !== "Allow") return Format.None;
    const ids = new Set<number>();
    const collect = (template: Template) => {
      for (const part of template)
        if (part.kind === "variable") ids.add(this.interner.variable(part.key, part.fallback));
    };
    // An element that is decided without its entries has no variables left.
    const patterns = resource === Format.None || resource === Format.Never ? [] : (statement.resource?.patterns ?? []);
    for (const pattern of patterns) if (pattern.kind === "pattern") collect(pattern.template);
    for (const entry of statement.conditions) for (const operand of entry.operands) collect(operand.template);
    return ids.size === 0 ? Format.None : this.interner.row([ids.size, ...ids]);
  }
}
