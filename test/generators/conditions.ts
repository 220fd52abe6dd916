/** Condition blocks: every operator, qualifier and `IfExists`, over keys of every cardinality. */
import { OPERATORS, type OperatorBase, type OperatorFamily } from "../../src/policy/operators.js";
import * as words from "./alphabet.js";
import type { Palette, ValueType } from "./palette.js";
import type { Random } from "./random.js";
import type { JsonObject } from "./scenario-json.js";

/** How a document is going to be read: strict grammar refuses much of what can be evaluated (GRAM-18). */
export interface Manner {
  readonly strict: boolean;
  /** Literals that cannot be read are stored all the same, as STS does (GRAM-18). */
  readonly anyLiteral: boolean;
  /** Variables are live (VAR-1). */
  readonly variables: boolean;
  /** VPC endpoint policies have a narrower grammar (GRAM-40). */
  readonly endpoint: boolean;
  readonly looseOperators: boolean;
  /** Share of the keys that stand in no table and may have any number of values (REQ-3). */
  readonly unlisted: number;
}

/** Up to `most` entries. */
export function conditionOf(random: Random, palette: Palette, manner: Manner, most: number): JsonObject {
  const blocks = new Map<string, Map<string, string | string[]>>();
  const spelled = new Map<string, string>();
  for (let left = random.between(1, most); left > 0; left--) {
    const entry = entryOf(random, palette, manner);
    const block = blocks.get(entry.operator) ?? new Map();
    // GRAM-3: two spellings of one operator or key in one object are refused.
    const operator = spelled.get(entry.operator.toLowerCase()) ?? entry.operator;
    if (operator !== entry.operator || [...block.keys()].some((key) => sameName(key, entry.key))) continue;
    spelled.set(operator.toLowerCase(), operator);
    blocks.set(operator, block.set(entry.key, entry.operands));
  }
  return Object.fromEntries([...blocks].map(([operator, block]) => [operator, Object.fromEntries(block)]));
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

interface Entry {
  readonly operator: string;
  readonly key: string;
  readonly operands: string | string[];
}

const BASES = Object.keys(OPERATORS) as OperatorBase[];

function entryOf(random: Random, palette: Palette, manner: Manner): Entry {
  const base = random.pick(BASES);
  const family = OPERATORS[base].family;
  const { key, type } = keyFor(random, family, manner);
  const operands = operandsOf(random, base, type, manner);
  palette.use(key, type, operands);
  const spelledKey = random.chance(0.1) ? randomCase(random, key) : key;
  const single = operands.length === 1 && random.chance(0.5);
  return { operator: operatorName(random, base, manner), key: spelledKey, operands: single ? operands[0]! : operands };
}

const QUALIFIERS = ["", "ForAllValues:", "ForAnyValue:"] as const;

function operatorName(random: Random, base: OperatorBase, manner: Manner): string {
  const ifExists = base !== "Null" && random.chance(0.5) ? "IfExists" : "";
  const name = `${random.pick(QUALIFIERS)}${base}${ifExists}`;
  return manner.looseOperators && random.chance(0.04) ? randomCase(random, name) : name;
}

/** Names compare without case where they do at all (MATCH-1, REQ-4, GRAM-13); only ASCII letters change. */
export function randomCase(random: Random, text: string): string {
  return [...text].map((letter) => (random.chance(0.5) ? swapCase(letter) : letter)).join("");
}

function swapCase(letter: string): string {
  if (letter >= "a" && letter <= "z") return letter.toUpperCase();
  return letter >= "A" && letter <= "Z" ? letter.toLowerCase() : letter;
}

interface Key {
  readonly key: string;
  readonly type: ValueType;
}

function keys(type: ValueType, ...names: readonly string[]): readonly Key[] {
  return names.map((key) => ({ key, type }));
}

/** Keys of no table: they may have any number of values (REQ-3). */
const UNLISTED: Readonly<Record<ValueType, readonly Key[]>> = {
  string: keys("string", "x:s", "x:t", "x:u", "x:__proto__", "y:constructor"),
  numeric: keys("numeric", "x:n", "x:m"),
  date: keys("date", "x:d"),
  bool: keys("bool", "x:flag"),
  binary: keys("binary", "x:bin"),
  ip: keys("ip", "x:ip"),
  arn: keys("arn", "x:arn", "x:source"),
};

/** Keys whose cardinality is settled: single ones, and the lists among the strings. */
const LISTED: Readonly<Record<ValueType, readonly Key[]>> = {
  string: keys(
    "string",
    ...["aws:PrincipalTag/team", "aws:PrincipalTag/Env", "aws:PrincipalTag/__proto__", "aws:RequestTag/team"],
    ...["aws:ResourceTag/team", "aws:username", "aws:userid", "aws:PrincipalOrgID", "aws:PrincipalAccount"],
    ...["aws:ResourceAccount", "aws:ResourceOrgID", "aws:PrincipalType", "aws:RequestedRegion", "aws:UserAgent"],
    ...["aws:SourceVpc", "aws:SourceVpce", "aws:SourceIdentity", "aws:SourceAccount", "aws:CalledViaFirst"],
    ...["aws:CalledViaLast", "aws:PrincipalServiceName", "aws:FederatedProvider", "aws:SourceOrgID"],
    ...["sts:ExternalId", "s3:prefix", "kms:ViaService", "iam:PassedToService", "kms:EncryptionContext:app"],
    ...["aws:TagKeys", "aws:TagKeys", "aws:CalledVia", "aws:PrincipalOrgPaths", "aws:ResourceOrgPaths"],
    ...["aws:PrincipalServiceNamesList", "dynamodb:LeadingKeys", "sts:TransitiveTagKeys", "x:amr"],
  ),
  numeric: keys("numeric", "aws:MultiFactorAuthAge", "s3:max-keys", "kms:GrantOperations"),
  date: keys("date", "aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime"),
  bool: keys(
    "bool",
    ...["aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:ViaAWSService", "aws:PrincipalIsAWSService"],
    "aws:AssumedRoot",
  ),
  binary: keys("binary", "x:bin", "aws:TagKeys"),
  ip: keys("ip", "aws:SourceIp", "aws:VpcSourceIp"),
  arn: keys("arn", "aws:PrincipalArn", "aws:SourceArn", "aws:SourceVpcArn"),
};

const TYPES: readonly ValueType[] = ["string", "numeric", "date", "bool", "binary", "ip", "arn"];

/** Mostly a key of the operator's own kind; `Null` reads any. */
function keyFor(random: Random, family: OperatorFamily, manner: Manner): Key {
  const own: ValueType = family === "null" ? random.pick(TYPES) : family;
  const type = !manner.strict && random.chance(0.08) ? random.pick(TYPES) : own;
  return random.pick((random.chance(manner.unlisted) ? UNLISTED : LISTED)[type]);
}

function operandsOf(random: Random, base: OperatorBase, type: ValueType, manner: Manner): string[] {
  if (!manner.strict && random.chance(0.03)) return [];
  const { family, relation } = OPERATORS[base];
  // Several texts of a Bool are a mistake in strict mode (GRAM-17).
  const most =
    manner.strict && (family === "bool" || family === "null")
      ? 1
      : random.weighted([
          [5, 1],
          [3, 2],
          [1, 4],
        ]);
  const live = manner.variables && (family === "string" || family === "arn");
  return random.list(1, most, () => {
    switch (family) {
      case "string":
        return stringOperand(random, relation === "like" && !manner.endpoint, live, type, manner);
      case "arn":
        return arnOperand(random, live, manner);
      case "bool":
        return !manner.strict && manner.variables && random.chance(0.1)
          ? random.pick(words.VARIABLES)
          : literal(random, words.BOOLEANS, manner);
      case "null":
        return literal(random, words.BOOLEANS, manner);
      case "numeric":
        return literal(random, words.NUMBERS, manner);
      case "date":
        return literal(random, words.DATES, manner);
      case "ip":
        return literal(random, words.RANGES, manner);
      case "binary":
        return literal(random, words.BINARIES, { ...manner, anyLiteral: !manner.strict }); // STS refuses them too
    }
  });
}

function stringOperand(random: Random, like: boolean, live: boolean, type: ValueType, manner: Manner): string {
  if (live && random.chance(0.15)) {
    const variable = random.pick(words.VARIABLES);
    return random.weighted([
      [3, variable],
      [1, `a${variable}`],
      [1, `${variable}${like ? "*" : "b"}`],
    ]);
  }
  if (like && random.chance(0.6)) return liveOnly(random.pick(words.LIKE_PATTERNS), manner);
  if (!manner.strict && random.chance(0.25)) return random.pick(words.STRANGE_TEXTS);
  if (!like && !manner.endpoint && random.chance(0.05)) return random.pick(["*", "a*", "?", "a?b"]);
  // Other values may hold characters that IAM does not store (GRAM-10).
  return manner.strict || random.chance(0.7) ? random.pick(words.PLAIN_TEXTS) : valueText(random, type, true);
}

/** Specials such as `${*}` are specials under Version 2012-10-17, and text under 2008-10-17 (VAR-1). */
function liveOnly(pattern: string, manner: Manner): string {
  return manner.strict && !manner.variables && pattern.includes("${") ? "a*" : pattern;
}

function arnOperand(random: Random, live: boolean, manner: Manner): string {
  const patterns = words.ARN_PATTERNS.filter(({ text }) => live || !text.includes("${"));
  const text = literal(random, random.chance(0.6) ? patterns : words.ARNS, manner);
  return manner.endpoint && text.includes("*") ? "arn:aws:s3:::b" : text;
}

function literal(random: Random, table: readonly words.Literal[], { anyLiteral }: Manner): string {
  const valid = !anyLiteral || random.chance(0.85);
  return random.pick(table.filter((row) => row.valid === valid)).text;
}

/** A request value of this kind; a well-formed one if asked for. */
export function valueText(random: Random, type: ValueType, wellFormed: boolean): string {
  if (type === "string") {
    return random.weighted([
      [6, random.pick(words.PLAIN_TEXTS)],
      [1, random.pick(words.STRANGE_TEXTS)],
      [1, random.pick(words.SYNTAX_TEXTS)],
    ]);
  }
  const valid = wellFormed || random.chance(0.8);
  return random.pick(VALUES[type].filter((row) => row.valid === valid)).text;
}

const VALUES = {
  numeric: words.NUMBERS,
  date: words.DATES,
  bool: words.BOOLEANS,
  binary: words.BINARIES,
  ip: words.ADDRESSES,
  arn: words.ARNS,
} as const satisfies Record<Exclude<ValueType, "string">, readonly words.Literal[]>;
