/** The decision procedure of §6.4, read in Kleene's logic (3V-7 to 3V-12). */
import {
  BuiltinRule,
  CallerBits,
  CallerKind,
  ConsentKind,
  CredentialKind,
  DecisionCode,
  DocumentUse,
  EndpointKind,
  Format,
  Frame,
  FrameSet,
  Grant,
  LayerCode,
  OptionBits,
  OwnerKind,
  PathCode,
  ResourceBits,
  Result,
  Truth,
} from "../src/bytecode/layout";
import { ActionBits, actionBits, useAction } from "./actions";
import { image, levelSet, levelsCount, option, slots, use } from "./bundle";
import {
  allow,
  deny,
  denyCount,
  evaluateLevels,
  evaluateResourceSet,
  evaluateSet,
  identityCount,
  otherCertain,
  otherPossible,
  policyCertain,
  policyPossible,
  resetKinds,
  resetLists,
  resourceCount,
  fixedLayer,
  unknownLayer,
  unknownResource,
} from "./layers";
import { beginCauses, causeOwner, causesOfSessionToken, collectCauses } from "./causes";
import { forgetAddress } from "./compare";
import { clearWords, denyList, frame, identityList, missingList, resourceList, result, statementList } from "./memory";
import { overlayImage, overlaySlots } from "./overlay";
import { isServiceLike, setPrincipalPlace } from "./principal";
import { endResidual, leaveResidual, Mode, mode } from "./residual";
import { useBehindResource, useRequestResource } from "./statement";
import { resetSteps, steps } from "./steps";

/** Allow and Deny of each layer of the request in hand. */
export let scpAllow: u32 = 0;
export let scpDeny: u32 = 0;
export let rcpAllow: u32 = 0;
export let rcpDeny: u32 = 0;
export let endpointAllow: u32 = 0;
export let endpointDeny: u32 = 0;
export let boundaryAllow: u32 = 0;
export let boundaryDeny: u32 = 0;
export let sessionAllow: u32 = 0;
export let sessionDeny: u32 = 0;
export let resourceDeny: u32 = 0;
export let behindDeny: u32 = 0;
export let identityAllow: u32 = 0;
export let identityDeny: u32 = 0;
/** Whether some document behind the access point grants; True where there is none behind. */
export let behindGrants: u32 = 0;
/** Which layers apply at all. */
export let scpApplies: bool = false;
export let rcpApplies: bool = false;
export let resourceApplies: bool = false;

/** Kinds that the resource's side gives in the reading at hand. */
export let certainKinds: u32 = 0;
export let possibleKinds: u32 = 0;

/** The answer of the reading at hand. */
export let denyTruth: u32 = 0;
export let gateTruth: u32 = 0;
export let grantTruth: u32 = 0;
export let passTruth: u32 = 0;

export function field(offset: u32): u32 {
  return load<u32>(frame + offset);
}

function put(offset: u32, value: u32): void {
  store<u32>(result + offset, value);
}

/** Decides the request in the frame and fills in the result. */
export function authorize(): void {
  resetSteps();
  forgetAddress();
  useAction(field(Frame.Action), field(Frame.ActionLength));
  authorizePrepared();
}

/** The same with the action in use already. */
export function authorizePrepared(): void {
  clearWords(result, Result.Size);
  resetLists();
  useRequestResource();
  // What was noted of a caller, action and resource, no built-in rule decides: it would have done so then.
  if (mode != Mode.Replay && builtin()) {
    leaveResidual();
    return;
  }
  if (mode == Mode.Record) {
    evaluateLayers();
    endResidual();
  }
  evaluateLayers();
  leaveResidual();
  if (field(Frame.Owner) == OwnerKind.Unknown && hasAccount()) decideBoth();
  else decideOne(field(Frame.Owner) != OwnerKind.Other);
  put(Result.Steps, steps());
}

