/**
 * Which resources a call is about. First what the record lists in `resources`, then its parameters with the ARN formats of
 * the action's resource types, then what its answer or AWS's message names.
 */
import type { ActionResource, CatalogAction } from "../catalog/catalog.js";
import { isAccountId } from "../policy/arn.js";
import type { Step } from "./action.js";
import { type ArnCut, type ArnFormat, type ArnPlace, arnOf, cutArn, hasFormat } from "./arn-format.js";
import type { Call } from "./call.js";
import { ec2Resources, isShared } from "./ec2-resources.js";
import { type Fields, isFields, isUsable, own, TEXTS_MAX, textsAt } from "./event.js";
import { type Found, found, NOTHING, type Target } from "./found.js";
import { LISTED } from "./listed-resources.data.js";
import type { Reason } from "./reasons.js";
import { isOnlyIfNamed, isReplaced } from "./required-types.js";
import { ACCOUNT_PARAMETERS } from "./resource-parameters.data.js";
import { type FormatPlan, type NamedPath, type TypePlan, typePlan, type VariablePlan } from "./resource-plan.js";
import { afterLastSlash } from "./resource-values.js";

export type Resources =
  | {
      readonly kind: "found";
      readonly resources: readonly [Target, ...Target[]];
      /** Types that the action needs as well and that nothing names. */
      readonly missing: readonly string[];
    }
  /** `missing`: the types of which one is needed. */
  | { readonly kind: "none"; readonly reason: Reason; readonly missing: readonly string[] };

/** The resources of one action of a call. */
export function resourcesOf(call: Call, step: Step): Resources {
  const { action } = step;
  if (action.resourceTypes.length === 0) return WHOLE_SERVICE;
  const byType = action.service === "ec2" ? ec2Resources(call, action) : foundByType(call, step);
  const resources = partsAlone(action, targetsOf(action, byType));
  if (resources.length > TEXTS_MAX) return { kind: "none", reason: "too-many-resources", missing: NONE_MISSING };
  const missing = missingTypes(action, byType);
  if (missing.length === 0 && isNotEmpty(resources)) return { kind: "found", resources, missing: NONE_MISSING };
  return otherwise(call, action, resources, missing);
}

/** One resource of which it is known without a name. */
function one(action: CatalogAction, each: Found): Resources {
  return { kind: "found", resources: [{ found: each, row: rowOf(action, each.arn) }], missing: NONE_MISSING };
}

/** The row of an action whose type an ARN has; null: it has none of them. */
export function rowOf({ resourceTypes }: CatalogAction, arn: string): ActionResource | null {
  const cut = cutArn(arn);
  if (cut === null) return null;
  return (
    resourceTypes[
      bestType(
        cut,
        resourceTypes.map(({ type }) => typePlan(type)),
      )
    ] ?? null
  );
}

const NONE_MISSING: readonly string[] = [];

/** REQ-30. */
const WHOLE_SERVICE: Resources = {
  kind: "found",
  resources: [{ found: found("*", "the action has no resource type (REQ-30)"), row: null }],
  missing: NONE_MISSING,
};

const NO_NAME: Resources = {
  kind: "found",
  resources: [{ found: found("*", "the call names no resource, and the action needs none"), row: null }],
  missing: NONE_MISSING,
};

/** Found resources for each type of the action. */
function foundByType(call: Call, { types, abouts, action }: Step): readonly (readonly Found[])[] {
  const listed = fromRecord(call, types);
  return types.map((plan, index) => {
    const recorded = listed === null ? NOTHING : listed[index]!;
    return recorded.length > 0 ? recorded : fromParameters(call, plan, action.name, abouts[index]!);
  });
}

