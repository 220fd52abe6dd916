/** Requests as the rows of batches, in columns of whatever form, and what batches and single requests tell of them. */
import { expect } from "vitest";
import { BatchDecision } from "../../src/bytecode/batch-layout.js";
import type { BatchResult } from "../../src/engine/batch.js";
import {
  type BatchColumns,
  bitmapOf,
  dictionaryColumn,
  type ListColumn,
  listColumn,
  type TextColumn,
  utf8Column,
} from "../../src/engine/columns.js";
import type { Engine } from "../../src/engine/engine.js";
import { lowerAscii } from "../../src/policy/ascii.js";
import { type Decision, LAYER_ORDER } from "../../src/request/decision.js";
import { isDerivedKey } from "../../src/request/derive.js";
import { type Request, RequestError } from "../../src/request/request.js";
import { NOON } from "./principals.js";
import type { Random } from "./random.js";

/** What a column can say of a request: texts or lists by lower-cased key, and what is unknown. */
export interface Row {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string | null;
  readonly tags: ReadonlyMap<string, string> | null;
  readonly context: ReadonlyMap<string, string | readonly string[]>;
  readonly unknown: ReadonlySet<string>;
}

/** The row of a request; null: columns cannot say it. `plain`: without the keys that follow from the parties. */
export function rowOf({ principal, ...request }: Request, keys: ReadonlySet<string>, plain: boolean): Row | null {
  const arn = typeof principal === "string" ? principal : Object.keys(principal).length === 1 ? principal.arn : null;
  if (arn === null || request.resourcePolicyType !== undefined || request.via !== undefined) return null;
  const context = new Map<string, string | readonly string[]>();
  for (const [name, value] of Object.entries(request.context ?? {})) {
    const key = lowerAscii(name);
    // A tag's column and a key's of the same name are one too many.
    if (key.startsWith("aws:resourcetag/")) return null;
    if (context.has(key) || (typeof value === "object" && !Array.isArray(value))) return null;
    if (isDerivedKey(key) ? plain : !keys.has(key)) continue;
    context.set(key, Array.isArray(value) ? value.map(String) : String(value));
  }
  const unknown = new Set<string>();
  for (const name of request.unknown ?? []) {
    const key = lowerAscii(name);
    if (plain && isDerivedKey(key)) continue;
    if (name.endsWith("*") || context.has(key)) return null;
    unknown.add(key);
  }
  const texts = [arn, request.action, request.resource, ...[...context.values()].flat()];
  const tags = request.resourceTags === undefined ? null : new Map<string, string>();
  for (const [name, value] of Object.entries(request.resourceTags ?? {})) {
    if (tags!.has(lowerAscii(name))) return null;
    tags!.set(lowerAscii(name), value);
    texts.push(name, value);
  }
  if (!texts.every((text) => (text as string & { isWellFormed(): boolean }).isWellFormed())) return null;
  const { action, resource, resourceAccount = null } = request;
  return { principal: arn, action, resource, resourceAccount, tags, context, unknown };
}

export function requestOf(row: Row): Request {
  return {
    principal: row.principal,
    action: row.action,
    resource: row.resource,
    ...(row.resourceAccount === null ? {} : { resourceAccount: row.resourceAccount }),
    ...(row.tags === null ? {} : { resourceTags: Object.fromEntries(row.tags) }),
    context: Object.fromEntries(row.context),
    unknown: [...row.unknown],
    now: NOON,
  };
}

