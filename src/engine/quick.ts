/**
 * The quick road for plain requests (strings for caller, action and resource, scalar context values, nothing else): the
 * texts go to the evaluator in one piece, which looks caller and resource up by their bytes. What it does not know yet it
 * gets from here: the same `resolve` and `layersOf` that every other request goes through, done once a caller and once a
 * kind of resource. Whatever is not plain goes the general way; a law holds the two to the same answers.
 */
import {
  CallerEntry,
  ConsentKind,
  EntrySlot,
  FixedBy,
  Format,
  QuickFrame,
  QuickShape,
  QuickStatus,
  QuickValue,
  ResourceBits,
  ResourceEntry,
  ResourceReach,
  Result,
  SlotState,
} from "../bytecode/layout.js";
import { resourcePolicyServices } from "../catalog/resource-policy-services.js";
import { splitArn } from "../policy/arn.js";
import { lowerAscii } from "../policy/ascii.js";
import { cardinalityOf, shapeOf } from "../request/context.js";
import type { Decision } from "../request/decision.js";
import { isDerivedKey } from "../request/derive.js";
import type { Directory } from "../request/directory.js";
import { accountOf, type Context, callerName, type Question, type Slot } from "../request/question.js";
import type { Request } from "../request/request.js";
import { resolve } from "../request/resolve.js";
import { isoText } from "../request/time.js";
import { type Layers, layersOf } from "../world/layers.js";
import type { World } from "../world/model.js";
import { callerWords, type KeyIds, type KeyPlan, keyIdsOf, levelsId, setId, slotOf } from "./encode.js";
import type { Machine } from "./wasm.js";

/** How a context key of a request is passed on. `refuse`: the general way must look at it. */
export type ValuePlan = { readonly kind: "refuse" } | KnownPlan;

export interface KnownPlan {
  readonly kind: "value";
  readonly key: number;
  readonly lowered: number;
  /** Whether the bundle reads the key at all. */
  readonly read: boolean;
  readonly shape: QuickShape;
  readonly boolean: boolean;
  /** Which request had this key last, to find keys that are given twice. */
  seen: number;
}

/** Longest texts that take the quick road; the general one checks against its own limits. */
export const TEXT_LENGTH_MAX = 2048;
const REQUEST_LENGTH_MAX = 16384;
/** All texts together; less than the limit of a single one. */
export const TEXTS_LENGTH_MAX = 8192;
/** Half of TABLE_SIZE in assembly/memory.ts. */
const PARTIES_MAX = 65536;
/** PARTY_BYTES of assembly/memory.ts. */
const PARTY_BYTES = 33554432;
/** Spellings of context keys that are remembered. */
const PLANS_MAX = 4096;

/** A text that was seen, and where the evaluator has it: a caller's entry, or an action's class of a generation. */
interface Remembered {
  readonly text: string | null;
  readonly entry: number;
  readonly generation: number;
}

const NOTHING: Remembered = { text: null, entry: 0, generation: 0 };
/** Keys and tags together; the clock takes two rows more. */
export const GIVEN_MAX = QuickFrame.ValuesMax - 2;
/** A power of two. */
const MEMORY_SIZE = 1024;

/** A place in a memory: from the length and a few characters near the end, where names differ. */
function placeOf(text: string): number {
  const end = text.length;
  const mixed =
    end * 31 +
    text.charCodeAt(end - 1) * 7 +
    text.charCodeAt(end - 2) * 131 +
    text.charCodeAt(end - 4) * 17 +
    text.charCodeAt(end - 7) * 61;
  return mixed & (MEMORY_SIZE - 1);
}

