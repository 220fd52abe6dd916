/** Small worlds for the tests of the reference: callers, policies and questions in as few words as a table row has. */

import type { Mode, Policy, PolicyType } from "../../src/policy/model.js";
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../../src/policy/options.js";
import { parsePolicy } from "../../src/policy/parse.js";
import { authorize } from "../../src/reference/authorize.js";
import type { Decision, Explanation } from "../../src/request/decision.js";
import type {
  Cardinality,
  Context,
  Owner,
  Principal,
  Question,
  ResourcePolicyKind,
  Slot,
} from "../../src/request/question.js";
import type { Layers } from "../../src/world/layers.js";
import type { Document, DocumentSet, World } from "../../src/world/model.js";

export const A1 = "111111111111";
export const A2 = "222222222222";
export const USER_ARN = `arn:aws:iam::${A1}:user/alice`;
export const ROLE_ARN = `arn:aws:iam::${A1}:role/app/Deploy`;
export const SESSION_ARN = `arn:aws:sts::${A1}:assumed-role/Deploy/ci`;
export const FEDERATED_ARN = `arn:aws:sts::${A1}:federated-user/bob`;
export const OBJECT = "arn:aws:s3:::b/k";

const LONG_TERM = { kind: "longTerm" } as const;
const HOME = { account: A1, partition: "aws" } as const;

type Kind<K extends Principal["kind"]> = Extract<Principal, { kind: K }>;

export function user(more: Partial<Kind<"user">> = {}): Principal {
  return {
    kind: "user",
    ...HOME,
    arn: USER_ARN,
    name: "alice",
    uniqueId: "AIDAALICE",
    credentials: LONG_TERM,
    ...more,
  };
}

export function root(more: Partial<Kind<"root">> = {}): Principal {
  return { kind: "root", ...HOME, arn: `arn:aws:iam::${A1}:root`, credentials: LONG_TERM, ...more };
}

export function session(more: Partial<Kind<"roleSession">> = {}): Principal {
  return {
    kind: "roleSession",
    ...HOME,
    roleArn: ROLE_ARN,
    roleName: "Deploy",
    roleId: "AROADEPLOY",
    sessionName: "ci",
    sessionArn: SESSION_ARN,
    serviceLinked: false,
    federatedProvider: null,
    ...more,
  };
}

export function federated(more: Partial<Kind<"federatedUser">> = {}): Principal {
  const parent = { parentArn: USER_ARN, parentId: "AIDAALICE" };
  return { kind: "federatedUser", ...HOME, arn: FEDERATED_ARN, ...parent, console: false, ...more };
}

export function service(...names: string[]): Principal {
  return { kind: "service", names };
}

export const anonymous: Principal = { kind: "anonymous" };

/** Several values make a multi key, `UNKNOWN` an unknown one. */
export type Value = string | readonly string[] | typeof UNKNOWN;
export const UNKNOWN = Symbol("unknown");

/** Keys that are multi-valued in these tests whatever their state; `my:*` keys are in no table. */
const MULTI = new Set(["aws:tagkeys", "aws:calledvia", "aws:principalorgpaths"]);

export function contextOf(values: Readonly<Record<string, Value>>): Context {
  const slots = new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), slotOf(value)]));
  return {
    get: (key) => slots.get(key) ?? { state: "absent" },
    cardinality: (key): Cardinality => (MULTI.has(key) ? "multi" : key.startsWith("my:") ? "unlisted" : "single"),
    keys: () => [...slots.keys()].sort(),
    unknownPrefixes: [],
  };
}

function slotOf(value: Value): Slot {
  if (value === UNKNOWN) return { state: "unknown" };
  return typeof value === "string" ? { state: "single", value } : { state: "multi", values: value };
}

/** A statement as in JSON, with Effect Allow, Action `*` and Resource `*` where it does not say so. */
export type StatementJson = Readonly<Record<string, unknown>>;

/** One policy: its statements, or a whole document. A string is the name of a policy that is not held (3V-8). */
export type PolicyJson = readonly StatementJson[] | { readonly Statement: unknown } | string;

export interface Setup {
  readonly caller?: Principal;
  readonly action?: string;
  readonly resource?: string;
  /** Null: not known. Default: A1. */
  readonly owner?: string | null;
  readonly kind?: ResourcePolicyKind;
  readonly context?: Readonly<Record<string, Value>>;
  readonly endpoint?: "interface" | "gateway";
  readonly canonicalUserId?: string | null;
  readonly identity?: readonly PolicyJson[];
  readonly boundary?: readonly PolicyJson[];
  readonly sessionPolicies?: readonly PolicyJson[];
  /** A list per level, root first. */
  readonly scps?: readonly (readonly PolicyJson[])[];
  readonly rcps?: readonly (readonly PolicyJson[])[];
  readonly vpce?: readonly PolicyJson[];
  readonly resourcePolicies?: readonly PolicyJson[];
  /** What the resource's documents are; default `policy`. */
  readonly use?: Document["use"];
  readonly behind?: { readonly resource: string; readonly policies: readonly PolicyJson[] };
  readonly restricted?: boolean;
  readonly awsManaged?: boolean;
  readonly mayAssumeRoot?: boolean;
  readonly bindings?: Readonly<Record<string, string>>;
  readonly mode?: Mode;
  readonly options?: Partial<WorldOptions>;
}

export function ask(setup: Setup): Explanation {
  return asker(setup)({});
}