export function hasAccount(): bool {
  return field(Frame.Caller) <= <u32>CallerKind.FederatedUser;
}

// ---- Step 0: built-in rules ----------------------------------------------------------------------------------------

/** Decides what no policy decides. */
function builtin(): bool {
  const caller = field(Frame.Caller);
  const credentials = field(Frame.Credentials);
  if (
    actionBits & ActionBits.GetCallerIdentity &&
    caller != CallerKind.Anonymous &&
    caller != CallerKind.WebIdentity &&
    caller != CallerKind.Saml
  ) {
    return allowByRule();
  }
  if (
    actionBits & ActionBits.GetSessionToken &&
    (caller == CallerKind.User || caller == CallerKind.Root) &&
    credentials == CredentialKind.LongTerm
  ) {
    return getSessionToken();
  }
  const rule = forbiddingRule(caller, credentials);
  return rule < 0 ? false : denyByRule(rule);
}

function allowByRule(): bool {
  put(Result.Decision, DecisionCode.Allowed);
  put(Result.DecidedBy, LayerCode.Service);
  put(Result.Path, PathCode.Builtin);
  put(Result.Steps, steps());
  return true;
}

function denyByRule(rule: u32): bool {
  put(Result.Decision, DecisionCode.ImplicitDeny);
  put(Result.DecidedBy, LayerCode.Service);
  put(Result.Path, PathCode.Builtin);
  put(Result.Missing, missingList);
  put(Result.MissingCount, 1);
  store<u32>(missingList, LayerCode.Service);
  store<u32>(missingList, rule, 4);
  put(Result.Steps, steps());
  return true;
}

/** STS-2. */
function getSessionToken(): bool {
  const byDeny = option(OptionBits.DenyBlocksGetSessionToken);
  const byScp = option(OptionBits.ScpBlocksGetSessionToken);
  if (!byDeny && !byScp) return allowByRule();
  evaluateLayers();
  let truth: u32 = Truth.False;
  if (byScp) truth = max(truth, scpDeny);
  if (byDeny) truth = max(truth, denyWithoutScp());
  if (truth == Truth.False) return allowByRule();
  put(Result.Path, PathCode.Builtin);
  if (truth == Truth.True) {
    put(Result.Decision, DecisionCode.ExplicitDeny);
    listDenies(byScp, byDeny, false);
  } else {
    put(Result.Decision, DecisionCode.Indeterminate);
    put(Result.Between, (1 << DecisionCode.Allowed) | (1 << DecisionCode.ExplicitDeny));
    denyTruth = truth;
    causesOfSessionToken(byScp, byDeny);
  }
  put(Result.Steps, steps());
  return true;
}

function denyWithoutScp(): u32 {
  return max(
    max(max(rcpDeny, endpointDeny), max(boundaryDeny, sessionDeny)),
    max(max(resourceDeny, behindDeny), identityDeny),
  );
}

/** Actions that some built-in rule is about. */
export const RULED: u32 =
  ActionBits.Sts |
  ActionBits.Iam |
  ActionBits.AliasWrite |
  ActionBits.PassRole |
  ActionBits.ManagedPolicyWrite |
  ActionBits.SsoRoleWrite |
  ActionBits.ServiceRoleWrite;

/** The built-in rule that forbids the call, or -1. */
function forbiddingRule(caller: u32, credentials: u32): i32 {
  const rule: i32 = actionBits & RULED ? ruleForAction(caller, credentials) : -1;
  if (rule >= 0) return rule;
  return hasAccount() && partitionsDiffer() ? BuiltinRule.Partition : -1;
}

