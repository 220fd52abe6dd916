/** Question → frame and slots in the evaluator's memory. */
import {
  CallerBits,
  CallerKind,
  ConsentKind,
  CredentialKind,
  EndpointKind,
  Format,
  Frame,
  FrameSet,
  KeyKind,
  KeyRecord,
  OwnerKind,
  ResourceBits,
  Section,
  SlotRecord,
  SlotState,
} from "../bytecode/layout.js";
import type { BundleReader } from "../bytecode/reader.js";
import type { Template } from "../policy/model.js";
import { accountOf, type Context, type Principal, type Question, type Slot } from "../request/question.js";
import { RequestError } from "../request/request.js";
import type { Layers } from "../world/layers.js";
import type { DocumentSet } from "../world/model.js";
import { templateOf } from "./templates.js";
import type { Machine } from "./wasm.js";
import { type BundleLevels, BundleSet } from "./world.js";

/** Longest text of a request, in UTF-8 bytes: as TEXT_BYTES_MAX of assembly/memory.ts. */
const TEXT_BYTES_MAX = 65536;

/** Bytes that a request's texts may take together. */
export const REQUEST_BYTES_MAX = 4 * 1024 * 1024;

/** How one slot of a bundle is filled. */
export type KeyPlan =
  | { readonly kind: "plain"; readonly name: string }
  | { readonly kind: "lowered"; readonly name: string }
  | { readonly kind: "computed"; readonly template: Template };

/** The slots of a bundle in their order. */
export function keyPlansOf(reader: BundleReader): readonly KeyPlan[] {
  return Array.from({ length: reader.count(Section.Keys, KeyRecord.Size) }, (_, id): KeyPlan => {
    const field = (offset: KeyRecord) => reader.field(Section.Keys, KeyRecord.Size, id, offset);
    switch (field(KeyRecord.Kind) as KeyKind) {
      case KeyKind.Plain:
        return { kind: "plain", name: reader.string(field(KeyRecord.Name)) };
      case KeyKind.Lowered:
        return { kind: "lowered", name: reader.string(field(KeyRecord.Name)) };
      case KeyKind.Computed:
        return { kind: "computed", template: templateOf(reader, reader.patternBytes(field(KeyRecord.Of))) };
    }
  });
}

/** The slots of a key: of its values, and of their lower-cased copies; None: there is none. */
export interface KeyIds {
  plain: number;
  lowered: number;
}

/** The slots of each key that a bundle reads, by its lower-cased name. */
export function keyIdsOf(plans: readonly KeyPlan[]): ReadonlyMap<string, Readonly<KeyIds>> {
  const keyIds = new Map<string, KeyIds>();
  plans.forEach((plan, id) => {
    if (plan.kind === "computed") return;
    const ids = keyIds.get(plan.name) ?? { plain: Format.None, lowered: Format.None };
    ids[plan.kind] = id;
    keyIds.set(plan.name, ids);
  });
  return keyIds;
}

/** The session layer's set, if it is one of an overlay. */
export interface OverlaySession {
  readonly set: number;
  readonly plans: readonly KeyPlan[];
}

/** Writes frame and slots. Throws RequestError `too-large` for what does not fit. */
export function encodeQuestion(
  machine: Machine,
  plans: readonly KeyPlan[],
  question: Question,
  layers: Layers,
  overlay: OverlaySession | null,
): void {
  const writer = new FrameWriter(machine);
  writer.caller(question);
  writer.subject(question, layers);
  writer.layers(layers, overlay);
  writer.slots(machine.slotsOfBundle, plans, question.context);
  if (overlay !== null) writer.slots(machine.slotsOfOverlay, overlay.plans, question.context);
}

