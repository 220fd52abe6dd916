/** An explanation for people and for programs: what every statement that was looked at contributed, and why others did not. */
import type { ConditionEntry, Statement } from "../policy/model.js";
import type {
  Decision,
  Explanation,
  Layer,
  LayerTrace,
  MissingAllow,
  Reason,
  StatementRef,
  StatementTrace,
  Truth,
} from "./decision.js";
import { type Asked, messageFor } from "./message.js";
import type { Context, Question, Slot } from "./question.js";

/** Finds a statement's source again, or null where it is not at hand; then only the place is shown. */
export type StatementLookup = (ref: StatementRef) => Statement | null;

/** What an explanation says about the request. */
export interface AskedInContext extends Asked {
  readonly context: Context;
}

/** `principal`: how the caller was named. */
export function askedOf(question: Question, principal: string): AskedInContext {
  return { principal, action: question.actionText, resource: question.resource, context: question.context };
}

export interface ExplanationJson {
  readonly decision: Decision;
  /** AWS's sentence, for denials. */
  readonly message: string | null;
  readonly layers: readonly LayerJson[];
  /** Allows that almost applied, nearest first; for implicit denials. */
  readonly nearMisses: readonly StatementJson[];
}

export interface LayerJson {
  readonly layer: Layer;
  readonly label: string;
  readonly allow: Truth;
  readonly deny: Truth;
  readonly missingPolicies: readonly string[];
  readonly statements: readonly StatementJson[];
}

export interface StatementJson {
  readonly statement: StatementRef;
  readonly effect: "Allow" | "Deny";
  readonly hit: Truth;
  readonly reason: Reason | null;
  /** The reason in words. */
  readonly because: string | null;
}

/** The explanation as plain data. */
export function explanationToJson(
  explanation: Explanation,
  asked: AskedInContext,
  lookup: StatementLookup,
): ExplanationJson {
  const toJson = (trace: StatementTrace): StatementJson => ({ ...trace, because: becauseOf(trace, asked, lookup) });
  return {
    decision: explanation.decision,
    message: messageFor(explanation.decision, asked),
    layers: explanation.layers.map((layer) => ({ ...layer, statements: layer.statements.map(toJson) })),
    nearMisses: nearMisses(explanation).map(toJson),
  };
}

/**
 * The explanation as lines of text, each ending in a newline: the answer, AWS's sentence, every layer with its statements,
 * and for an implicit denial the Allows that almost applied. Control characters are shown escaped.
 */
export function renderExplanation(explanation: Explanation, asked: AskedInContext, lookup: StatementLookup): string {
  const { decision, message, layers, nearMisses } = explanationToJson(explanation, asked, lookup);
  const lines = [
    ...headline(decision),
    ...(message === null ? [] : [`  ${message}`]),
    ...layers.flatMap((layer) => ["", ...layerLines(layer)]),
    ...(nearMisses.length === 0 ? [] : ["", "nearest to allowing it:", ...nearMisses.map(statementLine)]),
  ];
  return lines.map((line) => `${escaped(line)}\n`).join("");
}

// --- lines ---------------------------------------------------------------------------------------------------------------

function headline(decision: Decision): readonly string[] {
  switch (decision.decision) {
    case "allowed":
    case "explicitDeny":
      return [
        `${decision.decision} by ${decision.decidedBy}`,
        ...decision.statements.map((ref) => `  ${shownRef(ref)}`),
      ];
    case "implicitDeny":
      return [`implicitDeny by ${decision.decidedBy}`, ...decision.missing.map(missingLine)];
    case "indeterminate":
    case "denied":
      return [
        `${decision.decision}: ${decision.between.join(" or ")}`,
        ...decision.dependsOn.map((cause) => `  depends on ${cause}`),
      ];
  }
}

function missingLine({ layer, target }: MissingAllow): string {
  return layer === "SERVICE" ? `  refused by rule ${target}` : `  no ${layer} allow: ${target}`;
}

function layerLines(layer: LayerJson): readonly string[] {
  return [
    `${layer.layer} ${layer.label}: ${effectOf(layer)}`,
    ...layer.missingPolicies.map((name) => `  not held: ${name}`),
    ...layer.statements.map(statementLine),
  ];
}

function effectOf({ allow, deny }: LayerJson): string {
  const says = [DENY_WORDS[deny], ALLOW_WORDS[allow]].filter((word) => word !== null);
  return says.join(", ");
}

const ALLOW_WORDS: Record<Truth, string> = { T: "allows", U: "may allow", F: "does not allow" };
const DENY_WORDS: Record<Truth, string | null> = { T: "denies", U: "may deny", F: null };

function statementLine({ statement, effect, hit, because }: StatementJson): string {
  const what = `${HIT_WORDS[hit]} ${effect} ${shownRef(statement)}`;
  return because === null ? `  ${what}` : `  ${what}: ${because}`;
}