function ruleForAction(caller: u32, credentials: u32): i32 {
  if (caller == CallerKind.User || caller == CallerKind.Root) {
    if (credentials == CredentialKind.SessionToken || credentials == CredentialKind.SessionTokenMfa) {
      if (actionBits & ActionBits.Iam && credentials == CredentialKind.SessionToken) return BuiltinRule.Sts30;
      if (actionBits & ActionBits.Sts && !(actionBits & ActionBits.OpenToSessionTokens)) return BuiltinRule.Sts30;
    }
  }
  if (caller == CallerKind.FederatedUser && credentials != CredentialKind.Console) {
    if (actionBits & ActionBits.Iam) return BuiltinRule.Sts31;
    if (actionBits & ActionBits.Sts && !(actionBits & ActionBits.GetCallerIdentity)) return BuiltinRule.Sts31;
  }
  if (caller == CallerKind.RoleSession && actionBits & ActionBits.GetTokenCall) return BuiltinRule.Sts32;
  if (caller == CallerKind.Root && actionBits & ActionBits.AssumeRole) return BuiltinRule.Sts33;
  if (
    actionBits & ActionBits.PassRole &&
    hasAccount() &&
    field(Frame.Owner) == OwnerKind.Other &&
    resourcePartBegins("role/")
  ) {
    return BuiltinRule.Pass3;
  }
  if (actionBits & ActionBits.AliasWrite && hasAccount() && resourcePartBegins("alias/aws/")) return BuiltinRule.Spec15;
  if (actionBits & ActionBits.ManagedPolicyWrite && isAwsManagedPolicy()) return BuiltinRule.Spec34;
  if (actionBits & ActionBits.SsoRoleWrite && resourcePartBegins("role/aws-reserved/sso.amazonaws.com/")) {
    return BuiltinRule.Spec34;
  }
  if (actionBits & ActionBits.ServiceRoleWrite && resourcePartBegins("role/aws-service-role/")) {
    return BuiltinRule.Spec6;
  }
  if (actionBits & ActionBits.AssumeRoot && !(field(Frame.CallerBits) & CallerBits.MayAssumeRoot)) {
    return BuiltinRule.Spec35;
  }
  return -1;
}

/** Place of an ARN's component (0 is `arn`), or the end of the text. */
function componentAt(text: u32, length: u32, component: u32): u32 {
  let at: u32 = 0;
  for (let colons: u32 = 0; at < length && colons < component; at++) if (load<u8>(text + at) == 0x3a) colons++;
  return at;
}

function resourcePartBegins(prefix: string): bool {
  const text = field(Frame.Resource);
  const length = field(Frame.ResourceLength);
  return textBegins(text, length, componentAt(text, length, 5), prefix);
}

function textBegins(text: u32, length: u32, from: u32, prefix: string): bool {
  const count = <u32>prefix.length;
  if (from + count > length) return false;
  const units = changetype<u32>(prefix);
  for (let at: u32 = 0; at < count; at++) if (load<u16>(units + at * 2) != load<u8>(text + from + at)) return false;
  return true;
}

/** `arn:P:iam::aws:policy/…`. */
function isAwsManagedPolicy(): bool {
  const text = field(Frame.Resource);
  const length = field(Frame.ResourceLength);
  return textBegins(text, length, componentAt(text, length, 2), "iam::aws:policy/");
}

function partitionsDiffer(): bool {
  const resource = field(Frame.Resource);
  const resourceLength = field(Frame.ResourceLength);
  if (resourceLength < 4 || !textBegins(resource, resourceLength, 0, "arn:")) return false;
  // A session's partition is that of its own ARN, whatever the world says of its role.
  const session = field(Frame.Caller) == CallerKind.RoleSession;
  const arn = field(session ? Frame.SessionPrefix : Frame.Arn);
  const arnLength = field(session ? Frame.SessionPrefixLength : Frame.ArnLength);
  let at: u32 = 4;
  while (at < resourceLength && at < arnLength) {
    const left = load<u8>(arn + at);
    const right = load<u8>(resource + at);
    if (left == 0x3a && right == 0x3a) return false;
    if (left != right) {
      // An empty partition is not known.
      return !(at == 4 && (left == 0x3a || right == 0x3a));
    }
    at++;
  }
  return false;
}

