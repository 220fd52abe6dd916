/** The context of a request: keys that every call has, and keys of its action on its resource. */
import type { ActionResource, CatalogAction } from "../catalog/catalog.js";
import { lowerAscii } from "../policy/ascii.js";
import { parseIpAddress } from "../policy/literals.js";
import type { ContextInput, ViaInput } from "../request/request.js";
import type { Call } from "./call.js";
import type { Caller } from "./caller.js";
import { KEY_ROWS, type KeyRow, UNLISTED_KEYS } from "./context-keys.data.js";
import {
  type Fields,
  fieldsAt,
  isFields,
  isTransferable,
  isUsable,
  own,
  type Path,
  pathOf,
  scalarOf,
  textAt,
} from "./event.js";
import type { Found } from "./found.js";
import { SPECIAL_KEYS, type SpecialKey } from "./special-keys.js";
import { requestTags } from "./tags.js";
import type { Trace } from "./trace.js";
import { asUnknown, Flag, unknownOf } from "./unknown-keys.js";

export type Keys = Record<string, ContextInput>;

/** What every request of a call shares. */
export interface SharedContext {
  readonly keys: Keys;
  readonly via: ViaInput | null;
  readonly flags: number;
}

/** Address, endpoint, agent, region and TLS. */
export function sharedContext(call: Call, caller: Caller, trace: Trace | null): SharedContext {
  const { event } = call;
  const keys: Keys = {};
  let { flags } = caller;
  const region = textAt(event, "awsRegion");
  if (region !== null) {
    keys["aws:RequestedRegion"] = region;
    trace?.note("context", "aws:RequestedRegion", "awsRegion", "");
  }
  const agent = agentOf(event, caller);
  if (agent !== null) {
    keys["aws:UserAgent"] = agent;
    trace?.note("context", "aws:UserAgent", "userAgent", "");
  }
  if (usedTls(event)) {
    keys["aws:SecureTransport"] = "true";
    trace?.note("context", "aws:SecureTransport", "tlsDetails.tlsVersion", "");
  }
  const endpoint = endpointOf(event, caller);
  const address = textAt(event, "sourceIPAddress");
  let vpcEndpoint: ViaInput["vpcEndpoint"] | null = null;
  if (endpoint !== null) {
    vpcEndpoint = endpoint;
    trace?.note("via", "vpcEndpoint", "vpcEndpointId", "");
    if (endpoint.privateIp === undefined) flags |= Flag.PublicAddress;
  } else if (textAt(event, "vpcEndpointId") !== null) flags |= Flag.Network;
  else if (address !== null && !caller.byService && isAddress(address)) {
    // A private address came through an endpoint of which the record does not speak.
    if (isPrivate(address)) flags |= Flag.Network;
    else {
      keys["aws:SourceIp"] = address;
      trace?.note("context", "aws:SourceIp", "sourceIPAddress", "");
    }
  }
  if (caller.context !== null) Object.assign(keys, caller.context);
  return { keys, via: viaOf(vpcEndpoint, caller.fas), flags };
}

function viaOf(vpcEndpoint: ViaInput["vpcEndpoint"] | null, fas: Caller["fas"]): ViaInput | null {
  if (vpcEndpoint === null) return fas == null ? null : { fas };
  return fas == null ? { vpcEndpoint } : { vpcEndpoint, fas };
}

/** The agent of whoever called; of a call by a service, the record shows the service's. */
function agentOf(event: Fields, caller: Caller): string | null {
  const agent = textAt(event, "userAgent");
  if (agent === null || caller.byService || agent === AWS_INTERNAL || agent.length >= AGENT_LENGTH_MAX) return null;
  if (agent.endsWith(".amazonaws.com")) return null;
  // S3 writes what it was sent in brackets.
  const isBracketed = agent.startsWith("[") && agent.endsWith("]") && own(event, "eventSource") === "s3.amazonaws.com";
  const sent = isBracketed ? agent.slice(1, -1) : agent;
  return sent === "" || sent === NO_AGENT ? null : sent;
}

/** What stands in the place of an agent that was not sent. */
const NO_AGENT = "-";

const AWS_INTERNAL = "AWS Internal";
/** CloudTrail cuts longer ones: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
const AGENT_LENGTH_MAX = 1000;

function usedTls(event: Fields): boolean {
  const details = fieldsAt(event, "tlsDetails");
  const version = details === null ? undefined : own(details, "tlsVersion");
  return typeof version === "string" && version.startsWith("TLS");
}

/**
 * The endpoint that the caller used. Of a call by a service it is one in the service's own network. A public address beside
 * an endpoint is not the address in the VPC.
 */
