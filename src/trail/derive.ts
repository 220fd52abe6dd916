/** From a CloudTrail record to the requests that AWS decided: what was called, by whom, on what, and in which context. */

import { actionOf, type CatalogAction } from "../catalog/catalog.js";
import { isAccountId } from "../policy/arn.js";
import type { Directory } from "../request/directory.js";
import type { Request } from "../request/request.js";
import { type CallPlan, callPlan, isNeeded, type Step, stepOf } from "./action.js";
import { type Call, parametersOf, partitionOf } from "./call.js";
import type { Assumptions, Caller } from "./caller.js";
import type { Composite } from "./composite.js";
import { type OwnContext, ownContext, type SharedContext, sharedContext } from "./context.js";
import type { Derived, DerivedRequest, Gap } from "./derived.js";
import { ec2Created } from "./ec2-resources.js";
import { type Fields, fieldsAt, isFields, own, textAt } from "./event.js";
import type { Assumption, Found, Target } from "./found.js";
import { callerOf } from "./identity.js";
import { instantOf } from "./instant.js";
import { type Passed, type Passing, passedRoles } from "./pass-role.js";
import type { Reason } from "./reasons.js";
import { resourcesOf, rowOf } from "./resources.js";
import { CREATE_ACTION_KEYS, CREATING_VERBS } from "./tag-on-create.data.js";
import { givesTags, taggedTypes } from "./tags.js";
import type { Trace } from "./trace.js";
import { Flag } from "./unknown-keys.js";

export interface DeriveOptions {
  /** What a world knows: paths of roles, sessions. Null: nothing. */
  readonly directory: Directory | null;
  readonly assumptions: Assumptions;
}

export const NO_ASSUMPTIONS: Assumptions = { untaggedSessions: false, assumedSessions: false };

const NO_OPTIONS: DeriveOptions = { directory: null, assumptions: NO_ASSUMPTIONS };

/**
 * The requests of one record, or the reason why there are none. Never throws, whatever the value is; what is derived can be
 * asked of an engine over the same directory. What no record holds is among the `unknown` keys of the requests.
 */
export function derive(event: unknown, options: DeriveOptions = NO_OPTIONS, trace: Trace | null = null): Derived {
  if (!isFields(event)) return none("not-a-record");
  const eventSource = textAt(event, "eventSource");
  const eventName = textAt(event, "eventName");
  const notACall = kindOf(event, eventSource);
  if (notACall !== null) return none(notACall);
  if (eventSource === null || eventName === null) return none("not-a-record");
  const plan = callPlan(eventSource, eventName);
  if (plan.kind === "unknown") return none(plan.reason);
  const caller = callerOf(event, options.directory, options.assumptions, trace);
  if (typeof caller === "string") return none(caller, nameOf(plan));
  return requestsOf(event, plan, caller, options.directory, trace);
}

/** What kind of record it is, if it is not one of an API call. */
function kindOf(event: Fields, eventSource: string | null): Reason | null {
  const type = own(event, "eventType");
  // The first records had no type; all of them are calls or sign-ins.
  if (type === "AwsApiCall" || type === undefined || type === null) {
    if (own(event, "digestStartTime") !== undefined) return "digest";
    return eventSource === "signin.amazonaws.com" ? "sign-in" : null;
  }
  return typeof type === "string" ? (KINDS.get(type) ?? "unknown-event-type") : "not-a-record";
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
const KINDS: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ["AwsConsoleAction", "console-action"],
  ["AwsConsoleSignIn", "sign-in"],
  ["AwsConsoleSignin", "sign-in"],
  ["AwsCloudTrailInsight", "insight"],
  ["AwsServiceEvent", "service-event"],
  ["AwsVpceEvents", "network-activity"],
  ["AwsVpceEvent", "network-activity"],
]);

function none(reason: Reason, action: string | null = null, missing: readonly string[] = NO_NAMES): Derived {
  return { kind: "none", reason, action, missing };
}

const NO_NAMES: readonly string[] = [];

function nameOf(plan: CallPlan): string | null {
  return plan.kind === "actions" ? plan.steps[0].name : null;
}

function requestsOf(
  event: Fields,
  plan: Exclude<CallPlan, { readonly kind: "unknown" }>,
  caller: Caller,
  directory: Directory | null,
  trace: Trace | null,
): Derived {
  const call = callOf(event, caller, directory);
  const time = instantOf(own(event, "eventTime"));
  if (time !== null) trace?.note("time", "now", "eventTime", "");
  const shared = sharedContext(call, caller, trace);
  const flags = time === null ? shared.flags | Flag.Time : shared.flags;
  const builder = new Builder(call, caller, { ...shared, flags }, time ?? 0, plan.rule, trace);
  if (plan.kind === "composite") builder.addComposite(plan.composite);
  else for (const step of plan.steps) if (isNeeded(step, call, caller)) builder.addStep(step);
  return builder.derived();
}

