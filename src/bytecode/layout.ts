/**
 * Where everything stands in a bundle. Read by tsc and by asc; imports nothing. All numbers are little-endian u32 unless a
 * comment says otherwise; offsets in the header count from the start of the bundle, offsets inside records from the start
 * of the section they point into; ids are indexes of records. Sections are 64-byte aligned and follow each other in the
 * order of `Section`; gaps are zero. `docs/bytecode.md` shows the same as tables.
 */

export enum Format {
  /** "IAMB". */
  Magic = 0x424d4149,
  Version = 1,
  SectionAlignment = 64,
  /** Readable bytes behind the last text byte, so that 16-byte loads never leave the section. */
  TextPadding = 16,
  /** "No record": as an id. As a signed number, -1. */
  None = -1,
  /** An element that matches nothing whatever the request (empty, or only entries of GRAM-52). */
  Never = -2,
  /** No instant, in both words of one: before all that can be written. As a signed number, -2^31. */
  Timeless = -2147483648,
}

export enum Header {
  Magic = 0,
  Version = 4,
  /** Of the whole bundle, in bytes. */
  Size = 8,
  /** Over everything behind the header's first 16 bytes. */
  Checksum = 12,
  /** The world's option flags (`OptionBits`). */
  Options = 16,
  /** Slots that a request fills: keys, then computed keys. */
  SlotCount = 20,
  /** Longest pattern in bytes: what the matcher's rows must hold. */
  PatternBytesMax = 24,
  /** Most statements that one decision can look at. */
  StatementsMax = 28,
  /** Pairs of offset and size, one a section. */
  Sections = 32,
}

export enum OptionBits {
  UnresolvedStatement = 1,
  DenyMerge = 2,
  ForAnyValueIfExists = 4,
  ManualRcpFullAccess = 8,
  RcpOnResourceless = 16,
  FederatedSessionAllow = 32,
  FederatedInResourcePolicies = 64,
  ScpBlocksGetSessionToken = 128,
  DenyBlocksGetSessionToken = 256,
  RoleMfaAbsent = 512,
  PlainResourceGlob = 1024,
  RoleCoversSession = 2048,
  AwsStarWithoutServices = 4096,
  AssumeSameAccount = 8192,
  /** The world is closed: what it does not hold does not exist. */
  Closed = 16384,
}

export enum Section {
  Strings = 0,
  StringBytes = 1,
  Patterns = 2,
  PatternBytes = 3,
  Variables = 4,
  Keys = 5,
  Numbers = 6,
  Dates = 7,
  Ranges = 8,
  Binaries = 9,
  Code = 10,
  Pool = 11,
  ActionPatterns = 12,
  Elements = 13,
  Statements = 14,
  Policies = 15,
  Sets = 16,
  Levels = 17,
  Accounts = 18,
  Principals = 19,
  Roles = 20,
  Sessions = 21,
  Resources = 22,
  Endpoints = 23,
  RcpServices = 24,
  ScpExempt = 25,
  Provenance = 26,
  ProvenanceBytes = 27,
  Count = 28,
}

/** A text: `StringBytes[offset, offset + length)`, UTF-8. */
export enum StringRecord {
  Offset = 0,
  Length = 4,
  Size = 8,
}

/** A pattern: `PatternBytes[offset, offset + length)`, UTF-8 with marks. */
export enum PatternRecord {
  Offset = 0,
  Length = 4,
  /** `PatternKind`. */
  Kind = 8,
  /** ARN patterns: 0 malformed, 1 `*`, 2 six components (COND-63). Patterns with variables: 0. */
  Arn = 12,
  /** Bytes before the first mark. */
  Literal = 16,
  Size = 20,
}

export enum ArnShape {
  Malformed = 0,
  Any = 1,
  Components = 2,
}

export enum VariableRecord {
  /** Id of the key that it reads. */
  Key = 0,
  /** String id of the default text, or None. */
  Fallback = 4,
  Size = 8,
}

