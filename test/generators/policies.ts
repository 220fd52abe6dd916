/** Policy documents of every type, in the grammar that their type and mode permit. */

import type { PolicyType } from "../../src/policy/model.js";
import { rcpServices } from "../../src/policy/rcp-services.js";
import { conditionOf, type Manner, randomCase } from "./conditions.js";
import type { Palette } from "./palette.js";
import { type Caller, principalElement } from "./principals.js";
import type { Random } from "./random.js";
import type { Json, JsonObject, PolicyJson } from "./scenario-json.js";
import type { Scene } from "./scenes.js";

/** What documents are made for: the requests that will be asked, and how the documents will be read. */
export interface Setting {
  readonly random: Random;
  readonly palette: Palette;
  /** The scene of the scenario first. */
  readonly scenes: readonly Scene[];
  readonly callers: readonly Caller[];
  /** AWS refuses what it cannot store: any mode but lenient. */
  readonly strict: boolean;
  readonly anyLiteral: boolean;
  readonly looseOperators: boolean;
  /** Makes a name that no other document of the world has. */
  readonly nameOf: (place: string) => string;
}

/** How a document leans: guardrails open wide and close a little, grants open a little. */
export interface Leaning {
  /** That it begins with an Allow of everything. */
  readonly open: number;
  /** That a further statement denies. */
  readonly deny: number;
  /** That a further statement has conditions. */
  readonly conditional: number;
}

/** A document of the type at this place (`identity`, `scps[1]`), or, rarely, one that is not held. */
export function policyOf(setting: Setting, type: PolicyType, place: string, leaning: Leaning): PolicyJson {
  if (setting.random.chance(0.015)) return "unknown";
  return { name: setting.nameOf(place), policy: documentOf(setting, type, leaning) };
}

export function documentOf(setting: Setting, type: PolicyType, leaning: Leaning): JsonObject {
  const { random, strict } = setting;
  const version = versionOf(random, type, strict);
  const manner: Manner = {
    strict,
    anyLiteral: setting.anyLiteral,
    variables: version === "2012-10-17",
    endpoint: type === "vpce" && strict,
    looseOperators: setting.looseOperators,
    unlisted: 0.6,
  };
  const statements = random.list(
    1,
    random.weighted([
      [4, 1],
      [4, 2],
      [2, 4],
    ]),
    () => statementOf(setting, type, leaning, manner),
  );
  if (type !== "rcp" && random.chance(leaning.open)) statements.unshift(allowAll(setting, type));
  const sidless = statements.map((statement, index) =>
    random.chance(0.3) ? { Sid: `S${index}`, ...statement } : statement,
  );
  const empty = !strict && random.chance(0.01);
  return {
    ...(version === null ? {} : { Version: version }),
    ...(random.chance(0.05) && type === "resource" ? { Id: "p" } : {}),
    Statement: empty ? [] : sidless.length === 1 && random.chance(0.3) ? sidless[0]! : sidless,
  };
}

/** A document that is nothing but conditions: whoever it is attached to, each of them decides. */
export function galleryOf({ random, palette, strict, anyLiteral, looseOperators }: Setting): JsonObject {
  const manner: Manner = { strict, anyLiteral, variables: true, endpoint: false, looseOperators, unlisted: 1 };
  return {
    Version: "2012-10-17",
    Statement: random.list(20, 30, () => ({
      Effect: random.chance(0.12) ? "Deny" : "Allow",
      Action: "*",
      Resource: "*",
      Condition: conditionOf(random, palette, manner, 1),
    })),
  };
}

function versionOf(random: Random, type: PolicyType, strict: boolean): string | null {
  if (strict && (type === "scp" || type === "rcp")) return "2012-10-17";
  return random.weighted([
    [8, "2012-10-17"],
    [1, "2008-10-17"],
    [1, null],
  ]);
}

function allowAll(setting: Setting, type: PolicyType): JsonObject {
  return {
    Effect: "Allow",
    ...(hasPrincipal(type) ? { Principal: type === "trust" ? principalIn(setting, type) : "*" } : {}),
    Action: type === "trust" ? "sts:*" : "*",
    ...(type === "trust" ? {} : { Resource: "*" }),
  };
}

function hasPrincipal(type: PolicyType): boolean {
  return type === "rcp" || type === "vpce" || type === "resource" || type === "trust";
}

function principalIn({ random, callers, strict }: Setting, type: PolicyType): Json {
  return principalElement(random, callers, strict, type === "trust");
}

function statementOf(setting: Setting, type: PolicyType, leaning: Leaning, manner: Manner): JsonObject {
  const { random, strict, palette } = setting;
  const denies = type === "rcp" && (strict || random.chance(0.8)) ? true : random.chance(leaning.deny);
  const conditional = random.chance(denies ? Math.min(0.97, leaning.conditional + 0.27) : leaning.conditional);
  return {
    Effect: denies ? "Deny" : "Allow",
    ...(hasPrincipal(type) ? principals(setting, type, denies) : {}),
    ...actions(setting, type),
    ...(type === "trust" ? {} : resources(setting, type, manner)),
    ...(conditional
      ? {
          Condition: conditionOf(
            random,
            palette,
            manner,
            random.weighted([
              [6, 1],
              [3, 2],
              [1, 3],
            ]),
          ),
        }
      : {}),
    ...(!conditional && !strict && random.chance(0.03) ? { Condition: {} } : {}),
  };
}

