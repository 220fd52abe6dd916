/**
 * Resources of EC2 calls. An id of EC2 says by its beginning what it names, so that ids are found wherever the parameters
 * hold them; what a call creates has no id yet and is asked for as `type/*`.
 */
import type { ActionResource, CatalogAction } from "../catalog/catalog.js";
import type { Call } from "./call.js";
import { type Fields, isInherited, isUsable, textsAt } from "./event.js";
import { type Found, NOTHING, type Target } from "./found.js";
import { isOnlyIfNamed } from "./required-types.js";

/** Found resources for each type of the action. */
export function ec2Resources(call: Call, action: CatalogAction): readonly (readonly Found[])[] {
  const ids = idsOf(call.parameters);
  const created = createdTypes(action);
  let answered: ReadonlyMap<string, readonly Id[]> | null = null;
  return action.resourceTypes.map((each) => {
    const { name } = each.type;
    const named = ids.get(name) ?? namesOf(call, name);
    if (named.length > 0) return named.map((id) => resource(call, each, id));
    if (created.has(name)) return [resource(call, each, CREATED)];
    if (!each.required || call.response === null || isOnlyIfNamed(action, name)) return NOTHING;
    // What a successful call took by itself (the default security group) stands in its answer.
    answered ??= idsOf(call.response, "responseElements");
    return (answered.get(name) ?? NO_IDS).map((id) => resource(call, each, id));
  });
}

interface Id {
  readonly id: string;
  readonly from: string;
}

const NO_IDS: readonly Id[] = [];

/**
 * "The resource ARN for a resource that the action creates uses the * wildcard":
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html
 */
const CREATED: Id = { id: "*", from: "the call creates it" };

function resource({ place }: Call, { type }: ActionResource, { id, from }: Id): Found {
  // The formats of EC2 have one variable, and it stands last.
  const format = type.arnFormats[0];
  const account = format.includes("${Account}") ? place.account : "";
  const region = format.includes("${Region}") ? place.region : "";
  const service = format.split(":")[2]!;
  const start = format.split(":").slice(5).join(":").split("${")[0]!;
  const arn = `arn:${place.partition}:${service}:${region}:${account}:${start}${id}`;
  if (account !== "" || place.account === "") return { arn, owner: null, from, assumption: null };
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharing-amis.html
  const owned = { arn, owner: place.account, from, assumption: null };
  return id === "*" ? owned : { ...owned, ownerIsShared: true };
}

const SHARED = ["::image/", "::snapshot/"] as const;

/** Whether an ARN is one of an image or a snapshot, which other accounts use without a policy that says so. */
export function isShared(arn: string): boolean {
  return arn.includes("::") && arn.includes(":ec2:") && SHARED.some((part) => arn.includes(part));
}