function callOf(event: Fields, caller: Caller, directory: Directory | null): Call {
  const { parameters, complete } = parametersOf(event);
  const region = textAt(event, "awsRegion") ?? "";
  const recipient = textAt(event, "recipientAccountId");
  const account = recipient !== null && isAccountId(recipient) ? recipient : (caller.account ?? "");
  return {
    event,
    parameters,
    parametersComplete: complete,
    response: fieldsAt(event, "responseElements"),
    place: { partition: caller.partition ?? partitionOf(region), region, account },
    userArn: caller.userArn,
    directory,
  };
}

/** The requests of one call as they are found. */
class Builder {
  private readonly requests: DerivedRequest[] = [];
  private readonly gaps: Gap[] = [];

  constructor(
    private readonly call: Call,
    private readonly caller: Caller,
    private readonly shared: SharedContext,
    private readonly now: number,
    /** Why the call needs its actions. */
    private readonly rule: string,
    private readonly trace: Trace | null,
  ) {}

  addStep(step: Step): void {
    const found = resourcesOf(this.call, step);
    if (found.kind === "none") {
      this.gaps.push({ action: step.name, reason: found.reason, missing: found.missing });
    } else {
      for (const target of found.resources) this.add(step, target, CALLED);
      if (step.tagging !== null) this.addTagging(step, step.tagging, found.resources);
      if (found.missing.length > 0) {
        this.gaps.push({ action: step.name, reason: "resource-not-named", missing: found.missing });
      }
    }
    if (step.passing !== null) this.addPassedRoles(step.passing);
  }

  addComposite(composite: Composite): void {
    const parts = composite.parts(this.call);
    if (typeof parts === "string") {
      this.gaps.push({ action: "", reason: parts, missing: NO_NAMES });
      return;
    }
    for (const { action, resource, row } of parts) {
      const step = { ...stepOf(action), when: row?.when ?? null };
      if (!isNeeded(step, this.call, this.caller)) continue;
      this.add(step, { found: resource, row: rowOf(action, resource.arn) }, CALLED);
    }
  }

  derived(): Derived {
    const [first, ...rest] = this.requests;
    if (first !== undefined) return { kind: "requests", requests: [first, ...rest], gaps: this.gaps };
    const gap = this.gaps[0]!;
    const reason = gap.reason === "role-not-recorded" ? "resource-not-named" : gap.reason;
    return none(reason, gap.action === "" ? null : gap.action, gap.missing);
  }

  private addPassedRoles(passing: Passing): void {
    const { roles, unnamed } = passedRoles(this.call, passing);
    for (const role of roles) this.addPassed(role);
    if (unnamed) this.gaps.push({ action: "iam:PassRole", reason: "role-not-recorded", missing: NO_NAMES });
  }

  private addPassed({ role, service }: Passed): void {
    const action = passRole();
    const keys: Extra["keys"] = service === null ? [] : [[PASSED_TO, service]];
    this.add(
      stepOf(action),
      { found: role, row: action.resourceTypes[0]! },
      { keys, rule: "the call passes a role (§9)" },
    );
  }

  /** What is created with tags is tagged as well. */
  private addTagging({ action }: Step, tagging: CatalogAction, created: readonly Target[]): void {
    const { parameters } = this.call;
    if (parameters === null || !givesTags(parameters)) return;
    const key = CREATE_ACTION_KEYS.get(action.service);
    const extra: Extra = {
      keys: key === undefined ? [] : [[key, action.name]],
      rule: "the call creates a resource with tags: tag-on-create.data.ts",
    };
    const targets =
      action.service === "ec2"
        ? ec2Created(this.call, tagging, taggedTypes(parameters))
        : created
            .filter((target) => isCreatedBy(action, target, created.length === 1))
            .flatMap(({ found }) => {
              const arn = taggedArn(found.arn);
              const row = rowOf(tagging, arn);
              return row === null ? [] : [{ found: { ...found, arn }, row }];
            });
    for (const target of targets) this.add(stepOf(tagging), target, extra);
    if (targets.length === 0) {
      this.gaps.push({ action: stepOf(tagging).name, reason: "resource-not-named", missing: NO_NAMES });
    }
  }

