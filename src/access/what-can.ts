/** All actions of the catalogue for one principal. */
import { allActions, type CatalogAction } from "../catalog/catalog.js";
import { splitArn } from "../policy/arn.js";
import { lowerAscii } from "../policy/ascii.js";
import type { PrincipalElement, Statement, Template } from "../policy/model.js";
import type { Decision } from "../request/decision.js";
import { rowOf } from "../trail/resources.js";
import type { Document, World } from "../world/model.js";
import { actionsLike, actionsOf } from "./actions.js";
import { type Judge, type Outcome, outcomeOf } from "./judge.js";
import { type KnownSubject, subjectOf } from "./subjects.js";
import { type Access, asking } from "./who-can.js";
import { type WitnessPlace, witnessOf } from "./witness.js";

export interface WhatCanOptions {
  /** Only this resource; default: those that the principal's policies and the policies of resources speak of. */
  readonly resource?: string;
  /** Only these actions, as policies write them: `s3:*`. */
  readonly actions?: readonly string[];
  /** What is known of every request; `region` is where resources are whose patterns leave it open, too. */
  readonly known?: Omit<Access, "action" | "resource">;
  readonly closed?: boolean;
}

export interface ActionAccess {
  /** `s3:GetObject`. */
  readonly action: string;
  /** The pattern of a policy, or the resource itself. */
  readonly on: string;
  /** What was asked for it. */
  readonly resource: string;
  readonly outcome: Outcome;
  readonly decision: Decision;
}

/** The principal is not in the world, so that its policies are not known. */
export class UnknownPrincipal extends Error {
  override readonly name = "UnknownPrincipal";
  readonly code = "unknown-principal";
}

/**
 * What a principal may do, action by action, on each pattern of resources for which some policy allows it. An answer for a
 * pattern is that for a resource of it which no policy names otherwise; a definite one holds whatever else the request says, as
 * `whoCan` has it. What is not listed is allowed by no policy. Throws UnknownPrincipal, or RequestError.
 */
export function* whatCan(
  judge: Judge,
  world: World,
  principal: string,
  options: WhatCanOptions = {},
): Generator<ActionAccess> {
  const subject = subjectOf(world, principal);
  if (subject === null) throw new UnknownPrincipal(`the world does not hold the principal \`${principal}\``);
  const candidates = candidatesOf(world, subject, options);
  const { known = {}, closed = false } = options;
  const now = known.now ?? Date.now();
  const requests = candidates.map((candidate) => {
    const { action, resource } = candidate;
    const unknown = [...(known.unknown ?? []), ...unknownOf(candidate, options)];
    const owner = ownerOf(world, subject, resource, known);
    return asking(judge.keys, { ...known, ...owner, now, unknown, action: nameOf(action), resource }, closed)(subject);
  });
  let at = 0;
  for (const decision of judge.decideAll(requests)) {
    const { action, on, resource } = candidates[at++]!;
    yield { action: nameOf(action), on, resource, outcome: outcomeOf(decision), decision };
  }
}

interface Candidate {
  readonly action: CatalogAction;
  readonly on: string;
  readonly resource: string;
}

function nameOf({ service, name }: CatalogAction): string {
  return `${service}:${name}`;
}

/** Stands in ARNs only. */
const ANY_REGION = "us-east-1";

/** In which Region a call is made whose pattern leaves it open, nobody knows. */
function unknownOf({ on, resource }: Candidate, { known = {} }: WhatCanOptions): readonly string[] {
  const isGiven = Object.keys(known.context ?? {}).some((key) => lowerAscii(key) === "aws:requestedregion");
  if (known.region !== undefined || isGiven || splitArn(on)?.region === splitArn(resource)?.region) return [];
  return ["aws:RequestedRegion"];
}

/** What the caller has made belongs to its account, where neither the ARN nor the world says otherwise. */
function ownerOf(world: World, { account }: KnownSubject, resource: string, known: WhatCanOptions["known"]) {
  const arn = splitArn(resource);
  if (known?.resourceAccount !== undefined || arn === null || arn.account !== "") return {};
  const container = resource.split("/", 1)[0]!;
  return world.resources.has(resource) || world.resources.has(container) ? {} : { resourceAccount: account };
}

