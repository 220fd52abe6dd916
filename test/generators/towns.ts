/** Worlds: a few scenarios that share accounts and flags, put together, and what only a world directory can say. */
import type { WorldOptions } from "../../src/policy/options.js";
import * as words from "./alphabet.js";
import { Palette } from "./palette.js";
import { galleryOf, type Leaning, policyOf, type Setting } from "./policies.js";
import { type Caller, callerOf, collide, tags } from "./principals.js";
import type { Random } from "./random.js";
import type { JsonObject, Options, OrganizationJson, PoliciesJson, PolicyJson, ScenarioJson } from "./scenario-json.js";
import { SCENES, type Scene } from "./scenes.js";

/** What scenarios cannot say: facts of exports, and that the world does not hold everything (3V-8). */
export interface WorldEdit {
  readonly closed?: false;
  /** By account id. `organization`: `unknown`, or none. */
  readonly accounts?: Readonly<
    Record<string, { held?: boolean; organization?: "unknown" | null; completeResourceTypes?: readonly string[] }>
  >;
  /** By ARN. */
  readonly principals?: Readonly<
    Record<string, { uniqueId?: string; tags?: Readonly<Record<string, string>>; serviceLinked?: boolean }>
  >;
}

/** A world to be, as data. */
export interface Plan {
  readonly scenarios: readonly ScenarioJson[];
  readonly edit: WorldEdit | null;
}

/** A world to be, and what its requests are drawn from. */
export interface Town extends Plan {
  readonly palette: Palette;
  readonly scenes: readonly Scene[];
  /** The callers of the scenarios first, then strangers. */
  readonly callers: readonly Caller[];
  /** Whether requests have their global keys derived (REQ-43); some worlds ask with given ones only. */
  readonly flags: Options;
}

/** How many scenarios make a world. */
const SIZES: readonly (readonly [number, number])[] = [
  [6, 1],
  [3, 2],
  [2, 3],
];

export function townOf(random: Random): Town {
  const palette = new Palette();
  const flags = flagsOf(random);
  const organization = random.chance(0.6) ? organizationOf(random) : null;
  const count = random.weighted(SIZES);
  const scenes = Array.from({ length: count }, () => random.weighted(SCENES));
  const principals: Caller[] = [];
  for (const scene of scenes) {
    const caller = callerFor(random, scene);
    principals.push(principals.find((other) => collide(caller, other)) ?? caller);
  }
  const callers = [...principals, callerOf(random), callerOf(random)];
  const names = new Map<string, number>();
  const scenarios = scenes.map((scene, index) => {
    const place = index === 0 ? "" : `${"abc"[index]} `;
    const setting: Setting = {
      random,
      palette,
      scenes: [scene, ...scenes],
      callers: [principals[index]!, principals[index]!, ...callers],
      strict: flags.mode !== "lenient",
      anyLiteral: flags.mode !== "strict",
      looseOperators: flags.looseOperators ?? true,
      nameOf: (layer) => {
        const used = names.get(place + layer) ?? 0;
        names.set(place + layer, used + 1);
        return `${place}${layer}[${used}]`;
      },
    };
    return scenarioOf(setting, index, scene, principals[index]!, flags, organization);
  });
  return { scenarios, edit: random.chance(0.3) ? editOf(random, principals) : null, palette, scenes, callers, flags };
}

function callerFor(random: Random, { callers }: Scene): Caller {
  return callers.length > 0 && random.chance(0.75) ? callerOf(random, random.pick(callers)) : callerOf(random);
}

/** Every flag that a world has, with the values that are not its default. */
const FLAGS: { readonly [Flag in Exclude<keyof WorldOptions, "mode">]: WorldOptions[Flag] } = {
  invalidEntry: "literal",
  unresolvedVariable: "statement",
  denyKind: "merge",
  forAnyValueIfExists: true,
  looseOperators: false,
  autoRcpFullAccess: false,
  rcpOnResourceless: true,
  federatedDefaultSession: "allow",
  federatedInResourcePolicies: true,
  scpBlocksGetSessionToken: true,
  explicitDenyBlocksGetSessionToken: true,
  roleMfaKey: "absent",
  resourceGlob: "plain",
  incompleteArn: "everywhere",
  notPrincipalMode: "roleCoversSession",
  awsStarMatchesService: false,
  assumeSameAccount: true,
};

