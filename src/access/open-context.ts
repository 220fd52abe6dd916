/**
 * The context of a request that nobody has made yet. What follows from the caller and the resource is known; everything that
 * the request itself would say is unknown, so that an answer is definite only if it holds whatever that is (3V-3).
 */
import { splitArn } from "../policy/arn.js";
import { lowerAscii } from "../policy/ascii.js";
import { isDerivedKey } from "../request/derive.js";
import type { ContextInput } from "../request/request.js";

type Given = Readonly<Record<string, ContextInput>>;

/** What a caller brings along and its ARN does not say: how it signed in, and the network that it calls from. */
const OF_EVERY_CALLER = ["aws:SourceIdentity", "aws:FederatedProvider"] as const;
/** §10: users and root users may have signed in with MFA; sessions of roles never have it (MFA-4). */
const OF_USERS = ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:TokenIssueTime"] as const;
const OF_ENDPOINTS = [
  "aws:SourceVpc",
  "aws:SourceVpcArn",
  "aws:SourceVpce",
  "aws:VpcSourceIp",
  "aws:VpceAccount",
  "aws:VpceOrgID",
  "aws:VpceOrgPaths",
] as const;

/** One key for each tag would be many; these are families. */
const FAMILIES = ["aws:requesttag/"] as const;

/** What a call says in any case. */
export interface Ordinary {
  /** `service:Name`. */
  readonly action: string;
  readonly resource: string;
  /** Where calls go whose resource does not say it; null: not known. */
  readonly region: string | null;
  /** Keys that are not to be taken so. */
  readonly unknown: readonly string[];
}

/**
 * What a call is taken to say where nobody says otherwise: AWS is called over TLS, and in the Region of the resource, if its
 * ARN has one.
 */
export function ordinaryContext({ action, resource, region, unknown }: Ordinary, given: Given): Given {
  const said = new Set([...Object.keys(given), ...unknown].map(lowerAscii));
  const own = splitArn(resource)?.region ?? "";
  const service = action.slice(0, action.indexOf(":"));
  const requested = own !== "" ? own : GLOBAL_SERVICES.has(lowerAscii(service)) ? "" : (region ?? "");
  const ordinary = { "aws:SecureTransport": "true", "aws:RequestedRegion": requested };
  const added = Object.entries(ordinary).filter(([key, value]) => value !== "" && !said.has(lowerAscii(key)));
  return { ...Object.fromEntries(added), ...given };
}

/** Services with one endpoint for all Regions, whose own Region calls name: AWS General Reference, "Global endpoints". */
const GLOBAL_SERVICES: ReadonlySet<string> = new Set([
  "account",
  "artifact",
  "budgets",
  "ce",
  "cloudfront",
  "globalaccelerator",
  "health",
  "iam",
  "networkmanager",
  "organizations",
  "route53",
  "route53domains",
  "shield",
  "support",
  "trustedadvisor",
  "waf",
]);

export interface OpenContext {
  readonly ofUsers: readonly string[];
  readonly ofOthers: readonly string[];
}

/** The unknown keys of a request with this context, where policies read these keys (lower-cased). */
export function openContext(keys: readonly string[], given: Given): OpenContext {
  const known = new Set(Object.keys(given).map(lowerAscii));
  const own = new Set<string>();
  for (const key of keys) if (!isDerivedKey(key)) own.add(openKey(key));
  // Given a public address, the call came through no endpoint (REQ-44).
  const network = known.has("aws:sourceip") ? [] : OF_ENDPOINTS;
  const isOpen = (key: string) => !known.has(lowerAscii(key));
  const ofOthers = [...own, ...OF_EVERY_CALLER, ...network].filter(isOpen);
  return { ofUsers: [...ofOthers, ...OF_USERS.filter(isOpen)], ofOthers };
}

/** Keys of a service are one prefix, which does not cover those that are given. */
function openKey(key: string): string {
  const family = FAMILIES.find((start) => key.startsWith(start));
  if (family !== undefined) return `${family}*`;
  const colon = key.indexOf(":");
  return colon === -1 || key.startsWith("aws:") ? key : `${key.slice(0, colon + 1)}*`;
}