/** Beginnings of ids, by resource type. Source: the ids in the responses of the Amazon EC2 API Reference. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ["acl", "network-acl"],
  ["afi", "fpga-image"],
  ["ami", "image"],
  ["cagw", "carrier-gateway"],
  ["cgw", "customer-gateway"],
  ["cr", "capacity-reservation"],
  ["crf", "capacity-reservation-fleet"],
  ["cvpn-endpoint", "client-vpn-endpoint"],
  ["dopt", "dhcp-options"],
  ["eice", "instance-connect-endpoint"],
  ["eigw", "egress-only-internet-gateway"],
  ["eipalloc", "elastic-ip"],
  ["eni", "network-interface"],
  ["export-ami", "export-image-task"],
  ["export-i", "export-instance-task"],
  ["fl", "vpc-flow-log"],
  ["fleet", "fleet"],
  ["h", "dedicated-host"],
  ["hr", "host-reservation"],
  ["i", "instance"],
  ["iew", "instance-event-window"],
  ["igw", "internet-gateway"],
  ["import-ami", "import-image-task"],
  ["import-snap", "import-snapshot-task"],
  ["ipam", "ipam"],
  ["ipam-pool", "ipam-pool"],
  ["ipam-res-disco", "ipam-resource-discovery"],
  ["ipam-scope", "ipam-scope"],
  ["ipv4pool-ec2", "ipv4pool-ec2"],
  ["ipv6pool-ec2", "ipv6pool-ec2"],
  ["lgw", "local-gateway"],
  ["lgw-rtb", "local-gateway-route-table"],
  ["lt", "launch-template"],
  ["nat", "natgateway"],
  ["nia", "network-insights-analysis"],
  ["nip", "network-insights-path"],
  ["pcx", "vpc-peering-connection"],
  ["pl", "prefix-list"],
  ["replacevol", "replace-root-volume-task"],
  ["rtb", "route-table"],
  ["scr", "subnet-cidr-reservation"],
  ["sfr", "spot-fleet-request"],
  ["sg", "security-group"],
  ["sgr", "security-group-rule"],
  ["sir", "spot-instances-request"],
  ["snap", "snapshot"],
  ["subnet", "subnet"],
  ["tgw", "transit-gateway"],
  ["tgw-attach", "transit-gateway-attachment"],
  ["tgw-connect-peer", "transit-gateway-connect-peer"],
  ["tgw-mcast-domain", "transit-gateway-multicast-domain"],
  ["tgw-rtb", "transit-gateway-route-table"],
  ["tmf", "traffic-mirror-filter"],
  ["tmfr", "traffic-mirror-filter-rule"],
  ["tms", "traffic-mirror-session"],
  ["tmt", "traffic-mirror-target"],
  ["vae", "verified-access-endpoint"],
  ["vagr", "verified-access-group"],
  ["vai", "verified-access-instance"],
  ["vatp", "verified-access-trust-provider"],
  ["vgw", "vpn-gateway"],
  ["vol", "volume"],
  ["vpc", "vpc"],
  ["vpce", "vpc-endpoint"],
  ["vpce-svc", "vpc-endpoint-service"],
  ["vpn", "vpn-connection"],
]);

/** The type that an id names; null: it is no id of EC2. */
function typeOfId(text: string): string | null {
  const dash = text.lastIndexOf("-");
  if (dash <= 0 || dash === text.length - 1 || text.length > ID_LENGTH_MAX) return null;
  for (let at = dash + 1; at < text.length; at++) if (!isLetterOrDigit(text.charCodeAt(at))) return null;
  return PREFIXES.get(text.slice(0, dash)) ?? null;
}

const ID_LENGTH_MAX = 64;

function isLetterOrDigit(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}

/** What a call creates and tags, as `action` (ec2:CreateTags) knows it. */
export function ec2Created(call: Call, action: CatalogAction, types: readonly string[]): readonly Target[] {
  return action.resourceTypes.flatMap((row) =>
    types.includes(row.type.name) ? [{ found: resource(call, row, CREATED), row }] : [],
  );
}

/** How much of the parameters is looked at: more than any call of EC2 has. */
const VALUES_MAX = 4096;
const DEPTH_MAX = 8;

function idsOf(fields: Fields | null, root = "requestParameters"): ReadonlyMap<string, readonly Id[]> {
  const search = new Search();
  if (fields !== null) search.lookIn(fields, root, 1);
  return search.ids;
}

/**
 * An id among the parameters themselves is what the call is about; ids of the same type further inside are then something
 * else (a security group that another one lets in).
 */
class Search {
  readonly ids = new Map<string, Id[]>();
  private readonly direct = new Set<string>();
  private looked = 0;

  lookIn(fields: Fields, from: string, depth: number): void {
    for (const name of Object.keys(fields)) {
      if (TEXTS_OF_USERS.has(name) || isInherited(name)) continue;
      // `CreateFlowLogsRequest: {…}`: newer calls are recorded inside a wrapper.
      const isWrapper = depth === 1 && name.endsWith("Request");
      this.look(fields[name], `${from}.${name}`, isWrapper ? depth : depth + 1);
    }
  }