// ---- Step 1: layers ------------------------------------------------------------------------------------------------

/** Every layer that applies, in the order of attribution. */
function evaluateLayers(): void {
  setPrincipalPlace(false, false);
  scpApplies = scpReaches();
  evaluateLevels(scpApplies ? field(Frame.Scp) : <u32>Format.None, LayerCode.Scp);
  scpAllow = allow;
  scpDeny = deny;
  rcpApplies = rcpReaches();
  evaluateLevels(rcpApplies ? field(Frame.Rcp) : <u32>Format.None, LayerCode.Rcp);
  rcpAllow = allow;
  rcpDeny = deny;
  setPrincipalPlace(false, true);
  evaluateOptional(field(Frame.Endpoint) == EndpointKind.None ? <u32>Format.None : field(Frame.Vpce), LayerCode.Vpce);
  endpointAllow = allow;
  endpointDeny = deny;
  setPrincipalPlace(false, false);
  evaluateOptional(boundaryReaches() ? field(Frame.Boundary) : <u32>Format.None, LayerCode.Boundary);
  boundaryAllow = allow;
  boundaryDeny = deny;
  evaluateSession();
  evaluateResource();
  evaluateIdentity();
}

/** EVAL-10, EVAL-11. */
function scpReaches(): bool {
  if (!hasAccount()) return false;
  const caller = field(Frame.Caller);
  if (caller == CallerKind.RoleSession && field(Frame.CallerBits) & CallerBits.ServiceLinked) return false;
  if (actionBits & ActionBits.ScpExempt) return false;
  return !(caller == CallerKind.Root && actionBits & ActionBits.ScpExemptForRoot);
}

/** EVAL-12, EVAL-13, EVAL-14. */
function rcpReaches(): bool {
  if (!(actionBits & ActionBits.RcpService) || actionBits & ActionBits.RetireGrant) return false;
  if (isEverything() && !option(OptionBits.RcpOnResourceless)) return false;
  if (field(Frame.Caller) == CallerKind.RoleSession && field(Frame.CallerBits) & CallerBits.ServiceLinked) return false;
  if (field(Frame.ResourceBits) & ResourceBits.AwsManaged) return false;
  return !(actionBits & ActionBits.Sts && resourcePartBegins("role/aws-service-role/"));
}

function isEverything(): bool {
  return field(Frame.ResourceLength) == 1 && load<u8>(field(Frame.Resource)) == 0x2a;
}

/** EVAL-17. */
export function boundaryReaches(): bool {
  const caller = field(Frame.Caller);
  if (caller == CallerKind.RoleSession) return !(field(Frame.CallerBits) & CallerBits.ServiceLinked);
  return caller == CallerKind.User || caller == CallerKind.FederatedUser;
}

function evaluateOptional(set: u32, layer: u32): void {
  if (set == <u32>Format.None) fixedLayer(Truth.True, Truth.False);
  else if (set == <u32>FrameSet.Unknown) unknownLayer();
  else evaluateSet(set, layer);
}

/** EVAL-18, EVAL-19, SPEC-35. */
function evaluateSession(): void {
  const caller = field(Frame.Caller);
  const set = field(Frame.Session);
  if (!sessionReaches()) {
    fixedLayer(Truth.True, Truth.False);
  } else if (set == <u32>Format.None) {
    const closed = caller == CallerKind.FederatedUser && !option(OptionBits.FederatedSessionAllow);
    fixedLayer(closed ? Truth.False : Truth.True, Truth.False);
  } else if (field(Frame.SessionInOverlay)) {
    const world = image;
    const worldSlots = slots;
    use(overlayImage, overlaySlots, 1);
    evaluateOptional(set, LayerCode.Session);
    use(world, worldSlots, 0);
  } else {
    evaluateOptional(set, LayerCode.Session);
  }
  sessionAllow = caller == CallerKind.Root ? Truth.True : allow;
  sessionDeny = deny;
}

