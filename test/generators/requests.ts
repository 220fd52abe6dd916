/** Requests asked of a town: of its callers and resources mostly, with values that its policies speak about. */

import { conditionKeyFacts } from "../../src/catalog/condition-keys.js";
import { isDerivedKey } from "../../src/request/derive.js";
import type { ContextInput, Request, RequestOptions, ViaInput } from "../../src/request/request.js";
import * as words from "./alphabet.js";
import { randomCase, valueText } from "./conditions.js";
import type { KeyUse } from "./palette.js";
import { type Caller, NOON, principalInput, tags } from "./principals.js";
import type { Random } from "./random.js";
import { SCENES, type Scene } from "./scenes.js";
import type { Town } from "./towns.js";

export interface Ask {
  readonly request: Request;
  /** Null: the request is asked without any. */
  readonly options: Partial<RequestOptions> | null;
}

export function askOf(random: Random, town: Town): Ask {
  const at = random.chance(0.85) ? random.below(town.scenarios.length) : 0;
  const scene = random.chance(0.95) ? town.scenes[at]! : random.weighted(SCENES);
  const caller = random.chance(0.85) ? town.callers[at]! : random.pick(town.callers);
  const part: Part = { scene, caller, given: town.scenarios[at]!.request };
  return random.chance(0.3)
    ? { request: plainRequest(random, town, part), options: null }
    : fullAsk(random, town, part);
}

/** The scenario of a town that a request is about. */
interface Part {
  readonly scene: Scene;
  readonly caller: Caller;
  readonly given: Request;
}

function fullAsk(random: Random, town: Town, { scene, caller, given }: Part): Ask {
  const options = optionsOf(random, town);
  const via = viaOf(random, given.via);
  const resource = random.chance(0.8) ? given.resource : random.pick(scene.resources);
  const { context, unknown } = contextOf(random, town, options, {
    endpoint: via?.vpcEndpoint !== undefined,
    plain: false,
  });
  return {
    options,
    request: {
      principal: principalInput(random, caller),
      action: actionOf(random, scene, given.action),
      resource: random.chance(0.01) ? oddResource(random, resource) : resource,
      ...ownerOf(random, resource, given),
      ...(random.chance(0.5) ? { resourceTags: tags(random) } : {}),
      ...(random.chance(0.01) ? { resourcePolicyType: random.pick(["kms", "s3", "trust"]) } : {}),
      ...(random.chance(0.95) ? { context } : {}),
      ...(unknown.length > 0 ? { unknown } : {}),
      ...(via === undefined ? {} : { via }),
      now: random.weighted<string | number>([
        [8, NOON],
        [1, "2024-01-01T00:00:00Z"],
        [1, 1704067199999],
      ]),
    },
  };
}

/**
 * A request of texts only, asked without options. It is asked now, so its clock differs from road to road by some
 * milliseconds; no policy of ours compares with this year.
 */
function plainRequest(random: Random, town: Town, { scene, caller, given }: Part): Request {
  const resource = random.weighted([
    [7, given.resource],
    [2, random.pick(scene.resources)],
    [1, neighbourOf(random, given.resource)],
  ]);
  return {
    principal: plainPrincipal(random, caller),
    action: actionOf(random, scene, given.action),
    resource,
    ...ownerOf(random, resource, given),
    ...(random.chance(0.5) ? { resourceTags: tags(random) } : {}),
    ...(random.chance(0.95)
      ? { context: contextOf(random, town, PLAIN, { endpoint: false, plain: true }).context }
      : {}),
  };
}

const PLAIN: Partial<RequestOptions> = { deriveContext: true };

/** Sessions of one role by several names. */
function plainPrincipal(random: Random, { kind, arn }: Caller): string {
  if (kind !== "roleSession" || random.chance(0.6)) return arn;
  return arn.slice(0, arn.lastIndexOf("/") + 1) + random.pick(["s", "S", "t"]);
}