  private look(value: unknown, from: string, depth: number): void {
    if (++this.looked > VALUES_MAX) return;
    if (typeof value === "string") this.take(value, from, depth);
    else if (depth > DEPTH_MAX || value === null || typeof value !== "object") return;
    else if (Array.isArray(value)) for (const item of value) this.look(item, from, depth + 1);
    else this.lookIn(value as Fields, from, depth);
  }

  private take(text: string, from: string, depth: number): void {
    const type = typeOfId(text);
    if (type === null || !isUsable(text)) return;
    const known = this.ids.get(type);
    const isDirect = depth <= 2;
    if (known === undefined || (isDirect && !this.direct.has(type))) this.ids.set(type, [{ id: text, from }]);
    else if (isDirect === this.direct.has(type) && known.every(({ id }) => id !== text)) known.push({ id: text, from });
    if (isDirect) this.direct.add(type);
  }
}

/** Under these names users write what they like, and what looks like an id there names nothing. */
const TEXTS_OF_USERS: ReadonlySet<string> = new Set([
  "clientToken",
  "ClientToken",
  "description",
  "Description",
  "filterSet",
  "groupDescription",
  "groupName",
  "name",
  "Name",
  "tagSet",
  "tagSpecificationSet",
  "TagSpecification",
  "userData",
]);

/** Resources that calls know by name. */
const NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ["key-pair", ["keyName"]],
  ["placement-group", ["groupName", "placement.groupName"]],
]);

function namesOf(call: Call, type: string): readonly Id[] {
  const paths = NAMES.get(type);
  if (paths === undefined || call.parameters === null) return NO_IDS;
  for (const path of paths) {
    const names = textsAt(call.parameters, path.split("."));
    if (names.length > 0) return names.map((id) => ({ id, from: `requestParameters.${path}` }));
  }
  return NO_IDS;
}

const CREATING_VERBS = ["Create", "Allocate", "Copy", "Import", "Register", "Request", "Provision"] as const;

/** What calls create beside what their names say, as the Service Authorization Reference requires it of them. */
const ALSO_CREATED: ReadonlyMap<string, readonly string[]> = new Map([
  ["AllocateAddress", ["elastic-ip"]],
  ["AllocateHosts", ["dedicated-host"]],
  ["CopyImage", ["image", "snapshot"]],
  ["CreateDefaultVpc", ["vpc"]],
  ["CreateFleet", ["fleet", "instance", "network-interface", "volume"]],
  ["CreateFlowLogs", ["vpc-flow-log"]],
  ["CreateImage", ["image", "snapshot"]],
  ["CreateManagedPrefixList", ["prefix-list"]],
  ["CreateSnapshots", ["snapshot"]],
  ["RequestSpotFleet", ["spot-fleet-request"]],
  ["RequestSpotInstances", ["spot-instances-request"]],
  ["RunInstances", ["instance", "network-interface", "volume"]],
]);

const NONE: ReadonlySet<string> = new Set();
const createdByAction = new Map<CatalogAction, ReadonlySet<string>>();

function createdTypes(action: CatalogAction): ReadonlySet<string> {
  let created = createdByAction.get(action);
  if (created === undefined) {
    created = findCreatedTypes(action);
    createdByAction.set(action, created);
  }
  return created;
}

function findCreatedTypes({ name, resourceTypes }: CatalogAction): ReadonlySet<string> {
  const also = ALSO_CREATED.get(name) ?? [];
  const verb = CREATING_VERBS.find((each) => name.startsWith(each));
  if (verb === undefined) return also.length === 0 ? NONE : new Set(also);
  const noun = name.slice(verb.length).toLowerCase();
  const types = resourceTypes.flatMap(({ type, required }) => {
    const bare = type.name.replaceAll("-", "");
    return required && (noun === bare || noun === `${bare}s` || `${noun}s` === bare) ? [type.name] : [];
  });
  return new Set([...also, ...types]);
}