function flagsOf(random: Random): Options {
  const chance = random.chance(0.5) ? 0 : 0.2;
  const flipped = Object.entries(FLAGS).filter(() => random.chance(chance));
  const mode = random.weighted([
    [4, "strict"],
    [1, "session"],
    [5, "lenient"],
  ] as const);
  return {
    ...Object.fromEntries(flipped),
    mode,
    deriveContext: random.chance(0.55),
    ...(random.chance(0.2) ? { trustContext: true } : {}),
    ...(random.chance(0.4) ? { extraValues: "multi" as const } : {}),
    ...(random.chance(0.3) ? { allowMalformedContext: true } : {}),
  };
}

function organizationOf(random: Random): OrganizationJson {
  return {
    ...(random.chance(0.9) ? { id: words.ORGANIZATION } : {}),
    ...(random.chance(0.8)
      ? { managementAccount: random.pick([words.MANAGEMENT_ACCOUNT, words.MANAGEMENT_ACCOUNT, words.OTHER_ACCOUNT]) }
      : {}),
    ...(random.chance(0.5) ? { accounts: random.chance(0.7) ? words.ACCOUNTS : [words.CALLER_ACCOUNT] } : {}),
    ...(random.chance(0.5)
      ? {
          paths: Object.fromEntries(
            words.ACCOUNTS.slice(0, 2).map((account) => [account, random.pick(words.ORG_PATHS)]),
          ),
        }
      : {}),
    ...(random.chance(0.3) ? { delegatedAdministrators: [words.CALLER_ACCOUNT] } : {}),
    ...(random.chance(0.08) ? { scpsEnabled: false } : {}),
    ...(random.chance(0.08) ? { rcpsEnabled: false } : {}),
  };
}

const GRANT: Leaning = { open: 0.88, deny: 0.27, conditional: 0.6 };
const GUARDRAIL: Leaning = { open: 0.97, deny: 0.44, conditional: 0.7 };
const RESOURCE: Leaning = { open: 0.72, deny: 0.3, conditional: 0.6 };

function scenarioOf(
  setting: Setting,
  index: number,
  scene: Scene,
  caller: Caller,
  flags: Options,
  organization: OrganizationJson | null,
): ScenarioJson {
  const { random } = setting;
  const settings = scene.settings(random);
  const resource = scene.resources[random.chance(0.7) ? 0 : random.below(scene.resources.length)]!;
  const endpoint = random.chance(0.18);
  const needsParent = caller.entityArn !== null && caller.kind !== "user";
  const id = random.pick(words.VPC_ENDPOINTS);
  return {
    id: `world ${index}`,
    request: {
      principal: needsParent ? namedInput(caller) : caller.arn,
      action: random.pick(scene.actions),
      resource,
      ...(random.chance(0.75) && resource.split(":")[4] === "" && resource !== "*"
        ? { resourceAccount: random.pick([words.CALLER_ACCOUNT, words.CALLER_ACCOUNT, words.OTHER_ACCOUNT]) }
        : {}),
      ...(endpoint
        ? {
            via: {
              vpcEndpoint: {
                ...(random.chance(0.7) ? { id, vpc: "vpc-1" } : {}),
                ...(random.chance(0.3) ? { kind: "gateway" as const } : {}),
              },
            },
          }
        : {}),
    },
    policies: policiesOf(setting, scene, caller, endpoint),
    ...(scene.policy === "resource" && random.chance(0.03)
      ? { resourcePolicyType: random.pick(["kms", "other", "s3"]) }
      : {}),
    ...(organization === null ? {} : { organization }),
    ...(settings === null ? {} : { resourceSettings: settings }),
    ...(random.chance(0.5) ? { canonicalUserIds: { ...words.CANONICAL_IDS } } : {}),
    ...(random.chance(0.15) ? { bindings: bindingsOf(random) } : {}),
    options: flags,
  };
}

/** The caller with what its ARN leaves out and its policies hang on. */
function namedInput({ kind, arn, entityArn }: Caller) {
  return kind === "federatedUser" ? { arn, parent: entityArn! } : { arn, roleArn: entityArn! };
}

function bindingsOf(random: Random): JsonObject {
  return {
    [`arn:aws:iam::${words.CALLER_ACCOUNT}:user/a`]: random.pick(["AIDAA", "AIDAOLD"]),
    [`arn:aws:iam::${words.CALLER_ACCOUNT}:role/R`]: random.pick(["AROAR", "AROAOLD"]),
  };
}