/** Offsets in words; names of module scope are folded into the code, members of imported enums are looked up each time. */
const CALLER_LENGTH = QuickFrame.CallerLength >>> 2;
const ACTION_LENGTH = QuickFrame.ActionLength >>> 2;
const SETTING_LENGTH = QuickFrame.SettingLength >>> 2;
const RESOURCE_LENGTH = QuickFrame.ResourceLength >>> 2;
const VALUE_COUNT = QuickFrame.ValueCount >>> 2;
const CALLER_ENTRY = QuickFrame.CallerEntry >>> 2;
const ACTION_CLASS = QuickFrame.ActionClass >>> 2;
const ACTION_GENERATION = QuickFrame.ActionGeneration >>> 2;
const VALUES = QuickFrame.Values >>> 2;
/** Of the result. */
const CALLER = Result.Caller >>> 2;
const CALLER_ENTRY_FOUND = Result.CallerEntry >>> 2;
const ACTION_CLASS_FOUND = Result.ActionClass >>> 2;
const ACTION_GENERATION_FOUND = Result.ActionGeneration >>> 2;
const ROW = QuickValue.Size >>> 2;
const OK = QuickStatus.Ok;
const OUT_OF_STEPS: QuickStatus.OutOfSteps = QuickStatus.OutOfSteps;
const KNOWN: QuickStatus.Known = QuickStatus.Known;
const NUMBER = Result.Number >>> 2;
/** NUMBERS_MAX of assembly/quick.ts. */
const NUMBERS_MAX = 65536;
const ANY: QuickShape = QuickShape.Any;
const BOOLEAN: QuickShape = QuickShape.Boolean;
const ADDRESS: QuickShape = QuickShape.Address;

/** Callers share a decision that is kept. */
function freeze(decision: Decision): Decision {
  if ("statements" in decision) Object.freeze(decision.statements);
  if ("missing" in decision) Object.freeze(decision.missing.map(Object.freeze));
  return Object.freeze(decision);
}

const REFUSE: ValuePlan = { kind: "refuse" };
const encoder = new TextEncoder();

export class QuickRoad {
  private readonly plans = new Map<string, ValuePlan>();
  /** The names that keys and tags had in the requests before, by place, and their plans. */
  private readonly keyNames: string[] = [];
  private readonly keyOrder: ValuePlan[] = [];
  private readonly tagNames: string[] = [];
  private readonly tagOrder: ValuePlan[] = [];
  private readonly tagPlans = new Map<string, ValuePlan>();
  /** Decisions by the evaluator's numbers. */
  private kept: (Decision | undefined)[] = [];
  /** By the evaluator's number of a caller. */
  private callers: { readonly name: string }[] = [];
  private readonly known = new Set<string>();
  private readonly refused = new Set<string>();
  private parties = 0;
  private cursor = 0;
  private request = 0;
  /** The row of the next value, and how many there are. */
  private at = 0;
  private count = 0;
  /** Keys and tags that the request gives. */
  private given = 0;
  /** By a few of their characters: the text seen last, and where the evaluator has it. */
  private readonly callerMemory: Remembered[] = new Array(MEMORY_SIZE).fill(NOTHING);
  private readonly actionMemory: Remembered[] = new Array(MEMORY_SIZE).fill(NOTHING);
  private readonly clock: readonly { readonly name: string; readonly ids: Readonly<KeyIds> }[];
  private readonly keyIds: ReadonlyMap<string, Readonly<KeyIds>>;
  private readonly prefixesWithRecords = new Set<string>();
  private readonly recordArns: readonly string[];
  private readonly view: Uint8Array;
  private readonly frame: number;

  constructor(
    private readonly machine: Machine,
    private readonly keys: readonly KeyPlan[],
    private readonly world: World,
    private readonly directory: Directory,
    options: { readonly index: boolean; readonly stepsMax: number },
  ) {
    this.keyIds = keyIdsOf(keys);
    this.clock = [...CLOCK_KEYS].flatMap((name) => {
      const ids = this.keyIds.get(name);
      return ids === undefined ? [] : [{ name, ids }];
    });
    this.recordArns = [...world.resources.keys()].sort();
    for (const arn of this.recordArns) this.prefixesWithRecords.add(headOf(arn));
    this.view = machine.bytes.subarray(machine.textArea, machine.textArea + REQUEST_LENGTH_MAX * 3);
    this.frame = machine.quickFrame >>> 2;
    this.cursor = machine.partyArea;
    for (const name of this.keyIds.keys()) this.plan(name);
    keys.forEach((plan, id) => {
      machine.bytes[machine.fixedKeys + id] = plan.kind === "computed" ? FixedBy.Nobody : fixedBy(plan.name);
    });
    machine.exports.prepareQuick(options.index ? 1 : 0, options.stepsMax);
  }