/** `resources[]`: ARNs that have the format of a type; of several formats that fit, the one that says most. Null: none. */
function fromRecord(call: Call, types: readonly TypePlan[]): readonly Found[][] | null {
  const entries = own(call.event, "resources");
  if (!Array.isArray(entries) || entries.length === 0) return null;
  const byType: Found[][] = types.map(() => []);
  for (let index = 0; index < entries.length && index < TEXTS_MAX; index++) {
    const entry: unknown = entries[index];
    const arn = isFields(entry) ? cutOf(entry) : null;
    const best = arn === null ? -1 : bestType(arn, types);
    if (best === -1) continue;
    byType[best]!.push(recordedAs(call, arn!, entry as Fields, entries, index));
  }
  return byType;
}

function recordedAs({ place }: Call, arn: ArnCut, entry: Fields, entries: readonly unknown[], index: number): Found {
  const from = index === 0 ? "resources[0].ARN" : `resources[${index}].ARN`;
  const owner = ownerOf(arn, entry, entries);
  if (!isShared(arn.text) || place.account === "") return { arn: arn.text, owner, from, assumption: null };
  return { arn: arn.text, owner: place.account, ownerIsShared: true, from, assumption: null };
}

/** CloudTrail writes `ARN`; copies of records by other tools `arn`. */
function cutOf(entry: Fields): ArnCut | null {
  const text = own(entry, "ARN") ?? own(entry, "arn");
  return isUsable(text) ? cutArn(text) : null;
}

function bestType(arn: ArnCut, types: readonly TypePlan[]): number {
  let best = -1;
  let literalLength = -1;
  for (let index = 0; index < types.length; index++) {
    for (const { format } of types[index]!.formats) {
      if (format.literalLength <= literalLength || !hasFormat(arn, format)) continue;
      best = index;
      literalLength = format.literalLength;
    }
  }
  return best;
}

/** Of an ARN without an account: of its own entry, else of the entry of what holds it (an object's bucket). */
function ownerOf(arn: ArnCut, entry: Fields, entries: readonly unknown[]): string | null {
  if (arn.resource - 1 > arn.account) return null;
  const own = accountOf(entry);
  if (own !== null) return own;
  for (const other of entries.slice(0, TEXTS_MAX)) {
    const holder = isFields(other) ? cutOf(other) : null;
    if (holder !== null && arn.text.startsWith(`${holder.text}/`)) return accountOf(other as Fields);
  }
  return null;
}

function accountOf(entry: Fields): string | null {
  const account = own(entry, "accountId");
  return typeof account === "string" && isAccountId(account) ? account : null;
}

/** Parameters that hold an ARN of the type, else parameters that fill its variables. */
function fromParameters(call: Call, plan: TypePlan, action: string, isAbout: boolean): readonly Found[] {
  const built = plan.builder === null ? NOTHING : plan.builder(call, action);
  if (built.length > 0) return built;
  if (call.parameters === null) return NOTHING;
  const named = fromNames({ call, plan, isAbout, isCaseless: false, parameters: call.parameters });
  if (named.length > 0) return named;
  const arns = arnsAmong(call.parameters, plan);
  if (arns.length > 0) return arns;
  return fromNames({ call, plan, isAbout, isCaseless: true, parameters: caseless(call.parameters) });
}

interface Search {
  readonly call: Call;
  readonly plan: TypePlan;
  /** Whether a parameter that is just a `name` or an `id` can be one of this type. */
  readonly isAbout: boolean;
  /** Whether names are lower-cased, in the parameters and in the plan. */
  readonly isCaseless: boolean;
  readonly parameters: Fields;
}

function fromNames(search: Search): readonly Found[] {
  const { plan, isCaseless, parameters } = search;
  for (const named of plan.arn) {
    const arns = arnsAt(parameters, named, plan, isCaseless);
    if (arns.length > 0) return arns;
  }
  for (const format of plan.formats) {
    const filled = fromVariables(search, format);
    if (filled.length > 0) return filled;
  }
  return NOTHING;
}