/** One slot of a request. */
export enum KeyRecord {
  /** String id of the lower-cased key; of computed keys None. */
  Name = 0,
  /** `KeyKind`. */
  Kind = 4,
  /** `CardinalityCode`. */
  Cardinality = 8,
  /** Lowered: id of the plain key. Computed: id of the pattern. Plain: None. */
  Of = 12,
  Size = 16,
}

export enum KeyKind {
  Plain = 0,
  /** The value lower-cased (COND-21). */
  Lowered = 1,
  /** A pattern with variables, put together and lower-cased by whoever fills the slots. Absent: unresolved. */
  Computed = 2,
}

export enum CardinalityCode {
  Single = 0,
  Multi = 1,
  Unlisted = 2,
}

/** An exact decimal: `0.d1d2d3… × 10^Exponent`, digits as ASCII in StringBytes by string id, no zeros at either end. */
export enum NumberRecord {
  /** 0 positive or zero, 1 negative. */
  Negative = 0,
  /** Signed. */
  Exponent = 4,
  /** String id of the digits; zero has none (empty string). */
  Digits = 8,
  Size = 12,
}

/** Signed 64-bit milliseconds since 1970. */
export enum DateRecord {
  Low = 0,
  High = 4,
  Size = 8,
}

export enum RangeRecord {
  /** 4 or 6. */
  Family = 0,
  /** Bits of the prefix that count, from the most significant; 128-bit addresses, IPv4 in the last 32 bits. */
  PrefixBits = 4,
  /** Sixteen bytes, most significant first. */
  Address = 8,
  Size = 24,
}

/** Bytes of a binary operand: `StringBytes[offset, offset + length)`. */
export enum BinaryRecord {
  Offset = 0,
  Length = 4,
  Size = 8,
}

/** A distinct action pattern, sorted by bytes; lower-cased, marks Star and One only. */
export enum ActionPatternRecord {
  Offset = 0,
  Length = 4,
  Size = 8,
}

/** An Action, Resource or Principal element: `Pool[start, start + count)`. */
export enum ElementRecord {
  /** `ElementBits`. */
  Bits = 0,
  Start = 4,
  /** Words for actions (action-pattern ids) and resources (pattern ids), entries of `PrincipalEntryRecord` for principals. */
  Count = 8,
  Size = 12,
}

export enum ElementBits {
  /** A Not-element. */
  Negated = 1,
  Action = 2,
  Resource = 4,
  Principal = 8,
}

/** In Pool, as three words. */
export enum PrincipalEntryRecord {
  /** `PrincipalEntryKind`. */
  Kind = 0,
  /** String id of what is compared, or None. */
  Text = 4,
  /** String id of the bound unique ID (MATCH-42), or None. */
  Bound = 8,
  Size = 12,
}

export enum PrincipalEntryKind {
  Anyone = 0,
  AwsAnyone = 1,
  Account = 2,
  User = 3,
  Role = 4,
  RoleSession = 5,
  FederatedUser = 6,
  UniqueId = 7,
  OriginAccessIdentity = 8,
  Service = 9,
  Federated = 10,
  CanonicalUser = 11,
  Everyone = 12,
  Authenticated = 13,
}

export enum StatementRecord {
  /** `StatementBits`. */
  Bits = 0,
  /** Element ids; None: matches everything; Never: matches nothing. */
  Action = 4,
  Resource = 8,
  Principal = 12,
  /** Offset of the condition block in Code, or None. */
  Condition = 16,
  Policy = 20,
  /** Place in its policy. */
  Index = 24,
  /** Under `UnresolvedStatement`: first word in Pool of the variables of an Allow, preceded by their count; else None. */
  Variables = 28,
  Size = 32,
}

export enum StatementBits {
  Deny = 1,
}

export enum PolicyRecord {
  Name = 0,
  /** `PolicyTypeCode`. */
  Type = 4,
  FirstStatement = 8,
  StatementCount = 12,
  Size = 16,
}