  /**
   * Whether plain requests can take this road at all. It takes for granted that nothing is attached to the resource `*`;
   * a scenario can say otherwise.
   */
  static serves(keys: readonly KeyPlan[], world: World): boolean {
    if (keys.some((plan) => plan.kind === "computed") || world.options.rcpOnResourceless) return false;
    const none = world.resources.get("*");
    return (
      none === undefined ||
      (none.behind === null && none.policies.missing.length + none.policies.documents.length === 0)
    );
  }

  /** Name of the caller decided last. */
  get callerName(): string {
    return this.callers[this.machine.words[(this.machine.result >>> 2) + CALLER]!]!.name;
  }

  /**
   * Decides a plain request; the result is then to be read from the machine. Null: not plain, or something about it is odd:
   * the general road has to say. May trap.
   */
  decide(request: Request): QuickStatus.Ok | QuickStatus.OutOfSteps | QuickStatus.Known | null {
    if (!this.write(request)) return null;
    let status = this.machine.exports.decideQuick();
    for (let attempt = 1; attempt < 4 && this.look(request, status); attempt++) {
      if (!this.write(request)) return null;
      status = this.machine.exports.decideQuick();
    }
    if (status === OK || status === KNOWN) {
      this.remember(request);
      return status;
    }
    return status === OUT_OF_STEPS ? status : null;
  }

  /** The decision that the evaluator says is known; null: it was not one to keep. */
  get knownDecision(): Decision | null {
    return this.kept[this.machine.words[(this.machine.result >>> 2) + NUMBER]!] ?? null;
  }

  /** Keeps the decision just read from the machine, if the evaluator has a number for it. */
  keep(decision: Decision): void {
    const number = this.machine.words[(this.machine.result >>> 2) + NUMBER]!;
    if (number === 0) return;
    if (number < NUMBERS_MAX) {
      this.kept[number] = freeze(decision);
      return;
    }
    this.machine.exports.forgetNumbers();
    this.kept = [];
  }

  /** Finds out what the evaluator did not know. False: there is nothing to find out. */
  look(request: Request, status: QuickStatus): boolean {
    switch (status) {
      case OK:
      case KNOWN:
      case OUT_OF_STEPS:
        return false;
      case QuickStatus.ValueMalformed:
        return false;
      case QuickStatus.CallerUnknown:
        return this.learn(request, "caller");
      case QuickStatus.ActionUnknown:
        this.actionMemory[placeOf(request.action)] = NOTHING;
        return this.learnAction(request);
      case QuickStatus.ResourceUnknown:
        return this.learn(request, "resource");
    }
  }

