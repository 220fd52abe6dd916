/** Elements, policies and statements: each whole, and of the shape that its policy's type has. */
import { INSTRUCTIONS } from "../instructions.js";
import {
  ElementBits,
  ElementRecord,
  KeyRecord,
  OptionBits,
  PolicyRecord,
  PolicyTypeCode,
  PrincipalEntryKind,
  PrincipalEntryRecord,
  Section,
  StatementBits,
  StatementRecord,
} from "../layout.js";
import { Mark, Op, PatternKind } from "../opcodes.js";
import { type BundleReader, NEVER, NONE, TAGGED } from "../reader.js";
import { fail } from "../refusal.js";
import type { Bounds } from "./bounds.js";
import type { PatternCheck } from "./patterns.js";
import { Place, placeOf } from "./places.js";
import { wordAt } from "./texts.js";

export class PolicyCheck {
  /** By ARN of a principal entry: the text of the unique ID that it is bound to, or null. */
  private readonly bindings = new Map<string, string | null>();
  private readonly reader: BundleReader;

  constructor(
    private readonly bundle: Bounds,
    private readonly patterns: PatternCheck,
    private readonly blocks: ReadonlySet<number>,
  ) {
    this.reader = bundle.reader;
  }

  run(): void {
    this.elements();
    this.policies();
    this.statements();
  }

  private elements(): void {
    for (let id = 0; id < this.bundle.counts.elements; id++) {
      const bits = this.bundle.element(id, ElementRecord.Bits);
      const start = this.bundle.element(id, ElementRecord.Start);
      const count = this.bundle.element(id, ElementRecord.Count);
      const kind = bits & ~ElementBits.Negated;
      const perEntry = kind === ElementBits.Principal ? 3 : 1;
      if (kind !== ElementBits.Action && kind !== ElementBits.Resource && kind !== ElementBits.Principal) {
        fail(`element ${id} is of no kind`);
      }
      this.bundle.poolRun(start, count, perEntry, `element ${id}`);
      const emptyNotPrincipal = kind === ElementBits.Principal && bits & ElementBits.Negated;
      if (count === 0 && !emptyNotPrincipal) fail(`element ${id} is empty`);
      for (let index = 0; index < count; index++) {
        const word = this.reader.pool(start + index * perEntry);
        if (kind === ElementBits.Action) this.bundle.id(word, "actionPatterns", `element ${id}`);
        else if (kind === ElementBits.Resource) this.resourcePattern(word, id);
        else this.principalEntry(start + index * 3, id);
      }
    }
  }