/** The frame's words about a caller, for whoever keeps them: texts in order, and how to write them once they have places. */
export function callerWords(
  question: Question,
  layers: Layers,
): {
  readonly texts: readonly (string | null)[];
  readonly words: (memory: Uint32Array, at: number, pointers: readonly number[], lengths: readonly number[]) => void;
} {
  const { principal, canonicalUserId } = question;
  const { texts, kind, credentials, bits } = callerFields(principal, canonicalUserId);
  return {
    texts: texts.map(({ text }) => text),
    words(memory, at, pointers, lengths) {
      memory.fill(0, at, at + Frame.Action / 4);
      memory[at + Frame.Caller / 4] = kind;
      memory[at + Frame.Credentials / 4] = credentials;
      memory[at + Frame.CallerBits / 4] = bits | (layers.mayAssumeRoot ? CallerBits.MayAssumeRoot : 0);
      texts.forEach(({ field, text }, index) => {
        if (text === null) return;
        memory[at + field / 4] = pointers[index]!;
        memory[at + field / 4 + 1] = lengths[index]!;
      });
    },
  };
}

interface CallerFields {
  readonly kind: CallerKind;
  readonly credentials: CredentialKind;
  readonly bits: number;
  readonly texts: readonly { readonly field: Frame; readonly text: string | null }[];
}

/** What a frame holds about a caller, but for the names of a service. */
function callerFields(principal: Principal, canonicalUserId: string | null): CallerFields {
  const common = {
    kind: CALLERS[principal.kind],
    credentials: CredentialKind.LongTerm,
    bits: 0,
  };
  const shared = [
    { field: Frame.Account, text: accountOf(principal) },
    { field: Frame.Canonical, text: canonicalUserId },
  ];
  switch (principal.kind) {
    case "root":
      return {
        ...common,
        credentials: credentialKind(principal.credentials),
        texts: [...shared, { field: Frame.Arn, text: principal.arn }],
      };
    case "user":
      return {
        ...common,
        credentials: credentialKind(principal.credentials),
        texts: [
          ...shared,
          { field: Frame.Arn, text: principal.arn },
          { field: Frame.UniqueId, text: principal.uniqueId },
        ],
      };
    case "roleSession":
      return {
        ...common,
        bits: principal.serviceLinked ? CallerBits.ServiceLinked : 0,
        texts: [
          ...shared,
          { field: Frame.Arn, text: principal.roleArn },
          { field: Frame.UniqueId, text: principal.roleId },
          { field: Frame.SessionArn, text: principal.sessionArn },
          { field: Frame.Provider, text: principal.federatedProvider },
          {
            field: Frame.SessionPrefix,
            text: `arn:${principal.partition}:sts::${principal.account}:assumed-role/${principal.roleName}/`,
          },
        ],
      };
    case "federatedUser":
      return {
        ...common,
        credentials: principal.console ? CredentialKind.Console : CredentialKind.LongTerm,
        bits: principal.parentArn?.endsWith(":root") ? CallerBits.ParentIsRoot : 0,
        texts: [
          ...shared,
          { field: Frame.Arn, text: principal.arn },
          { field: Frame.Parent, text: principal.parentArn },
          { field: Frame.UniqueId, text: principal.parentId },
        ],
      };
    case "webIdentity":
    case "saml":
      return { ...common, texts: [...shared, { field: Frame.Arn, text: principal.provider }] };
    case "originAccessIdentity":
      return { ...common, texts: [...shared, { field: Frame.Arn, text: principal.arn }] };
    case "service":
    case "anonymous":
      return { ...common, texts: shared };
  }
}

const CALLERS: Record<Principal["kind"], CallerKind> = {
  root: CallerKind.Root,
  user: CallerKind.User,
  roleSession: CallerKind.RoleSession,
  federatedUser: CallerKind.FederatedUser,
  webIdentity: CallerKind.WebIdentity,
  saml: CallerKind.Saml,
  service: CallerKind.Service,
  originAccessIdentity: CallerKind.OriginAccessIdentity,
  anonymous: CallerKind.Anonymous,
};

const CONSENTS = { trust: ConsentKind.Trust, kms: ConsentKind.Kms, other: ConsentKind.None } as const;

const encoder = new TextEncoder();