function candidatesOf(world: World, subject: KnownSubject, options: WhatCanOptions): readonly Candidate[] {
  const wanted = options.actions === undefined ? null : actionsLike(options.actions);
  const isWanted = (action: CatalogAction) => wanted === null || wanted.has(action);
  if (options.resource !== undefined) return onResource(options.resource, wanted ?? allActions());
  const place = placeOf(world, subject, options.known?.region ?? ANY_REGION);
  const found = new Map<string, Candidate>();
  const witnesses = new Map<string, string | null>();
  for (const { statement, holder } of allowing(world, subject)) {
    const patterns = patternsOf(statement, holder);
    for (const action of actionsOf(statement.action)) {
      if (!isWanted(action)) continue;
      for (const { template, text } of patterns) {
        const key = `${nameOf(action)} ${text}`;
        let resource = witnesses.get(key);
        if (resource === undefined) {
          resource = witnessOf(action, template, place);
          witnesses.set(key, resource);
        }
        if (resource !== null && !found.has(key)) found.set(key, { action, on: text, resource });
      }
    }
  }
  return [...found.values()].sort(
    (one, other) => compare(nameOf(one.action), nameOf(other.action)) || compare(one.on, other.on),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Every action that has a resource of this type. */
function onResource(resource: string, actions: Iterable<CatalogAction>): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const action of actions) {
    const isOf = resource === "*" ? action.resourceTypes.length === 0 : rowOf(action, resource) !== null;
    if (isOf) candidates.push({ action, on: resource, resource });
  }
  return candidates;
}

function placeOf(world: World, { account, partition, name }: KnownSubject, region: string): WitnessPlace {
  const variables = new Map([["aws:principalaccount", account]]);
  if (name !== null) variables.set("aws:username", name);
  return { partition, region, account, variables, resourceGlob: world.options.resourceGlob };
}

interface Allowing {
  readonly statement: Statement;
  /** The resource that the policy is attached to; null: it is the principal's. */
  readonly holder: string | null;
}

/** Statements that may allow the principal something. */
function* allowing(world: World, subject: KnownSubject): Generator<Allowing> {
  for (const statement of allowsOf(subject.documents)) yield { statement, holder: null };
  for (const { arn, policies } of world.resources.values()) {
    for (const statement of allowsOf(policies.documents)) {
      if (mayName(statement.principal, subject)) yield { statement, holder: arn };
    }
  }
}

function* allowsOf(documents: readonly Document[]): Generator<Statement> {
  for (const { policy, use } of documents) {
    if (use === "denyOnly") continue;
    for (const statement of policy.statements) if (statement.effect === "Allow") yield statement;
  }
}

/** Whether a statement of a resource can be about the principal: the answer itself is the judge's. */
function mayName(element: PrincipalElement | null, { account, arn }: KnownSubject): boolean {
  if (element === null || element.negated) return true;
  return element.entries.some((entry) => {
    switch (entry.kind) {
      case "anyone":
      case "granted":
      case "uniqueId":
      case "roleSession":
      case "federatedUser":
      case "canonicalUser":
        return true;
      case "account":
        return entry.account === account;
      case "user":
      case "role":
        return entry.arn === arn;
      case "originAccessIdentity":
      case "service":
      case "federated":
      case "invalid":
        return false;
    }
  });
}

interface Pattern {
  readonly template: Template;
  /** For people. */
  readonly text: string;
}

const EVERYTHING: Pattern = { template: [{ kind: "star" }], text: "*" };

/**
 * Of `NotResource`: everything, of which the judge takes away what is not meant. What a resource's own policy says of
 * everything is about that resource, and a trust policy about its role.
 */
function patternsOf({ resource }: Statement, holder: string | null): readonly Pattern[] {
  const all = holder === null ? [EVERYTHING] : withParts(holder);
  if (resource === null || resource.negated) return all;
  return resource.patterns.flatMap((each) => {
    if (each.kind === "invalid") return [];
    return each.text === EVERYTHING.text ? all : [{ template: each.template, text: each.text }];
  });
}

/** A resource, and what is in it. */
function withParts(arn: string): readonly Pattern[] {
  const whole: Pattern = { template: [{ kind: "text", text: arn }], text: arn };
  const inside: Pattern = { template: [{ kind: "text", text: `${arn}/` }, { kind: "star" }], text: `${arn}/*` };
  return [whole, inside];
}
