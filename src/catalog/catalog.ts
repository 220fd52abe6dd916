/**
 * What AWS offers: every action of every service with its access level, resource types, ARN formats and condition keys, as
 * the Service Authorization Reference lists them. It is never quite complete: an action that is not here may exist.
 *
 * The data is a file beside the evaluator, read at the first question; a service is unpacked when it is first asked for.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PackedHeader, PackedService } from "./packed.js";

/** In AWS's words. */
export type AccessLevel = "List" | "Read" | "Write" | "Tagging" | "Permissions management";

export interface CatalogService {
  /** As actions write it, in lower case: `s3`. */
  readonly prefix: string;
  /** For people: `Amazon S3`. */
  readonly name: string;
  readonly actions: readonly CatalogAction[];
  readonly resourceTypes: readonly ResourceType[];
}

export interface CatalogAction {
  readonly service: string;
  /** As AWS spells it: `GetObject`. */
  readonly name: string;
  readonly accessLevel: AccessLevel;
  /** Empty: the action is evaluated on the resource `*` (REQ-30). */
  readonly resourceTypes: readonly ActionResource[];
  /**
   * Every key that the reference lists for the action, for its resources or for their types, as AWS writes them with the
   * variable parts (`aws:RequestTag/${TagKey}`, `s3:ExistingObjectTag/<key>`). Of the global keys the reference names only a few.
   */
  readonly conditionKeys: readonly string[];
}

/** A resource type in the row of an action. */
export interface ActionResource {
  readonly type: ResourceType;
  /** Whether the reference says that the action cannot do without a resource of this type. */
  readonly required: boolean;
  /** The keys of the action that it has on resources of this type. */
  readonly conditionKeys: readonly string[];
}

export interface ResourceType {
  readonly service: string;
  readonly name: string;
  /** With variables: `arn:${Partition}:s3:::${BucketName}/${ObjectName}`. Mostly one. */
  readonly arnFormats: readonly [string, ...string[]];
}

/** The prefixes of all services, sorted. */
export function servicePrefixes(): readonly string[] {
  return [...catalog().lines.keys()];
}

/** A service by its prefix, in any case; null: it is not in the catalogue. */
export function serviceOf(prefix: string): CatalogService | null {
  return unpacked(prefix.toLowerCase())?.service ?? null;
}

/** An action by its whole name, `s3:GetObject`, in any case; null: it is not in the catalogue. */
export function actionOf(action: string): CatalogAction | null {
  const colon = action.indexOf(":");
  return colon === -1 ? null : serviceAction(action.slice(0, colon), action.slice(colon + 1));
}

/** The same by its two parts. */
export function serviceAction(prefix: string, name: string): CatalogAction | null {
  return unpacked(prefix.toLowerCase())?.actions.get(name.toLowerCase()) ?? null;
}

/** Every action of every service. Unpacks all of them. */
export function* allActions(): Generator<CatalogAction> {
  for (const prefix of servicePrefixes()) yield* serviceOf(prefix)!.actions;
}

/** Where the data comes from and when it was read from AWS, for people. */
export function catalogSource(): { readonly source: string; readonly updatedAt: string } {
  return catalog().header;
}

interface Catalog {
  readonly header: PackedHeader;
  /** Packed services by prefix, sorted. */
  readonly lines: ReadonlyMap<string, string>;
}

interface Unpacked {
  readonly service: CatalogService;
  /** By lower-cased name. */
  readonly actions: ReadonlyMap<string, CatalogAction>;
}

let loaded: Catalog | null = null;
const services = new Map<string, Unpacked>();

function catalog(): Catalog {
  loaded ??= parseCatalog(readFileSync(fileURLToPath(new URL("../../build/catalog.jsonl", import.meta.url)), "utf8"));
  return loaded;
}

/** Only the header is parsed; a line begins with its service's prefix: `["s3",…`. */
function parseCatalog(text: string): Catalog {
  const [header, ...rest] = text.trimEnd().split("\n");
  const lines = new Map(rest.map((line) => [line.slice(2, line.indexOf('"', 2)), line]));
  return { header: JSON.parse(header!) as PackedHeader, lines };
}

function unpacked(prefix: string): Unpacked | null {
  const known = services.get(prefix);
  if (known !== undefined) return known;
  const line = catalog().lines.get(prefix);
  if (line === undefined) return null;
  const service = unpack(JSON.parse(line) as PackedService);
  const actions = new Map(service.actions.map((action) => [action.name.toLowerCase(), action]));
  services.set(prefix, { service, actions });
  return { service, actions };
}

function unpack([prefix, name, keys, keySets, types, actions]: PackedService): CatalogService {
  const resourceTypes = types.map(
    ([typeName, arnFormats]): ResourceType => ({
      service: prefix,
      name: typeName,
      arnFormats: arnFormats as readonly [string, ...string[]],
    }),
  );
  return {
    prefix,
    name,
    resourceTypes,
    actions: actions.map(([actionName, accessLevel, keySet, rows]): CatalogAction => {
      const namesOf = (...sets: readonly number[]) => [
        ...new Set(sets.flatMap((set) => keySets[set]!.map((index) => keys[index]!))),
      ];
      const ofAction: ActionResource[] = [];
      const sets = [keySet];
      for (let at = 0; at < rows.length; at += 3) {
        const [index, required, rowSet] = [rows[at]!, rows[at + 1] === 1, rows[at + 2]!];
        const typeSet = types[index]![2];
        ofAction.push({ type: resourceTypes[index]!, required, conditionKeys: namesOf(keySet, rowSet, typeSet) });
        sets.push(rowSet, typeSet);
      }
      return {
        service: prefix,
        name: actionName,
        accessLevel,
        resourceTypes: ofAction,
        conditionKeys: namesOf(...sets),
      };
    }),
  };
}
