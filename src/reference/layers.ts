/** Layers (§6.2, §6.3): which of them apply to a question, and what each of them says (3V-7, 3V-8). */

import { scpExemptActions } from "../catalog/scp-exempt.js";
import { rcpServices } from "../policy/rcp-services.js";
import { GRANT_KINDS, type Layer, type LayerTrace } from "../request/decision.js";
import { accountOf, type Principal, type Question } from "../request/question.js";
import { isUnheld, type Layers } from "../world/layers.js";
import type { Document, DocumentSet, World } from "../world/model.js";
import { and, FALSE, hangsOnNames, known, type Logic, or, TRUE } from "./kleene.js";
import { globMatches, wildcards } from "./match.js";
import { anyKind, type Caller, joinKinds, type Kinds, NO_KINDS } from "./principal.js";
import { evaluateStatement, type Outcome, type Weight } from "./statement.js";

/** One question in its world. `sameAccount`: the owner of the resource is read as the caller's account (3V-12). */
export interface Case {
  readonly world: World;
  readonly question: Question;
  readonly layers: Layers;
  readonly sameAccount: boolean;
}

/** The documents of one layer, or of one of its levels. */
export interface Level {
  readonly layer: Layer;
  readonly label: string;
  readonly missing: readonly string[];
  readonly outcomes: readonly Outcome[];
  readonly allow: Logic;
  readonly deny: Logic;
}

/** What a layer says: A and D of 3V-7. A neutral one has no levels. */
export interface LayerResult {
  readonly layer: Layer;
  readonly levels: readonly Level[];
  readonly allow: Logic;
  readonly deny: Logic;
}

/** A resource's policies allow by grant kind; `allow` is `K ≠ ∅`. */
export interface ResourceResult extends LayerResult {
  readonly kinds: Kinds;
}

/** Every layer of §6.4 step 1; none is left out because another has decided. */
export interface Evaluation {
  readonly scp: LayerResult;
  readonly rcp: LayerResult;
  readonly vpce: LayerResult;
  readonly boundary: LayerResult;
  readonly session: LayerResult;
  readonly resource: ResourceResult;
  readonly identity: LayerResult;
  /** SPEC-24: the bucket's policy has no say over its owner's root user. */
  readonly rootUnlock: boolean;
}

export function evaluateLayers(the: Case): Evaluation {
  const unlocked = rootUnlock(the);
  return {
    scp: scp(the),
    rcp: rcp(the),
    vpce: vpce(the),
    boundary: boundary(the),
    session: session(the),
    resource: unlocked ? unlock(resource(the)) : resource(the),
    identity: identity(the),
    rootUnlock: unlocked,
  };
}

/** In the order of EVAL-6. */
export function inOrder(evaluation: Evaluation): readonly LayerResult[] {
  const { scp, rcp, vpce, boundary, session, resource, identity } = evaluation;
  return [scp, rcp, vpce, boundary, session, resource, identity];
}

export function tracesOf(results: readonly LayerResult[]): readonly LayerTrace[] {
  return results.flatMap((result) => result.levels).map(traceOf);
}

function traceOf(level: Level): LayerTrace {
  const statements = level.outcomes.map(({ statement, effect, hit, reason }) => {
    return { statement, effect, hit: hit.truth, reason };
  });
  const { layer, label, allow, deny } = level;
  return { layer, label, allow: allow.truth, deny: deny.truth, missingPolicies: level.missing, statements };
}

// --- which layers apply, and what they say -------------------------------------------------------------------------------

/** EVAL-4, EVAL-10, EVAL-11. */
function scp(the: Case): LayerResult {
  const applies = underScps(the.question.principal) && !isScpExempt(the.question);
  return hierarchy("SCP", applies ? the.layers.scp.map((set) => evaluateLevel(the, "SCP", set)) : []);
}

/** EVAL-12 to EVAL-16: under `autoRcpFullAccess` every level carries RCPFullAWSAccess. */
function rcp(the: Case): LayerResult {
  const levels = underRcps(the) ? the.layers.rcp.map((set) => evaluateLevel(the, "RCP", set)) : [];
  const isFullAccess = the.world.options.autoRcpFullAccess;
  return hierarchy("RCP", isFullAccess ? levels.map((level) => ({ ...level, allow: TRUE })) : levels);
}

/** EVAL-20. */
function vpce(the: Case): LayerResult {
  const applies = the.question.endpoint !== null && the.layers.vpce !== null;
  return applies ? layerOf(evaluateLevel(the, "VPCE", the.layers.vpce)) : neutral("VPCE");
}

/** EVAL-17. */
function boundary(the: Case): LayerResult {
  const set = attachedBoundary(the);
  return set === null ? neutral("BOUNDARY") : layerOf(evaluateLevel(the, "BOUNDARY", set));
}

function attachedBoundary(the: Case): DocumentSet | null {
  return underBoundary(the.question.principal) ? the.layers.boundary : null;
}