/** A resource that nearly is the given one: its container, a part of it, one with a similar name. */
function neighbourOf(random: Random, resource: string): string {
  const slash = resource.lastIndexOf("/");
  const container = slash === -1 ? resource : resource.slice(0, slash);
  return random.pick([
    container,
    `${resource}/k`,
    `${resource}x`,
    `${container}/x`,
    `${container}x/k`,
    `${resource}:x`,
  ]);
}

function ownerOf(random: Random, resource: string, given: Request): { resourceAccount?: string } {
  const known = resource === given.resource && given.resourceAccount !== undefined && random.chance(0.9);
  return known ? { resourceAccount: given.resourceAccount! } : {};
}

function actionOf(random: Random, { actions }: Scene, usual: string): string {
  const action = actions.includes(usual) && random.chance(0.6) ? usual : random.pick(actions);
  return random.chance(0.1) ? randomCase(random, action) : action;
}

function oddResource(random: Random, resource: string): string {
  return random.pick([`${resource}x`, `${resource}\n`, "*", resource.replace("111111111111", ""), `${resource}/𐐀`]);
}

/** The world's own flags mostly, so that a world has requests of one kind to compare with each other. */
function optionsOf(random: Random, { flags }: Town): Partial<RequestOptions> {
  const { deriveContext = true, trustContext = false, extraValues = "error", allowMalformedContext = false } = flags;
  const usual = { deriveContext, trustContext, extraValues, allowMalformedContext };
  if (random.chance(0.9)) return usual;
  return {
    deriveContext: random.chance(0.5),
    trustContext: random.chance(0.5),
    extraValues: random.pick(["error", "multi"] as const),
    allowMalformedContext: random.chance(0.5),
  };
}

function viaOf(random: Random, usual: ViaInput | undefined): ViaInput | undefined {
  const fas = random.chance(0.06)
    ? { fas: { calledVia: random.list(1, 2, () => random.pick(["athena.amazonaws.com", "s3.amazonaws.com", "a"])) } }
    : {};
  if (usual?.vpcEndpoint !== undefined && random.chance(0.85)) {
    const more = {
      ...(random.chance(0.4) ? { privateIp: random.pick(["10.0.0.1", "2001:db8::1"]) } : {}),
      ...(random.chance(0.3) ? { account: random.pick(words.ACCOUNTS) } : {}),
      ...(random.chance(0.2) ? { vpcArn: "arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1" } : {}),
      ...(random.chance(0.2) ? { orgId: words.ORGANIZATION, orgPaths: [words.ORG_PATHS[0]] } : {}),
    };
    return { vpcEndpoint: { ...usual.vpcEndpoint, ...more }, ...fas };
  }
  if (random.chance(0.04)) return { vpcEndpoint: { id: random.pick(words.VPC_ENDPOINTS) }, ...fas };
  return "fas" in fas ? fas : undefined;
}

/** How much one request leaves open. */
interface Mood {
  readonly unknown: number;
  readonly absent: number;
  readonly empty: number;
}

const MOODS: readonly (readonly [number, Mood])[] = [
  [10, { unknown: 0, absent: 0.2, empty: 0.22 }],
  [4, { unknown: 0.2, absent: 0.25, empty: 0.25 }],
  [2, { unknown: 0.6, absent: 0.3, empty: 0.25 }],
  [1, { unknown: 0, absent: 1, empty: 0 }],
  [2, { unknown: 0, absent: 0.05, empty: 0.4 }],
];

type State = "absent" | "single" | "multi" | "empty" | "unknown";