/** The place in this list is the code: as `PolicyType` of policy/model.ts. */
export enum PolicyTypeCode {
  identity = 0,
  managed = 1,
  boundary = 2,
  session = 3,
  scp = 4,
  rcp = 5,
  vpce = 6,
  resource = 7,
  trust = 8,
}

/** A document set. Without documents, and with its own label as all that it misses: not even the attachment is known (3V-8). */
export enum SetRecord {
  Label = 0,
  /** In Pool: pairs of policy id and `DocumentUse`. */
  Start = 4,
  Count = 8,
  /** In Pool: string ids of what is not held. */
  MissingStart = 12,
  MissingCount = 16,
  /** Statements of all its documents together. */
  StatementCount = 20,
  Size = 24,
}

export enum DocumentUse {
  Policy = 0,
  DenyOnly = 1,
  Acl = 2,
  KmsGrant = 3,
  ServiceGrant = 4,
}

/** Levels of a hierarchy: set ids in `Pool[start, start + count)`. */
export enum LevelsRecord {
  Start = 0,
  Count = 4,
  Size = 8,
}

/** Sorted by id. */
export enum AccountRecord {
  Id = 0,
  /** `AccountBits`. */
  Bits = 4,
  OrganizationId = 8,
  OrganizationPath = 12,
  ManagementAccount = 16,
  CanonicalUserId = 20,
  /** Levels ids. */
  Scps = 24,
  Rcps = 28,
  /** In Pool: string ids of resource types. */
  CompleteStart = 32,
  CompleteCount = 36,
  Size = 40,
}

export enum AccountBits {
  Held = 1,
  InOrganization = 2,
  OrganizationUnknown = 4,
  MayAssumeRoot = 8,
}

/** Users and roles, sorted by ARN. */
export enum PrincipalRecord {
  Arn = 0,
  /** `PrincipalBits`. */
  Bits = 4,
  Account = 8,
  Name = 12,
  UniqueId = 16,
  /** Set ids; Boundary may be None. */
  Identity = 20,
  Boundary = 24,
  /** In Pool: pairs of string ids, key (as written) and value. */
  TagStart = 28,
  TagCount = 32,
  Size = 36,
}

export enum PrincipalBits {
  Role = 1,
  ServiceLinked = 2,
}

/** Roles by `account/name`, sorted. */
export enum RoleRecord {
  Key = 0,
  /** Principal id. */
  Principal = 4,
  Size = 8,
}

/** Sorted by ARN. */
export enum SessionRecord {
  Arn = 0,
  /** Set id, or None. */
  Policies = 4,
  TagStart = 8,
  TagCount = 12,
  /** Signed 64-bit milliseconds, or Timeless in both words. */
  IssueTimeLow = 16,
  IssueTimeHigh = 20,
  /** 0 not known, 1 AssumeRole, 2 SAML, 3 WebIdentity, 4 Service. */
  IssuedBy = 24,
  FederatedProvider = 28,
  SourceIdentity = 32,
  Parent = 36,
  Size = 40,
}

/** Sorted by ARN. */
export enum ResourceRecord {
  Arn = 0,
  /** `ResourceBits`. */
  Bits = 4,
  Owner = 8,
  TagStart = 12,
  TagCount = 16,
  /** Set id. */
  Policies = 20,
  /** Levels id, or None: those of the owner's account. */
  Rcps = 24,
  /** String id of the ARN behind, or None. */
  Behind = 28,
  Size = 32,
}

export enum ResourceBits {
  Trust = 1,
  Kms = 2,
  TagsUnknown = 4,
  PublicAccessRestricted = 8,
  AwsManaged = 16,
}

/** Sorted by id. */
export enum EndpointRecord {
  Id = 0,
  Vpc = 4,
  Account = 8,
  /** 0 interface, 1 gateway. */
  Gateway = 12,
  /** Set id, or None: full access. */
  Policies = 16,
  Size = 20,
}