/** EVAL-18, EVAL-19, SPEC-35. */
function session(the: Case): LayerResult {
  const { principal } = the.question;
  const set = the.layers.session;
  switch (principal.kind) {
    case "roleSession":
      return set === null ? neutral("SESSION") : layerOf(evaluateLevel(the, "SESSION", set));
    case "federatedUser": {
      if (set !== null) return layerOf(evaluateLevel(the, "SESSION", set));
      const allow = known(the.world.options.federatedDefaultSession === "allow");
      return { ...neutral("SESSION"), allow };
    }
    case "root": {
      // The task policy of AssumeRoot is a ceiling that only denies.
      if (principal.credentials.kind !== "assumeRoot" || set === null) return neutral("SESSION");
      return layerOf({ ...evaluateLevel(the, "SESSION", set), allow: TRUE });
    }
    case "user":
    case "webIdentity":
    case "saml":
    case "service":
    case "originAccessIdentity":
    case "anonymous":
      return neutral("SESSION");
  }
}

/** EVAL-3, EVAL-13, EVAL-22: the root user may do anything; who has no account has no identity policies. */
function identity(the: Case): LayerResult {
  const { principal } = the.question;
  if (accountOf(principal) === null) return { ...neutral("IDENTITY"), allow: FALSE };
  return isRoot(principal) ? neutral("IDENTITY") : layerOf(evaluateLevel(the, "IDENTITY", the.layers.identity));
}

/** Root, or a federated user whose parent is root (REQ-13). */
function isRoot(principal: Principal): boolean {
  if (principal.kind === "root") return true;
  return principal.kind === "federatedUser" && principal.parentArn !== null && principal.parentArn.endsWith(":root");
}

/** §6.2 evalResource; with a bucket behind an access point both must grant (EVAL-48, SPEC-25). */
function resource(the: Case): ResourceResult {
  const layer = resourceLayer(the.question);
  if (the.question.action === "sts:assumeroot") return { ...neutral(layer), allow: FALSE, kinds: NO_KINDS }; // SPEC-35
  const front = evaluateSet(the, layer, the.layers.resource, { arn: the.question.resource, isClosed: isShutOut(the) });
  const levels = hasDocuments(the.layers.resource) ? [front.level] : [];
  if (the.layers.behind === null) {
    return { layer, levels, allow: anyKind(front.kinds), deny: front.level.deny, kinds: front.kinds };
  }
  const { documents, resource: arn } = the.layers.behind;
  const back = evaluateSet(the, layer, documents, { arn, isClosed: false });
  const consent = anyKind(back.kinds);
  const kinds = new Map([...front.kinds].map(([kind, logic]) => [kind, and(logic, consent)] as const));
  const deny = or(front.level.deny, back.level.deny);
  return { layer, levels: [...levels, back.level], allow: anyKind(kinds), deny, kinds };
}

/** A resource has a resource policy or, a role, a trust policy. */
export function resourceLayer(question: Question): "RESOURCE" | "TRUST" {
  return question.resourcePolicyKind === "trust" ? "TRUST" : "RESOURCE";
}

/** What a layer is that is not there: it allows, and denies nothing (EVAL-5). */
function neutral(layer: Layer): LayerResult {
  return { layer, levels: [], allow: TRUE, deny: FALSE };
}

function layerOf(level: Level): LayerResult {
  return { layer: level.layer, levels: [level], allow: level.allow, deny: level.deny };
}

/** EVAL-4: every level must allow, any may deny. */
function hierarchy(layer: Layer, levels: readonly Level[]): LayerResult {
  return {
    layer,
    levels,
    allow: and(...levels.map((level) => level.allow)),
    deny: or(...levels.map((level) => level.deny)),
  };
}

// --- one document set ----------------------------------------------------------------------------------------------------

/** What a document set is held against: an ARN; and whether its policies grant the caller nothing (SPEC-22). */
interface Place {
  readonly arn: string;
  readonly isClosed: boolean;
}

function evaluateLevel(the: Case, layer: Layer, set: DocumentSet): Level {
  return evaluateSet(the, layer, set, { arn: the.question.resource, isClosed: false }).level;
}

/** §6.2 evalSet: A, D and K over all statements; what is missing could allow and could deny (3V-8). */
function evaluateSet(the: Case, layer: Layer, set: DocumentSet, place: Place): { level: Level; kinds: Kinds } {
  const outcomes = set.documents.flatMap((document) => evaluateDocument(the, layer, document, place));
  const allows = outcomes.filter((outcome) => outcome.effect === "Allow");
  const denies = outcomes.filter((outcome) => outcome.effect === "Deny");
  const unheld = missingOf(set);
  const unheldGrant = place.isClosed ? FALSE : unheld;
  const level = {
    layer,
    label: set.label,
    missing: set.missing,
    outcomes,
    allow: or(unheldGrant, ...allows.map((outcome) => outcome.hit)),
    deny: or(unheld, ...denies.map((outcome) => outcome.hit)),
  };
  return { level, kinds: joinKinds([everyKind(unheldGrant), ...allows.map((outcome) => outcome.kinds)]) };
}

