/**
 * A batch answers as one request after the other: whatever form its columns have, in whatever pieces and order its rows go
 * through, whatever was asked before.
 */
import { describe, expect, it, vi } from "vitest";
import { BatchDecision } from "../../src/bytecode/batch-layout.js";
import { compile } from "../../src/compiler/compile.js";
import {
  type BatchColumns,
  bitmapOf,
  dictionaryColumn,
  type ListColumn,
  listColumn,
  type TextColumn,
  utf8Column,
} from "../../src/engine/columns.js";
import { Engine } from "../../src/engine/engine.js";
import { lowerAscii } from "../../src/policy/ascii.js";
import { type Decision, LAYER_ORDER } from "../../src/request/decision.js";
import { isDerivedKey } from "../../src/request/derive.js";
import { type Request, RequestError } from "../../src/request/request.js";
import { NOON } from "../generators/principals.js";
import { Random } from "../generators/random.js";
import { askOf } from "../generators/requests.js";
import { worldOf } from "../generators/roads.js";
import { townOf } from "../generators/towns.js";
import { CASES } from "./law.js";

const ROWS = 60;

/** What a column can say of a request: texts or lists by lower-cased key, and what is unknown. */
interface Row {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string | null;
  readonly tags: ReadonlyMap<string, string> | null;
  readonly context: ReadonlyMap<string, string | readonly string[]>;
  readonly unknown: ReadonlySet<string>;
}

/** The row of a request; null: columns cannot say it. `plain`: without the keys that follow from the parties. */
function rowOf({ principal, ...request }: Request, keys: ReadonlySet<string>, plain: boolean): Row | null {
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

function requestOf(row: Row): Request {
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
function columnsOf(random: Random, rows: readonly Row[]): BatchColumns {
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
function textOf(answer: Decision | RequestError, keys: readonly string[]): string {
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

function batchTexts(engine: Engine, columns: BatchColumns, chunkRows: number): string[] {
  const options = { layers: true, statements: true, dependsOn: true, now: NOON, chunkRows };
  const { decisions, layers, statements, dependsOn, dependsOnWords, errors } = engine.decideBatch(columns, options);
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

describe("a batch", () => {
  it("answers as one request after the other", async () => {
    const seen = new Map<string, number>();
    let singly = 0;
    let rowCount = 0;
    for (let number = 0, held = 0; held < CASES * 4; number++) {
      const random = new Random(1, 31, number);
      const town = townOf(random);
      let bytes: Uint8Array;
      try {
        bytes = compile(worldOf(town));
      } catch {
        continue;
      }
      const engine = await Engine.load(bytes, { build: random.pick(["baseline", "simd"] as const) });
      const single = vi.spyOn(engine, "decide");
      const general = await Engine.load(bytes, { quick: false });
      const keys = new Set(engine.requiredKeys);
      const plain = random.chance(0.8);
      const drawn = Array.from({ length: ROWS }, () => rowOf(askOf(random, town).request, keys, plain)).filter(
        (row): row is Row => row !== null,
      );
      for (const hasTags of [false, true]) {
        const kind = drawn.filter(({ tags }) => (tags !== null) === hasTags);
        if (kind.length === 0) continue;
        // The same parties again with other contexts, so that residuals and their cells come into play.
        const rows = Array.from({ length: ROWS * 2 }, (): Row => {
          const { principal, action, resource, resourceAccount } = random.pick(kind.slice(0, 5));
          const { tags, context, unknown } = random.pick(kind);
          return { principal, action, resource, resourceAccount, tags, context, unknown };
        });
        const all = [...kind, ...rows];
        const expected = all.map((row) => textOf(answerOf(general, requestOf(row)), engine.requiredKeys));
        for (const chunkRows of [random.pick([1, 7, 64]), 65536]) {
          const given = batchTexts(engine, columnsOf(random, all), chunkRows);
          given.forEach((text, row) => {
            if (text === expected[row]) return;
            const where = JSON.stringify({ number, row, request: requestOf(all[row]!), town: town.scenarios });
            throw new Error(`${expected[row]}, but the batch: ${text}: ${where}`);
          });
          held += given.length;
        }
        rowCount += all.length * 2;
        singly += single.mock.calls.length;
        single.mockClear();
        for (const text of expected) seen.set(text.split(" ")[0]!, (seen.get(text.split(" ")[0]!) ?? 0) + 1);
      }
    }
    // A batch that decides row by row would hold the law, too.
    expect(singly / rowCount).toBeLessThan(0.75);
    for (const word of ["allowed", "explicitDeny", "implicitDeny", "indeterminate", "refused"]) {
      expect(seen.get(word) ?? 0, word).toBeGreaterThan(CASES / 50);
    }
  });
});

function answerOf(engine: Engine, request: Request): Decision | RequestError {
  try {
    return engine.decide(request);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
}
