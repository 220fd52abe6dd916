/** Callers of every kind, and the ways in which policies name them. */
import type { PrincipalInput } from "../../src/request/request.js";
import * as words from "./alphabet.js";
import type { Random } from "./random.js";
import type { Json, JsonObject } from "./scenario-json.js";

export type CallerKind =
  | "root"
  | "user"
  | "roleSession"
  | "federatedUser"
  | "webIdentity"
  | "saml"
  | "service"
  | "originAccessIdentity"
  | "anonymous";

/** A caller, by what its ARN and those of its role or parent are. Details are drawn anew for each request. */
export interface Caller {
  readonly kind: CallerKind;
  readonly account: string | null;
  /** What stands in `request.principal.arn`. */
  readonly arn: string;
  /** Of the user, the role or the parent; null: it has none. */
  readonly entityArn: string | null;
  readonly uniqueId: string | null;
  readonly serviceLinked: boolean;
}

const KINDS: readonly (readonly [number, CallerKind])[] = [
  [32, "user"],
  [30, "roleSession"],
  [8, "root"],
  [8, "federatedUser"],
  [8, "service"],
  [6, "anonymous"],
  [1, "webIdentity"],
  [1, "saml"],
  [1, "originAccessIdentity"],
];

export function callerOf(random: Random, kind: CallerKind = random.weighted(KINDS)): Caller {
  const account = random.weighted([
    [34, words.CALLER_ACCOUNT],
    [7, words.OTHER_ACCOUNT],
    [1, words.MANAGEMENT_ACCOUNT],
  ]);
  const partition = account === words.MANAGEMENT_ACCOUNT ? words.MANAGEMENT_PARTITION : "aws";
  const iam = `arn:${partition}:iam::${account}`;
  const sts = `arn:${partition}:sts::${account}`;
  const nobody = { account: null, entityArn: null, uniqueId: null, serviceLinked: false };
  switch (kind) {
    case "root":
      return {
        ...nobody,
        kind,
        account,
        arn: random.chance(0.3) && account !== words.MANAGEMENT_ACCOUNT ? account : `${iam}:root`,
      };
    case "user": {
      const arn = `${iam}:user/${random.pick(["a", "a", "b", "p/a", "a*"])}`;
      return { ...nobody, kind, account, arn, entityArn: arn, uniqueId: random.pick(["AIDAA", "AIDAB"]) };
    }
    case "roleSession": {
      const path = random.weighted([
        [8, ""],
        [3, "p/"],
        [1, "aws-service-role/s3.amazonaws.com/"],
      ]);
      const name = random.pick(["R", "R", "Q"]);
      const session = random.pick(["s", "s", "S", "i-0", "a"]);
      return {
        kind,
        account,
        arn: `${sts}:assumed-role/${name}/${session}`,
        entityArn: `${iam}:role/${path}${name}`,
        uniqueId: random.pick(["AROAR", "AROAQ"]),
        serviceLinked: path.startsWith("aws-service-role"),
      };
    }
    case "federatedUser": {
      const entityArn = random.weighted([
        [8, `${iam}:user/a`],
        [1, `${iam}:root`],
        [1, null],
      ]);
      const arn = `${sts}:federated-user/${random.pick(["f", "a"])}`;
      return { kind, account, arn, entityArn, uniqueId: "AIDAA", serviceLinked: false };
    }
    case "service":
      return { ...nobody, kind, arn: random.pick(words.SERVICES) };
    case "webIdentity":
      return { ...nobody, kind, arn: random.pick([words.OIDC_PROVIDER, "accounts.google.com"]) };
    case "saml":
      return { ...nobody, kind, arn: words.SAML_PROVIDER };
    case "originAccessIdentity":
      return { ...nobody, kind, arn: words.ORIGIN_ACCESS_IDENTITY };
    case "anonymous":
      return { ...nobody, kind, arn: "*" };
  }
}

/** Whether two callers are sessions of roles that cannot both be: names are unique in an account (REQ-11). */
export function collide(one: Caller, other: Caller): boolean {
  return (
    one.kind === "roleSession" &&
    other.kind === "roleSession" &&
    roleKey(one) === roleKey(other) &&
    one.entityArn !== other.entityArn
  );
}