function endpointOf(event: Fields, caller: Caller): NonNullable<ViaInput["vpcEndpoint"]> | null {
  const id = textAt(event, "vpcEndpointId");
  if (id === null || caller.byService) return null;
  const account = textAt(event, "vpcEndpointAccountId");
  const address = textAt(event, "sourceIPAddress");
  const hasPrivateIp = address !== null && isAddress(address) && isPrivate(address);
  const isKnown = account !== null && isAccount(account);
  if (hasPrivateIp) return isKnown ? { id, account, privateIp: address } : { id, privateIp: address };
  return isKnown ? { id, account } : { id };
}

function isAccount(text: string): boolean {
  return text.length === 12 && digitsFrom(text, 0) === 12;
}

/** Four numbers, or whatever else is an address. */
function isAddress(text: string): boolean {
  return text.length <= ADDRESS_LENGTH_MAX && (isDotted(text) || (text.includes(":") && parseIpAddress(text) !== null));
}

const ADDRESS_LENGTH_MAX = 64;

function isDotted(text: string): boolean {
  let at = 0;
  for (let part = 0; part < 4; part++) {
    const length = digitsFrom(text, at);
    if (length === 0 || length > 3 || Number(text.slice(at, at + length)) > 255) return false;
    at += length;
    if (part < 3 && text.charAt(at++) !== ".") return false;
  }
  return at === text.length;
}

function digitsFrom(text: string, at: number): number {
  let end = at;
  while (end < text.length && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end += 1;
  return end - at;
}

const PRIVATE_STARTS: ReadonlySet<string> = new Set(["1", "f"]);

/** RFC 1918, RFC 6598 and RFC 4193. */
function isPrivate(address: string): boolean {
  if (!PRIVATE_STARTS.has(address.charAt(0).toLowerCase())) return false;
  const bytes = parseIpAddress(address)?.bytes;
  if (bytes === undefined) return false;
  const [first, second] = [bytes[0]!, bytes[1]!];
  if (bytes.length === 16) return (first & 0xfe) === 0xfc;
  return (
    first === 10 ||
    (first === 172 && (second & 0xf0) === 16) ||
    (first === 192 && second === 168) ||
    (first === 100 && (second & 0xc0) === 64)
  );
}

/** Where the keys of an action on a type of resource stand; found once. */
interface KeyPlan {
  readonly rows: readonly PlannedRow[];
  readonly special: readonly SpecialKey[];
  readonly takesTags: boolean;
  /** Service keys that nothing in a record tells. */
  readonly unknown: readonly string[];
  /** These and what else is not known of a call, by its flags: one list for all calls of a kind. */
  readonly lists: Map<number, readonly string[]>;
}

interface PlannedRow {
  readonly row: KeyRow;
  readonly paths: readonly Path[];
  readonly isList: boolean;
  /** Whether a parameter that is not recorded was not given. */
  readonly isAbsent: boolean;
}

const plansOfRows = new Map<ActionResource | CatalogAction, KeyPlan>();

function keyPlan(action: CatalogAction, row: ActionResource | null): KeyPlan {
  const owner = row ?? action;
  let plan = plansOfRows.get(owner);
  if (plan === undefined) {
    plan = makeKeyPlan(action, owner.conditionKeys);
    plansOfRows.set(owner, plan);
  }
  return plan;
}

function makeKeyPlan({ service, name }: CatalogAction, ofAction: readonly string[]): KeyPlan {
  const conditionKeys = [...ofAction, ...(UNLISTED_KEYS.get(`${service}:${name}`) ?? [])];
  const listed = new Set(conditionKeys.map(lowerAscii));
  const rows = (KEY_ROWS[service] ?? []).filter(({ key, from }) => from.length > 0 && listed.has(lowerAscii(key)));
  const special = SPECIAL_KEYS.filter(({ key }) => listed.has(lowerAscii(key)));
  const read = new Set([...rows, ...special].map(({ key }) => lowerAscii(key)));
  const unknown = conditionKeys.filter((key) => isServiceKey(key) && !read.has(lowerAscii(key)));
  return {
    rows: rows.map((row) => ({
      row,
      paths: row.from.map(pathOf),
      isList: row.from.some((path) => path.endsWith("[]")),
      isAbsent: row.missing === "absent" || (row.missing !== "unknown" && row.missing.includes(name)),
    })),
    special,
    takesTags: listed.has("aws:tagkeys") || [...listed].some((key) => key.startsWith("aws:requesttag/")),
    unknown: [...new Set(unknown.map(asUnknown))],
    lists: new Map(),
  };
}

/** Keys of identity providers are the caller's, and global keys are no service's. */
function isServiceKey(key: string): boolean {
  const prefix = key.slice(0, key.indexOf(":"));
  return prefix !== "aws" && prefix !== "saml" && !prefix.includes(".");
}

/** The context of one action on one resource. */
export interface OwnContext {
  readonly keys: Readonly<Keys>;
  readonly unknown: readonly string[];
}

export interface Asked {
  readonly action: CatalogAction;
  readonly row: ActionResource | null;
  readonly resource: Found;
}

const NO_KEYS: string[] = [];

export function ownContext(
  call: Call,
  caller: Caller,
  shared: SharedContext,
  { action, row, resource }: Asked,
  trace: Trace | null,
): OwnContext {
  const plan = keyPlan(action, row);
  // Most actions have no keys of their own, and share the object.
  const hasOwn = plan.rows.length > 0 || plan.special.length > 0 || plan.takesTags;
  const keys: Keys = hasOwn ? { ...shared.keys } : shared.keys;
  const extra: string[] = hasOwn ? [] : NO_KEYS;
  let { flags } = shared;
  if (resource.ownerIsShared) flags |= Flag.ResourceOwner;
  for (const planned of plan.rows) readRow(call, planned, keys, extra, trace);
  for (const special of plan.special) readSpecial(call, caller, resource, special, keys, extra, trace);
  if (plan.takesTags) readTags(call, resource, keys, extra, trace);
  return { keys, unknown: unknownKeys(flags, plan, caller, extra) };
}

function readRow(
  call: Call,
  { row, paths, isList, isAbsent }: PlannedRow,
  keys: Keys,
  extra: string[],
  trace: Trace | null,
): void {
  if (call.parameters !== null) {
    for (let index = 0; index < paths.length; index++) {
      const value = isList ? listAt(call.parameters, paths[index]!) : valueAt(call.parameters, paths[index]!);
      if (value === undefined) continue;
      if (value === null) break;
      keys[row.key] = value;
      trace?.note("context", row.key, `requestParameters.${row.from[index]}`, "");
      return;
    }
  }
  if (!isAbsent || !call.parametersComplete || isAnyGiven(call.parameters, paths)) extra.push(row.key);
}

/** Undefined: nothing is given; null: something that cannot be read. */
function valueAt(parameters: Fields, path: Path): string | null | undefined {
  let value: unknown = parameters;
  for (const step of path) value = isFields(value) ? own(value, step) : undefined;
  if (value === undefined || value === null) return undefined;
  return value === "" ? "" : scalarOf(value);
}

const VALUES_MAX = 64;

function listAt(parameters: Fields, path: Path): readonly string[] | null | undefined {
  let value: unknown = parameters;
  for (const step of path) if (step !== "[]") value = isFields(value) ? own(value, step) : undefined;
  if (value === undefined || value === null) return undefined;
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) return undefined;
  if (list.length > VALUES_MAX || !list.every(isUsable)) return null;
  return list as readonly string[];
}

