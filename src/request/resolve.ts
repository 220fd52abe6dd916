/** Request → question: everything is checked, and what the parties determine is filled in (semantics.md §1). */

import { resourcePolicyServices } from "../catalog/resource-policy-services.js";
import { isAccountId, splitArn } from "../policy/arn.js";
import { lowerAscii } from "../policy/ascii.js";
import { CONTEXT_KEYS_MAX, checkShape, contextOf, slotOf, UNKNOWN } from "./context.js";
import { type Derived, derivedContext, isDerivedKey, type Sources } from "./derive.js";
import type { Directory, ResourceFacts } from "./directory.js";
import { type Endpoint, endpointOf } from "./endpoint.js";
import { callerOf } from "./principal.js";
import { accountOf, type Context, type Owner, type Question, type ResourcePolicyKind, type Slot } from "./question.js";
import {
  type ContextInput,
  DEFAULT_REQUEST_OPTIONS,
  type Request,
  RequestError,
  type RequestOptions,
} from "./request.js";
import { checkAccountId, checkText, quote } from "./text.js";
import { millisecondsOf } from "./time.js";

/** The question that a request asks. Throws `RequestError` for a request that cannot be asked; whoever enforces denies. */
export function resolve(request: Request, directory: Directory, options: Partial<RequestOptions> = {}): Question {
  const chosen: RequestOptions = { ...DEFAULT_REQUEST_OPTIONS, ...options };
  checkAction(request.action);
  checkResource(request.resource);
  const now = request.now === undefined ? Date.now() : millisecondsOf(request.now, "now");
  const caller = callerOf(request.principal, request.action, directory);
  const account = accountOf(caller.principal);
  const resource = request.resource === "*" ? null : directory.resource(request.resource);
  const owner = ownerOf(request, account, resource, chosen.deriveContext ? directory.options.assumeSameAccount : true);
  const endpoint = endpointOf(request, directory);
  const allowMalformed = chosen.allowMalformedContext;
  const sources: Sources = { request, directory, caller, owner, resource, endpoint, now, allowMalformed };
  return {
    principal: caller.principal,
    canonicalUserId: account === null ? null : (directory.account(account)?.canonicalUserId ?? null),
    action: lowerAscii(request.action),
    actionText: request.action,
    resource: request.resource,
    owner,
    resourcePolicyKind: resourcePolicyKindOf(request),
    context: contextOfRequest(sources, chosen),
    endpoint: endpoint === null ? null : { id: endpoint.id, kind: endpoint.kind },
    now,
  };
}

const ACTION_LENGTH_MAX = 256;

/** `service:Name` in printable ASCII; wildcards are for policies. */
function checkAction(action: string): void {
  checkText(action, "action");
  const colon = action.indexOf(":");
  const wellFormed =
    action.length <= ACTION_LENGTH_MAX &&
    isServicePrefix(action.slice(0, Math.max(colon, 0))) &&
    isActionName(action.slice(colon + 1));
  if (wellFormed) return;
  const message = `\`${quote(action)}\` is not one action, \`service:Name\` without wildcards`;
  throw new RequestError("invalid-action", "action", message);
}

function isServicePrefix(prefix: string): boolean {
  return /^[0-9A-Za-z-]+$/.test(prefix);
}