function principals(setting: Setting, type: PolicyType, denies: boolean): JsonObject {
  const { random, strict, callers } = setting;
  if (type === "rcp") {
    if (strict || random.chance(0.7)) return { Principal: random.chance(0.8) ? "*" : { AWS: "*" } };
    return { Principal: principalIn(setting, type) };
  }
  const not = type !== "trust" && random.chance(0.12) && (denies || !strict);
  if (!not) return { Principal: !strict && random.chance(0.01) ? {} : principalIn(setting, type) };
  // To exempt a caller all of its names have to be listed (MATCH-45), so some lists hold them all.
  const caller = random.pick(callers);
  if (caller.account === null || random.chance(0.5)) return { NotPrincipal: principalIn(setting, type) };
  const names = [caller.account, caller.entityArn ?? caller.arn, caller.arn].filter((name) => !name.includes("*"));
  return { NotPrincipal: { AWS: random.chance(0.7) ? names : names.slice(0, 2) } };
}

function actions(setting: Setting, type: PolicyType): JsonObject {
  const { random, strict } = setting;
  const not = type !== "rcp" && random.chance(0.1);
  const element = not ? "NotAction" : "Action";
  if (!strict && random.chance(0.01)) return { [element]: [] };
  const most = random.weighted([
    [5, 1],
    [3, 2],
    [1, 5],
  ]);
  const entries = random.list(1, most, () => actionPattern(setting, type, not));
  return { [element]: entries.length === 1 && random.chance(0.6) ? entries[0]! : entries };
}

/** GRAM-50, GRAM-52. */
const ODD_ACTIONS = [
  "s3.*",
  "s*:Get",
  "sqs:Send:Message",
  "s3:",
  "s3:Get Object",
  " s3:GetObject",
  "",
  "s3:${aws:username}",
];

function actionPattern({ random, scenes, strict }: Setting, type: PolicyType, not: boolean): string {
  if (!strict && random.chance(0.03)) return random.pick(ODD_ACTIONS.slice(0, -1));
  const scene = random.chance(0.85) ? scenes[0]! : random.pick(scenes);
  const action = type === "rcp" && strict ? rcpAction(random, scene) : random.pick(scene.actions);
  const [service = "", name = ""] = action.split(":");
  const rows: readonly (readonly [number, string])[] = [
    [not ? 0 : 4, type === "rcp" || type === "trust" ? `${service}:*` : "*"],
    [not ? 1 : 5, `${service}:*`],
    [8, action],
    [2, `${service}:${name.slice(0, 3)}*`],
    [2, `${service}:?${name.slice(1)}`],
    [2, `${service}:*${name.slice(-6)}`],
    [1, `${service}:${name.slice(0, 2)}*${name.slice(-2)}`],
    [1, `${service}:${name}x`],
    [not || type === "rcp" || type === "trust" ? 0 : 1, "*:*"],
  ];
  const pattern = random.weighted(rows);
  return random.chance(0.15) ? randomCase(random, pattern) : pattern;
}

/** GRAM-31: of a service that has resource control policies. */
function rcpAction(random: Random, { actions }: Scene): string {
  const supported = actions.filter((action) => rcpServices.includes(action.split(":", 1)[0]!));
  return supported.length > 0 ? random.pick(supported) : "s3:GetObject";
}

function resources(setting: Setting, type: PolicyType, manner: Manner): JsonObject {
  const { random, strict } = setting;
  const not = random.chance(0.1);
  const element = not ? "NotResource" : "Resource";
  if (!strict && random.chance(0.01)) return { [element]: [] };
  const entries = random.list(
    1,
    random.weighted([
      [6, 1],
      [3, 2],
      [1, 4],
    ]),
    () => resourcePattern(setting, type, manner, not),
  );
  return { [element]: entries.length === 1 && random.chance(0.6) ? entries[0]! : entries };
}

/** GRAM-52, MATCH-24, MATCH-25; a variable may stand where it does not belong (VAR-13). */
const ODD_RESOURCES = [
  ...["my-bucket", "arn:aws-mars:s3:::b", "arn:aws", "arn:aws::::b", "arn:aws:s3:::", "", "arn:aws:*:::b/k", "arn:*"],
  ...["${x:s}", "arn:aws:${x:s}", "arn:aws:sns:us-east-1", "arn:aws:*"],
] as const;

/** Short ones are completed in identity policies and boundaries only (MATCH-24). */
function isShort(pattern: string): boolean {
  return pattern.startsWith("arn:") && pattern.split(":").length < 6 && !pattern.endsWith("*");
}

function resourcePattern({ random, scenes, strict }: Setting, type: PolicyType, manner: Manner, not: boolean): string {
  if (!strict && random.chance(0.05)) return random.pick(ODD_RESOURCES);
  const scene = random.chance(0.85) ? scenes[0]! : random.pick(scenes);
  const mayBeShort = type === "identity" || type === "boundary";
  const patterns = scene.patterns.filter(
    (pattern) =>
      (manner.variables || !strict || !pattern.includes("${")) && (mayBeShort || !strict || !isShort(pattern)),
  );
  return random.weighted([
    [not ? 0 : 7, "*"],
    [patterns.length === 0 ? 0 : 6, patterns.length === 0 ? "*" : random.pick(patterns)],
    [6, random.pick(scene.resources)],
    [1, scene.resources[0]!.toUpperCase().replace("ARN:AWS", "arn:aws")],
  ]);
}