/** Root users and services have neither boundary nor session policies, except that somebody may say so (EVAL-17). */
function policiesOf(setting: Setting, scene: Scene, { kind, arn }: Caller, endpoint: boolean): PoliciesJson {
  const { random } = setting;
  const list = (least: number, most: number, type: Parameters<typeof policyOf>[1], place: string, leaning: Leaning) =>
    random.list(least, most, () => policyOf(setting, type, place, leaning));
  const hasEntity = kind === "user" || kind === "roleSession" || kind === "federatedUser";
  const hasSession = kind === "federatedUser" || (kind === "roleSession" && !arn.endsWith("/i-0"));
  const needed = scene.policy === "trust" || !(hasEntity || kind === "root");
  const attached = scene.policy !== null && random.chance(needed ? 0.97 : 0.85);
  const resourceType = scene.policy === "trust" ? "trust" : "resource";
  return {
    ...(hasEntity ? { identity: identityOf(setting) } : {}),
    ...(hasEntity && random.chance(0.3)
      ? { boundary: random.chance(0.03) ? "unknown" : list(1, 2, "boundary", "boundary", GUARDRAIL) }
      : {}),
    ...(hasSession && random.chance(kind === "federatedUser" ? 0.7 : 0.3)
      ? { session: list(1, 2, "session", "session", GUARDRAIL) }
      : {}),
    ...(kind === "root" && random.chance(0.1) ? { session: list(1, 1, "session", "session", GUARDRAIL) } : {}),
    ...(random.chance(0.4) ? { scps: levelsOf(setting, "scp", "scps") } : {}),
    ...(random.chance(0.3) ? { rcps: levelsOf(setting, "rcp", "rcps") } : {}),
    ...(attached
      ? { resource: random.chance(0.03) ? ("unknown" as const) : list(1, 2, resourceType, "resource", RESOURCE) }
      : {}),
    ...(scene.behind !== null
      ? { behind: { resource: scene.behind, policies: list(1, 2, "resource", "behind", { ...RESOURCE, open: 0.8 }) } }
      : {}),
    ...(endpoint && random.chance(0.8) ? { vpcEndpoint: list(1, 1, "vpce", "vpcEndpoint", GUARDRAIL) } : {}),
  };
}

function identityOf(setting: Setting): readonly PolicyJson[] {
  const { random } = setting;
  if (random.chance(0.18)) return [{ name: setting.nameOf("identity"), policy: galleryOf(setting) }];
  return random.list(random.chance(0.05) ? 0 : 1, 3, () => policyOf(setting, "identity", "identity", GRANT));
}

function levelsOf(setting: Setting, type: "scp" | "rcp", place: string): readonly (readonly PolicyJson[])[] {
  const { random } = setting;
  return random.list(1, 3, (level) =>
    random.list(1, 2, () => policyOf(setting, type, `${place}[${level}]`, GUARDRAIL)),
  );
}

/** Resource types that an account may list completely. */
const RESOURCE_TYPES = ["s3:bucket", "kms:key", "sqs:queue", "sns:topic", "iam:role"] as const;

function editOf(random: Random, callers: readonly Caller[]): WorldEdit {
  const entities = callers.flatMap(({ entityArn }) =>
    entityArn === null || entityArn.endsWith(":root") ? [] : [entityArn],
  );
  return {
    ...(random.chance(0.5) ? { closed: false } : {}),
    accounts: Object.fromEntries(
      words.ACCOUNTS.filter(() => random.chance(0.5)).map((account) => [
        account,
        {
          held: random.chance(0.5),
          ...(random.chance(0.3) ? { organization: random.pick(["unknown", null] as const) } : {}),
          completeResourceTypes: RESOURCE_TYPES.filter(() => random.chance(0.5)),
        },
      ]),
    ),
    principals: Object.fromEntries(
      entities.map((arn) => [
        arn,
        {
          ...(random.chance(0.7) ? { uniqueId: arn.includes(":role/") ? "AROAR" : "AIDAA" } : {}),
          ...(random.chance(0.7) ? { tags: tags(random) } : {}),
          ...(random.chance(0.05) ? { serviceLinked: true } : {}),
        },
      ]),
    ),
  };
}
