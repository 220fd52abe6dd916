/** What the parts of the parser share: which rules hold for this document, and what was found so far. */
import { type Diagnostic, hasErrors } from "../text/diagnostic.js";
import { describeKind, type JsonString, type JsonValue, quoted, spanWithin } from "../text/json.js";
import type { Source, Span } from "../text/span.js";
import type { Mode, PolicyType, Version } from "./model.js";

/**
 * Who refuses a document for a finding.
 * - `always`: nothing sensible can be made of it; refused in every mode.
 * - `stored`: IAM and STS refuse it; lenient mode warns.
 * - `checked`: IAM's storage or an ERROR of AWS's policy checks refuses it, STS accepts it (GRAM-18); refused in strict
 *   mode only.
 * - `advice`: nobody refuses it.
 */
export type Tier = "always" | "stored" | "checked" | "advice";

const REFUSED_IN: Readonly<Record<Tier, readonly Mode[]>> = {
  always: ["strict", "session", "lenient"],
  stored: ["strict", "session"],
  checked: ["strict"],
  advice: [],
};

/** Findings behind this many are dropped; that a document is refused never is. */
export const FINDINGS_MAX = 200;

/** Units of one action, resource, principal, operand or name; AWS's longest ARN has 2,048. Bounds the work of matching. */
export const ENTRY_LENGTH_MAX = 8192;

/** A function where finding the words is work: it is not called for findings that are dropped. */
export type Help = string | null | (() => string);

export interface InspectionRules {
  readonly type: PolicyType;
  readonly mode: Mode;
  readonly looseOperators: boolean;
  readonly incompleteArn: "identity" | "everywhere";
}

export class Inspection {
  readonly diagnostics: Diagnostic[] = [];
  /** Set by the document before its statements are read; decides about variables (VAR-1). */
  version: Version = "2008-10-17";
  /** AWS's own RCPFullAWSAccess, to which the rules for customers' RCPs do not apply (GRAM-32). */
  isRcpFullAccess = false;

  constructor(
    readonly source: Source,
    readonly rules: InspectionRules,
  ) {}

  get type(): PolicyType {
    return this.rules.type;
  }

  get variablesActive(): boolean {
    return this.version === "2012-10-17";
  }

  report(tier: Tier, code: string, span: Span, message: string, help: Help = null): void {
    const severity = REFUSED_IN[tier].includes(this.rules.mode) ? "error" : "warning";
    const full = this.diagnostics.length >= FINDINGS_MAX;
    if (full && (severity === "warning" || hasErrors(this.diagnostics))) return;
    const advice = typeof help === "function" ? help() : help;
    this.diagnostics.push({ code, severity, message, help: advice, source: this.source, span });
  }

  /** `what` has the wrong JSON type: "`Effect` is a number, not a string". */
  reportType(what: string, expected: string, value: JsonValue, help: string | null = null): void {
    this.report("always", "wrong-type", value.span, `${what} is ${describeKind(value)}, not ${expected}`, help);
  }

  /** The place of units `start` to `end` of a string. */
  within(value: JsonString, start: number, end: number): Span {
    return spanWithin(this.source, value, start, end);
  }

  /**
   * The entries of an element that is a string or a list of strings (GRAM-8). Entries of other types are reported and
   * left out; `element` is the element's name.
   */
  strings(element: string, value: JsonValue): JsonString[] {
    const items = value.kind === "array" ? value.items : [value];
    const entries: JsonString[] = [];
    for (const item of items) {
      if (item.kind !== "string") {
        const expected = value.kind === "array" ? "a string" : "a string or a list of strings";
        const what = value.kind === "array" ? `an entry of \`${element}\`` : `\`${element}\``;
        this.reportType(what, expected, item, item.kind === "number" ? `write it as text: "${item.text}"` : null);
      } else if (!this.refusesLength(element, item)) {
        entries.push(item);
      }
    }
    return entries;
  }

  /** Whether an entry is too long to be matched; reports it. */
  refusesLength(element: string, entry: JsonString): boolean {
    if (entry.value.length <= ENTRY_LENGTH_MAX) return false;
    const message = `an entry of ${quoted(element)} has ${entry.value.length} characters, the limit is ${ENTRY_LENGTH_MAX}`;
    this.report("always", "entry-too-long", entry.span, message);
    return true;
  }
}