  private add(step: Step, { found, row }: Target, { keys, rule }: Extra): void {
    // Only AssumeRoleWithWebIdentity knows an identity provider by its host.
    if (this.isForeignTo(step.name)) {
      this.gaps.push({ action: step.name, reason: "principal-outside-iam", missing: NO_NAMES });
      return;
    }
    this.trace?.beginRequest();
    this.trace?.note("action", step.name, "eventSource, eventName", rule === "" ? this.rule : rule);
    this.trace?.note("resource", found.arn, found.from, row === null ? "" : `${row.type.service} ${row.type.name}`);
    const asked = { action: step.action, row, resource: found };
    const own = ownContext(this.call, this.caller, this.shared, asked, this.trace);
    const context = keys.length === 0 ? own : this.withKeys(own, keys, rule);
    this.requests.push({ request: this.request(step.name, found, context), assumptions: assumptionsOf(found) });
  }

  private isForeignTo(action: string): boolean {
    const { principal } = this.caller;
    if ((this.shared.flags & Flag.WebIdentity) === 0 || action === "sts:AssumeRoleWithWebIdentity") return false;
    return typeof principal === "string" || !principal.arn.startsWith("arn:");
  }

  private withKeys(own: OwnContext, added: Extra["keys"], rule: string): OwnContext {
    const keys = { ...own.keys };
    for (const [key, value] of added) {
      keys[key] = value;
      this.trace?.note("context", key, "", rule);
    }
    return { keys, unknown: own.unknown.filter((key) => added.every(([known]) => known !== key)) };
  }

  private request(action: string, { arn, owner }: Found, { keys, unknown }: OwnContext): Request {
    const { principal } = this.caller;
    const { via } = this.shared;
    const base = { principal, action, resource: arn, context: keys, unknown, now: this.now };
    if (owner === null) return via === null ? base : { ...base, via };
    return via === null ? { ...base, resourceAccount: owner } : { ...base, resourceAccount: owner, via };
  }
}

/** What is known of a request beside what the record says of its action. */
interface Extra {
  readonly keys: readonly (readonly [key: string, value: string])[];
  /** Empty: the action is one of the call itself. */
  readonly rule: string;
}

const CALLED: Extra = { keys: [], rule: "" };

/** PASS-2. */
const PASSED_TO = "iam:PassedToService";

function passRole(): CatalogAction {
  return actionOf("iam:PassRole")!;
}

/**
 * Whether a resource of a creating call is the one that it creates, and not one that it is made of: named by `name`, by the
 * call's own noun (`dBSnapshotIdentifier` of CreateDBSnapshot, `alarmName` of PutMetricAlarm), by the answer, or by the record
 * as the only one.
 */
function isCreatedBy({ name }: CatalogAction, { found: { from } }: Target, isOnly: boolean): boolean {
  if (from.startsWith("responseElements.") || (isOnly && from.startsWith("resources["))) return true;
  const noun = nounOf(name).toLowerCase();
  return from.split(", ").some((path) => {
    const parameter = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
    return parameter === "name" || NAMED_AS.some((end) => parameter.endsWith(end) && isNoun(noun, parameter, end));
  });
}

const NAMED_AS = ["arn", "id", "identifier", "name"] as const;
const TARGET = "target";

function isNoun(noun: string, parameter: string, end: string): boolean {
  const start = parameter.startsWith(TARGET) ? TARGET.length : 0;
  const bare = parameter.slice(start, parameter.length - end.length);
  return bare !== "" && noun.endsWith(bare);
}

/** `DBInstance` of RestoreDBInstanceFromDBSnapshot. */
function nounOf(action: string): string {
  const verb = [...CREATING_VERBS, "Put"].find((each) => action.startsWith(each)) ?? "";
  const rest = action.slice(verb.length);
  const ends = SOURCES.map((word) => rest.indexOf(word)).filter((at) => at > 0);
  return ends.length === 0 ? rest : rest.slice(0, Math.min(...ends));
}

/** What stands between a noun and what it is made of. */
const SOURCES = ["From", "ToPoint", "With"] as const;

const LOG_STREAM_TAIL = ":log-stream:";

/** Log groups are tagged under their bare ARNs: `named-resources.ts`. */
function taggedArn(arn: string): string {
  return arn.endsWith(LOG_STREAM_TAIL) ? arn.slice(0, -LOG_STREAM_TAIL.length) : arn;
}

const NO_ASSUMPTION: readonly Assumption[] = [];
const ROOT_PATH: readonly Assumption[] = ["root-path"];

function assumptionsOf({ assumption }: Found): readonly Assumption[] {
  return assumption === null ? NO_ASSUMPTION : ROOT_PATH;
}