class FrameWriter {
  private cursor: number;
  private readonly end: number;

  constructor(private readonly machine: Machine) {
    this.cursor = machine.textArea;
    // What lies behind is for traces.
    this.end = machine.textArea + REQUEST_BYTES_MAX - 65536;
    machine.words.fill(0, machine.frame >>> 2, (machine.frame + Frame.Size) >>> 2);
  }

  private put(field: Frame, value: number): void {
    this.machine.words[(this.machine.frame + field) >>> 2] = value;
  }

  /** Writes pointer and length; null leaves both 0. */
  private text(field: Frame, text: string | null): void {
    if (text === null) return;
    const { pointer, length } = this.write(text);
    this.put(field, pointer);
    this.put(field + 4, length);
  }

  private write(text: string): { pointer: number; length: number } {
    const pointer = this.cursor;
    const { read, written } = encoder.encodeInto(text, this.machine.bytes.subarray(pointer, this.end));
    if (read !== text.length)
      throw new RequestError("too-large", "request", "the request's texts are too large together");
    if (written > TEXT_BYTES_MAX) throw new RequestError("too-large", "request", "a text of the request is too long");
    this.cursor = pointer + written;
    return { pointer, length: written };
  }

  /** Pairs of pointer and length, word-aligned. */
  private pairs(texts: readonly string[]): number {
    const places = texts.map((text) => this.write(text));
    const pointer = (this.cursor + 3) & ~3;
    if (pointer + places.length * 8 > this.end) {
      throw new RequestError("too-large", "request", "the request's texts are too large together");
    }
    places.forEach((place, index) => {
      this.machine.words[(pointer >>> 2) + index * 2] = place.pointer;
      this.machine.words[(pointer >>> 2) + index * 2 + 1] = place.length;
    });
    this.cursor = pointer + places.length * 8;
    return pointer;
  }

  caller({ principal, canonicalUserId }: Question): void {
    const { kind, credentials, bits, texts } = callerFields(principal, canonicalUserId);
    this.put(Frame.Caller, kind);
    this.put(Frame.Credentials, credentials);
    this.put(Frame.CallerBits, bits);
    for (const { field, text } of texts) this.text(field, text);
    if (principal.kind === "service") {
      this.put(Frame.Names, this.pairs(principal.names));
      this.put(Frame.NameCount, principal.names.length);
    }
  }

  subject(question: Question, layers: Layers): void {
    this.text(Frame.Action, question.action);
    this.text(Frame.Resource, question.resource);
    this.put(Frame.Owner, ownerKind(question));
    this.put(Frame.Consent, CONSENTS[question.resourcePolicyKind]);
    this.put(Frame.Endpoint, endpointKind(question));
    this.put(
      Frame.ResourceBits,
      (layers.publicAccessRestricted ? ResourceBits.PublicAccessRestricted : 0) |
        (layers.awsManaged ? ResourceBits.AwsManaged : 0),
    );
    if (layers.mayAssumeRoot) this.or(Frame.CallerBits, CallerBits.MayAssumeRoot);
  }

  private or(field: Frame, bits: number): void {
    this.machine.words[(this.machine.frame + field) >>> 2]! |= bits;
  }

  layers(layers: Layers, overlay: OverlaySession | null): void {
    this.put(Frame.Scp, levelsId(layers.scp));
    this.put(Frame.Rcp, levelsId(layers.rcp));
    this.put(Frame.Vpce, setId(layers.vpce));
    this.put(Frame.Boundary, setId(layers.boundary));
    this.put(Frame.Session, overlay === null ? setId(layers.session) : overlay.set);
    this.put(Frame.SessionInOverlay, overlay === null ? 0 : 1);
    this.put(Frame.Identity, setId(layers.identity));
    this.put(Frame.ResourceSet, setId(layers.resource));
    this.put(Frame.Behind, behindId(layers));
    this.text(Frame.BehindResource, layers.behind?.resource ?? null);
  }