  /** Writes the request's texts and their lengths. False: it is not plain. */
  private write(request: Request): boolean {
    const { principal, action, resource, resourceTags, context } = request;
    if (typeof principal !== "string" || typeof action !== "string" || typeof resource !== "string") return false;
    if (
      request.via !== undefined ||
      request.unknown !== undefined ||
      request.resourcePolicyType !== undefined ||
      request.now !== undefined
    ) {
      return false;
    }
    const setting = settingOf(request);
    if (setting === null) return false;
    const words = this.machine.words;
    const frame = this.frame;
    let text = "";
    const caller = this.callerMemory[placeOf(principal)]!;
    if (caller.text === principal) {
      words[frame + CALLER_ENTRY] = caller.entry;
      words[frame + CALLER_LENGTH] = 0;
    } else {
      words[frame + CALLER_ENTRY] = 0;
      words[frame + CALLER_LENGTH] = principal.length;
      text = principal;
    }
    const known = this.actionMemory[placeOf(action)]!;
    if (known.text === action) {
      words[frame + ACTION_CLASS] = known.entry + 1;
      words[frame + ACTION_GENERATION] = known.generation;
      words[frame + ACTION_LENGTH] = 0;
    } else {
      words[frame + ACTION_CLASS] = 0;
      words[frame + ACTION_LENGTH] = action.length;
      text += action;
    }
    text += setting + resource;
    this.begin();
    if (resourceTags !== undefined) {
      if (!isPlainObject(resourceTags)) return false;
      let place = 0;
      for (const name in resourceTags) {
        const plan = this.tagNames[place] === name ? this.tagOrder[place]! : this.noteTag(place, name);
        place++;
        const value = resourceTags[name];
        if (typeof value !== "string" || plan.kind === "refuse" || !this.admits(plan)) return false;
        if (!plan.read) {
          if (!isSound(value)) return false;
          continue;
        }
        this.row(plan, value.length, ANY);
        text += value;
      }
    }
    if (context !== undefined) {
      if (!isPlainObject(context)) return false;
      let place = 0;
      for (const name in context) {
        const plan = this.keyNames[place] === name ? this.keyOrder[place]! : this.noteKey(place, name);
        place++;
        if (plan.kind === "refuse" || !this.admits(plan)) return false;
        const value = context[name];
        if (typeof value !== "string") {
          if ((value !== true && value !== false) || plan.shape === ADDRESS) return false;
          this.row(plan, value ? 1 : 0, BOOLEAN);
          continue;
        }
        if (plan.boolean) {
          if (value !== "true" && value !== "false") return false;
          this.row(plan, value === "true" ? 1 : 0, BOOLEAN);
          continue;
        }
        if (!plan.read && plan.shape === ANY) {
          if (!isSound(value)) return false;
          continue;
        }
        this.row(plan, value.length, plan.shape);
        text += value;
      }
    }
    if (this.clock.length > 0) text += this.writeClock();
    // Well within every limit of a single text.
    if (text.length > TEXTS_LENGTH_MAX || resource.length > TEXT_LENGTH_MAX) return false;
    // All ASCII, so that every text's length is its bytes; this also refuses what is not well-formed.
    if (encoder.encodeInto(text, this.view).written !== text.length) return false;
    words[frame + SETTING_LENGTH] = setting.length;
    words[frame + RESOURCE_LENGTH] = resource.length;
    words[frame + VALUE_COUNT] = this.count;
    return true;
  }

  /** Begins the values of a request; `admits` and `row` then add them, tags first. */
  begin(): void {
    this.at = this.frame + VALUES;
    this.count = 0;
    this.given = 0;
    this.request++;
  }

  /** How many rows there are since `begin`. */
  get valueCount(): number {
    return this.count;
  }

  /** Whether one more value of this plan fits; a key that comes twice does not. */
  admits(plan: KnownPlan): boolean {
    if (plan.seen === this.request) return false;
    plan.seen = this.request;
    // Keys that nobody reads count too: the general road knows the limits.
    return ++this.given <= GIVEN_MAX;
  }

  /** Requests of one source name their keys in one order; what stood in a place is looked at before any table. */
  private noteKey(place: number, name: string): ValuePlan {
    const plan = this.keyPlanOf(name);
    if (place < GIVEN_MAX) {
      this.keyNames[place] = name;
      this.keyOrder[place] = plan;
    }
    return plan;
  }

  private noteTag(place: number, name: string): ValuePlan {
    const plan = this.tagPlanOf(name);
    if (place < GIVEN_MAX) {
      this.tagNames[place] = name;
      this.tagOrder[place] = plan;
    }
    return plan;
  }

