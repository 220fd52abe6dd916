/** Random statements in the shapes that people write, and requests that lean towards them. */
import type { Random } from "../random.js";
import { ACCOUNT, NETWORKS, PROJECTS, REGIONS, SERVICES, type Service } from "./services.js";
import type { ConditionJson, StatementJson, WorkloadPrincipal, WorkloadRequest } from "./workload.js";

/** A statement with what its text forgets: which actions and resources it stands for. */
export interface DraftStatement {
  readonly json: StatementJson;
  /** With prefix, each matched by the statement. */
  readonly actions: readonly string[];
  readonly resources: readonly ResourceShape[];
  readonly conditions: readonly ConditionDraft[];
}

/** A resource ARN with open parts; a pattern ends in `*` at the first open part of the name. */
interface ResourceShape {
  readonly service: Service;
  readonly region: string | null;
  /** `tag`: the caller's own team, as a policy variable. */
  readonly team: string | "tag" | null;
  readonly project: string | null;
  readonly number: number | null;
  readonly path: string | null;
}

/** What a condition asks for, and how a request comes to satisfy it. */
interface ConditionDraft {
  readonly json: ConditionJson;
  readonly satisfy: (request: OpenRequest, tags: Readonly<Record<string, string>>, random: Random) => void;
}

interface OpenRequest {
  readonly context: Record<string, string>;
  readonly resourceTags: Record<string, string>;
}

export interface StatementMix {
  /** Who owns resources; their names begin with it. */
  readonly teams: readonly string[];
  /** How many resource names a team's project has. */
  readonly names: number;
  readonly variables: boolean;
  /** How many of the resource patterns are `*`: few in a large account, or nothing would be denied. */
  readonly everythingShare: number;
  readonly denyShare: number;
  readonly conditionKeys: readonly ConditionKey[];
  readonly conditionsPerStatement: readonly [number, number];
}

export type ConditionKey = keyof typeof CONDITIONS;

export function draftStatement(random: Random, mix: StatementMix): DraftStatement {
  const deny = random.chance(mix.denyShare);
  const service = random.pick(SERVICES);
  const { patterns, actions } = deny ? draftActionList(random, service) : draftActions(random, service);
  const resources = Array.from({ length: 1 + random.below(3) }, () => draftResource(random, mix, service, deny));
  const [fewest, most] = mix.conditionsPerStatement;
  const conditions = deny
    ? [random.pick(DENY_CONDITIONS)(random)]
    : random
        .sample(mix.conditionKeys, fewest + random.below(most - fewest + 1))
        .map((key) => CONDITIONS[key](random, mix));
  const json: StatementJson = {
    Effect: deny ? "Deny" : "Allow",
    Action: patterns,
    Resource: [...new Set(resources.map(patternOf))],
    ...(conditions.length === 0 ? {} : { Condition: merge(conditions.map((condition) => condition.json)) }),
  };
  return { json, actions, resources, conditions };
}

/** A request that satisfies every part of the statement with this probability, and strays otherwise. */
export function draftRequest(
  random: Random,
  principal: WorkloadPrincipal,
  statement: DraftStatement,
  mix: StatementMix,
  faithfulness: number,
): WorkloadRequest {
  const keep = (): boolean => random.chance(faithfulness);
  const shape = random.pick(statement.resources);
  const service = shape.service;
  const action = keep() ? random.pick(statement.actions) : `${service.prefix}:${random.pick(service.actions)}`;
  const resource = keep() ? instanceOf(random, shape, principal.tags, mix) : anyResource(random, service, mix);
  const open: OpenRequest = { context: ordinaryContext(random, mix), resourceTags: {} };
  if (random.chance(0.5)) open.resourceTags["project"] = random.pick(PROJECTS);
  for (const condition of statement.conditions) if (keep()) condition.satisfy(open, principal.tags, random);
  return {
    principal: random.pick(principal.callers),
    action,
    resource,
    resourceAccount: ACCOUNT,
    resourceTags: open.resourceTags,
    context: open.context,
  };
}

function draftActions(random: Random, service: Service): { patterns: readonly string[]; actions: readonly string[] } {
  const roll = random.next();
  if (roll < 0.1) return { patterns: [`${service.prefix}:*`], actions: withPrefix(service, service.actions) };
  if (roll < 0.35) {
    const verb = verbOf(random.pick(service.actions));
    const actions = service.actions.filter((action) => action.startsWith(verb));
    return { patterns: [`${service.prefix}:${verb}*`], actions: withPrefix(service, actions) };
  }
  return draftActionList(random, service);
}