/** Blanks and commas are no part of an action's name (MATCH-8), nor is what means something in patterns. */
function isActionName(name: string): boolean {
  return /^[!-~]+$/.test(name) && !/[*?:,$"]/.test(name);
}

/** REQ-30: one ARN, or `*` for an action without a resource type. */
function checkResource(resource: string): void {
  checkText(resource, "resource");
  if (resource === "*") return;
  const arn = splitArn(resource);
  if (arn !== null && arn.partition !== "" && arn.service !== "" && arn.resource !== "") return;
  throw new RequestError(
    "invalid-resource",
    "resource",
    `\`${quote(resource)}\` is neither an ARN of six parts nor \`*\``,
  );
}

/** REQ-31. `caller` is the caller's account, `assumeCaller` whether it stands in for an owner that is not known. */
function ownerOf(request: Request, caller: string | null, record: ResourceFacts | null, assumeCaller: boolean): Owner {
  const inArn = splitArn(request.resource)?.account ?? "";
  const given = request.resourceAccount;
  if (given !== undefined) {
    checkAccountId(given, "resourceAccount");
    if (isAccountId(inArn) && given !== inArn) {
      const message = `\`${quote(request.resource)}\` belongs to account \`${inArn}\`, not to \`${given}\``;
      throw new RequestError("account-contradiction", "resourceAccount", message);
    }
    return { kind: "account", account: given };
  }
  if (isAccountId(inArn)) return { kind: "account", account: inArn };
  const known = request.resource === "*" ? caller : (record?.owner ?? null);
  if (known !== null) return { kind: "account", account: known };
  // What AWS shares with everybody (`arn:aws:iam::aws:policy/…`) is asked for as if it were one's own.
  if (caller !== null && (assumeCaller || inArn === "aws")) return { kind: "assumed", account: caller };
  return { kind: "unknown" };
}

/** SPEC-1, SPEC-10: which resources only their own policy opens. */
function resourcePolicyKindOf(request: Request): ResourcePolicyKind {
  const given = request.resourcePolicyType;
  if (given !== undefined) return givenPolicyKind(given);
  const arn = splitArn(request.resource);
  const action = lowerAscii(request.action);
  if (arn?.service === "kms" && arn.resource.startsWith("key/")) return "kms";
  const isRole = arn?.service === "iam" && arn.resource.startsWith("role/");
  return isRole && action.startsWith("sts:") && !ACTIONS_WITHOUT_TRUST.has(action) ? "trust" : "other";
}

/** Actions of STS that no role's trust policy is asked about. */
const ACTIONS_WITHOUT_TRUST: ReadonlySet<string> = new Set([
  "sts:assumeroot",
  "sts:decodeauthorizationmessage",
  "sts:getaccesskeyinfo",
  "sts:getcalleridentity",
  "sts:getfederationtoken",
  "sts:getsessiontoken",
  "sts:getwebidentitytoken",
]);

/** Services whose policies are not resource policies: they have to allow, as an endpoint's do (EVAL-49). */
const UNMODELLED_TYPES: ReadonlySet<string> = new Set(["vpc-lattice"]);

/** EVAL-49: a policy type that is not modelled is refused, not ignored. */
function givenPolicyKind(type: string): ResourcePolicyKind {
  checkText(type, "resourcePolicyType");
  if (type === "trust" || type === "kms") return type;
  if (type === "other" || (resourcePolicyServices.has(type) && !UNMODELLED_TYPES.has(type))) return "other";
  const message = `policies of the type \`${quote(type)}\` cannot be evaluated`;
  throw new RequestError("unsupported-policy-type", "resourcePolicyType", message);
}

/** What the caller gives over what it says is unknown over what follows from the parties (3V-2, REQ-43). */
function contextOfRequest(sources: Sources, options: RequestOptions): Context {
  const given = givenSlots(sources, options);
  const unknown = unknownKeys(sources.request.unknown ?? []);
  for (const key of unknown.names) {
    if (!given.has(key)) continue;
    const message = `\`${quote(key)}\` has a value and is said to be unknown`;
    throw new RequestError("unknown-and-given", `context.${key}`, message);
  }
  if (options.deriveContext) checkNetwork(given, sources.endpoint);
  const derived = options.deriveContext ? derivedContext(sources) : NOTHING_DERIVED;
  const slots = new Map(derived.slots);
  // A VPC key tells that the call came through an endpoint, so there is no public address (REQ-44).
  if (VPC_KEYS.some((key) => given.has(key))) slots.delete("aws:sourceip");
  for (const key of unknown.names) slots.set(key, UNKNOWN);
  for (const [key, slot] of given) slots.set(key, slot);
  const prefixes = [...new Set([...unknown.prefixes, ...derived.unknownPrefixes])].sort();
  return contextOf(slots, prefixes, options.extraValues);
}

const NOTHING_DERIVED: Derived = { slots: new Map(), unknownPrefixes: [] };

/** The caller's own keys: its context, and an identity provider's claims. */
function givenSlots({ request, caller }: Sources, options: RequestOptions): Map<string, Slot> {
  const slots = new Map<string, Slot>();
  addGiven(slots, request.context ?? {}, "context", options);
  addGiven(slots, caller.input.claims ?? {}, "principal.claims", options);
  return slots;
}

function addGiven(
  slots: Map<string, Slot>,
  context: Readonly<Record<string, ContextInput>>,
  path: string,
  options: RequestOptions,
): void {
  if (typeof context !== "object" || context === null || Array.isArray(context)) {
    throw new RequestError("invalid-context", path, `${path} is not an object of keys and values`);
  }
  const entries = Object.entries(context);
  if (entries.length > CONTEXT_KEYS_MAX) {
    throw new RequestError("too-large", path, `${path} has more than ${CONTEXT_KEYS_MAX} keys`);
  }
  for (const [name, input] of entries) {
    checkText(name, path);
    const key = lowerAscii(name);
    const place = `${path}.${name}`;
    if (key === "") throw new RequestError("invalid-context", path, "a context key has no name");
    if (slots.has(key)) {
      const message = `\`${quote(name)}\` is given twice: keys compare without case`;
      throw new RequestError("duplicate-context-key", place, message);
    }
    if (options.deriveContext && !options.trustContext && isDerivedKey(key)) {
      const message = `\`${quote(name)}\` follows from the rest of the request and is not taken from the context`;
      throw new RequestError("derived-context-key", place, message);
    }
    const slot = slotOf(key, input, place, options.extraValues);
    if (!options.allowMalformedContext) checkShape(key, slot, place);
    slots.set(key, slot);
  }
}

interface UnknownKeys {
  readonly names: ReadonlySet<string>;
  readonly prefixes: readonly string[];
}

/** Names, and prefixes that end in `*` (3V-2). */
function unknownKeys(entries: readonly string[]): UnknownKeys {
  if (!Array.isArray(entries)) throw new RequestError("invalid-context", "unknown", "unknown is not a list of keys");
  if (entries.length > CONTEXT_KEYS_MAX) {
    throw new RequestError("too-large", "unknown", `unknown names more than ${CONTEXT_KEYS_MAX} keys`);
  }
  const names = new Set<string>();
  const prefixes: string[] = [];
  for (const entry of entries) {
    checkText(entry, "unknown");
    const key = lowerAscii(entry);
    const star = key.indexOf("*");
    if (key === "" || (star !== -1 && star !== key.length - 1)) {
      const message = `\`${quote(entry)}\` is neither a key nor a prefix that ends in \`*\``;
      throw new RequestError("invalid-context", "unknown", message);
    }
    if (star === -1) names.add(key);
    else prefixes.push(key.slice(0, star));
  }
  return { names, prefixes };
}

const VPC_KEYS = ["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpcsourceip"] as const;

/** REQ-44: a call has a public address or an endpoint. */
function checkNetwork(given: ReadonlyMap<string, Slot>, endpoint: Endpoint | null): void {
  if (!given.has("aws:sourceip")) return;
  if (endpoint === null && !VPC_KEYS.some((key) => given.has(key))) return;
  const message = "a call through a VPC endpoint has no `aws:SourceIp`";
  throw new RequestError("endpoint-contradiction", "context.aws:SourceIp", message);
}