  /** The marks of a resource pattern are those that its text calls for (MATCH-22). */
  private resourcePattern(id: number, element: number): void {
    this.bundle.id(id, "patterns", `element ${element}`);
    const facts = this.patterns.facts[id]!;
    const plain = facts.kind === PatternKind.Variables || (this.bundle.options & OptionBits.PlainResourceGlob) !== 0;
    const bytes = this.reader.patternBytes(id);
    let colons = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === Mark.Variable) at += 4;
      else if (byte === COLON) colons++;
      else if (byte >= Mark.SegmentOne) {
        const confined = !plain && colons < 5;
        const star = byte === Mark.Star || byte === Mark.SegmentStar;
        const crosses = star && (at + 1 === bytes.length || bytes[at + 1] === COLON);
        const wanted = star
          ? confined && !crosses
            ? Mark.SegmentStar
            : Mark.Star
          : confined
            ? Mark.SegmentOne
            : Mark.One;
        if (byte !== wanted) fail(`element ${element} has a wildcard of another reach`);
      }
    }
  }

  private principalEntry(at: number, element: number): void {
    const kind = this.reader.pool(at);
    const text = this.reader.pool(at + PrincipalEntryRecord.Text / 4);
    const bound = this.reader.pool(at + PrincipalEntryRecord.Bound / 4);
    if (kind > PrincipalEntryKind.Authenticated) fail(`element ${element} names nobody that is known`);
    const textless =
      kind === PrincipalEntryKind.Anyone ||
      kind === PrincipalEntryKind.AwsAnyone ||
      kind === PrincipalEntryKind.Everyone ||
      kind === PrincipalEntryKind.Authenticated;
    if (textless ? text !== NONE : text >= this.bundle.counts.strings) fail(`element ${element} has an odd principal`);
    const bindable = kind === PrincipalEntryKind.User || kind === PrincipalEntryKind.Role;
    if (bindable) this.binding(text, bound, element);
    else if (bound !== NONE) fail(`element ${element} binds what cannot be bound`);
  }

  /** An ARN that AWS bound to a unique ID is bound to that one wherever it stands (MATCH-42). */
  private binding(text: number, bound: number, element: number): void {
    this.bundle.idOrNone(bound, "strings", `element ${element}`);
    const arn = this.reader.string(text);
    const uniqueId = this.reader.stringOrNull(bound);
    const before = this.bindings.get(arn);
    if (before === undefined) this.bindings.set(arn, uniqueId);
    else if (before !== uniqueId) fail(`element ${element} binds a principal to another unique id`);
  }

  private policies(): void {
    let next = 0;
    for (let id = 0; id < this.bundle.counts.policies; id++) {
      const field = (offset: PolicyRecord) => this.reader.field(Section.Policies, PolicyRecord.Size, id, offset);
      this.bundle.id(field(PolicyRecord.Name), "strings", `policy ${id}`);
      if (field(PolicyRecord.Type) > PolicyTypeCode.trust) fail(`policy ${id} is of no type`);
      if (field(PolicyRecord.FirstStatement) !== next) fail(`policy ${id} begins at another statement`);
      const count = field(PolicyRecord.StatementCount);
      if (count > this.bundle.counts.statements - next) fail(`policy ${id} has more statements than there are`);
      for (let index = 0; index < count; index++) {
        if (this.bundle.statement(next + index, StatementRecord.Policy) !== id)
          fail(`policy ${id} holds another's statement`);
        if (this.bundle.statement(next + index, StatementRecord.Index) !== index)
          fail(`policy ${id} counts its statements oddly`);
      }
      next += count;
    }
    if (next !== this.bundle.counts.statements) fail("a statement belongs to no policy");
    if (next > STATEMENTS_MAX) fail("there are more statements than can be listed");
  }

  private statements(): void {
    for (let id = 0; id < this.bundle.counts.statements; id++) {
      if (this.bundle.statement(id, StatementRecord.Bits) > StatementBits.Deny)
        fail(`statement ${id} has bits that are not known`);
      this.elementOf(this.bundle.statement(id, StatementRecord.Action), ElementBits.Action, id);
      this.elementOf(this.bundle.statement(id, StatementRecord.Resource), ElementBits.Resource, id);
      this.elementOf(this.bundle.statement(id, StatementRecord.Principal), ElementBits.Principal, id);
      this.statementShape(id);
      const condition = this.bundle.statement(id, StatementRecord.Condition);
      if (condition !== NONE && !this.blocks.has(condition)) fail(`statement ${id} enters its condition in the middle`);
      this.statementVariables(id);
    }
  }

  /**
   * Callers' policies and SCPs name no principals; the others do, trust policies alone name no resource. Whatever is left
   * out otherwise is that of a Deny which hits always (GRAM-8, GRAM-52).
   */
  private statementShape(id: number): void {
    const type: PolicyTypeCode = this.reader.field(
      Section.Policies,
      PolicyRecord.Size,
      this.bundle.statement(id, StatementRecord.Policy),
      PolicyRecord.Type,
    );
    const denies = this.bundle.statement(id, StatementRecord.Bits) === StatementBits.Deny;
    const principal = this.bundle.statement(id, StatementRecord.Principal);
    const nameless = placeOf(type) === Place.Caller || placeOf(type) === Place.Scp;
    if (nameless ? principal !== NONE : principal === NONE && !denies) fail(`statement ${id} names nobody or somebody`);
    const resource = this.bundle.statement(id, StatementRecord.Resource);
    if (resource === NONE && !denies && type !== PolicyTypeCode.trust) fail(`statement ${id} names no resource`);
  }

  private elementOf(element: number, kind: ElementBits, statement: number): void {
    if (element === NONE || element === NEVER) return;
    this.bundle.id(element, "elements", `statement ${statement}`);
    if (!(this.bundle.element(element, ElementRecord.Bits) & kind))
      fail(`statement ${statement} has an element of another kind`);
  }

  /** Under `UnresolvedStatement` the list of an Allow's variables is the list of its variables. */
  private statementVariables(id: number): void {
    const row = this.bundle.statement(id, StatementRecord.Variables);
    const matters = (this.bundle.options & OptionBits.UnresolvedStatement) !== 0;
    const denies = this.bundle.statement(id, StatementRecord.Bits) === StatementBits.Deny;
    const found = matters && !denies ? this.variablesOf(id) : new Set<number>();
    if (row === NONE) {
      if (found.size !== 0) fail(`statement ${id} hides its variables`);
      return;
    }
    this.bundle.poolRun(row, 1, 1, `statement ${id}`);
    const count = this.reader.pool(row);
    this.bundle.poolRun(row, count + 1, 1, `statement ${id}`);
    if (count !== found.size) fail(`statement ${id} lists other variables`);
    for (let index = 1; index <= count; index++) {
      if (!found.delete(this.reader.pool(row + index))) fail(`statement ${id} lists other variables`);
    }
  }

  private variablesOf(id: number): Set<number> {
    const found = new Set<number>();
    const collect = (pattern: number) => {
      const bytes = this.reader.patternBytes(pattern);
      for (let at = 0; at < bytes.length; at++) {
        if (bytes[at] !== Mark.Variable) continue;
        found.add(wordAt(bytes, at + 1));
        at += 4;
      }
    };
    const resource = this.bundle.statement(id, StatementRecord.Resource);
    if (resource !== NONE && resource !== NEVER) {
      const start = this.bundle.element(resource, ElementRecord.Start);
      const count = this.bundle.element(resource, ElementRecord.Count);
      for (let index = 0; index < count; index++) collect(this.reader.pool(start + index));
    }
    let at = this.bundle.statement(id, StatementRecord.Condition);
    while (at !== NONE && this.reader.code(at) !== Op.End) {
      const { operand } = INSTRUCTIONS[(this.reader.code(at) & 0xff) as Op];
      const count = this.reader.code(at + 8);
      for (let index = 0; index < count; index++) {
        const word = this.reader.code(at + 12 + index * 4);
        if (operand === "pattern") collect(word);
        else if (operand === "boolean" && word & TAGGED) collect(word & ~TAGGED);
        else if (operand === "loweredPattern" && word & TAGGED) collect(this.bundle.key(word & ~TAGGED, KeyRecord.Of));
      }
      at += 12 + count * 4;
    }
    return found;
  }
}

const COLON = 0x3a;
/** Candidate words keep three bits for the document's use. */
const STATEMENTS_MAX = 0x1fff_ffff;