export function sessionReaches(): bool {
  const caller = field(Frame.Caller);
  if (caller == CallerKind.Root) return field(Frame.Credentials) == CredentialKind.AssumeRoot;
  return caller == CallerKind.RoleSession || caller == CallerKind.FederatedUser;
}

/** The resource's documents, and those of the bucket behind it. */
function evaluateResource(): void {
  const trust = field(Frame.Consent) == ConsentKind.Trust;
  const layer: u32 = trust ? LayerCode.Trust : LayerCode.Resource;
  resetKinds();
  resourceDeny = Truth.False;
  behindDeny = Truth.False;
  behindGrants = Truth.True;
  const set = field(Frame.ResourceSet);
  const behind = field(Frame.Behind);
  // SPEC-35: AssumeRoot has no resource side.
  resourceApplies = !(actionBits & ActionBits.AssumeRoot) && (set != <u32>Format.None || behind != <u32>Format.None);
  if (!resourceApplies) return;
  setPrincipalPlace(trust, false);
  if (behind != <u32>Format.None) {
    useBehindResource();
    evaluateOneResource(behind, layer);
    behindDeny = deny;
    behindGrants = truthOf(policyCertain | otherCertain, policyPossible | otherPossible, Grant.All);
    behindDenyCount = denyCount;
    behindResourceCount = resourceCount;
    resetKinds();
    useRequestResource();
  }
  if (set != <u32>Format.None) {
    evaluateOneResource(set, layer);
    resourceDeny = deny;
  }
  setPrincipalPlace(false, false);
}

function evaluateOneResource(set: u32, layer: u32): void {
  fixedLayer(Truth.False, Truth.False);
  if (set == <u32>FrameSet.Nobody) return;
  if (set == <u32>FrameSet.Unknown) unknownResource();
  else evaluateResourceSet(set, layer);
}

function evaluateIdentity(): void {
  const caller = field(Frame.Caller);
  const ownPower =
    caller == CallerKind.Root ||
    (caller == CallerKind.FederatedUser && (field(Frame.CallerBits) & CallerBits.ParentIsRoot) != 0);
  if (ownPower) fixedLayer(Truth.True, Truth.False);
  else if (!hasAccount() || field(Frame.Identity) == <u32>Format.None) fixedLayer(Truth.False, Truth.False);
  else evaluateOptional(field(Frame.Identity), LayerCode.Identity);
  identityAllow = allow;
  identityDeny = deny;
}

/** Truth of `some kind in mask`. */
export function truthOf(certain: u32, possible: u32, mask: u32): u32 {
  return certain & mask ? Truth.True : possible & mask ? Truth.Unknown : Truth.False;
}

// ---- Steps 2 to 4: one reading -------------------------------------------------------------------------------------

/** SPEC-24: the bucket policy cannot lock out the owner's root. */
export let unlocked: bool = false;
let sameReading: bool = false;

export function readsSame(): bool {
  return sameReading;
}

/** Computes deny, gates and grant for one reading of the owner. */
export function read(same: bool): void {
  sameReading = same || (actionBits & ActionBits.AssumeRoot) != 0;
  unlocked =
    same && field(Frame.Caller) == CallerKind.Root && (actionBits & ActionBits.BucketPolicy) != 0;
  readKinds();
  const resourceDenies: u32 = unlocked ? Truth.False : max(resourceDeny, behindDeny);
  denyTruth = max(
    max(max(scpDeny, rcpDeny), max(endpointDeny, boundaryDeny)),
    max(max(sessionDeny, resourceDenies), identityDeny),
  );
  gateTruth = min(scpAllow, min(rcpAllow, endpointAllow));
  grantTruth = grant(boundaryAllow, sessionAllow);
  passTruth = min(gateTruth, grantTruth);
}