  /** How the values of a context key are passed on, by any spelling of its name. */
  keyPlanOf(name: string): ValuePlan {
    return this.plans.get(name) ?? this.plan(name);
  }

  /** The same for a tag of the resource. */
  tagPlanOf(name: string): ValuePlan {
    return this.tagPlans.get(name) ?? this.tagPlan(name);
  }

  /** Adds a value's row; its text goes behind those of the rows before. */
  row(plan: { readonly key: number; readonly lowered: number }, length: number, shape: QuickShape): void {
    const words = this.machine.words;
    const at = this.at;
    words[at] = plan.key;
    words[at + 1] = plan.lowered;
    words[at + 2] = length;
    words[at + 3] = shape;
    this.at = at + ROW;
    this.count++;
  }

  /** Adds the clock's values, if the bundle reads any, with their texts. */
  writeClockTo(bytes: Uint8Array): void {
    if (this.clock.length > 0) encoder.encodeInto(this.writeClock(), bytes);
  }

  private writeClock(): string {
    const now = Date.now();
    let text = "";
    for (const { name, ids } of this.clock) {
      const value = name === "aws:currenttime" ? isoText(now) : String(Math.floor(now / 1000));
      this.row({ key: ids.plain, lowered: ids.lowered }, value.length, QuickShape.Any);
      text += value;
    }
    return text;
  }

  /** Notes where the evaluator found caller and action, so that their texts need not be written again. */
  private remember({ principal, action }: Request): void {
    const words = this.machine.words;
    const result = this.machine.result >>> 2;
    if (words[this.frame + CALLER_ENTRY] === 0) {
      const entry = words[result + CALLER_ENTRY_FOUND]!;
      this.callerMemory[placeOf(principal as string)] = { text: principal as string, entry, generation: 0 };
    }
    if (words[this.frame + ACTION_CLASS] === 0) {
      const entry = words[result + ACTION_CLASS_FOUND]!;
      const generation = words[result + ACTION_GENERATION_FOUND]!;
      this.actionMemory[placeOf(action)] = { text: action, entry, generation };
    }
  }

  /** Tags of the resource: the caller may give these, unlike the keys that they become (REQ-33, REQ-43). */
  private tagPlan(name: string): ValuePlan {
    const key = `${RESOURCE_TAG_KEYS}${lowerAscii(name)}`;
    let plan = this.tagPlans.get(key);
    if (plan === undefined) {
      const ids = this.keyIds.get(key) ?? { plain: Format.None, lowered: Format.None };
      plan =
        isAscii(name) && name.length <= TEXT_LENGTH_MAX && this.tagPlans.size < PLANS_MAX
          ? {
              kind: "value",
              key: ids.plain,
              lowered: ids.lowered,
              read: isRead(ids),
              shape: QuickShape.Any,
              boolean: false,
              seen: 0,
            }
          : REFUSE;
      if (this.tagPlans.size < PLANS_MAX) this.tagPlans.set(key, plan);
    }
    if (this.tagPlans.size < PLANS_MAX) this.tagPlans.set(name, plan);
    return plan;
  }

  private plan(name: string): ValuePlan {
    const plan = this.makePlan(lowerAscii(name));
    if (this.plans.size < PLANS_MAX) this.plans.set(name, plan);
    return plan;
  }

  /** Spellings of one key share a plan, so that a key that is given twice is found. */
  private makePlan(key: string): ValuePlan {
    const spelled = this.plans.get(key);
    if (spelled !== undefined) return spelled;
    const shape = shapeOf(key);
    const plain = key !== "" && isAscii(key) && key.length <= TEXT_LENGTH_MAX;
    if (!plain || isDerivedKey(key) || cardinalityOf(key) === "multi" || shape === "arn" || shape === "date")
      return REFUSE;
    const ids = this.keyIds.get(key) ?? { plain: Format.None, lowered: Format.None };
    const plan: ValuePlan = {
      kind: "value",
      key: ids.plain,
      lowered: ids.lowered,
      read: isRead(ids),
      shape: shape === "ip" ? QuickShape.Address : QuickShape.Any,
      boolean: shape === "bool",
      seen: 0,
    };
    if (this.plans.size < PLANS_MAX) this.plans.set(key, plan);
    else return REFUSE;
    return plan;
  }