/** An action exempt from SCPs (EVAL-11): an action-pattern text. */
export enum ScpExemptRecord {
  /** Pattern id. */
  Pattern = 0,
  /** 1: for the root user only. */
  RootOnly = 4,
  Size = 8,
}

/** One a statement: where it stands. Texts are `ProvenanceBytes[offset, offset + length)`. */
export enum ProvenanceRecord {
  SidOffset = 0,
  /** 0: none. */
  SidLength = 4,
  FileOffset = 8,
  FileLength = 12,
  Line = 16,
  Column = 20,
  Size = 24,
}

/**
 * A request as the evaluator reads it: a row of words in its own memory. Texts are pairs of absolute pointer and length; a
 * pointer of 0 says that the thing is not there or not known (which of both, the field's kind says).
 */
export enum Frame {
  /** `CallerKind`. */
  Caller = 0,
  /** `CredentialKind`. */
  Credentials = 4,
  /** `CallerBits`. */
  CallerBits = 8,
  Account = 12,
  AccountLength = 16,
  /** User, root, federated-user, role (with path) or origin-access-identity ARN; provider of a web identity or SAML caller. */
  Arn = 20,
  ArnLength = 24,
  /** Of a role session; 0: the session name is not known. */
  SessionArn = 28,
  SessionArnLength = 32,
  /** `arn:P:sts::A:assumed-role/Role/` of a role session. */
  SessionPrefix = 36,
  SessionPrefixLength = 40,
  /** Of the user or role, or of a federated user's parent; 0: not known. */
  UniqueId = 44,
  UniqueIdLength = 48,
  /** Of a federated user; 0: not known. */
  Parent = 52,
  ParentLength = 56,
  /** 0: not known. */
  Canonical = 60,
  CanonicalLength = 64,
  /** Of a SAML or OIDC role session; 0: none. */
  Provider = 68,
  ProviderLength = 72,
  /** Service names: pointer to pairs of pointer and length, and how many. */
  Names = 76,
  NameCount = 80,
  /** Lower-cased. */
  Action = 84,
  ActionLength = 88,
  Resource = 92,
  ResourceLength = 96,
  /** `OwnerKind`. */
  Owner = 100,
  /** `ConsentKind`. */
  Consent = 104,
  /** `EndpointKind`. */
  Endpoint = 108,
  /** Set ids of the bundle: None: not attached; Unknown: nothing is known of the layer. */
  Identity = 112,
  Boundary = 116,
  Session = 120,
  Vpce = 124,
  ResourceSet = 128,
  Behind = 132,
  BehindResource = 136,
  BehindResourceLength = 140,
  /** Levels ids, None or Unknown. */
  Scp = 144,
  Rcp = 148,
  /** `ResourceBits` that matter: PublicAccessRestricted, AwsManaged. */
  ResourceBits = 152,
  /** 1: the session set is one of the overlay's. */
  SessionInOverlay = 156,
  Size = 160,
}

/** A layer of which nothing is known, as a set or levels id in a frame. As signed numbers. */
export enum FrameSet {
  Unknown = -2,
  /** The bucket behind an access point, known to have no documents: unlike None, it is there and grants nobody anything. */
  Nobody = -3,
}

export enum CallerKind {
  Root = 0,
  User = 1,
  RoleSession = 2,
  FederatedUser = 3,
  WebIdentity = 4,
  Saml = 5,
  Service = 6,
  OriginAccessIdentity = 7,
  Anonymous = 8,
}

export enum CredentialKind {
  LongTerm = 0,
  SessionToken = 1,
  SessionTokenMfa = 2,
  Console = 3,
  AssumeRoot = 4,
}

export enum CallerBits {
  ServiceLinked = 1,
  MayAssumeRoot = 2,
  ParentIsRoot = 4,
}