/** K of §6.4, after SPEC-22, EVAL-48 and SPEC-24. */
function readKinds(): void {
  certainKinds = otherCertain;
  possibleKinds = otherPossible;
  if (!publicGrantsCut()) {
    certainKinds |= policyCertain;
    possibleKinds |= policyPossible;
  }
  if (behindGrants == Truth.False) {
    certainKinds = 0;
    possibleKinds = 0;
  } else if (behindGrants == Truth.Unknown) {
    possibleKinds |= certainKinds;
    certainKinds = 0;
  }
  if (unlocked) certainKinds |= Grant.Account;
  possibleKinds &= ~certainKinds;
}

/** Kinds that the resource's own documents, without what is behind, may give. */
export function possibleHere(): u32 {
  let certain = otherCertain;
  let possible = otherPossible;
  if (!publicGrantsCut()) {
    certain |= policyCertain;
    possible |= policyPossible;
  }
  return possible & ~certain;
}

/** SPEC-22: under RestrictPublicBuckets a public policy grants to the owner's account and to services only. */
export function publicGrantsCut(): bool {
  if (!(field(Frame.ResourceBits) & ResourceBits.PublicAccessRestricted)) return false;
  if (isServiceLike(field(Frame.Caller))) return false;
  return !(hasAccount() && sameReading);
}

/** Kinds that suffice by themselves in the caller's own account (EVAL-31). */
export function directMask(): u32 {
  return Grant.Session | Grant.Any | Grant.User | (field(Frame.Caller) == CallerKind.Root ? <u32>Grant.Account : 0);
}

export const LIMITED_MASK: u32 = Grant.Role | Grant.UserViaFederation;

/** Kinds that suffice for callers without an account. */
export function strangerMask(): u32 {
  switch (<i32>field(Frame.Caller)) {
    case CallerKind.Service:
    case CallerKind.OriginAccessIdentity:
      return Grant.Service | Grant.Any;
    case CallerKind.WebIdentity:
    case CallerKind.Saml:
      return Grant.Federated;
    case CallerKind.Anonymous:
      return Grant.Any;
    default:
      return unreachable();
  }
}

export function kinds(mask: u32): u32 {
  return truthOf(certainKinds, possibleKinds, mask);
}

export function needsConsent(): bool {
  return field(Frame.Consent) != ConsentKind.None && !(actionBits & ActionBits.AssumeRoot);
}

/** `granted` of step 4, with these truths for boundary and session. */
function grant(boundary: u32, session: u32): u32 {
  if (!hasAccount()) return kinds(strangerMask());
  const byIdentity = min(identityAllow, min(boundary, session));
  if (!sameReading) return min(byIdentity, kinds(Grant.All));
  const direct = kinds(directMask());
  const limited = min(kinds(LIMITED_MASK), min(boundary, session));
  const viaIdentity = needsConsent() ? min(byIdentity, kinds(Grant.All)) : byIdentity;
  return max(direct, max(limited, viaIdentity));
}

/** `DecisionCode` of 3V-9's table for the reading at hand. */
function answer(): u32 {
  if (denyTruth == Truth.True) return DecisionCode.ExplicitDeny;
  if (denyTruth == Truth.False && passTruth == Truth.True) return DecisionCode.Allowed;
  if (denyTruth == Truth.False && passTruth == Truth.False) return DecisionCode.ImplicitDeny;
  return DecisionCode.Indeterminate;
}

/** What the reading at hand leaves possible, as bits. */
function possibilities(): u32 {
  let bits: u32 = 0;
  if (denyTruth != Truth.False) bits |= 1 << DecisionCode.ExplicitDeny;
  if (denyTruth != Truth.True && passTruth != Truth.False) bits |= 1 << DecisionCode.Allowed;
  if (denyTruth != Truth.True && passTruth != Truth.True) bits |= 1 << DecisionCode.ImplicitDeny;
  return bits;
}