  private learnAction({ action, resource, principal }: Request): boolean {
    // Throws what is wrong with the request; the general road would say the same.
    resolve({ principal, action, resource }, this.directory);
    const place = this.put(action);
    this.machine.exports.admitAction(place, action.length);
    this.cursor = place;
    return true;
  }

  /** Notes what is known of the caller, or of the resource, of a request. False: it has to take the general road. */
  private learn(request: Request, party: "caller" | "resource"): boolean {
    const name = party === "caller" ? `c${request.principal as string}` : `r${settingOf(request)}${request.resource}`;
    if (this.refused.has(name)) return false;
    if (this.parties >= PARTIES_MAX || this.cursor > this.machine.partyArea + PARTY_BYTES / 2) this.forget();
    const learnt = party === "caller" ? this.learnCaller(request) : this.learnResource(request);
    if (!learnt) {
      if (this.refused.size >= PARTIES_MAX) this.refused.clear();
      this.refused.add(name);
    }
    return learnt;
  }

  private forget(): void {
    this.machine.exports.forgetParties();
    this.callerMemory.fill(NOTHING);
    this.callers = [];
    this.known.clear();
    this.parties = 0;
    this.cursor = this.machine.partyArea;
  }

  private learnCaller({ principal, action }: Request): boolean {
    const question = resolve({ principal, action, resource: "*" }, this.directory);
    if (accountOf(question.principal) === null && question.principal.kind !== "anonymous") return false;
    const layers = layersOf(this.world, question);
    const text = this.put(principal as string);
    const { words, texts } = callerWords(question, layers);
    const pointers = texts.map((part) => (part === null ? 0 : this.put(part)));
    const slots = this.slotRows(question.context, (key) => !key.startsWith(RESOURCE_KEYS));
    const own = this.slotRows(question.context, (key) => key.startsWith(RESOURCE_KEYS));
    const entry = this.align();
    const at = entry >>> 2;
    const memory = this.machine.words;
    words(
      memory,
      at,
      pointers,
      texts.map((part) => (part === null ? 0 : Buffer.byteLength(part))),
    );
    memory[at + CallerEntry.Identity / 4] = setId(layers.identity);
    memory[at + CallerEntry.Boundary / 4] = setId(layers.boundary);
    memory[at + CallerEntry.Session / 4] = setId(layers.session);
    memory[at + CallerEntry.Scp / 4] = levelsId(layers.scp);
    memory[at + CallerEntry.Index / 4] = this.callers.length;
    memory[at + CallerEntry.SlotCount / 4] = slots.length / 4;
    memory[at + CallerEntry.OwnSlotCount / 4] = own.length / 4;
    memory.set([...slots, ...own], at + CallerEntry.Slots / 4);
    this.cursor = entry + CallerEntry.Slots + (slots.length + own.length) * 4;
    this.callers.push({ name: callerName(question.principal) });
    this.parties++;
    this.machine.exports.addCaller(text, (principal as string).length, entry);
    return true;
  }

