/** Where the resources of a type are named in request parameters: found once for each type, then remembered. */
import { type CatalogService, type ResourceType, serviceOf } from "../catalog/catalog.js";
import { type ArnFormat, formatsOf } from "./arn-format.js";
import { type Path, pathOf } from "./event.js";
import { BUILDERS, type Builder } from "./named-resources.js";
import {
  EVERY_TYPE,
  RESOURCE_PARAMETERS,
  type TypeRule,
  type ValueRule,
  type VariableRule,
} from "./resource-parameters.data.js";
import { bareValue } from "./resource-values.js";

/** How ARNs of a type are found. */
export interface TypePlan {
  readonly type: ResourceType;
  /** The type's name in lower case and without what separates its words. */
  readonly bareName: string;
  /** Goes before everything else; null: nothing special about the type. */
  readonly builder: Builder | null;
  readonly formats: readonly FormatPlan[];
  /** Parameters that may hold the whole ARN. */
  readonly arn: readonly NamedPath[];
}

export interface FormatPlan {
  readonly format: ArnFormat;
  /** Null: a variable that no parameter fills. */
  readonly variables: readonly VariablePlan[] | null;
}

export interface VariablePlan {
  readonly paths: readonly NamedPath[];
  readonly as: ValueRule;
  readonly otherwise: string | null;
  readonly every: boolean;
}

/** With its text, for explanations. */
export interface NamedPath {
  readonly path: Path;
  /** In lower case, for parameters that are spelled in another way (`webACLId`). */
  readonly caselessPath: Path;
  readonly text: string;
  /** Whether the name says nothing of the type: `name`, `id`. */
  readonly isVague: boolean;
}

export function typePlan(type: ResourceType): TypePlan {
  return plansOf(type.service).get(type)!;
}

const plansByService = new Map<string, ReadonlyMap<ResourceType, TypePlan>>();

function plansOf(service: string): ReadonlyMap<ResourceType, TypePlan> {
  let plans = plansByService.get(service);
  if (plans === undefined) {
    plans = makePlans(serviceOf(service)!);
    plansByService.set(service, plans);
  }
  return plans;
}

function makePlans({ prefix, resourceTypes }: CatalogService): ReadonlyMap<ResourceType, TypePlan> {
  const formats = formatsOf(resourceTypes);
  const rules = RESOURCE_PARAMETERS[prefix] ?? {};
  return new Map(
    resourceTypes.map((type) => {
      const rule = { ...rules[EVERY_TYPE], ...(Object.hasOwn(rules, type.name) ? rules[type.name] : {}) };
      const builder = BUILDERS.get(`${prefix} ${type.name}`) ?? null;
      const plans = formats.get(type)!.map((format) => formatPlan(format, rule));
      const bareName = camelCase(type.name).toLowerCase();
      return [type, { type, bareName, builder, formats: plans, arn: arnPaths(type, rule) }];
    }),
  );
}

function formatPlan(format: ArnFormat, rule: TypeRule): FormatPlan {
  const last = format.variables.length - 1;
  const variables = format.variables.map((name, index) => variablePlan(name, index === last, format.type, rule));
  return { format, variables: variables.every((plan) => plan !== null) ? (variables as VariablePlan[]) : null };
}

function variablePlan(name: string, isLast: boolean, type: ResourceType, rule: TypeRule): VariablePlan | null {
  if (name === "") return null;
  const given = Object.hasOwn(rule, name) ? rule[name]! : null;
  const usual = given === null ? usualNames(name, isLast, type) : NO_NAMES;
  const ruled: VariableRule = given === null ? { from: usual } : isRule(given) ? given : { from: given };
  const { from, as = bareValue } = ruled;
  const otherwise = ruled.otherwise ?? null;
  if (from.length === 0 && otherwise === null) return null;
  const paths = from.map((text) => ({ ...namedPath(text), isVague: given === null && VAGUE_NAMES.has(text) }));
  return { paths, as, otherwise, every: ruled.every === true };
}

const NO_NAMES: readonly string[] = [];
const VAGUE_NAMES: ReadonlySet<string> = new Set(["id", "identifier", "name"]);

function isRule(given: readonly string[] | VariableRule): given is VariableRule {
  return "from" in given;
}

function namedPath(text: string): NamedPath {
  const caselessPath = pathOf(text.toLowerCase());
  return { path: pathOf(text), caselessPath, text: `requestParameters.${text}`, isVague: false };
}

/** Variables that only say that they name something: which, the type says. */
const VAGUE: ReadonlySet<string> = new Set([
  "Id",
  "Identifier",
  "Name",
  "ResourceId",
  "ResourceName",
  "ResourcePath",
  "UUID",
  "Uuid",
]);

/** `${FunctionName}` is `functionName`, and of a type `job` `${ResourceId}` is `jobId`, `jobIdentifier` or `jobName`. */
function usualNames(variable: string, isLast: boolean, type: ResourceType): readonly string[] {
  const typeName = camelCase(type.name);
  const names = new Set<string>();
  if (!VAGUE.has(variable)) {
    const own = lowerFirst(variable);
    names.add(own);
    for (const [end, others] of SUFFIXES) {
      if (own.endsWith(end)) for (const other of others) names.add(own.slice(0, -end.length) + other);
    }
  }
  if (isLast) {
    if (VAGUE.has(variable) || variable === "VersionId")
      for (const end of ["Id", "Identifier", "Name"]) names.add(typeName + end);
    if (variable.endsWith("Name")) names.add("name");
    else if (variable.endsWith("Id") || variable.endsWith("Identifier")) names.add("id").add("identifier");
  }
  return [...names];
}

const SUFFIXES: readonly (readonly [end: string, others: readonly string[]])[] = [
  ["Id", ["Identifier", "ID"]],
  ["Identifier", ["Id"]],
  ["Name", [""]],
];

/** Parameters for ARNs have few names, whatever the type. */
function arnPaths(type: ResourceType, rule: TypeRule): readonly NamedPath[] {
  const typeName = camelCase(type.name);
  const own = Object.hasOwn(rule, "arn") ? (rule["arn"] as readonly string[]) : [];
  const usual = [`${typeName}Arn`, `${typeName}ARN`, "resourceArn", "resourceARN", "arn", "aRN"];
  return [...new Set([...own, ...usual])].map(namedPath);
}

/** `log-group`, `function alias` → `logGroup`, `functionAlias`. */
function camelCase(name: string): string {
  return lowerFirst(
    name
      .split(/[^0-9A-Za-z]+/)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(""),
  );
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