function decideOne(same: bool): void {
  read(same);
  put(Result.Path, path());
  const code = answer();
  if (code == DecisionCode.Indeterminate) {
    putIndeterminate(possibilities());
    beginCauses();
    collectCauses();
    return;
  }
  attribute(code);
}

/** 3V-12: the owner is not known, so both readings count. */
function decideBoth(): void {
  read(false);
  const crossBits = possibilities();
  read(true);
  const sameBits = possibilities();
  put(Result.Path, path());
  const code = answer();
  if (sameBits == crossBits && code != DecisionCode.Indeterminate) {
    attribute(code);
    return;
  }
  putIndeterminate(sameBits | crossBits);
  beginCauses();
  if (sameBits != crossBits) causeOwner();
  if (isOpen()) collectCauses();
  read(false);
  if (isOpen()) collectCauses();
}

/** Whether the reading at hand is not settled. */
function isOpen(): bool {
  return answer() == DecisionCode.Indeterminate;
}

function putIndeterminate(bits: u32): void {
  const denials: u32 = (1 << DecisionCode.ExplicitDeny) | (1 << DecisionCode.ImplicitDeny);
  const merged = option(OptionBits.DenyMerge) && (bits & ~denials) == 0;
  put(Result.Decision, merged ? DecisionCode.Denied : DecisionCode.Indeterminate);
  put(Result.Between, bits);
}

function path(): u32 {
  switch (<i32>field(Frame.Caller)) {
    case CallerKind.Service:
    case CallerKind.OriginAccessIdentity:
      return PathCode.Service;
    case CallerKind.WebIdentity:
    case CallerKind.Saml:
      return PathCode.Federated;
    case CallerKind.Anonymous:
      return PathCode.Anonymous;
    default:
      return sameReading ? PathCode.SameAccount : PathCode.CrossAccount;
  }
}

// ---- Attribution ---------------------------------------------------------------------------------------------------

function attribute(code: u32): void {
  put(Result.Decision, code);
  if (code == DecisionCode.ExplicitDeny) listDenies(true, true, unlocked);
  else if (code == DecisionCode.Allowed) listGrants();
  else listMissing();
}

/** Marks that split the lists of the bucket behind from those of the access point. */
let behindDenyCount: u32 = 0;
let behindResourceCount: u32 = 0;

/** All certain denies, in the order of EVAL-6. */
function listDenies(scp: bool, others: bool, withoutResource: bool): void {
  let count: u32 = 0;
  const resourceStart = firstDenyOf(LayerCode.Resource);
  for (let index: u32 = 0; index < denyCount; index++) {
    // The bucket behind was evaluated first and stands behind its access point.
    const entry = denyList + reordered(index, resourceStart, behindDenyCount, firstDenyAfterResource()) * 8;
    const layer = load<u32>(entry, 4);
    if (layer == LayerCode.Scp ? !scp : !others) continue;
    if (withoutResource && (layer == LayerCode.Resource || layer == LayerCode.Trust)) continue;
    copyStatement(entry, count++);
  }
  put(Result.Statements, statementList);
  put(Result.StatementCount, count);
  put(Result.DecidedBy, load<u32>(statementList, 4));
}

function copyStatement(entry: u32, index: u32): void {
  store<u64>(statementList + index * 8, load<u64>(entry));
}

function firstDenyOf(layer: u32): u32 {
  for (let index: u32 = 0; index < denyCount; index++) {
    if (load<u32>(denyList + index * 8, 4) >= layer) return index;
  }
  return denyCount;
}

function firstDenyAfterResource(): u32 {
  return firstDenyOf(LayerCode.Identity);
}

/** Place `index` of a list whose run [start, middle) goes behind [middle, end). */
function reordered(index: u32, start: u32, middle: u32, end: u32): u32 {
  if (field(Frame.Behind) == <u32>Format.None || index < start || index >= end) return index;
  const moved = end - middle;
  return index < start + moved ? middle + (index - start) : start + (index - start - moved);
}