  private learnResource(request: Request): boolean {
    const { principal, action, resource, resourceAccount } = request;
    const setting = settingOf(request)!;
    const resourceTags = request.resourceTags === undefined ? undefined : {};
    const arn = splitArn(resource);
    if (resource === "*" || arn === null || arn.service === "iam") return false;
    const stripped: Request = {
      principal,
      action,
      resource,
      ...(resourceAccount === undefined ? {} : { resourceAccount }),
      ...(resourceTags === undefined ? {} : { resourceTags }),
    };
    const question = resolve(stripped, this.directory);
    if (question.owner.kind === "assumed" || accountOf(question.principal) === null) return false;
    const layers = layersOf(this.world, question);
    if (layers.behind !== null) return false;
    const head = headOf(resource);
    if (this.isUniform(head, arn.service)) return this.addFacts(setting + head, question, layers);
    const container = containerOf(resource, head);
    if (arn.service === "s3" && arn.account === "" && container !== resource && this.isUniformBucket(container)) {
      return (
        this.addReach(setting + head, ResourceReach.Container) && this.addFacts(setting + container, question, layers)
      );
    }
    const reach = arn.service === "s3" && arn.account === "" ? ResourceReach.Container : ResourceReach.Whole;
    // A bucket itself has no `/`, so that its container is its whole ARN; an object that has facts of its own has not.
    if (reach === ResourceReach.Container && container !== resource) return false;
    return this.addReach(setting + head, reach) && this.addFacts(setting + resource, question, layers);
  }

  /** Whether nothing tells the resources under a head apart: no records, no policies that could be missing. */
  private isUniform(head: string, service: string): boolean {
    if (this.prefixesWithRecords.has(head) || service === "kms") return false;
    return this.world.closed ? service !== "s3" : !resourcePolicyServices.has(service);
  }

  /** Whether no object of a bucket has a record of its own. */
  private isUniformBucket(container: string): boolean {
    let low = 0;
    let high = this.recordArns.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.recordArns[middle]! < container) low = middle + 1;
      else high = middle;
    }
    return !this.recordArns[low]?.startsWith(container);
  }

  private addReach(head: string, reach: ResourceReach): boolean {
    if (this.known.has(head)) return true;
    const text = this.put(head);
    const entry = this.align();
    this.machine.words.fill(0, entry >>> 2, (entry + ResourceEntry.Slots) >>> 2);
    this.machine.words[entry >>> 2] = reach;
    this.cursor = entry + ResourceEntry.Slots;
    this.insertResource(head, text, entry);
    return true;
  }

  private addFacts(name: string, question: Question, layers: Layers): boolean {
    if (this.known.has(name)) return true;
    const text = this.put(name);
    const owner = question.owner.kind === "account" ? question.owner.account : "";
    const ownerAt = this.put(owner);
    const slots = this.slotRows(question.context, (key) => key.startsWith(RESOURCE_KEYS));
    const entry = this.align();
    const at = entry >>> 2;
    const memory = this.machine.words;
    memory[at + ResourceEntry.Reach / 4] = ResourceReach.Facts;
    memory[at + ResourceEntry.Owner / 4] = ownerAt;
    memory[at + ResourceEntry.OwnerLength / 4] = owner.length;
    memory[at + ResourceEntry.Consent / 4] = question.resourcePolicyKind === "kms" ? ConsentKind.Kms : ConsentKind.None;
    memory[at + ResourceEntry.Set / 4] = setId(layers.resource);
    memory[at + ResourceEntry.Rcp / 4] = levelsId(layers.rcp);
    memory[at + ResourceEntry.Bits / 4] =
      (layers.publicAccessRestricted ? ResourceBits.PublicAccessRestricted : 0) |
      (layers.awsManaged ? ResourceBits.AwsManaged : 0);
    memory[at + ResourceEntry.SlotCount / 4] = slots.length / 4;
    memory.set(slots, at + ResourceEntry.Slots / 4);
    this.cursor = entry + ResourceEntry.Slots + slots.length * 4;
    this.insertResource(name, text, entry);
    return true;
  }

  private insertResource(name: string, text: number, entry: number): void {
    this.known.add(name);
    this.parties++;
    this.machine.exports.addResource(text, Buffer.byteLength(name), entry);
  }

  /** Rows of `EntrySlot` for the keys that are not absent. */
  private slotRows(context: Context, wanted: (key: string) => boolean): number[] {
    const rows: number[] = [];
    this.keys.forEach((plan, id) => {
      if (plan.kind === "computed" || !wanted(plan.name) || CLOCK_KEYS.has(plan.name)) return;
      rows.push(...this.slotRow(id, slotOf(plan, context)));
    });
    return rows;
  }

  private slotRow(id: number, slot: Slot): readonly number[] {
    const row = new Array<number>(EntrySlot.Size / 4).fill(0);
    row[EntrySlot.Key / 4] = id;
    switch (slot.state) {
      case "absent":
        return [];
      case "unknown":
        row[EntrySlot.State / 4] = SlotState.Unknown;
        return row;
      case "single":
        row[EntrySlot.State / 4] = SlotState.Single;
        row[EntrySlot.Pointer / 4] = this.put(slot.value);
        row[EntrySlot.Length / 4] = Buffer.byteLength(slot.value);
        return row;
      case "multi": {
        const places = slot.values.flatMap((value) => [this.put(value), Buffer.byteLength(value)]);
        const pairs = this.align();
        this.machine.words.set(places, pairs >>> 2);
        this.cursor = pairs + places.length * 4;
        row[EntrySlot.State / 4] = SlotState.Multi;
        row[EntrySlot.Pointer / 4] = pairs;
        row[EntrySlot.Length / 4] = slot.values.length;
        return row;
      }
    }
  }

  /** Keeps a text; sixteen bytes behind it stay readable. */
  private put(text: string): number {
    const place = this.cursor;
    const { written } = encoder.encodeInto(text, this.machine.bytes.subarray(place));
    this.cursor = place + written;
    return place;
  }

  private align(): number {
    this.cursor = (this.cursor + 3) & ~3;
    return this.cursor;
  }
}