/** The parameters under lower-cased names: the log is not of one mind about `webACLId`, `dBName` and their like. */
function caseless(parameters: Fields): Fields {
  const lowered: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(parameters)) lowered[name.toLowerCase()] = parameters[name];
  return lowered;
}

/** Any parameter that names something and holds an ARN of this type: not the texts that users write. */
function arnsAmong(parameters: Fields, plan: TypePlan): readonly Found[] {
  for (const name of Object.keys(parameters)) {
    if (!isNaming(name)) continue;
    const value = parameters[name];
    const arn =
      typeof value === "string" && value.startsWith("arn:") && isUsable(value) ? asArn(value, plan, "") : null;
    if (arn !== null) return [{ ...arn, from: `requestParameters.${name}` }];
  }
  return NOTHING;
}

function arnsAt(parameters: Fields, named: NamedPath, plan: TypePlan, isCaseless: boolean): readonly Found[] {
  const { text } = named;
  const values = textsAt(parameters, isCaseless ? named.caselessPath : named.path);
  if (values.length === 0) return NOTHING;
  return values.flatMap((value) => asArn(value, plan, text) ?? NOTHING);
}

/** A value that is the ARN of such a resource; null: it is none. */
function asArn(value: string, plan: TypePlan, from: string): Found | null {
  const arn = cutArn(value);
  if (arn === null || !plan.formats.some(({ format }) => hasFormat(arn, format))) return null;
  return found(value, from);
}

/** A format whose variables all have values. One of them may have several. */
function fromVariables(search: Search, { format, variables }: FormatPlan): readonly Found[] {
  if (variables === null || variables.length === 0) return NOTHING;
  const lists: (readonly Value[])[] = [];
  const arns: Found[] = [];
  for (const variable of variables) {
    const filled = valuesOf(search, variable);
    if (filled === null) return NOTHING;
    arns.push(...filled.arns);
    lists.push(filled.values);
  }
  const built = lists.every((list) => list.length > 0) ? build(search.call, format, lists) : NOTHING;
  return arns.length === 0 ? built : [...arns, ...built];
}

interface Value {
  readonly text: string;
  /** Empty: no parameter says it. */
  readonly from: string;
}

interface Filled {
  readonly values: readonly Value[];
  /** Whole ARNs that the parameters held. */
  readonly arns: readonly Found[];
}

/** Rules for values see the parameters as they are recorded, however the value itself was found. */
function valuesOf(
  { call, plan, isAbout, isCaseless, parameters }: Search,
  { paths, as, otherwise, every }: VariablePlan,
): Filled | null {
  const recorded = call.parameters ?? parameters;
  const values: Value[] = [];
  const arns: Found[] = [];
  for (const { path, caselessPath, text: from, isVague } of paths) {
    if (isVague && !isAbout) continue;
    for (const given of textsAt(parameters, isCaseless ? caselessPath : path)) {
      const arn = given.startsWith("arn:") ? asArn(given, plan, from) : null;
      const text = arn !== null || (given.startsWith("arn:") && as !== afterLastSlash) ? null : as(given, recorded);
      if (arn !== null) arns.push(arn);
      else if (text !== null && text !== "") values.push({ text, from });
    }
    if (!every && values.length + arns.length > 0) break;
  }
  if (values.length + arns.length > 0) return { values, arns };
  return otherwise === null ? null : { values: [{ text: otherwise, from: "" }], arns };
}

function build(call: Call, format: ArnFormat, lists: readonly (readonly Value[])[]): readonly Found[] {
  const count = Math.max(...lists.map((list) => list.length));
  const place = placeOf(call, format.type.service);
  const all: Found[] = [];
  for (let index = 0; index < count; index++) {
    const values = lists.map((list) => list[index] ?? list[0]!);
    const texts = values.map(({ text }) => text);
    const arn = arnOf(format, texts, place);
    const from = values.flatMap((value) => (value.from === "" ? [] : [value.from]));
    if (arn !== null) all.push(found(arn, [...new Set(from)].join(", ")));
  }
  return all;
}