function draftActionList(
  random: Random,
  service: Service,
): { patterns: readonly string[]; actions: readonly string[] } {
  const actions = withPrefix(service, random.sample(service.actions, 1 + random.below(4)));
  return { patterns: actions, actions };
}

function withPrefix(service: Service, actions: readonly string[]): string[] {
  return actions.map((action) => `${service.prefix}:${action}`);
}

/** `Get` of `GetObject`. */
function verbOf(action: string): string {
  let end = 1;
  while (end < action.length && action[end]! >= "a" && action[end]! <= "z") end++;
  return action.slice(0, end);
}

/** How far a resource pattern is written out, by weight. A Deny is written out further. */
const DEPTHS: readonly { readonly weight: number; readonly depth: "team" | "project" | "name" | "path" }[] = [
  { weight: 0.12, depth: "team" },
  { weight: 0.36, depth: "project" },
  { weight: 0.18, depth: "name" },
  { weight: 0.34, depth: "path" },
];

function draftResource(random: Random, mix: StatementMix, service: Service, deny: boolean): ResourceShape {
  const open: ResourceShape = { service, region: null, team: null, project: null, number: null, path: null };
  if (!deny && random.chance(mix.everythingShare)) return open;
  const depth = deny ? random.pick(["name", "path"] as const) : pickDepth(random);
  const region = random.chance(0.6) ? random.pick(REGIONS) : null;
  const team = mix.variables && random.chance(0.4) ? "tag" : random.pick(mix.teams);
  if (depth === "team") return { ...open, region, team };
  const project = random.pick(PROJECTS);
  if (depth === "project") return { ...open, region, team, project };
  const number = random.below(mix.names);
  if (depth === "name") return { ...open, region, team, project, number };
  return { ...open, region: region ?? random.pick(REGIONS), team, project, number, path: random.pick(service.paths) };
}

function pickDepth(random: Random): (typeof DEPTHS)[number]["depth"] {
  let roll = random.next();
  for (const { weight, depth } of DEPTHS) {
    if (roll < weight) return depth;
    roll -= weight;
  }
  return "path";
}

function patternOf(shape: ResourceShape): string {
  if (shape.team === null) return "*";
  const team = shape.team === "tag" ? "${aws:PrincipalTag/team}" : shape.team;
  const name =
    shape.project === null
      ? `${team}-*`
      : shape.number === null
        ? `${team}-${shape.project}-*`
        : `${team}-${shape.project}-${shape.number}`;
  const rest = shape.number === null ? "" : shape.path === null ? "*" : `${shape.path}${objectStar(shape)}`;
  return fill(shape.service.arn, shape.region ?? "*", name) + rest;
}

/** S3 paths are folders: a pattern names the folder and stars its objects. */
function objectStar(shape: ResourceShape): string {
  return shape.service.prefix === "s3" ? "*" : "";
}

function instanceOf(
  random: Random,
  shape: ResourceShape,
  tags: Readonly<Record<string, string>>,
  mix: StatementMix,
): string {
  const team = (shape.team === "tag" ? tags["team"] : shape.team) ?? random.pick(mix.teams);
  const project = shape.project ?? random.pick(PROJECTS);
  const number = shape.number ?? random.below(mix.names);
  const path = shape.path ?? random.pick(shape.service.paths);
  const object = shape.service.prefix === "s3" ? `part-${random.below(100)}.parquet` : "";
  return fill(shape.service.arn, shape.region ?? random.pick(REGIONS), `${team}-${project}-${number}`) + path + object;
}

function anyResource(random: Random, service: Service, mix: StatementMix): string {
  const open: ResourceShape = { service, region: null, team: null, project: null, number: null, path: null };
  return instanceOf(random, open, {}, mix);
}

function fill(arn: string, region: string, name: string): string {
  return arn.replace("{region}", region).replace("{name}", () => name);
}

/** What every request brings along: three keys that AWS always sends, sometimes a user agent and a tag. */
function ordinaryContext(random: Random, mix: StatementMix): Record<string, string> {
  const context: Record<string, string> = {
    "aws:SourceIp": `${random.pick(NETWORKS)}.${1 + random.below(254)}`,
    "aws:SecureTransport": random.chance(0.99) ? "true" : "false",
    "aws:RequestedRegion": random.pick(REGIONS),
    "aws:UserAgent": random.pick(USER_AGENTS),
  };
  if (random.chance(0.4)) context["aws:RequestTag/team"] = random.pick(mix.teams);
  return context;
}

