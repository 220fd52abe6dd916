/** Principal elements against the caller: which kinds of grant they give (§3.3), what is certain and what is possible. */
import {
  CallerBits,
  CallerKind,
  CauseBits,
  ElementBits,
  EndpointKind,
  Format,
  Frame,
  FrameSet,
  Grant,
  OptionBits,
  PrincipalEntryKind,
  PrincipalEntryRecord,
  Truth,
} from "../src/bytecode/layout";
import {
  elementAt,
  elementBits,
  elementCount,
  option,
  setIsUnheld,
  stringAt,
  stringLength,
} from "./bundle";
import { sameBytes } from "./glob";
import { frame } from "./memory";
import { addSteps } from "./steps";

/** Kinds that a Principal element gives for certain, and those that it may give, after `matchPrincipal`. */
export let certainKinds: u32 = 0;
export let possibleKinds: u32 = 0;
/** What entries that may match hang on (`CauseBits`). */
let entryCauses: u32 = 0;
/** What an unknown Not-element hangs on. */
let negatedCauses: u32 = 0;
/** Whether the boundary's attachment is among the causes (MATCH-46). */
export let hangsOnBoundary: bool = false;

/** What the element is being matched for. */
export let inTrustPolicy: bool = false;
export let inEndpointPolicy: bool = false;

export function setPrincipalPlace(trust: bool, endpoint: bool): void {
  inTrustPolicy = trust;
  inEndpointPolicy = endpoint;
}

function field(offset: u32): u32 {
  return load<u32>(frame + offset);
}

/** Whether the element hits: False, Unknown or True, leaving the kinds behind. Elements of either sign. */
export function matchPrincipal(element: u32, deny: bool): u32 {
  certainKinds = 0;
  possibleKinds = 0;
  entryCauses = 0;
  negatedCauses = 0;
  hangsOnBoundary = false;
  if (elementBits(element) & ElementBits.Negated) return deny ? denyAllBut(element) : allowAllBut(element);
  collectKinds(element);
  return certainKinds != 0 ? Truth.True : possibleKinds != 0 ? Truth.Unknown : Truth.False;
}

function collectKinds(element: u32): void {
  let entry = elementAt(element);
  const end = entry + elementCount(element) * PrincipalEntryRecord.Size;
  for (; entry < end; entry += PrincipalEntryRecord.Size) {
    addSteps(1);
    const kind = entryKind(entry);
    const grant = entryGrant(kind, entry);
    if (grant == 0) continue;
    const truth = entryTruth(kind, entry);
    if (truth == Truth.True) certainKinds |= grant;
    else if (truth == Truth.Unknown) possibleKinds |= grant;
  }
  possibleKinds &= ~certainKinds;
}

function entryKind(entry: u32): u32 {
  return load<u32>(entry, PrincipalEntryRecord.Kind);
}

/** The kind of grant that an entry gives this kind of caller if it matches; 0: none (the table of §3.3). */
function entryGrant(kind: u32, entry: u32): u32 {
  const caller = field(Frame.Caller);
  const hasAccount = caller <= <u32>CallerKind.FederatedUser;
  switch (<i32>kind) {
    case PrincipalEntryKind.Anyone:
    case PrincipalEntryKind.Everyone:
      return Grant.Any;
    case PrincipalEntryKind.AwsAnyone:
      return isServiceLike(caller) && option(OptionBits.AwsStarWithoutServices) ? 0 : Grant.Any;
    case PrincipalEntryKind.Account:
      // EVAL-20: behind a gateway endpoint an account stands for its root user only.
      if (inEndpointPolicy && field(Frame.Endpoint) == EndpointKind.Gateway && caller != CallerKind.Root) return 0;
      return hasAccount ? Grant.Account : 0;
    case PrincipalEntryKind.Authenticated:
      return hasAccount ? Grant.Account : 0;
    case PrincipalEntryKind.User:
      return caller == CallerKind.User ? Grant.User : caller == CallerKind.FederatedUser ? Grant.UserViaFederation : 0;
    case PrincipalEntryKind.Role:
      return caller == CallerKind.RoleSession ? Grant.Role : 0;
    case PrincipalEntryKind.RoleSession:
      return caller == CallerKind.RoleSession ? Grant.Session : 0;
    case PrincipalEntryKind.FederatedUser:
      return caller == CallerKind.FederatedUser ? Grant.Session : 0;
    case PrincipalEntryKind.UniqueId:
      return uniqueIdGrant(caller, entry);
    case PrincipalEntryKind.OriginAccessIdentity:
      return caller == CallerKind.OriginAccessIdentity ? Grant.Service : 0;
    case PrincipalEntryKind.Service:
      return caller == CallerKind.Service ? Grant.Service : 0;
    case PrincipalEntryKind.Federated:
      if (caller == CallerKind.WebIdentity || caller == CallerKind.Saml) return Grant.Federated;
      // MATCH-47: outside trust policies only by flag.
      return caller == CallerKind.RoleSession && !inTrustPolicy && option(OptionBits.FederatedInResourcePolicies)
        ? Grant.Session
        : 0;
    case PrincipalEntryKind.CanonicalUser:
      return hasAccount ? Grant.Canonical : 0;
    default:
      return unreachable();
  }
}

