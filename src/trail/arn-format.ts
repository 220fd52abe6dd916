/**
 * ARN formats as the Service Authorization Reference writes them (`arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}`):
 * whether an ARN has one, and making an ARN of one. Both take time linear in the text.
 */
import type { ResourceType } from "../catalog/catalog.js";

export interface ArnFormat {
  readonly type: ResourceType;
  readonly text: string;
  /** Null where the format leaves the service open. */
  readonly service: string | null;
  /** `""`: the format has none; a text: always this; null: a variable. */
  readonly region: string | null;
  readonly account: string | null;
  /** Of the sixth part: literal texts and variables in turn. */
  readonly parts: readonly Part[];
  /** Characters that stand in the format: of two formats that fit, the one with more says more. */
  readonly literalLength: number;
  /** Names of the variables, in their order. */
  readonly variables: readonly string[];
}

/** A text, or a variable that stands for at least one character. `*` in a format is a variable without a name. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string | null; readonly forbidden: string };

/** Where the parts of an ARN begin; null: it has fewer than six, or does not begin as one. */
export interface ArnCut {
  readonly text: string;
  /** Behind the first, second, … fifth colon. */
  readonly partition: number;
  readonly service: number;
  readonly region: number;
  readonly account: number;
  readonly resource: number;
}

export function cutArn(text: string): ArnCut | null {
  if (!text.startsWith("arn:")) return null;
  const partition = 4;
  const service = text.indexOf(":", partition) + 1;
  if (service <= partition + 1) return null;
  const region = text.indexOf(":", service) + 1;
  if (region <= service + 1) return null;
  const account = text.indexOf(":", region) + 1;
  if (account === 0) return null;
  const resource = text.indexOf(":", account) + 1;
  if (resource === 0 || resource === text.length) return null;
  return { text, partition, service, region, account, resource };
}

/** Whether an ARN has this format. */
export function hasFormat(arn: ArnCut, format: ArnFormat): boolean {
  const { text } = arn;
  if (format.service !== null) {
    const { service } = format;
    if (arn.region - 1 - arn.service !== service.length || !text.startsWith(service, arn.service)) return false;
  }
  if (!isPart(text, arn.region, arn.account - 1, format.region)) return false;
  if (!isPart(text, arn.account, arn.resource - 1, format.account)) return false;
  return fits(text, arn.resource, format.parts);
}

/** Whether `text[start, end)` is what the format has there; a variable stands for at least one character. */
function isPart(text: string, start: number, end: number, part: string | null): boolean {
  if (part === null) return end > start;
  return end - start === part.length && text.startsWith(part, start);
}

function fits(text: string, start: number, parts: readonly Part[]): boolean {
  let at = start;
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!;
    if (part.kind === "text") {
      if (!text.startsWith(part.text, at)) return false;
      at += part.text.length;
      continue;
    }
    const next = parts[index + 1];
    const end = next === undefined ? text.length : endOfValue(text, at, next);
    if (end <= at || holdsAny(text, at, end, part.forbidden)) return false;
    at = end;
  }
  return at === text.length;
}

/** A value ends before the first text that may follow it. */
function endOfValue(text: string, at: number, next: Part): number {
  return next.kind === "text" ? text.indexOf(next.text, at + 1) : -1;
}

function holdsAny(text: string, start: number, end: number, characters: string): boolean {
  for (let index = 0; index < characters.length; index++) {
    const found = text.indexOf(characters.charAt(index), start);
    if (found !== -1 && found < end) return true;
  }
  return false;
}

/** What the fixed parts of an ARN are made of. */
export interface ArnPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** The ARN of a format with values for its variables, in their order. Null: the place lacks a part that the format has. */
export function arnOf(format: ArnFormat, values: readonly string[], place: ArnPlace): string | null {
  const region = format.region ?? place.region;
  const account = format.account ?? place.account;
  if (format.service === null || (format.region === null && region === "")) return null;
  if (format.account === null && account === "") return null;
  let resource = "";
  let next = 0;
  for (const part of format.parts) resource += part.kind === "text" ? part.text : values[next++]!;
  return `arn:${place.partition}:${format.service}:${region}:${account}:${resource}`;
}

/** The formats of all types of a service. */
export function formatsOf(types: readonly ResourceType[]): ReadonlyMap<ResourceType, readonly ArnFormat[]> {
  const formats = new Map(types.map((type) => [type, type.arnFormats.map((text) => parseFormat(type, text))]));
  const all = [...formats.values()].flat();
  return new Map([...formats].map(([type, own]) => [type, own.map((format) => limited(format, all))]));
}

function parseFormat(type: ResourceType, text: string): ArnFormat {
  const [, , service, region, account, ...rest] = text.split(":");
  const parts = partsOf(rest.join(":"));
  return {
    type,
    text,
    service: service!.includes("$") ? null : service!,
    region: fixedPart(region!),
    account: fixedPart(account!),
    parts,
    literalLength: parts.reduce((length, part) => length + (part.kind === "text" ? part.text.length : 0), 0),
    variables: parts.flatMap((part) => (part.kind === "variable" ? [part.name ?? ""] : [])),
  };
}

function fixedPart(part: string): string | null {
  return part.includes("$") || part === "*" ? null : part;
}

/** Splits at `${…}` and `*`. Formats are AWS's, not a stranger's. */
function partsOf(resource: string): Part[] {
  return resource.split(/(\$\{[^}]*\}|\*)/).flatMap((piece): Part[] => {
    if (piece === "") return [];
    if (piece === "*") return [{ kind: "variable", name: null, forbidden: "" }];
    if (piece.startsWith("${")) return [{ kind: "variable", name: piece.slice(2, -1), forbidden: "" }];
    return [{ kind: "text", text: piece }];
  });
}

/**
 * The last variable of a format stops where another type of the service goes on: a bucket's name holds no `/`, since
 * objects have that form.
 */
function limited(format: ArnFormat, all: readonly ArnFormat[]): ArnFormat {
  const last = format.parts.at(-1);
  if (last?.kind !== "variable") return format;
  const forbidden = new Set(all.flatMap((other) => continuation(format, other)));
  if (forbidden.size === 0) return format;
  const parts = [...format.parts.slice(0, -1), { ...last, forbidden: [...forbidden].join("") }];
  return { ...format, parts };
}

/** The character with which `longer` goes on where `format` ends, if it begins in the same way. */
function continuation(format: ArnFormat, longer: ArnFormat): readonly string[] {
  if (longer.parts.length <= format.parts.length || longer.service !== format.service) return [];
  if (longer.account !== format.account || longer.region !== format.region) return [];
  const same = format.parts.every((part, index) => {
    const other = longer.parts[index]!;
    return part.kind === "text" ? other.kind === "text" && other.text === part.text : other.kind === "variable";
  });
  const next = longer.parts[format.parts.length];
  return same && next?.kind === "text" ? [next.text.charAt(0)] : [];
}
