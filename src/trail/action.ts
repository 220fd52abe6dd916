/**
 * Which IAM actions an API call needs. The same name first: an event's name is mostly its action's. Before that, the table
 * of exceptions; and composite calls, whose parameters say what they do.
 */
import { actionOf, type CatalogAction, serviceAction, serviceOf } from "../catalog/catalog.js";
import { ACTION_EXCEPTIONS, type ActionRow, type When } from "./action-exceptions.data.js";
import type { Call } from "./call.js";
import type { Caller } from "./caller.js";
import { type Composite, compositeOf } from "./composite.js";
import { type Fields, own, scalarOf } from "./event.js";
import { type Passing, passingOf } from "./pass-role.js";
import type { Reason } from "./reasons.js";
import { type TypePlan, typePlan } from "./resource-plan.js";
import { SERVICE_PREFIXES } from "./services.data.js";
import { sourceIdentityOf } from "./special-keys.js";
import { CREATING_VERBS, TAG_ON_ACTION, TAG_ON_CREATE } from "./tag-on-create.data.js";

/** What one name of an event source stands for; found once, then remembered. */
export type CallPlan =
  | { readonly kind: "actions"; readonly steps: readonly [Step, ...Step[]]; readonly rule: string }
  | { readonly kind: "composite"; readonly composite: Composite; readonly rule: string }
  | { readonly kind: "unknown"; readonly reason: Reason };

/** One action of a call, with what is found once for all its calls. */
export interface Step {
  readonly action: CatalogAction;
  /** `s3:GetObject`. */
  readonly name: string;
  /** Of the resource types of the action, in their order. */
  readonly types: readonly TypePlan[];
  /** Of each type, whether a parameter that is just a `name` or an `id` can be one of it. */
  readonly abouts: readonly boolean[];
  /** Null: the action passes no roles. */
  readonly passing: Passing | null;
  /** What is asked for as well if the call has tags; null: nothing. */
  readonly tagging: CatalogAction | null;
  /** Null: always. */
  readonly when: When | null;
}

/** The plan for an event. Both names are texts from the record. */
export function callPlan(eventSource: string, eventName: string): CallPlan {
  const plans = plansOf(eventSource);
  let plan = plans.get(eventName);
  if (plan === undefined) {
    plan = makePlan(eventSource, eventName);
    // A log that invents names does not fill the memory.
    if (plan.kind !== "unknown" && plans.size < PLANS_MAX) plans.set(eventName, plan);
  }
  return plan;
}

const stepsOfActions = new Map<CatalogAction, Step>();

/** The unconditional step of an action. */
export function stepOf(action: CatalogAction): Step {
  let step = stepsOfActions.get(action);
  if (step === undefined) {
    const name = `${action.service}:${action.name}`;
    const types = action.resourceTypes.map(({ type }) => typePlan(type));
    const abouts = types.map(({ bareName }) => isAbout(action, bareName));
    step = { action, name, types, abouts, passing: passingOf(name), tagging: taggingOf(action), when: null };
    stepsOfActions.set(action, step);
  }
  return step;
}

/** Of an action with several types, `name` is the name of the one that the action is called after. */
function isAbout({ name, resourceTypes }: CatalogAction, bareName: string): boolean {
  return resourceTypes.length === 1 || name.toLowerCase().includes(bareName);
}

function taggingOf({ service, name }: CatalogAction): CatalogAction | null {
  const action = `${service}:${name}`;
  const isCreating = CREATING_VERBS.some((verb) => name.startsWith(verb));
  const tag = TAG_ON_ACTION.get(action) ?? (isCreating ? TAG_ON_CREATE.get(service) : undefined);
  return tag === undefined || tag === action ? null : actionOf(tag);
}

/** More names than any service has operations, versions of the API included. */
const PLANS_MAX = 4096;

const plansBySource = new Map<string, Map<string, CallPlan>>();
const NO_PLANS = new Map<string, CallPlan>();

function plansOf(eventSource: string): Map<string, CallPlan> {
  let plans = plansBySource.get(eventSource);
  if (plans === undefined) {
    if (prefixesOf(eventSource).length === 0) return NO_PLANS;
    plans = new Map();
    plansBySource.set(eventSource, plans);
  }
  return plans;
}

function makePlan(eventSource: string, eventName: string): CallPlan {
  const prefixes = prefixesOf(eventSource);
  if (prefixes.length === 0) return { kind: "unknown", reason: "unknown-service" };
  for (const name of namesOf(eventName.trim())) {
    for (const prefix of prefixes) {
      const plan = exceptionOf(prefix, name) ?? sameName(prefix, name);
      if (plan !== null) return plan;
    }
  }
  return { kind: "unknown", reason: "unknown-action" };
}