function evaluateDocument(the: Case, layer: Layer, document: Document, place: Place): readonly Outcome[] {
  const facts = {
    layer,
    caller: callerOf(the, layer, document),
    action: the.question.action,
    resource: place.arn,
    context: the.question.context,
    options: the.world.options,
    weight: weightOf(the, layer, document, place),
  };
  return document.policy.statements.map((statement) => evaluateStatement(document.policy, statement, facts));
}

function callerOf(the: Case, layer: Layer, document: Document): Caller {
  const { question, world } = the;
  return {
    principal: question.principal,
    canonicalUserId: question.canonicalUserId,
    hasBoundary: boundaryIsAttached(the),
    bindings: world.bindings,
    options: world.options,
    isTrust: document.policy.type === "trust",
    isGateway: layer === "VPCE" && question.endpoint?.kind === "gateway",
  };
}

/** MATCH-46 speaks of users and roles; where nothing is known of the layer, it may have none (3V-6). */
function boundaryIsAttached(the: Case): Logic {
  const { kind } = the.question.principal;
  const set = attachedBoundary(the);
  if (set === null || (kind !== "user" && kind !== "roleSession")) return FALSE;
  return isUnheld(set) ? missingOf(set) : TRUE;
}

function missingOf(set: DocumentSet): Logic {
  return set.missing.length === 0 ? FALSE : hangsOnNames(set.missing);
}

function hasDocuments(set: DocumentSet): boolean {
  return set.documents.length > 0 || set.missing.length > 0;
}

/** SPEC-14: a grant alone decides who may retire it. SPEC-21, SPEC-22: some documents can only deny. */
function weightOf(the: Case, layer: Layer, document: Document, place: Place): Weight {
  const isResourceSide = layer === "RESOURCE" || layer === "TRUST";
  if (isResourceSide && the.question.action === "kms:retiregrant" && document.use !== "kmsGrant") return "none";
  const isDenyOnly = document.use === "denyOnly" || (place.isClosed && document.use === "policy");
  return isDenyOnly ? "denyOnly" : "full";
}

/** SPEC-22: a restricted public policy grants nothing to whoever is neither of the owner's account nor a service. */
function isShutOut(the: Case): boolean {
  const { principal } = the.question;
  if (principal.kind === "service" || principal.kind === "originAccessIdentity") return false;
  return the.layers.publicAccessRestricted && !the.sameAccount;
}

function everyKind(logic: Logic): Kinds {
  return new Map(GRANT_KINDS.map((kind) => [kind, logic]));
}

// --- who is under what ---------------------------------------------------------------------------------------------------

/** EVAL-10: whoever belongs to an account, but for service-linked roles. */
function underScps(principal: Principal): boolean {
  return accountOf(principal) !== null && !isServiceLinked(principal);
}

/** EVAL-17. */
function underBoundary(principal: Principal): boolean {
  return underScps(principal) && principal.kind !== "root";
}

function isServiceLinked(principal: Principal): boolean {
  return principal.kind === "roleSession" && principal.serviceLinked;
}

/** EVAL-11. */
function isScpExempt(question: Question): boolean {
  return scpExemptActions.some(
    ({ action, rootOnly }) =>
      globMatches(wildcards(action.toLowerCase()), question.action) &&
      (!rootOnly || question.principal.kind === "root"),
  );
}

/** EVAL-12 to EVAL-15. */
function underRcps(the: Case): boolean {
  const { action, resource, principal } = the.question;
  const service = action.slice(0, action.indexOf(":"));
  const isOfServiceLinkedRole = partOf(resource).startsWith("role/aws-service-role/");
  return (
    rcpServices.includes(service) &&
    (resource !== "*" || the.world.options.rcpOnResourceless) &&
    !isServiceLinked(principal) &&
    !(service === "sts" && isOfServiceLinkedRole) &&
    action !== "kms:retiregrant" &&
    !the.layers.awsManaged
  );
}

/** The sixth component of an ARN, the part that names the resource. */
export function partOf(arn: string): string {
  return arn.split(":").slice(5).join(":");
}

// --- SPEC-24 -------------------------------------------------------------------------------------------------------------

const BUCKET_POLICY_ACTIONS: ReadonlySet<string> = new Set(
  ["s3", "s3express"].flatMap((service) =>
    ["getbucketpolicy", "putbucketpolicy", "deletebucketpolicy"].map((name) => `${service}:${name}`),
  ),
);

function rootUnlock(the: Case): boolean {
  const { principal, action } = the.question;
  return principal.kind === "root" && the.sameAccount && BUCKET_POLICY_ACTIONS.has(action);
}

/** `res.deny := [] ; res.kinds := res.kinds ∪ {ACCOUNT}` */
function unlock(result: ResourceResult): ResourceResult {
  const kinds = joinKinds([result.kinds, new Map([["ACCOUNT", TRUE]])]);
  const levels = result.levels.map((level) => ({ ...level, allow: TRUE, deny: FALSE }));
  return { ...result, levels, kinds, allow: TRUE, deny: FALSE };
}