function listGrants(): void {
  put(Result.Statements, statementList);
  if (unlocked) {
    put(Result.DecidedBy, LayerCode.Service);
    return;
  }
  const layer: u32 = field(Frame.Consent) == ConsentKind.Trust ? LayerCode.Trust : LayerCode.Resource;
  let sufficient: u32 = 0;
  if (!hasAccount()) {
    sufficient = strangerMask();
  } else if (sameReading) {
    sufficient = directMask();
    if (boundaryAllow == Truth.True && sessionAllow == Truth.True) sufficient |= LIMITED_MASK;
  }
  if (certainKinds & sufficient) {
    put(Result.DecidedBy, layer);
    put(Result.StatementCount, listResourceGrants(0, sufficient));
    return;
  }
  put(Result.DecidedBy, LayerCode.Identity);
  const consented = !sameReading || needsConsent();
  let count = consented ? listResourceGrants(0, Grant.All) : 0;
  for (let index: u32 = 0; index < identityCount; index++) copyStatement(identityList + index * 8, count++);
  put(Result.StatementCount, count);
}

function listResourceGrants(count: u32, mask: u32): u32 {
  for (let index: u32 = 0; index < resourceCount; index++) {
    const entry = resourceList + reordered(index, 0, behindCount(), resourceCount) * 12;
    const tag = load<u32>(entry, 4);
    if (tag >> 8 == DocumentUse.Policy && publicGrantsCut()) continue;
    if (!(load<u32>(entry, 8) & mask)) continue;
    store<u32>(statementList + count * 8, load<u32>(entry));
    store<u32>(statementList + count * 8, tag & 0xff, 4);
    count++;
  }
  return count;
}

function behindCount(): u32 {
  return field(Frame.Behind) == <u32>Format.None ? 0 : behindResourceCount;
}

function listMissing(): void {
  put(Result.Missing, missingList);
  let count: u32 = 0;
  if (scpAllow == Truth.False) count = miss(count, LayerCode.Scp, closedLevel(field(Frame.Scp), LayerCode.Scp));
  if (rcpAllow == Truth.False) count = miss(count, LayerCode.Rcp, closedLevel(field(Frame.Rcp), LayerCode.Rcp));
  if (endpointAllow == Truth.False) count = miss(count, LayerCode.Vpce, field(Frame.Vpce));
  if (grantTruth == Truth.False) count = listMissingGrant(count);
  put(Result.MissingCount, count);
  put(Result.DecidedBy, load<u32>(missingList));
}

function miss(count: u32, layer: u32, set: u32): u32 {
  store<u32>(missingList + count * 8, layer);
  store<u32>(missingList + count * 8, set, 4);
  return count + 1;
}

/** The highest level that certainly allows nothing. */
function closedLevel(levels: u32, layer: u32): u32 {
  const count = levelsCount(levels);
  for (let level: u32 = 0; level < count; level++) {
    const set = levelSet(levels, level);
    evaluateSet(set, layer);
    if (allow == Truth.False) return set;
  }
  return Format.None;
}

function listMissingGrant(count: u32): u32 {
  const resourceLayer: u32 = field(Frame.Consent) == ConsentKind.Trust ? LayerCode.Trust : LayerCode.Resource;
  if (!hasAccount()) return miss(count, resourceLayer, <u32>Format.None);
  if (grant(Truth.True, Truth.True) != Truth.False) {
    if (boundaryAllow == Truth.False) count = miss(count, LayerCode.Boundary, field(Frame.Boundary));
    if (sessionAllow == Truth.False) count = miss(count, LayerCode.Session, field(Frame.Session));
    return count;
  }
  if ((!sameReading || needsConsent()) && kinds(Grant.All) == Truth.False) {
    count = miss(count, resourceLayer, <u32>Format.None);
  }
  if (identityAllow == Truth.False) count = miss(count, LayerCode.Identity, <u32>Format.None);
  return count;
}