const USER_AGENTS = [
  "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.1 lang/python#3.13",
  "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 terraform-provider-aws/6.14.1",
  "aws-sdk-js/3.896.0 ua/2.1 os/linux lang/js md/nodejs#20.19.5",
  "console.amazonaws.com",
] as const;

const CONDITIONS = {
  sourceIp: (random: Random): ConditionDraft => {
    const ranges = random.sample(NETWORKS, 1 + random.below(2)).map((network) => ({
      network,
      bits: random.pick([24, 25, 26] as const),
    }));
    return {
      json: { IpAddress: { "aws:SourceIp": ranges.map(({ network, bits }) => `${network}.0/${bits}`) } },
      satisfy: ({ context }, _tags, choice) => {
        const { network, bits } = choice.pick(ranges);
        context["aws:SourceIp"] = `${network}.${1 + choice.below(2 ** (32 - bits) - 2)}`;
      },
    };
  },
  secureTransport: (): ConditionDraft => ({
    json: { Bool: { "aws:SecureTransport": ["true"] } },
    satisfy: ({ context }) => {
      context["aws:SecureTransport"] = "true";
    },
  }),
  region: (random: Random): ConditionDraft => {
    const regions = random.sample(REGIONS, 1 + random.below(3));
    return {
      json: { StringEquals: { "aws:RequestedRegion": regions } },
      satisfy: ({ context }, _tags, choice) => {
        context["aws:RequestedRegion"] = choice.pick(regions);
      },
    };
  },
  requestTag: (random: Random, mix: StatementMix): ConditionDraft => {
    const teams = random.sample(mix.teams, 1 + random.below(3));
    const own = mix.variables && random.chance(0.5);
    return {
      json: { StringEquals: { "aws:RequestTag/team": own ? ["${aws:PrincipalTag/team}"] : teams } },
      satisfy: ({ context }, tags, choice) => {
        context["aws:RequestTag/team"] = own ? (tags["team"] ?? "nobody") : choice.pick(teams);
      },
    };
  },
  resourceTag: (random: Random, mix: StatementMix): ConditionDraft => {
    const projects = random.sample(PROJECTS, 1 + random.below(2));
    const own = mix.variables && random.chance(0.5);
    return {
      json: { StringEquals: { "aws:ResourceTag/project": own ? ["${aws:PrincipalTag/project}"] : projects } },
      satisfy: ({ resourceTags }, tags, choice) => {
        resourceTags["project"] = own ? (tags["project"] ?? "none") : choice.pick(projects);
      },
    };
  },
  userAgent: (random: Random): ConditionDraft => {
    const like = random.pick(["aws-cli/*", "*Terraform*", "aws-sdk-*"] as const);
    return {
      json: { StringLike: { "aws:UserAgent": [like] } },
      satisfy: ({ context }) => {
        context["aws:UserAgent"] = USER_AGENTS.find((agent) => agent.includes(like.replaceAll("*", "")))!;
      },
    };
  },
} satisfies Record<string, (random: Random, mix: StatementMix) => ConditionDraft>;

/** Denies ask for what is seldom so, as they do in practice. */
const DENY_CONDITIONS: readonly ((random: Random) => ConditionDraft)[] = [
  () => ({
    json: { Bool: { "aws:SecureTransport": ["false"] } },
    satisfy: ({ context }) => {
      context["aws:SecureTransport"] = "false";
    },
  }),
  (random) => {
    const allowed = random.sample(REGIONS, REGIONS.length - 2);
    return {
      json: { StringNotEquals: { "aws:RequestedRegion": allowed } },
      satisfy: ({ context }, _tags, choice) => {
        context["aws:RequestedRegion"] = choice.pick(REGIONS.filter((region) => !allowed.includes(region)));
      },
    };
  },
  (random) => {
    const outside = random.pick(NETWORKS);
    const inside = NETWORKS.filter((network) => network !== outside);
    return {
      json: { NotIpAddress: { "aws:SourceIp": inside.map((network) => `${network}.0/24`) } },
      satisfy: ({ context }, _tags, choice) => {
        context["aws:SourceIp"] = `${outside}.${1 + choice.below(254)}`;
      },
    };
  },
];

/** One Condition block of several; the drafts of one statement never share a key. */
function merge(conditions: readonly ConditionJson[]): ConditionJson {
  const merged: Record<string, Record<string, readonly string[]>> = {};
  for (const condition of conditions) {
    for (const [operator, block] of Object.entries(condition)) {
      merged[operator] = { ...merged[operator], ...block };
    }
  }
  return merged;
}