const DOMAINS = [".amazonaws.com", ".amazonaws.com.cn"] as const;

/** The prefixes that the catalogue knows. */
function prefixesOf(eventSource: string): readonly string[] {
  const domain = DOMAINS.find((end) => eventSource.endsWith(end));
  if (domain === undefined) return [];
  const source = eventSource.slice(0, -domain.length);
  const others = SERVICE_PREFIXES.get(source) ?? [];
  return [...new Set([source, ...others])].filter((prefix) => serviceOf(prefix) !== null);
}

/** The name as it stands, then without the API's version: `UpdateFunctionCode20150331v2`, `CreateDistribution2020_05_31`. */
function namesOf(eventName: string): readonly string[] {
  const bare = withoutVersion(eventName);
  return bare === eventName ? [eventName] : [eventName, bare];
}

function withoutVersion(name: string): string {
  const end = withoutRevision(name);
  const date = endsInDate(name, end, "") ?? endsInDate(name, end, "_");
  return date === null || date === 0 ? name : name.slice(0, date);
}

/** Where a `v2` at the end begins; the end, where there is none. */
function withoutRevision(name: string): number {
  const start = skipDigitsBack(name, name.length);
  return start < name.length && name.charAt(start - 1) === "v" ? start - 1 : name.length;
}

/** Where the year, month and day before `end` begin; null: there is no date. */
function endsInDate(name: string, end: number, separator: string): number | null {
  let at = end;
  for (const [index, digits] of DATE_BACKWARDS.entries()) {
    if (index > 0 && separator !== "") {
      if (name.charAt(at - 1) !== separator) return null;
      at -= 1;
    }
    for (let count = 0; count < digits; count++) {
      if (!isDigit(name.charCodeAt(at - 1))) return null;
      at -= 1;
    }
  }
  return at;
}

const DATE_BACKWARDS = [2, 2, 4] as const;

function skipDigitsBack(name: string, end: number): number {
  let at = end;
  while (at > 0 && isDigit(name.charCodeAt(at - 1))) at -= 1;
  return at;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

function exceptionOf(prefix: string, name: string): CallPlan | null {
  const key = `${prefix}:${name.toLowerCase()}`;
  const composite = compositeOf(prefix, name);
  if (composite !== null) return { kind: "composite", composite, rule: composite.source };
  const exception = EXCEPTIONS.get(key);
  return exception === undefined ? null : { kind: "actions", steps: stepsOf(exception.rows), rule: exception.source };
}

function sameName(prefix: string, name: string): CallPlan | null {
  const action = serviceAction(prefix, name);
  return action === null ? null : { kind: "actions", steps: [stepOf(action)], rule: "the action of the same name" };
}

interface Exception {
  readonly rows: readonly ActionRow[];
  readonly source: string;
}

/** By `service:event` in lower case. */
const EXCEPTIONS: ReadonlyMap<string, Exception> = new Map(
  ACTION_EXCEPTIONS.flatMap(({ service, source, rows }) =>
    rows.map(({ event, actions }) => [`${service}:${event.toLowerCase()}`, { rows: actions, source }] as const),
  ),
);

/** Steps of a row of the table, whose actions the catalogue has (a test says so). */
export function stepsOf(rows: readonly ActionRow[]): readonly [Step, ...Step[]] {
  const [first, ...rest] = rows.map(({ action, when = null }): Step => ({ ...stepOf(actionOf(action)!), when }));
  return [first!, ...rest];
}

/** Whether an action is part of a call. */
export function isNeeded({ when }: Step, call: Call, caller: Caller): boolean {
  const { parameters } = call;
  if (when === null) return true;
  if ("sourceIdentity" in when) {
    return sourceIdentityOf(call) !== null || (caller.sourceIdentity !== null && isChain(call));
  }
  if ("notGiven" in when)
    return parameters === null || when.notGiven.every((name) => !isGiven(parameters, name, NOTHING));
  const but = "but" in when ? when.but : NOTHING;
  return parameters !== null && when.given.some((name) => isGiven(parameters, name, but));
}

/** Callers of the other calls that issue sessions are identity providers. */
function isChain({ event }: Call): boolean {
  return own(event, "eventName") === "AssumeRole";
}

const NOTHING: readonly string[] = [];

function isGiven(parameters: Fields, name: string, but: readonly string[]): boolean {
  const value = own(parameters, name);
  if (value === undefined || value === null || value === "") return false;
  return !but.includes(scalarOf(value) ?? "");
}