const HIT_WORDS: Record<Truth, string> = { T: "applies:       ", U: "may apply:     ", F: "does not apply:" };

/** `policy.json:7:9 (ReadReports)`, the place first, so that terminals can jump to it. */
function shownRef({ file, line, column, policy, index, sid }: StatementRef): string {
  const name = sid === null ? `${policy}#${index}` : sid;
  return `${file}:${line}:${column} (${name})`;
}

// --- reasons -------------------------------------------------------------------------------------------------------------

function becauseOf(trace: StatementTrace, asked: AskedInContext, lookup: StatementLookup): string | null {
  return trace.reason === null ? null : reasonInWords(trace.reason, asked, lookup(trace.statement));
}

function reasonInWords(reason: Reason, asked: AskedInContext, statement: Statement | null): string {
  switch (reason.part) {
    case "action":
      return `action \`${asked.action}\` ${fitsNot("Action", statement?.action ?? null)}`;
    case "resource":
      return `resource \`${asked.resource}\` ${fitsNot("Resource", statement?.resource ?? null)}`;
    case "principal": {
      const element = statement?.principal ?? null;
      const entries = element === null ? null : { negated: element.negated, patterns: element.entries };
      return `principal \`${asked.principal}\` ${fitsNot("Principal", entries)}`;
    }
    case "condition": {
      const entry = statement?.conditions[reason.entry];
      return entry === undefined
        ? `condition ${reason.entry + 1} does not hold`
        : conditionInWords(entry, asked.context);
    }
    case "variable":
      return "a policy variable has no value";
    case "document":
      return "this policy cannot allow here";
  }
}

interface Texts {
  readonly negated: boolean;
  readonly patterns: readonly { readonly text: string }[];
}

function fitsNot(name: string, element: Texts | null): string {
  if (element === null) return `does not fit ${name}`;
  const texts = listed(element.patterns.map((pattern) => pattern.text));
  return element.negated ? `against Not${name} ${texts}` : `against ${name} ${texts}`;
}

function conditionInWords(entry: ConditionEntry, context: Context): string {
  const wanted = listed(entry.operands.map((operand) => operand.text));
  return `${entry.operatorText} \`${entry.keyText}\` ${wanted}: ${slotInWords(context.get(entry.key))}`;
}

function slotInWords(slot: Slot): string {
  switch (slot.state) {
    case "absent":
      return "the request does not have the key";
    case "unknown":
      return "the request's value is not known";
    case "single":
      return `the request has \`${slot.value}\``;
    case "multi":
      return slot.values.length === 0 ? "the request has no values" : `the request has ${listed(slot.values)}`;
  }
}

const LISTED_MAX = 8;

function listed(texts: readonly string[]): string {
  if (texts.length === 0) return "nothing";
  const shown = texts.slice(0, LISTED_MAX).map((text) => `\`${text}\``);
  const rest = texts.length - shown.length;
  return rest === 0 ? shown.join(", ") : `${shown.join(", ")} and ${rest} more`;
}

// --- near misses -----------------------------------------------------------------------------------------------------------

const NEAR_MISSES_MAX = 5;

/** Allows of the layers that withheld theirs first; then those of which more parts fitted. */
function nearMisses({ decision, layers }: Explanation): readonly StatementTrace[] {
  if (decision.decision !== "implicitDeny") return [];
  const isMissing = (layer: LayerTrace) => decision.missing.some((missing) => missing.layer === layer.layer);
  const candidates = layers.flatMap((layer) =>
    layer.statements.filter(isNearMiss).map((trace) => ({ trace, isMissing: isMissing(layer) })),
  );
  return candidates
    .sort(
      (one, other) => Number(other.isMissing) - Number(one.isMissing) || nearness(other.trace) - nearness(one.trace),
    )
    .slice(0, NEAR_MISSES_MAX)
    .map((candidate) => candidate.trace);
}

/** A document that cannot allow is no miss. */
function isNearMiss(trace: StatementTrace): boolean {
  return trace.effect === "Allow" && trace.hit !== "T" && trace.reason?.part !== "document";
}

/** How many parts of a statement, in the order of the reasons, fitted before one did not: 0 if not even the action did. */
export function nearness({ reason }: StatementTrace): number {
  if (reason === null) return Number.POSITIVE_INFINITY;
  switch (reason.part) {
    case "document":
    case "action":
      return 0;
    case "resource":
      return 1;
    case "principal":
      return 2;
    case "condition":
      return 3 + reason.entry;
    case "variable":
      return Number.MAX_SAFE_INTEGER;
  }
}

/** Text of users in terminals and logs: what could move the cursor, break a line or turn its direction is spelled out. */
function escaped(line: string): string {
  return line.replace(UNPRINTABLE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
