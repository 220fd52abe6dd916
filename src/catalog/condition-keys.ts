/** Which condition keys AWS's services and the global namespace have, of which type, and which hold several values. */
import { CONDITION_KEY_ROWS } from "./condition-keys.data.js";
import { GLOBAL_CONDITION_KEYS } from "./global-keys.js";

/** Types as the Service Authorization Reference writes them; `multi` keys are its `ArrayOf…`. */
export type ConditionKeyType = "String" | "ARN" | "Bool" | "Numeric" | "Date" | "IPAddress";

export interface ConditionKeyFacts {
  readonly type: ConditionKeyType;
  readonly multi: boolean;
}

/**
 * What is known of a lower-cased key; null: it stands in no table. A key with a variable part is known under every filling
 * of it (`aws:resourcetag/team`, `kms:encryptioncontext:app`).
 */
export function conditionKeyFacts(key: string): ConditionKeyFacts | null {
  const table = key.startsWith("aws:") ? globalKeys() : serviceKeys();
  return table.exact.get(key) ?? patternFacts(table, key);
}

/** A key whose name has a variable part: any text of at least one character between `prefix` and `suffix`. */
interface KeyPattern {
  readonly prefix: string;
  readonly suffix: string;
  readonly facts: ConditionKeyFacts;
}

interface KeyTable {
  readonly exact: ReadonlyMap<string, ConditionKeyFacts>;
  /** Longest suffix first, so that the key of a matcher of event metadata is looked at before that of the metadata itself. */
  readonly patterns: readonly KeyPattern[];
}

function patternFacts(table: KeyTable, key: string): ConditionKeyFacts | null {
  for (const { prefix, suffix, facts } of table.patterns) {
    if (key.length > prefix.length + suffix.length && key.startsWith(prefix) && key.endsWith(suffix)) return facts;
  }
  return null;
}

let globalTable: KeyTable | null = null;
let serviceTable: KeyTable | null = null;

function globalKeys(): KeyTable {
  globalTable ??= keyTable(GLOBAL_CONDITION_KEYS.map(([name, type]) => [name.toLowerCase(), type]));
  return globalTable;
}

function serviceKeys(): KeyTable {
  serviceTable ??= keyTable(
    CONDITION_KEY_ROWS.flatMap(([prefix, names]) =>
      names.split(" ").map((entry): [string, string] => {
        const [name, type] = entry.split("=");
        return [`${prefix}:${name}`, type ?? "String"];
      }),
    ),
  );
  return serviceTable;
}

function keyTable(rows: readonly (readonly [key: string, type: string])[]): KeyTable {
  const exact = new Map<string, ConditionKeyFacts>();
  const patterns: KeyPattern[] = [];
  for (const [key, type] of rows) {
    const facts = factsOf(type);
    const star = key.indexOf("*");
    if (star === -1) exact.set(key, facts);
    else patterns.push({ prefix: key.slice(0, star), suffix: key.slice(star + 1), facts });
  }
  patterns.sort((one, other) => other.suffix.length - one.suffix.length);
  return { exact, patterns };
}

const ARRAY_OF = "ArrayOf";

function factsOf(type: string): ConditionKeyFacts {
  const multi = type.startsWith(ARRAY_OF);
  return { type: (multi ? type.slice(ARRAY_OF.length) : type) as ConditionKeyType, multi };
}