  slots(base: number, plans: readonly KeyPlan[], context: Context): void {
    plans.forEach((plan, id) => {
      const at = (base + id * SlotRecord.Size) >>> 2;
      this.slot(at, slotOf(plan, context));
    });
  }

  private slot(at: number, slot: Slot): void {
    const words = this.machine.words;
    words[at] = STATES[slot.state];
    switch (slot.state) {
      case "absent":
      case "unknown":
        return;
      case "single": {
        const { pointer, length } = this.write(slot.value);
        words[at + SlotRecord.Pointer / 4] = pointer;
        words[at + SlotRecord.Length / 4] = length;
        return;
      }
      case "multi":
        words[at + SlotRecord.Pointer / 4] = this.pairs(slot.values);
        words[at + SlotRecord.Length / 4] = slot.values.length;
        return;
    }
  }
}

const STATES: Record<Slot["state"], SlotState> = {
  absent: SlotState.Absent,
  single: SlotState.Single,
  multi: SlotState.Multi,
  unknown: SlotState.Unknown,
};

function credentialKind(credentials: (Principal & { kind: "user" })["credentials"]): CredentialKind {
  switch (credentials.kind) {
    case "longTerm":
      return CredentialKind.LongTerm;
    case "sessionToken":
      return credentials.mfa ? CredentialKind.SessionTokenMfa : CredentialKind.SessionToken;
    case "console":
      return CredentialKind.Console;
    case "assumeRoot":
      return CredentialKind.AssumeRoot;
  }
}

function ownerKind({ owner, principal }: Question): OwnerKind {
  switch (owner.kind) {
    case "account":
    case "assumed":
      return owner.account === accountOf(principal) ? OwnerKind.Same : OwnerKind.Other;
    case "unknown":
      return OwnerKind.Unknown;
  }
}

function endpointKind({ endpoint }: Question): EndpointKind {
  if (endpoint === null) return EndpointKind.None;
  return endpoint.kind === "gateway" ? EndpointKind.Gateway : EndpointKind.Interface;
}

/** A set of the bundle by its id; a set that was made up for the question holds nothing, or is not held. */
export function setId(set: DocumentSet | null): number {
  if (set === null) return Format.None;
  if (set instanceof BundleSet) return set.id;
  return set.missing.length === 0 ? Format.None : FrameSet.Unknown;
}

/** EVAL-48: a bucket without a policy grants nothing through an access point either. */
function behindId({ behind }: Layers): number {
  if (behind === null) return Format.None;
  const id = setId(behind.documents);
  return id === Format.None ? FrameSet.Nobody : id;
}

export function levelsId(levels: readonly DocumentSet[]): number {
  if (levels.length === 0) return Format.None;
  return (levels as BundleLevels).levelsId ?? FrameSet.Unknown;
}

export function slotOf(plan: KeyPlan, context: Context): Slot {
  switch (plan.kind) {
    case "plain":
      return context.get(plan.name);
    case "lowered":
      return lowered(context.get(plan.name));
    case "computed":
      return computed(plan.template, context);
  }
}

function lowered(slot: Slot): Slot {
  switch (slot.state) {
    case "absent":
    case "unknown":
      return slot;
    case "single":
      return { state: "single", value: slot.value.toLowerCase() };
    case "multi":
      return { state: "multi", values: slot.values.map((value) => value.toLowerCase()) };
  }
}

/** Puts a text with variables together and lower-cases it as a whole (COND-21). Absent: a variable has no value. */
function computed(template: Template, context: Context): Slot {
  let text = "";
  let unknown = false;
  for (const part of template) {
    if (part.kind === "text") {
      text += part.text;
    } else if (part.kind === "variable") {
      const slot = context.get(part.key);
      if (slot.state === "single") text += slot.value;
      else if (slot.state === "unknown") unknown = true;
      else if (slot.state === "absent" && part.fallback !== null) text += part.fallback;
      else return { state: "absent" };
    }
  }
  return unknown ? { state: "unknown" } : { state: "single", value: text.toLowerCase() };
}