/** A state and a value for every key that a policy of the town reads. */
function contextOf(
  random: Random,
  { palette }: Town,
  options: Partial<RequestOptions>,
  { endpoint, plain }: { readonly endpoint: boolean; readonly plain: boolean },
): { context: Record<string, ContextInput>; unknown: string[] } {
  const mood = random.weighted(MOODS);
  const entries: [string, ContextInput][] = [];
  const unknown: string[] = [];
  for (const [name, use] of palette.keys) {
    const derived = options.deriveContext === true && isDerivedKey(name);
    // What is derived may be given with `trustContext` only; now and then somebody does it all the same.
    if (derived && (options.trustContext !== true || random.chance(0.5)) && !random.chance(0.002)) {
      if (random.chance(mood.unknown)) unknown.push(spelled(random, use.key));
      continue;
    }
    if (endpoint && options.deriveContext === true && name === "aws:sourceip") continue;
    const state = stateOf(random, name, mood, options);
    if (state === "unknown") unknown.push(spelled(random, use.key));
    else if (state === "absent") continue;
    else if (plain) entries.push([spelled(random, use.key), requestValue(random, use, name.startsWith("aws:"))]);
    else entries.push([spelled(random, use.key), inputOf(random, name, use, state, options)]);
  }
  if (random.chance(mood.unknown / 3))
    unknown.push(random.pick(["aws:PrincipalTag/*", "x:*", "aws:*", "*", "AWS:RequestTag/*"]));
  return { context: Object.fromEntries(entries), unknown };
}

function spelled(random: Random, key: string): string {
  return random.chance(0.05) ? randomCase(random, key) : key;
}

function stateOf(random: Random, name: string, mood: Mood, options: Partial<RequestOptions>): State {
  if (random.chance(mood.unknown)) return "unknown";
  if (random.chance(mood.absent)) return "absent";
  const cardinality = cardinalityOf(name);
  // Several values of a single-valued key are refused unless the request says what they mean (REQ-3).
  if (cardinality === "single" && options.extraValues !== "multi") return random.chance(0.997) ? "single" : "multi";
  if (random.chance(mood.empty)) return "empty";
  return cardinality === "multi" || random.chance(0.45) ? "multi" : "single";
}

function cardinalityOf(name: string): "single" | "multi" | "unlisted" {
  const facts = conditionKeyFacts(name);
  if (facts !== null) return facts.multi ? "multi" : "single";
  if (name.startsWith("aws:")) return "single";
  return name.endsWith(":amr") ? "multi" : "unlisted";
}

function inputOf(
  random: Random,
  name: string,
  use: KeyUse,
  state: "single" | "multi" | "empty",
  options: Partial<RequestOptions>,
): ContextInput {
  const wellFormed = name.startsWith("aws:") && options.allowMalformedContext !== true;
  const value = () => requestValue(random, use, wellFormed);
  switch (state) {
    case "single":
      return random.chance(0.85) ? scalar(random, value()) : [value()];
    case "empty":
      return [];
    case "multi": {
      const values = random.list(
        1,
        random.weighted([
          [5, 2],
          [1, 4],
        ]),
        value,
      );
      // Of a key of no table, one value alone would be a single one.
      const explicit = values.length === 1 && cardinalityOf(name) === "unlisted";
      return explicit ? { card: "multi", values } : values;
    }
  }
}

/** Numbers and booleans may come as themselves (REQ-2). */
function scalar(random: Random, text: string): string | number | boolean {
  if (random.chance(0.8)) return text;
  if (text === "true" || text === "false") return text === "true";
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : text;
}

/** A value that meets some operand half of the time. */
function requestValue(random: Random, use: KeyUse, wellFormed: boolean): string {
  if (use.operands.size > 0 && random.chance(0.5)) {
    const operand = random.pick([...use.operands]);
    if (use.type === "string") return filled(random, operand);
    if (use.type === "arn" && operand.split(":").length >= 6) return filled(random, operand);
    if (use.type === "numeric" || use.type === "binary" || use.type === "date") {
      if (!wellFormed) return operand;
    }
    if (use.type === "ip" && !operand.includes("/") && !wellFormed) return operand;
  }
  return wellFormed && use.type === "bool" ? random.pick(["true", "false"]) : valueText(random, use.type, wellFormed);
}

/** Text that a pattern may match. */
function filled(random: Random, pattern: string): string {
  if (!/[*?$]/.test(pattern) || random.chance(0.1)) return pattern;
  let text = "";
  for (const letter of pattern.replaceAll(/\$\{[^}]*\}/g, () => random.pick(["a", "*", "b"]))) {
    if (letter === "*") text += random.pick(["", "a", "ab", "a/b", "\n", "𐐀"]);
    else if (letter === "?") text += random.pick(["a", "b", "é", "𐐀", ""]);
    else text += letter;
  }
  return text;
}