const RESOURCE_KEYS = "aws:resource";
const RESOURCE_TAG_KEYS = "aws:resourcetag/";

/** Whether no request whose parties are settled can give a key a value: what they make of it is all there is. */
function fixedBy(key: string): FixedBy {
  if (!isDerivedKey(key) || key.startsWith(RESOURCE_TAG_KEYS) || CLOCK_KEYS.has(key)) return FixedBy.Nobody;
  return key.startsWith(RESOURCE_KEYS) ? FixedBy.Parties : FixedBy.Caller;
}

/** Whether the bundle reads a key under either of its ids. */
function isRead({ plain, lowered }: { readonly plain: number; readonly lowered: number }): boolean {
  return plain !== Format.None || lowered !== Format.None;
}

const CLOCK_KEYS: ReadonlySet<string> = new Set(["aws:currenttime", "aws:epochtime"]);

/**
 * What besides its ARN tells the facts of a resource: an owner that the request gives, and whether it gives tags (which then
 * are all of them). Twelve digits and `#` cannot begin an ARN. Null: not plain.
 */
function settingOf({ resourceAccount, resourceTags, resource }: Request): string | null {
  if (resourceAccount === undefined) return resourceTags === undefined ? "" : "#";
  if (typeof resourceAccount !== "string" || resourceAccount.length !== 12 || resource === "*") return null;
  return resourceTags === undefined ? resourceAccount : `${resourceAccount}#`;
}

function isPlainObject(value: object): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** `arn:partition:service:region:account:` */
function headOf(arn: string): string {
  let end = 0;
  for (let colons = 0; colons < 5 && end < arn.length; end++) if (arn.charCodeAt(end) === 0x3a) colons++;
  return arn.slice(0, end);
}

/** Up to and with the first `/` behind the head, or all of it. */
function containerOf(arn: string, head: string): string {
  const slash = arn.indexOf("/", head.length);
  return slash === -1 ? arn : arn.slice(0, slash + 1);
}

/** Whether a value that nobody reads is one that the general road takes. */
function isSound(value: string): boolean {
  return value.length <= TEXT_LENGTH_MAX && wellFormed(value);
}

/** Native since Node 20; constant time for texts without characters beyond Latin-1. */
function wellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