export enum OwnerKind {
  /** The caller's account, known or assumed. */
  Same = 0,
  Other = 1,
  Unknown = 2,
}

export enum ConsentKind {
  None = 0,
  Trust = 1,
  Kms = 2,
}

export enum EndpointKind {
  None = 0,
  Interface = 1,
  Gateway = 2,
}

/** A context key's state, value and place. One per key of the bundle, in the order of Keys. */
export enum SlotRecord {
  /** `SlotState`. */
  State = 0,
  /** Single: the text. Multi: pairs of pointer and length. */
  Pointer = 4,
  /** Single: bytes of the text. Multi: how many values. */
  Length = 8,
  Size = 12,
}

export enum SlotState {
  Absent = 0,
  Single = 1,
  Multi = 2,
  Unknown = 3,
}

/** Kleene's truth values: AND is the lesser, OR the greater, NOT the mirror. */
export enum Truth {
  False = 0,
  Unknown = 1,
  True = 2,
}

/** As `LAYER_ORDER` of request/decision.ts. */
export enum LayerCode {
  Scp = 0,
  Rcp = 1,
  Vpce = 2,
  Boundary = 3,
  Session = 4,
  Resource = 5,
  Trust = 6,
  Identity = 7,
  Service = 8,
}

export enum DecisionCode {
  Allowed = 0,
  ExplicitDeny = 1,
  ImplicitDeny = 2,
  Indeterminate = 3,
  Denied = 4,
}

export enum PathCode {
  SameAccount = 0,
  CrossAccount = 1,
  Service = 2,
  Anonymous = 3,
  Federated = 4,
  Builtin = 5,
}

/** Built-in rules that deny; the rule IDs stand in engine/decode.ts. */
export enum BuiltinRule {
  Sts30 = 0,
  Sts31 = 1,
  Sts32 = 2,
  Sts33 = 3,
  Pass3 = 4,
  Spec15 = 5,
  Spec34 = 6,
  Spec6 = 7,
  Spec35 = 8,
  Partition = 9,
}

/** What came out: a row of words. */
export enum Result {
  /** `DecisionCode`. */
  Decision = 0,
  /** `LayerCode`. */
  DecidedBy = 4,
  /** `PathCode`. */
  Path = 8,
  /** Bits 1 << DecisionCode, for Indeterminate and Denied. */
  Between = 12,
  /** Statements: pointer to pairs of statement id and `LayerCode` (bit 31: of the overlay), and how many. */
  Statements = 16,
  StatementCount = 20,
  /** Missing allows: pointer to pairs of `LayerCode` and set id (or None, or a BuiltinRule under SERVICE). */
  Missing = 24,
  MissingCount = 28,
  /** `CauseBits`. */
  Causes = 32,
  /** Pointer to one bit a slot: the unknown keys that matter; overlay slots follow the bundle's, on a byte of their own. */
  CauseKeys = 36,
  /** Pointer to one bit a set: sets whose missing documents matter; the overlay's follow likewise. */
  CauseSets = 40,
  /** Bits 1 << LayerCode: layers in state Unknown that matter. */
  CauseLayers = 44,
  /** Steps spent, for bounds and their tests. */
  Steps = 48,
  /** Of a plain request: the host's number of its caller, its entry, its action's class and generation. */
  Caller = 52,
  CallerEntry = 56,
  ActionClass = 60,
  ActionGeneration = 64,
  /** Under which number the host may keep the decision, for `QuickStatus.Known`; 0: it may not. */
  Number = 68,
  Size = 72,
}

export enum CauseBits {
  UniqueId = 1,
  SessionName = 2,
  Parent = 4,
  Canonical = 8,
  Owner = 16,
}

/** What an exported call answers instead of going on; the host throws. */
export enum Status {
  Ok = 0,
  /** More steps than allowed. */
  OutOfSteps = 1,
}