function roleKey({ account, arn }: Caller): string {
  return `${account}/${arn.split("/")[1]}`;
}

/** `2024-06-15T12:30:45.123Z` and its neighbourhood: when most requests are asked. */
export const NOON = Date.UTC(2024, 5, 15, 12, 30, 45, 123);

/** Before every `now` that requests have. */
const NEW_YEAR = Date.UTC(2023, 11, 31, 12);

/** What one request says of its caller. `parent` and `roleArn` are given wherever the policies hang on them. */
export function principalInput(random: Random, caller: Caller): string | PrincipalInput {
  const { arn, kind, entityArn } = caller;
  const pathless = entityArn === null || entityArn.split("/").length === 2;
  if (random.chance(0.2) && kind !== "federatedUser" && (kind !== "roleSession" || pathless)) return arn;
  const given: { -readonly [Field in keyof PrincipalInput]: PrincipalInput[Field] } = { arn };
  switch (kind) {
    case "root":
      if (random.chance(0.3)) Object.assign(given, credentials(random, ["sessionToken", "console", "assumeRoot"]));
      break;
    case "user":
      addEntity(random, given, caller);
      if (random.chance(0.3)) Object.assign(given, credentials(random, ["sessionToken", "console"]));
      break;
    case "roleSession":
      addEntity(random, given, caller);
      addSession(random, given);
      if (!pathless || random.chance(0.3)) given.roleArn = entityArn!;
      if (random.chance(0.03)) given.serviceLinked = true;
      break;
    case "federatedUser":
      addEntity(random, given, caller);
      if (entityArn !== null) given.parent = entityArn;
      if (random.chance(0.3)) given.sessionTags = tags(random);
      if (random.chance(0.7)) given.issueTime = instant(random);
      if (random.chance(0.15)) given.credentials = "console";
      break;
    case "service":
      if (random.chance(0.3)) given.serviceNames = [arn, random.pick(words.SERVICES)];
      if (random.chance(0.5)) given.onBehalf = onBehalf(random);
      break;
    case "webIdentity":
      if (random.chance(0.7)) given.claims = { "token.example.com:sub": random.pick(["a", "b"]), "y:amr": ["mfa"] };
      break;
    case "saml":
      if (random.chance(0.7)) given.claims = { "saml:sub": random.pick(["a", "b"]) };
      break;
    case "originAccessIdentity":
    case "anonymous":
      break;
  }
  return given;
}

type Draft = { -readonly [Field in keyof PrincipalInput]: PrincipalInput[Field] };

function addEntity(random: Random, given: Draft, { uniqueId }: Caller): void {
  if (uniqueId !== null && random.chance(0.7)) given.uniqueId = random.chance(0.95) ? uniqueId : `${uniqueId}X`;
  if (random.chance(0.6)) given.tags = tags(random);
}

function addSession(random: Random, given: Draft): void {
  if (random.chance(0.4)) given.sessionTags = tags(random);
  if (random.chance(0.7)) given.issueTime = instant(random);
  if (random.chance(0.3)) given.sourceIdentity = random.pick(["a", "b"]);
  if (random.chance(0.3)) {
    given.issuedBy = random.pick(["AssumeRole", "SAML", "WebIdentity", "Service"] as const);
    if (given.issuedBy === "SAML") given.federatedProvider = words.SAML_PROVIDER;
    if (given.issuedBy === "WebIdentity" && random.chance(0.8)) given.federatedProvider = words.OIDC_PROVIDER;
  }
}

function credentials(random: Random, kinds: readonly ("sessionToken" | "console" | "assumeRoot")[]): Partial<Draft> {
  const kind = random.pick(kinds);
  const issued = random.chance(0.7) ? { issueTime: instant(random) } : {};
  if (kind === "assumeRoot") {
    return { credentials: kind, ...issued, ...(random.chance(0.8) ? { taskPolicy: words.TASK_POLICY } : {}) };
  }
  return { credentials: kind, ...issued, ...(random.chance(0.5) ? { mfa: mfa(random) } : {}) };
}

function mfa(random: Random): boolean | { authenticatedAt: number } {
  return random.pick([true, false, { authenticatedAt: NEW_YEAR - 1000 }, { authenticatedAt: NEW_YEAR - 3_600_000 }]);
}