/** The same policies asked again and again. */
export function asker(setup: Setup): (question: Pick<Setup, "context" | "owner">) => Explanation {
  const world = worldOf(setup);
  const layers = layersOfSetup(setup);
  return (question) => authorize(world, questionOf({ ...setup, ...question }), layers);
}

/** The answer in a few words: `allowed IDENTITY`, `indeterminate allowed|explicitDeny on aws:SourceIp`. */
export function asked(setup: Setup): string {
  return inWords(ask(setup).decision);
}

export function inWords(decision: Decision): string {
  switch (decision.decision) {
    case "allowed":
    case "explicitDeny":
    case "implicitDeny":
      return `${decision.decision} ${decision.decidedBy}`;
    case "indeterminate":
    case "denied":
      return `${decision.decision} ${decision.between.join("|")} on ${decision.dependsOn.join(", ")}`;
  }
}

export function worldOf(setup: Setup): World {
  return {
    options: { ...DEFAULT_WORLD_OPTIONS, mode: setup.mode ?? "strict", ...setup.options },
    accounts: new Map(),
    principals: new Map(),
    sessions: new Map(),
    resources: new Map(),
    endpoints: new Map(),
    bindings: new Map(Object.entries(setup.bindings ?? {})),
    closed: true,
  };
}

export function questionOf(setup: Setup): Question {
  const action = setup.action ?? "s3:GetObject";
  return {
    principal: setup.caller ?? user(),
    canonicalUserId: setup.canonicalUserId ?? null,
    action: action.toLowerCase(),
    actionText: action,
    resource: setup.resource ?? OBJECT,
    owner: ownerOf(setup.owner),
    resourcePolicyKind: setup.kind ?? "other",
    context: contextOf(setup.context ?? {}),
    endpoint: setup.endpoint === undefined ? null : { id: null, kind: setup.endpoint },
    now: 0,
  };
}

function ownerOf(owner: string | null | undefined): Owner {
  return owner === null ? { kind: "unknown" } : { kind: "account", account: owner ?? A1 };
}

function layersOfSetup(setup: Setup): Layers {
  const set = (label: string, type: PolicyType, policies: readonly PolicyJson[], use?: Document["use"]) =>
    documentSet(label, type, policies, setup, use);
  const optional = (label: string, type: PolicyType, policies: readonly PolicyJson[] | undefined) =>
    policies === undefined ? null : set(label, type, policies);
  const resourceType = setup.kind === "trust" ? "trust" : "resource";
  const { behind } = setup;
  return {
    scp: (setup.scps ?? []).map((level, at) => set(`scps[${at}]`, "scp", level)),
    rcp: (setup.rcps ?? []).map((level, at) => set(`rcps[${at}]`, "rcp", level)),
    vpce: optional("vpce", "vpce", setup.vpce),
    boundary: optional("boundary", "boundary", setup.boundary),
    session: optional("session", "session", setup.sessionPolicies),
    identity: set("identity", "identity", setup.identity ?? []),
    resource: set("resource", resourceType, setup.resourcePolicies ?? [], setup.use),
    behind:
      behind === undefined
        ? null
        : { resource: behind.resource, documents: set("behind", "resource", behind.policies) },
    publicAccessRestricted: setup.restricted ?? false,
    awsManaged: setup.awsManaged ?? false,
    mayAssumeRoot: setup.mayAssumeRoot ?? false,
  };
}

function documentSet(
  label: string,
  type: PolicyType,
  policies: readonly PolicyJson[],
  setup: Setup,
  use: Document["use"] = "policy",
): DocumentSet {
  const documents = policies.flatMap((policy, at) =>
    typeof policy === "string" ? [] : [{ policy: policyOf(type, policy, `${label}[${at}]`, setup), use }],
  );
  return { label, documents, missing: policies.filter((policy) => typeof policy === "string") };
}

/** Fails with the parser's words where it refuses the document. */
export function policyOf(
  type: PolicyType,
  json: Exclude<PolicyJson, string>,
  name = "policy",
  setup: Pick<Setup, "mode" | "options"> = {},
): Policy {
  const document =
    "Statement" in json ? json : { Version: "2012-10-17", Statement: json.map((one) => full(type, one)) };
  const source = { name: `${name}.json`, text: JSON.stringify(document, null, 1) };
  const { incompleteArn } = { ...DEFAULT_WORLD_OPTIONS, ...setup.options };
  const { policy, diagnostics } = parsePolicy(source, { type, name, mode: setup.mode ?? "strict", incompleteArn });
  if (policy === null) throw new Error(diagnostics.map((diagnostic) => diagnostic.message).join("; "));
  return policy;
}

/** What a statement leaves out. */
function full(type: PolicyType, statement: StatementJson): StatementJson {
  const has = (name: string) => name in statement || `Not${name}` in statement;
  const hasPrincipal = type === "rcp" || type === "vpce" || type === "resource" || type === "trust";
  return {
    Effect: "Allow",
    ...(hasPrincipal && !has("Principal") ? { Principal: type === "trust" ? { AWS: "*" } : "*" } : {}),
    ...(has("Action") ? {} : { Action: type === "rcp" ? "s3:*" : type === "trust" ? "sts:*" : "*" }),
    ...(has("Resource") || type === "trust" ? {} : { Resource: "*" }),
    ...statement,
  };
}

export const ALLOW_ALL: PolicyJson = [{}];
export const DENY_ALL: PolicyJson = [{ Effect: "Deny" }];
export const ALLOW_OTHER: PolicyJson = [{ Action: "ec2:RunInstances" }];