export function isServiceLike(caller: u32): bool {
  return caller == CallerKind.Service || caller == CallerKind.OriginAccessIdentity;
}

/** MATCH-42: `AIDA…` is a user's, `AROA…` a role's. */
function uniqueIdGrant(caller: u32, entry: u32): u32 {
  const id = load<u32>(entry, PrincipalEntryRecord.Text);
  if (stringLength(id) < 4) return 0;
  const prefix = load<u32>(stringAt(id));
  if (prefix == AIDA) {
    return caller == CallerKind.User ? Grant.User : caller == CallerKind.FederatedUser ? Grant.UserViaFederation : 0;
  }
  return prefix == AROA && caller == CallerKind.RoleSession ? Grant.Role : 0;
}

/** Little-endian. */
const AIDA: u32 = 0x41444941;
const AROA: u32 = 0x414f5241;

/** Whether an entry that can match this kind of caller does. */
function entryTruth(kind: u32, entry: u32): u32 {
  const text = load<u32>(entry, PrincipalEntryRecord.Text);
  switch (<i32>kind) {
    case PrincipalEntryKind.Anyone:
    case PrincipalEntryKind.AwsAnyone:
    case PrincipalEntryKind.Everyone:
    case PrincipalEntryKind.Authenticated:
      return Truth.True;
    case PrincipalEntryKind.Account:
      return sameText(text, Frame.Account);
    case PrincipalEntryKind.User:
    case PrincipalEntryKind.Role: {
      const bound = load<u32>(entry, PrincipalEntryRecord.Bound);
      if (bound != <u32>Format.None) return uniqueIdTruth(bound);
      if (field(Frame.Caller) == CallerKind.FederatedUser) return knownText(text, Frame.Parent, CauseBits.Parent);
      return sameText(text, Frame.Arn);
    }
    case PrincipalEntryKind.UniqueId:
      return uniqueIdTruth(text);
    case PrincipalEntryKind.RoleSession:
      if (field(Frame.SessionArn) != 0) return sameText(text, Frame.SessionArn);
      return sessionPossible(text);
    case PrincipalEntryKind.FederatedUser:
    case PrincipalEntryKind.OriginAccessIdentity:
      return sameText(text, Frame.Arn);
    case PrincipalEntryKind.Service:
      return hasName(text);
    case PrincipalEntryKind.Federated:
      return sameText(text, field(Frame.Caller) == CallerKind.RoleSession ? Frame.Provider : Frame.Arn);
    case PrincipalEntryKind.CanonicalUser:
      return knownText(text, Frame.Canonical, CauseBits.Canonical);
    default:
      return unreachable();
  }
}

/** A field that is there: its text. A field that is not: no match. */
function sameText(string: u32, offset: u32): u32 {
  const pointer = field(offset);
  if (pointer == 0) return Truth.False;
  const length = load<u32>(frame + offset, 4);
  return length == stringLength(string) && sameBytes(stringAt(string), pointer, length) ? Truth.True : Truth.False;
}

/** A field that may not be known. */
function knownText(string: u32, offset: u32, cause: u32): u32 {
  if (field(offset) != 0) return sameText(string, offset);
  entryCauses |= cause;
  return Truth.Unknown;
}

/** MATCH-42. Of a federated user it is the parent's, which may not be known, or be root, who has none. */
function uniqueIdTruth(string: u32): u32 {
  if (field(Frame.UniqueId) == 0 && field(Frame.Caller) == CallerKind.FederatedUser) {
    if (field(Frame.CallerBits) & CallerBits.ParentIsRoot) return Truth.False;
    if (field(Frame.Parent) == 0) return knownText(string, Frame.Parent, CauseBits.Parent);
  }
  return knownText(string, Frame.UniqueId, CauseBits.UniqueId);
}

/** A session ARN against a session whose name is not known: it may be it if it is one of the same role. */
function sessionPossible(string: u32): u32 {
  const length = field(Frame.SessionPrefixLength);
  if (length > stringLength(string) || !sameBytes(stringAt(string), field(Frame.SessionPrefix), length)) {
    return Truth.False;
  }
  entryCauses |= CauseBits.SessionName;
  return Truth.Unknown;
}

function hasName(string: u32): u32 {
  const pairs = field(Frame.Names);
  const count = field(Frame.NameCount);
  const length = stringLength(string);
  for (let index: u32 = 0; index < count; index++) {
    const pointer = load<u32>(pairs + index * 8);
    if (load<u32>(pairs + index * 8, 4) == length && sameBytes(stringAt(string), pointer, length)) return Truth.True;
  }
  return Truth.False;
}