/** One statement of a trace. */
export enum TraceRecord {
  Statement = 0,
  /** `Truth`. */
  Hit = 4,
  /** `TracePart`. */
  Part = 8,
  /** Which condition entry. */
  Entry = 12,
  Size = 16,
}

export enum TracePart {
  None = 0,
  Action = 1,
  Resource = 2,
  Principal = 3,
  Condition = 4,
  Variable = 5,
  Document = 6,
}

/** Bits of grant kinds, as `GRANT_KINDS` of request/decision.ts. */
export enum Grant {
  Session = 1,
  User = 2,
  UserViaFederation = 4,
  Role = 8,
  Account = 16,
  Service = 32,
  Federated = 64,
  Any = 128,
  Canonical = 256,
  All = 511,
}

/**
 * A plain request as texts, decided without the host's help: the texts of caller, action, setting, resource and values stand
 * one behind the other in the text area, this says how long each is.
 */
export enum QuickFrame {
  CallerLength = 0,
  ActionLength = 4,
  /** Of the text before the resource's that says in which circumstances it is asked for; see engine/quick.ts. */
  SettingLength = 8,
  ResourceLength = 12,
  ValueCount = 16,
  /** The caller's entry, if the host remembers it; its text is then left out. 0: look it up. */
  CallerEntry = 20,
  /** 1 + the action's class, and the generation in which it got that; its text is then left out. 0: look it up. */
  ActionClass = 24,
  ActionGeneration = 28,
  /** Rows of `QuickValue`. */
  Values = 32,
  ValuesMax = 64,
}

export enum QuickValue {
  /** Key id, or None: only checked. */
  Key = 0,
  /** Key id of its lowered slot, or None. */
  Lowered = 4,
  Length = 8,
  /** `QuickShape`. */
  Shape = 12,
  Size = 16,
}

export enum QuickShape {
  /** A boolean that was written before: its length is 1 for true, 0 for false, and there is no text. */
  Boolean = 2,
  Any = 0,
  /** REQ-9: must be an address. */
  Address = 1,
}

/** What is known of a caller by its text: the head of its frame, its layers, its slots. */
export enum CallerEntry {
  /** The frame's words from `Caller` to `NameCount`. */
  Frame = 0,
  Identity = 84,
  Boundary = 88,
  Session = 92,
  Scp = 96,
  /** The host's number of this caller. */
  Index = 100,
  SlotCount = 104,
  /** Slots of its own account's resources, for the resource `*`. */
  OwnSlotCount = 108,
  /** Rows of `EntrySlot`: the first count, then the second. */
  Slots = 112,
}

export enum EntrySlot {
  Key = 0,
  State = 4,
  Pointer = 8,
  Length = 12,
  Size = 16,
}

/** What is known of all resources whose ARN begins with a text. */
export enum ResourceEntry {
  /** `ResourceReach`. */
  Reach = 0,
  /** Owner's account; length 0: not known. */
  Owner = 4,
  OwnerLength = 8,
  /** `ConsentKind`. */
  Consent = 12,
  Set = 16,
  Rcp = 20,
  Bits = 24,
  SlotCount = 28,
  Slots = 32,
}

/** Whether an entry answers, or says under which longer text to look. */
export enum ResourceReach {
  Facts = 0,
  /** Up to and with the first `/` behind the fifth colon. */
  Container = 1,
  /** The whole ARN. */
  Whole = 2,
}

/** Why a plain request was not decided: the host has to look at it first. */
export enum QuickStatus {
  Ok = 0,
  OutOfSteps = 1,
  CallerUnknown = 2,
  ActionUnknown = 3,
  ResourceUnknown = 4,
  ValueMalformed = 5,
  /** The decision is the one that the host keeps under the result's number. */
  Known = 6,
}

/** Who settles a key, so that no plain request can give it a value: a byte a slot, written by the host. */
export enum FixedBy {
  Nobody = 0,
  Caller = 1,
  /** Caller and resource. */
  Parties = 2,
}