/** Rows as columns, each in a form of its own. */
export function columnsOf(random: Random, rows: readonly Row[]): BatchColumns {
  const text = (values: readonly (string | null)[]): TextColumn =>
    random.chance(0.5) ? utf8Column(values) : dictionaryColumn(values);
  const key = (name: string): TextColumn | ListColumn => {
    const values = rows.map(({ context }) => context.get(name) ?? null);
    const column = values.some(Array.isArray)
      ? listColumn(values.map((value) => (typeof value === "string" ? [value] : value)))
      : text(values as (string | null)[]);
    const unknown = bitmapOf(rows.length, (row) => rows[row]!.unknown.has(name));
    return unknown.some((byte) => byte !== 0) ? { ...column, unknown } : column;
  };
  const names = new Set(rows.flatMap(({ context, unknown }) => [...context.keys(), ...unknown]));
  const tags = new Set(rows.flatMap((row) => [...(row.tags?.keys() ?? [])]));
  const hasTags = rows[0]!.tags !== null;
  const ofTags = [...tags].map((tag) => {
    const column = text(rows.map((row) => row.tags?.get(tag) ?? null));
    const unknown = bitmapOf(rows.length, (row) => rows[row]!.unknown.has(`aws:resourcetag/${tag}`));
    return [tag, { ...column, unknown }] as const;
  });
  const owners = rows.map(({ resourceAccount }) => resourceAccount);
  return {
    rows: rows.length,
    principal: text(rows.map(({ principal }) => principal)),
    action: text(rows.map(({ action }) => action)),
    resource: text(rows.map(({ resource }) => resource)),
    ...(owners.every((owner) => owner === null) ? {} : { resourceAccount: text(owners) }),
    ...(hasTags ? { resourceTags: Object.fromEntries(ofTags) } : {}),
    context: Object.fromEntries(
      [...names].filter((name) => !tags.has(name.slice("aws:resourcetag/".length))).map((name) => [name, key(name)]),
    ),
  };
}

/** An answer as text: what a batch tells of it. */
export function textOf(answer: Decision | RequestError, keys: readonly string[]): string {
  // Which of several faults is named first hangs on the order of the columns.
  if (answer instanceof RequestError) return "refused";
  if (answer.decision === "indeterminate" || answer.decision === "denied") {
    const known = answer.dependsOn.filter((name) => keys.includes(name)).sort();
    return `${answer.decision} ${known.join(" ")}${known.length < answer.dependsOn.length ? " and more" : ""}`;
  }
  const first = "statements" in answer ? answer.statements[0] : undefined;
  const decidedBy = "decidedBy" in answer ? answer.decidedBy : "";
  return `${answer.decision} ${decidedBy} ${first === undefined ? "-" : `${first.policy}#${first.index}`}`;
}

const WORDS: Readonly<Record<number, string>> = {
  [BatchDecision.Undecided]: "undecided",
  [BatchDecision.Allowed]: "allowed",
  [BatchDecision.ExplicitDeny]: "explicitDeny",
  [BatchDecision.ImplicitDeny]: "implicitDeny",
  [BatchDecision.Indeterminate]: "indeterminate",
  [BatchDecision.Denied]: "denied",
  [BatchDecision.Refused]: "refused",
};

/** All that a batch can be asked for. */
export const EVERYTHING = { layers: true, statements: true, dependsOn: true, now: NOON } as const;

/** The answers of a batch that was asked for everything, as `textOf` puts them. */
export function textsOf(
  engine: Engine,
  { decisions, layers, statements, dependsOn, dependsOnWords, errors }: BatchResult,
): string[] {
  const keys = engine.requiredKeys;
  const refused = new Set(errors.map(({ row }) => row));
  return Array.from(decisions, (code, row) => {
    const word = WORDS[code]!;
    if (word === "refused") {
      expect(refused.has(row)).toBe(true);
      return word;
    }
    if (word === "indeterminate" || word === "denied") {
      expect(layers![row]).toBe(255);
      const has = (bit: number) => (dependsOn![row * dependsOnWords + (bit >> 5)]! >>> (bit & 31)) & 1;
      const known = keys.filter((_, key) => has(key));
      return `${word} ${known.join(" ")}${has(keys.length) ? " and more" : ""}`;
    }
    const layer = LAYER_ORDER[layers![row]!]!;
    const statement = engine.statementOf(statements![row]!, layer);
    return `${word} ${layer} ${statement === null ? "-" : `${statement.policy}#${statement.index}`}`;
  });
}

/** What a single request gets. */
export function answerOf(engine: Engine, request: Request): Decision | RequestError {
  try {
    return engine.decide(request);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
}