/** NotPrincipal with Allow (MATCH-46a): hits whoever is not listed, and grants like `*`. */
function allowAllBut(element: u32): u32 {
  collectKinds(element);
  const truth: u32 = certainKinds != 0 ? Truth.False : possibleKinds != 0 ? Truth.Unknown : Truth.True;
  negatedCauses = entryCauses;
  certainKinds = truth == Truth.True ? Grant.Any : 0;
  possibleKinds = truth == Truth.Unknown ? Grant.Any : 0;
  return truth;
}

/** What these kinds, as far as they are merely possible, hang on after `matchPrincipal` (3V-11). */
export function causesOfKinds(mask: u32): u32 {
  if (negatedCauses != 0) return negatedCauses;
  const kinds = possibleKinds & mask;
  let bits: u32 = 0;
  if (kinds & (Grant.User | Grant.Role | Grant.UserViaFederation)) bits |= CauseBits.UniqueId;
  if (kinds & Grant.UserViaFederation) bits |= CauseBits.Parent;
  if (kinds & Grant.Session) bits |= CauseBits.SessionName;
  if (kinds & Grant.Canonical) bits |= CauseBits.Canonical;
  return bits & entryCauses;
}

/** NotPrincipal with Deny (MATCH-45, MATCH-46): hits unless every level of the caller's identity is listed. */
function denyAllBut(element: u32): u32 {
  const caller = field(Frame.Caller);
  const listed = listedTruth(element, caller);
  let truth: u32 = Truth.True - listed;
  if (caller == CallerKind.User || caller == CallerKind.RoleSession) {
    const attached = boundaryAttached();
    if (attached == Truth.Unknown && truth != Truth.True) hangsOnBoundary = true;
    truth = max(truth, attached);
  }
  return truth;
}

/** Of a set that is missing as a whole not even the attachment is known; a policy that is attached and not held is attached. */
function boundaryAttached(): u32 {
  const boundary = field(Frame.Boundary);
  // Service-linked roles have none (EVAL-17).
  if (boundary == <u32>Format.None || field(Frame.CallerBits) & CallerBits.ServiceLinked) return Truth.False;
  if (boundary == <u32>FrameSet.Unknown) return Truth.Unknown;
  return setIsUnheld(boundary) ? Truth.Unknown : Truth.True;
}

/** Whether all levels of the caller's identity are listed. */
function listedTruth(element: u32, caller: u32): u32 {
  let anyone: u32 = Truth.False;
  let account: u32 = Truth.False;
  let identity: u32 = Truth.False;
  let session: u32 = Truth.False;
  let identityCauses: u32 = 0;
  let sessionCauses: u32 = 0;
  let entry = elementAt(element);
  const end = entry + elementCount(element) * PrincipalEntryRecord.Size;
  for (; entry < end; entry += PrincipalEntryRecord.Size) {
    addSteps(1);
    const kind = entryKind(entry);
    const grant = entryGrant(kind, entry);
    if (grant == 0) continue;
    entryCauses = 0;
    const truth = entryTruth(kind, entry);
    if (grant == Grant.Any) {
      anyone = max(anyone, truth);
    } else if (kind == PrincipalEntryKind.Account) {
      account = max(account, truth);
    } else if (grant == Grant.User || grant == Grant.Role || grant == Grant.Service) {
      identity = max(identity, truth);
      identityCauses |= entryCauses;
    } else if (grant == Grant.Session && kind != PrincipalEntryKind.Federated) {
      session = max(session, truth);
      sessionCauses |= entryCauses;
    }
  }
  negatedCauses = 0;
  const counted = caller != CallerKind.RoleSession || !option(OptionBits.RoleCoversSession);
  if (identity == Truth.Unknown) negatedCauses |= identityCauses;
  if (session == Truth.Unknown && counted) negatedCauses |= sessionCauses;
  const listed = max(anyone, allLevels(caller, account, identity, session, counted));
  if (listed != Truth.Unknown) negatedCauses = 0;
  return listed;
}

/** Whether every level of the caller's identity that has to be listed is. */
function allLevels(caller: u32, account: u32, identity: u32, session: u32, counted: bool): u32 {
  switch (<i32>caller) {
    case CallerKind.Root:
      return account;
    case CallerKind.User:
      return min(account, identity);
    case CallerKind.RoleSession:
      return min(account, counted ? min(identity, session) : identity);
    case CallerKind.FederatedUser:
      return min(account, session);
    case CallerKind.Service:
    case CallerKind.OriginAccessIdentity:
      return identity;
    case CallerKind.WebIdentity:
    case CallerKind.Saml:
    case CallerKind.Anonymous:
      return Truth.False;
    default:
      return unreachable();
  }
}
