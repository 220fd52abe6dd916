/** Tags that a call asks for: `aws:RequestTag/…` and `aws:TagKeys` (REQ-33). */
import { lowerAscii } from "../policy/ascii.js";
import { type Fields, HIDDEN, isFields, isTransferable, own } from "./event.js";

export interface RequestTags {
  /** As written, in the order in which they are to be given: of keys that differ by case, the last one counts (REQ-5). */
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly keys: readonly string[];
  readonly from: string;
}

/** `unreadable`: there are tags, and what they say is hidden or not understood. Null: there are none. */
export function requestTags(parameters: Fields, resourceType: string | null): RequestTags | "unreadable" | null {
  for (const name of LISTS) {
    const value = own(parameters, name);
    if (isNothing(value)) continue;
    return readTags(value, `requestParameters.${name}`);
  }
  const specification = specificationsOf(parameters);
  if (specification !== null) return ofType(specification, resourceType);
  const s3 = own(parameters, "Tagging");
  if (isFields(s3)) return readTags(inner(s3, "TagSet", "Tag"), "requestParameters.Tagging");
  const keys = own(parameters, "tagKeys") ?? own(parameters, "tagKeyList");
  return isNothing(keys) ? null : keysOnly(keys);
}

/** Whether a call gives tags to what it creates. */
export function givesTags(parameters: Fields): boolean {
  return specificationsOf(parameters) !== null || LISTS.some((name) => !isNothing(own(parameters, name)));
}

/** EC2: the types of the resources that a call creates and tags. */
export function taggedTypes(parameters: Fields): readonly string[] {
  return (specificationsOf(parameters) ?? []).flatMap((specification) => {
    const type = isFields(specification)
      ? (own(specification, "resourceType") ?? own(specification, "ResourceType"))
      : undefined;
    return typeof type === "string" ? [type] : [];
  });
}

/** Parameters that hold tags, in the order in which they are looked for. */
const LISTS = [
  "tags",
  "Tags",
  "tagSet",
  "tagList",
  "tagsList",
  "tagging",
  "resourceTags",
  "addTags",
  "principalTags",
] as const;

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;
}

/** More tags than a resource can have. */
const TAGS_MAX = 128;

/** A list of pairs (bare, or under `items`), or an object of keys and values. */
function readTags(value: unknown, from: string): RequestTags | "unreadable" | null {
  const list = isFields(value) && Array.isArray(own(value, "items")) ? own(value, "items") : value;
  const pairs = Array.isArray(list) ? pairsOf(list) : isFields(list) ? entriesOf(list) : null;
  if (pairs === null || pairs.length > TAGS_MAX) return "unreadable";
  return pairs.length === 0 ? null : sorted(pairs, from);
}

function pairsOf(list: readonly unknown[]): (readonly [string, string])[] | null {
  const pairs: (readonly [string, string])[] = [];
  if (list.length > TAGS_MAX) return null;
  for (const item of list) {
    const pair = isFields(item) ? pairOf(item) : null;
    if (pair === null) return null;
    pairs.push(pair);
  }
  return pairs;
}

function pairOf(item: Fields): readonly [string, string] | null {
  const key = textOf(own(item, "key") ?? own(item, "Key") ?? own(item, "tagKey") ?? own(item, "TagKey"));
  const given = own(item, "value") ?? own(item, "Value") ?? own(item, "tagValue") ?? own(item, "TagValue");
  const value = given === undefined ? "" : textOf(given);
  return key === null || key === "" || value === null ? null : [key, value];
}

function entriesOf(fields: Fields): (readonly [string, string])[] | null {
  const single = pairOf(fields);
  // One tag of a list of XML is recorded without the list.
  if (single !== null && (Object.hasOwn(fields, "Key") || Object.hasOwn(fields, "key"))) return [single];
  const pairs: (readonly [string, string])[] = [];
  const names = Object.keys(fields);
  if (names.length > TAGS_MAX) return null;
  for (const name of names) {
    const value = textOf(fields[name]);
    if (value === null || name === "" || !isTransferable(name)) return null;
    pairs.push([name, value]);
  }
  return pairs;
}

/** XML's texts are recorded as the numbers and booleans that they look like. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value !== HIDDEN && isTransferable(value) ? value : null;
  return typeof value === "boolean" || typeof value === "number" ? String(value) : null;
}

function sorted(pairs: (readonly [string, string])[], from: string): RequestTags {
  if (pairs.length === 1) return { tags: pairs, keys: [pairs[0]![0]], from };
  const last = new Map<string, readonly [string, string]>();
  const ordered = [...pairs].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  for (const pair of ordered) last.set(lowerAscii(pair[0]), pair);
  return { tags: [...last.values()], keys: [...new Set(ordered.map(([key]) => key))], from };
}

function keysOnly(value: unknown): RequestTags | "unreadable" {
  if (!Array.isArray(value) || value.length > TAGS_MAX) return "unreadable";
  const keys = value.map(textOf);
  if (keys.some((key) => key === null || key === "")) return "unreadable";
  return { tags: [], keys: [...new Set(keys as string[])], from: "requestParameters.tagKeys" };
}

/** EC2's tags for what a call creates, by the type of the resource. */
function specificationsOf(parameters: Fields): unknown[] | null {
  const set = own(parameters, "tagSpecificationSet");
  const items = isFields(set) ? own(set, "items") : undefined;
  if (Array.isArray(items)) return items.length === 0 ? null : items.slice(0, TAGS_MAX);
  for (const name of Object.keys(parameters)) {
    const wrapper = name.endsWith("Request") ? parameters[name] : null;
    const wrapped = isFields(wrapper) ? own(wrapper, "TagSpecification") : undefined;
    if (isFields(wrapped)) return [wrapped];
    if (Array.isArray(wrapped)) return wrapped.slice(0, TAGS_MAX);
  }
  return null;
}

/** Of other types than those that are tagged, AWS does not say what the keys are. */
function ofType(specifications: readonly unknown[], resourceType: string | null): RequestTags | "unreadable" | null {
  for (const specification of specifications) {
    if (!isFields(specification)) return "unreadable";
    const type = own(specification, "resourceType") ?? own(specification, "ResourceType");
    if (type !== resourceType) continue;
    const tags = own(specification, "tags") ?? own(specification, "Tag") ?? own(specification, "tagSet");
    return isNothing(tags) ? null : readTags(tags, "requestParameters.tagSpecificationSet");
  }
  return "unreadable";
}

function inner(fields: Fields, ...names: readonly string[]): unknown {
  let value: unknown = fields;
  for (const name of names) value = isFields(value) ? own(value, name) : undefined;
  return value;
}