/** Of services whose calls can be about another account, the one that the call names. */
function placeOf({ parameters, place }: Call, service: string): ArnPlace {
  const name = ACCOUNT_PARAMETERS.get(service);
  const account = name === undefined || parameters === null ? undefined : own(parameters, name);
  return typeof account === "string" && isAccountId(account) ? { ...place, account } : place;
}

/** Each ARN once. */
function targetsOf({ resourceTypes }: CatalogAction, byType: readonly (readonly Found[])[]): readonly Target[] {
  const targets: Target[] = [];
  let seen: Set<string> | null = null;
  for (let index = 0; index < byType.length; index++) {
    for (const each of byType[index]!) {
      if (targets.length > 0) {
        seen ??= new Set([targets[0]!.found.arn]);
        if (seen.has(each.arn)) continue;
        seen.add(each.arn);
      }
      targets.push({ found: each, row: resourceTypes[index]! });
    }
  }
  return targets;
}

/** Services that ask for the part alone (an alias, an index) where a call names one, and not for what it is a part of. */
const ASK_FOR_PARTS: ReadonlySet<string> = new Set(["codepipeline", "dynamodb", "lambda", "states"]);

function partsAlone({ service }: CatalogAction, targets: readonly Target[]): readonly Target[] {
  if (targets.length < 2 || !ASK_FOR_PARTS.has(service)) return targets;
  return targets.filter((whole) => !targets.some((part) => isPartOf(part.found.arn, whole.found.arn)));
}

function isPartOf(part: string, whole: string): boolean {
  if (!part.startsWith(whole)) return false;
  const next = part.charAt(whole.length);
  return next === "/" || next === ":";
}

/** Names of the types that the action cannot do without and that nothing names. */
function missingTypes(action: CatalogAction, byType: readonly (readonly Found[])[]): readonly string[] {
  const { resourceTypes } = action;
  let missing: string[] | null = null;
  for (let index = 0; index < resourceTypes.length; index++) {
    const { required, type } = resourceTypes[index]!;
    if (!required || byType[index]!.length > 0 || isOnlyIfNamed(action, type.name)) continue;
    if (isReplaced(action, type, (other) => byType[other]!.length > 0)) continue;
    missing ??= [];
    missing.push(type.name);
  }
  return missing ?? NONE_MISSING;
}

/** Where the parameters do not name everything: the answer, AWS's own message, or that the call is about all there is. */
function otherwise(
  call: Call,
  action: CatalogAction,
  resources: readonly Target[],
  missing: readonly string[],
): Resources {
  const stillMissing: string[] = [];
  const all = [...resources];
  for (const row of action.resourceTypes) {
    if (!missing.includes(row.type.name)) continue;
    const answered = fromAnswer(call, typePlan(row.type));
    for (const each of answered) all.push({ found: each, row });
    if (answered.length === 0) stillMissing.push(row.type.name);
  }
  if (isNotEmpty(all)) return { kind: "found", resources: all, missing: stillMissing };
  return fromMessage(call, action) ?? ofAll(call, action) ?? unnamed(call, missing);
}

/** The ARN of what a successful call made. */
function fromAnswer({ response }: Call, plan: TypePlan): readonly Found[] {
  if (response === null) return NOTHING;
  for (const name of Object.keys(response).slice(0, TEXTS_MAX)) {
    const value = response[name];
    if (typeof value === "string") {
      const arn = isUsable(value) ? asArn(value, plan, `responseElements.${name}`) : null;
      if (arn !== null) return [arn];
    } else if (isFields(value)) {
      for (const inner of ARN_NAMES) {
        const text = own(value, inner);
        const arn = isUsable(text) ? asArn(text, plan, `responseElements.${name}.${inner}`) : null;
        if (arn !== null) return [arn];
      }
    }
  }
  return NOTHING;
}

const ARN_NAMES = ["arn", "aRN", "Arn", "ARN"] as const;