function isAnyGiven(parameters: Fields | null, paths: readonly Path[]): boolean {
  return parameters !== null && paths.some((path) => own(parameters, path[0]!) != null);
}

function readSpecial(
  call: Call,
  caller: Caller,
  resource: Found,
  special: SpecialKey,
  keys: Keys,
  extra: string[],
  trace: Trace | null,
): void {
  const read = special.read(call, caller, resource);
  if (read === "unknown") extra.push(asUnknown(special.key));
  else if (read !== "absent") {
    for (const [key, value] of read) {
      keys[key] = value;
      trace?.note("context", key, special.from, "");
    }
  }
}

const TAG_KEYS = ["aws:RequestTag/*", "aws:TagKeys"] as const;

function readTags(call: Call, resource: Found, keys: Keys, extra: string[], trace: Trace | null): void {
  if (!call.parametersComplete) {
    extra.push(...TAG_KEYS);
    return;
  }
  if (call.parameters === null) return;
  // Whether tags that come from an earlier session of a chain count as the request's, AWS does not say.
  if (own(call.parameters, "incomingTransitiveTags") != null) {
    extra.push(...TAG_KEYS);
    return;
  }
  const read = requestTags(call.parameters, typeOf(resource.arn));
  if (read === null) return;
  if (read === "unreadable") {
    extra.push(...TAG_KEYS);
    return;
  }
  for (const [key, value] of read.tags) {
    // A key that is too long for a request is none that a resource can have.
    if (!isTransferable(`aws:RequestTag/${key}`)) continue;
    keys[`aws:RequestTag/${key}`] = value;
    trace?.note("context", `aws:RequestTag/${key}`, read.from, "");
  }
  keys["aws:TagKeys"] = read.keys;
  trace?.note("context", "aws:TagKeys", read.from, "");
}

/** `instance` of `arn:aws:ec2:…:instance/*`. */
function typeOf(arn: string): string | null {
  const slash = arn.indexOf("/");
  return slash === -1 ? null : arn.slice(arn.lastIndexOf(":", slash) + 1, slash);
}

function unknownKeys(flags: number, plan: KeyPlan, caller: Caller, extra: readonly string[]): readonly string[] {
  let list = plan.lists.get(flags);
  if (list === undefined) {
    list = [...new Set([...unknownOf(flags), ...plan.unknown])];
    plan.lists.set(flags, list);
  }
  if (extra.length === 0 && caller.unknown.length === 0) return list;
  return [...list, ...extra, ...caller.unknown];
}