function instant(random: Random): string | number {
  return random.pick([NOON, NOON - 1000, "2024-01-01T00:00:00Z", "2023-12-31T23:59:59.999Z", "2024-06-15T12:30:45Z"]);
}

export function tags(random: Random): Record<string, string> {
  return Object.fromEntries(
    random.list(0, 2, () => [
      random.pick(words.TAG_KEYS),
      random.chance(0.7) ? random.pick(["a", "b", "ab", "R", "k"]) : random.pick(words.SYNTAX_TEXTS),
    ]),
  );
}

function onBehalf(random: Random): NonNullable<PrincipalInput["onBehalf"]> {
  return {
    ...(random.chance(0.7) ? { sourceArn: "arn:aws:s3:::b" } : {}),
    ...(random.chance(0.7) ? { sourceAccount: random.pick(words.ACCOUNTS) } : {}),
    ...(random.chance(0.4) ? { sourceOrgId: words.ORGANIZATION, sourceOrgPaths: [random.pick(words.ORG_PATHS)] } : {}),
  };
}

/** A Principal element that reaches one of the callers more often than not. `strict` leaves out what AWS refuses. */
export function principalElement(random: Random, callers: readonly Caller[], strict: boolean, trust: boolean): Json {
  if (random.chance(0.25)) return trust || random.chance(0.3) ? { AWS: "*" } : "*";
  const groups = new Map<string, string[]>();
  for (
    let left = random.weighted([
      [6, 1],
      [3, 2],
      [1, 4],
    ]);
    left > 0;
    left--
  ) {
    const [group, name] = random.chance(0.85)
      ? nameOf(random, random.pick(callers))
      : random.pick(strict ? OTHER_NAMES : [...OTHER_NAMES, ...INVALID_NAMES]);
    if (trust && group === "CanonicalUser") continue;
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  const element: JsonObject = Object.fromEntries(
    [...groups].map(([group, names]) => [group, names.length === 1 && random.chance(0.6) ? names[0]! : names]),
  );
  return groups.size === 0 ? { AWS: "*" } : element;
}

const OTHER_NAMES: readonly (readonly [group: string, name: string])[] = [
  ["AWS", "*"],
  ["AWS", words.CALLER_ACCOUNT],
  ["AWS", `arn:aws:iam::${words.OTHER_ACCOUNT}:root`],
  ["AWS", "arn:aws:iam::111111111111:user/A"],
  ["AWS", "AIDAA"],
  ["AWS", "AROAR"],
  ["AWS", words.ORIGIN_ACCESS_IDENTITY],
  ["Service", "ec2.amazonaws.com"],
  ["Federated", words.OIDC_PROVIDER],
  ["Federated", words.SAML_PROVIDER],
  ["CanonicalUser", words.CANONICAL_IDS["111111111111"]],
  ["CanonicalUser", words.CANONICAL_IDS["222222222222"]],
];

/** GRAM-52. */
const INVALID_NAMES: readonly (readonly [group: string, name: string])[] = [
  ["AWS", "arn:aws:iam::111111111111:user/*"],
  ["AWS", "a"],
  ["AWS", "arn:aws-mars:iam::111111111111:user/a"],
  ["Service", "*"],
  ["Federated", "*"],
  ["CanonicalUser", "abc"],
];

function nameOf(random: Random, caller: Caller): readonly [group: string, name: string] {
  const { kind, arn, account, entityArn } = caller;
  const ofAccount = `arn:aws:iam::${account}:root`;
  switch (kind) {
    case "root":
      return ["AWS", random.pick([account!, ofAccount])];
    case "user":
    case "roleSession":
    case "federatedUser": {
      const names = [entityArn ?? arn, entityArn ?? arn, arn, account!, ofAccount, caller.uniqueId!];
      const name = random.pick(names);
      return ["AWS", name.includes("*") ? account! : name];
    }
    case "service":
      return ["Service", arn];
    case "webIdentity":
    case "saml":
      return ["Federated", arn];
    case "originAccessIdentity":
      return ["AWS", arn];
    case "anonymous":
      return ["AWS", "*"];
  }
}