const ON_RESOURCE = " on resource: ";

/**
 * "User: … is not authorized to perform: sts:AssumeRole on resource: arn:… because …": what AWS itself evaluated, if it is
 * this action that was denied.
 */
function fromMessage({ event }: Call, action: CatalogAction): Resources | null {
  const message = own(event, "errorMessage");
  if (typeof message !== "string" || message.length > MESSAGE_LENGTH_MAX) return null;
  const performed = `perform: ${action.service}:${action.name}${ON_RESOURCE}`;
  const at = message.indexOf(performed);
  if (at === -1) return null;
  const start = at + performed.length;
  const end = message.indexOf(" ", start);
  const arn = end === -1 ? message.slice(start) : message.slice(start, end);
  if (!isUsable(arn) || (arn !== "*" && cutArn(arn) === null)) return null;
  return one(action, found(arn, "errorMessage"));
}

const MESSAGE_LENGTH_MAX = 16_384;

/** A call that names nothing, of an action that may do without: it is about everything of its kind. */
function ofAll(call: Call, action: CatalogAction): Resources | null {
  if (!call.parametersComplete) return null;
  const listed = LISTED.get(`${action.service}:${action.name}`);
  if (listed !== undefined) {
    const type = action.resourceTypes.find((each) => each.type.name === listed)!.type;
    const { format } = typePlan(type).formats[0]!;
    const arn = arnOf(
      format,
      format.variables.map(() => "*"),
      call.place,
    );
    return arn === null ? null : one(action, found(arn, "the call is about all there are"));
  }
  const only = typePlan(action.resourceTypes[0]!.type).formats[0]!;
  const isOneOfAKind = only.format.variables.length === 0;
  if (action.resourceTypes.some(({ required }) => required) && !(isOneOfAKind && action.resourceTypes.length === 1))
    return null;
  if (call.parameters !== null && namesSomething(call.parameters, action)) return null;
  if (!isOneOfAKind) return mayBeAboutAll(action) ? NO_NAME : null;
  const arn = arnOf(only.format, NO_VALUES, call.place);
  return arn === null ? null : one(action, found(arn, "there is one in every account"));
}

const NO_VALUES: readonly string[] = [];

/** Only what is read can be read of all; of S3, nothing can that has a resource. */
function mayBeAboutAll({ service, accessLevel }: CatalogAction): boolean {
  return service !== "s3" && (accessLevel === "List" || accessLevel === "Read");
}

/** Whether a parameter looks as if it named something that was not understood: by its own name, or by that of a type. */
function namesSomething(parameters: Fields, { resourceTypes }: CatalogAction): boolean {
  return Object.keys(parameters).some((name) => {
    if (REGIONS.has(name)) return false;
    if (isNaming(name)) return true;
    const lowered = name.toLowerCase();
    return resourceTypes.some(({ type }) => lowered.startsWith(typePlan(type).bareName));
  });
}

/** Names of regions name no resources. */
const REGIONS: ReadonlySet<string> = new Set(["RegionName", "regionName"]);

function isNaming(parameter: string): boolean {
  return NAMES.has(parameter) || NAMING_ENDS.some((end) => parameter.endsWith(end));
}

const NAMES: ReadonlySet<string> = new Set(["arn", "arns", "id", "identifier", "ids", "name", "names", "resource"]);

const NAMING_ENDS = [
  "Id",
  "Ids",
  "Identifier",
  "Identifiers",
  "Name",
  "Names",
  "Arn",
  "Arns",
  "ARN",
  "ARNs",
  "Url",
] as const;

function unnamed({ parameters, parametersComplete }: Call, missing: readonly string[]): Resources {
  const reason = parameters === null && !parametersComplete ? "parameters-missing" : "resource-not-named";
  return { kind: "none", reason, missing };
}

function isNotEmpty(list: readonly Target[]): list is readonly [Target, ...Target[]] {
  return list.length > 0;
}
