/** The compiled road: a verified bundle, and decisions from it. */
import { randomBytes } from "node:crypto";
import {
  CardinalityCode,
  Frame,
  Header,
  KeyRecord,
  QuickStatus,
  Result,
  ScpExemptRecord,
  Section,
  SessionRecord,
  SetRecord,
  Status,
} from "../bytecode/layout.js";
import { BundleReader, NONE } from "../bytecode/reader.js";
import { BundleError, verifyBundle } from "../bytecode/verify.js";
import { scpExemptActions } from "../catalog/scp-exempt.js";
import type { Statement } from "../policy/model.js";
import { rcpServices } from "../policy/rcp-services.js";
import { cardinalityOf } from "../request/context.js";
import { type Decision, type Explanation, LAYER_ORDER, type Layer, type StatementRef } from "../request/decision.js";
import { callerName, type Principal, type Question } from "../request/question.js";
import { type Request, RequestError, type RequestOptions } from "../request/request.js";
import { resolve } from "../request/resolve.js";
import { directoryOf } from "../world/directory.js";
import { type Layers, layersOf, nonePassed } from "../world/layers.js";
import {
  type BatchHost,
  type BatchOptions,
  type BatchResult,
  decideBatch,
  type PreparedBatch,
  prepareBatch,
} from "./batch.js";
import type { BatchColumns } from "./columns.js";
import { type DecodeContext, decodeResult, decodeSettled, References, type StatementPlace } from "./decode.js";
import { decompileStatement } from "./decompile.js";
import {
  encodeQuestion,
  type KeyIds,
  type KeyPlan,
  keyIdsOf,
  keyPlansOf,
  type OverlaySession,
  REQUEST_BYTES_MAX,
} from "./encode.js";
import { EngineError } from "./error.js";
import { type ExplainContext, explainDecision } from "./explain.js";
import { FrameError, FrameView, requestOf } from "./frame.js";
import { FrameRoad } from "./frame-road.js";
import { QuickRoad } from "./quick.js";
import { templateOf, textOfTemplate } from "./templates.js";
import {
  type Build,
  bundleOf,
  clearShare,
  type Machine,
  type MachineLayout,
  makeMachine,
  makeSharedImage,
  makeSharedMachine,
  moduleOf,
  type SharedImage,
} from "./wasm.js";
import { BundleWorld } from "./world.js";

export { EngineError } from "./error.js";

/** In words; names of module scope are folded into the code, members of imported enums are looked up each time. */
const STEPS = Result.Steps >>> 2;
const SESSION = Frame.Session >>> 2;
const OUT_OF_STEPS: QuickStatus.OutOfSteps = QuickStatus.OutOfSteps;
const KNOWN: QuickStatus.Known = QuickStatus.Known;

export interface EngineOptions {
  /** Default `baseline`. A module: a mutant of the evaluator (scripts/mutate-wasm.ts). */
  readonly build?: Build | WebAssembly.Module;
  /** Off: every statement of a set is looked at; the answers are the same. For tests of the index. Default on. */
  readonly index?: boolean;
  /** Most steps that one decision may take; one that took more is an `EngineError` when it is done. Default 2³¹. */
  readonly stepsMax?: number;
  /** Off: plain requests take the general road too; the answers are the same. For tests of the quick one. Default on. */
  readonly quick?: boolean;
  /** Of the hashes of texts, 32 bits; for tests that must come out the same again. Default random, so that nobody can choose texts that collide. */
  readonly seed?: number;
  /** Memory for the columns of batches, in bytes; a batch goes through it in pieces. Default 16 MiB, taken when it is written to. */
  readonly batchBytes?: number;
}

/** Session policies that arrived at run time, loaded beside a world's bundle. */
export class Overlay {
  /** Id of their document set; `NONE`: none were passed. */
  readonly set: number;

  constructor(
    readonly bytes: Uint8Array,
    readonly reader: BundleReader,
  ) {
    this.set = reader.field(Section.Sessions, SessionRecord.Size, 0, SessionRecord.Policies);
  }
}

/** An overlay in a memory of its own beside the bundle. */
interface Attached {
  readonly machine: Machine;
  readonly references: References;
  readonly session: OverlaySession;
}

export class Engine {
  /** Steps that the last decision took. */
  steps = 0;
  readonly world: BundleWorld;
  private readonly plans: readonly KeyPlan[];
  private readonly keyIds: ReadonlyMap<string, Readonly<KeyIds>>;
  private readonly references: References;
  private machine: Machine;
  /** Where memory for batches ends, and reserved memory begins. */
  private batchEnd: number;
  private quick: QuickRoad | null;
  /** Made with the first frame. */
  private frames: FrameRoad | null = null;
  private decoding: DecodeContext;
  private readonly overlays = new WeakMap<Overlay, Attached>();
  /** Statements of overlays, by the references that decisions name them with. */
  private readonly statementsOfOverlays = new WeakMap<StatementRef, StatementPlace>();

  private constructor(
    readonly reader: BundleReader,
    private readonly options: Required<EngineOptions>,
    private readonly place: Place | null,
  ) {
    this.world = new BundleWorld(reader);
    this.plans = keyPlansOf(reader);
    this.keyIds = keyIdsOf(this.plans);
    this.references = new References(reader);
    this.machine = this.newMachine();
    this.batchEnd = this.machine.batchEnd;
    this.decoding = { machine: this.machine, references: this.references, overlay: null };
    this.quick = this.newQuickRoad();
  }

  /**
   * Verifies a bundle and makes it ready. Throws `BundleError`, or `MemoryTooLarge` for one that no memory can hold; then
   * nothing of it is active.
   */
  static async load(bytes: Uint8Array, options: EngineOptions = {}): Promise<Engine> {
    return Engine.loadSync(bytes, options);
  }

  static loadSync(bytes: Uint8Array, options: EngineOptions = {}): Engine {
    const reader = verifyBundle(bytes);
    checkData(reader);
    return new Engine(reader, { ...defaultOptions(), ...options }, null);
  }

  /**
   * Verifies a bundle and puts it into a memory for `count` engines, one a thread. `columnBytes`: what `reserve` gives of it.
   * Throws as `load` does. For `EnginePool`.
   */
  static shareImage(bytes: Uint8Array, count: number, columnBytes: number, options: EngineOptions): SharedImage {
    const reader = verifyBundle(bytes);
    checkData(reader);
    const { build, ...others } = { ...defaultOptions(), build: "threads" as const, ...options };
    return makeSharedImage(moduleOf(build), layoutFor(reader, null, others), columnBytes, count);
  }

  /** The engine that has a share of an image to itself. Overlays get machines of their own. For `EnginePool`. */
  static inShare(image: SharedImage, share: number, options: Omit<EngineOptions, "build">): Engine {
    const reader = new BundleReader(bundleOf(image));
    const all = { ...defaultOptions(), ...options, build: "simd" as const };
    return new Engine(reader, all, { image, share });
  }

  /** The context keys that the bundle reads, lower-cased and sorted: no others can change a decision. */
  get requiredKeys(): readonly string[] {
    const names = this.plans.flatMap((plan) => (plan.kind === "plain" ? [plan.name] : []));
    return [...new Set(names)].sort();
  }

  /**
   * Verifies session policies compiled by `compileOverlay`; the handle goes with requests. Their flags must be the
   * bundle's.
   */
  overlay(bytes: Uint8Array): Overlay {
    const reader = verifyBundle(bytes);
    checkData(reader);
    const ours = this.reader.header(Header.Options);
    if ((reader.header(Header.Options) ^ ours) & ~OVERLAY_OPTIONS) {
      throw new BundleError(
        "other-options",
        "the session policies were compiled with other option flags than the bundle",
      );
    }
    if (reader.count(Section.Sessions, SessionRecord.Size) !== 1) {
      throw new BundleError("invalid-bundle", "session policies are one session's");
    }
    return new Overlay(bytes, reader);
  }

  /**
   * Decides one request. Throws RequestError for a request that cannot be asked and EngineError for a failure of our own;
   * both mean deny. `overlay` replaces the caller's session policies; one of no policies says that none were passed.
   */
  decide(request: Request, options?: Partial<RequestOptions>, overlay?: Overlay): Decision {
    if (options === undefined && overlay === undefined && this.quick !== null) {
      const decision = this.decideQuickly(this.quick, request);
      if (decision !== null) return decision;
    }
    return this.answer(resolve(request, directoryOf(this.world), options), options, overlay);
  }

  /** The quick road; null: the request has to take the general one. */
  private decideQuickly(quick: QuickRoad, request: Request): Decision | null {
    let status: QuickStatus.Ok | QuickStatus.OutOfSteps | QuickStatus.Known | null;
    try {
      status = quick.decide(request);
    } catch (error) {
      // The general road finds what is wrong in its own order.
      if (error instanceof RequestError) return null;
      this.replaceMachine();
      throw trapOf(error);
    }
    return status === null ? null : this.quickDecision(quick, status, request);
  }

  /** The decision that the quick road has come to; null: the general one has to say. */
  private quickDecision(
    quick: QuickRoad,
    status: QuickStatus.Ok | QuickStatus.OutOfSteps | QuickStatus.Known,
    request: { readonly resource: string },
  ): Decision | null {
    const { machine } = this;
    this.steps = machine.words[(machine.result >>> 2) + STEPS]!;
    if (status === OUT_OF_STEPS) throw this.outOfSteps();
    if (status === KNOWN) return quick.knownDecision;
    const session = machine.words[(machine.frame >>> 2) + SESSION]!;
    const decision = decodeSettled(this.decoding, {
      resource: request.resource,
      caller: quick.callerName,
      session: session >= FIRST_SPECIAL_SET ? null : this.world.sets[session]!.label,
    });
    if (decision !== null) quick.keep(decision);
    return decision;
  }

  /**
   * Decides the request that a byte frame says (docs/batch.md), as `decide` decides it. Throws `FrameError` for bytes that
   * are not a frame, and as `decide` does.
   */
  decideFrame(bytes: Uint8Array): Decision {
    // What somebody else may write to while it is read is read once.
    const frame = new FrameView(bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice());
    if (this.quick !== null) {
      const decision = this.decideFrameQuickly(this.quick, frame);
      if (decision !== null) return decision;
    }
    return this.answer(resolve(requestOf(frame), directoryOf(this.world)));
  }

  private decideFrameQuickly(quick: QuickRoad, frame: FrameView): Decision | null {
    this.frames ??= new FrameRoad(this.machine, quick);
    let status: ReturnType<FrameRoad["decide"]>;
    try {
      status = this.frames.decide(frame);
    } catch (error) {
      if (error instanceof RequestError || error instanceof FrameError) return null;
      this.replaceMachine();
      throw trapOf(error);
    }
    return status === null ? null : this.quickDecision(quick, status, frame);
  }

  /**
   * Decides many requests at once, from columns (docs/batch.md). Every row gets the answer that `decide` gives to its
   * request; what `decide` refuses is `refused`, with the error. Columns of keys that `requiredKeys` does not name are not
   * looked at, so that a malformed value there is not refused. Throws `ColumnError` for columns that are not what they say;
   * then nothing was decided.
   */
  decideBatch(columns: BatchColumns, options: BatchOptions = {}): BatchResult {
    try {
      return decideBatch(this.batchHost(), columns, options);
    } catch (error) {
      // A RangeError is the stack's end. Traps are met in calls of their own as well, while the evaluator learns.
      const isTrap = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
      if (!isTrap && !(error instanceof EngineError)) throw error;
      this.replaceMachine();
      throw isTrap ? trapOf(error) : error;
    }
  }

  /**
   * Memory for columns that `decideBatch` then need not copy: `bytes` bytes of the evaluator's own, in which arrays can be
   * made. They stand until `release`, or until the engine replaces an evaluator that trapped; after that they are merely
   * memory from which columns are copied. Throws RangeError if there are not so many (`batchBytes`).
   */
  reserve(bytes: number): Uint8Array {
    const { bytes: memory, batchArea } = this.machine;
    const end = this.batchEnd - 64;
    const at = (end - bytes) & ~63;
    if (bytes < 0 || at < batchArea) throw new RangeError(`there are fewer than ${bytes} bytes left for columns`);
    this.batchEnd = at;
    return memory.subarray(at, at + bytes);
  }

  /** Gives all reserved memory back. */
  release(): void {
    this.batchEnd = this.machine.batchEnd;
  }

  /** Checks the columns of a batch as `decideBatch` does, and decides nothing yet. For `EnginePool`. */
  prepareBatch(columns: BatchColumns, options: BatchOptions): PreparedBatch {
    return prepareBatch(this.batchHost(), columns, options);
  }

  private batchHost(): BatchHost {
    return {
      machine: this.machine,
      batchEnd: this.batchEnd,
      quick: this.quick,
      requiredKeys: this.requiredKeys,
      slotCount: this.plans.length,
      keyIds: this.keyIds,
      decide: (request) => this.decide(request),
      statementId: (reference) => this.references.idOf(reference),
    };
  }

  /** The statement that a batch says decided, as a decision names it; null for 0xffff_ffff. */
  statementOf(id: number, layer: Layer): StatementRef | null {
    return id === NONE ? null : this.references.of(id, LAYER_ORDER.indexOf(layer));
  }

  private replaceMachine(): void {
    if (this.place !== null) clearShare(this.place.image, this.place.image.shares[this.place.share]!);
    this.machine = this.newMachine();
    this.batchEnd = this.machine.batchEnd;
    this.decoding = { machine: this.machine, references: this.references, overlay: null };
    this.quick = this.newQuickRoad();
    this.frames = null;
  }

  private newQuickRoad(): QuickRoad | null {
    if (!this.options.quick || !QuickRoad.serves(this.plans, this.world)) return null;
    return new QuickRoad(this.machine, this.plans, this.world, directoryOf(this.world), this.options);
  }

  private outOfSteps(): EngineError {
    return new EngineError("out-of-steps", `the decision took more than ${this.options.stepsMax} steps`);
  }

  /** Decides a question that was resolved against this engine's world. */
  answer(question: Question, options?: Partial<RequestOptions>, overlay?: Overlay): Decision {
    return this.run(question, options, overlay).decision;
  }

  /**
   * The decision with every statement that was looked at and why it did or did not apply (decision 8). Throws as `decide`
   * does.
   */
  explain(request: Request, options?: Partial<RequestOptions>, overlay?: Overlay): Explanation {
    const context = this.run(resolve(request, directoryOf(this.world), options), options, overlay);
    return this.guarded(overlay, () => explainDecision(context));
  }

  /**
   * The statement behind a reference, as the bundle or the overlay holds it; null: neither does. A copy of a reference is
   * looked up by its names among the world's policies: those of overlays are known by the reference alone, since they may
   * have the names of others.
   */
  statement(reference: StatementRef): Statement | null {
    const place = this.statementsOfOverlays.get(reference);
    if (place !== undefined) return decompileStatement(place.reader, place.statement, "session");
    for (const set of this.world.sets) {
      for (const { policy } of set.documents) {
        if (policy.name === reference.policy) return policy.statements[reference.index] ?? null;
      }
    }
    return null;
  }

  private run(
    question: Question,
    options: Partial<RequestOptions> | undefined,
    overlay: Overlay | undefined,
  ): ExplainContext {
    const layers = this.layersOf(question, overlay);
    const attached = this.attach(question, overlay);
    const machine = attached?.machine ?? this.machine;
    encodeQuestion(machine, this.plans, question, layers, attached?.session ?? null);
    const context = { machine, references: this.references, overlay: attached?.references ?? null };
    const decision = this.guarded(overlay, () => {
      this.call(machine, options?.extraValues === "multi");
      return decodeResult(context, question, layers);
    });
    return { ...context, decision, question, layers };
  }

  private layersOf(question: Question, overlay: Overlay | undefined): Layers {
    const layers = layersOf(this.world, question);
    return overlay?.set === NONE ? { ...layers, session: nonePassed(this.world, question.principal) } : layers;
  }

  private call(machine: Machine, everyKeyUnlisted: boolean): void {
    const status = machine.exports.decide(everyKeyUnlisted ? 1 : 0, this.options.index ? 1 : 0, this.options.stepsMax);
    this.steps = machine.words[(machine.result >>> 2) + STEPS]!;
    if (status === Status.OutOfSteps) throw this.outOfSteps();
  }

  /** Runs the evaluator. A trap poisons an instance, so it is replaced before anything else happens. */
  private guarded<T>(overlay: Overlay | undefined, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof EngineError) throw error;
      if (overlay === undefined || overlay.set === NONE) this.replaceMachine();
      else this.overlays.delete(overlay);
      throw trapOf(error);
    }
  }

  /** Null: the caller's session policies, if any, are in the bundle. */
  private attach({ principal }: Question, overlay: Overlay | undefined): Attached | null {
    if (overlay === undefined || overlay.set === NONE) return null;
    checkSession(principal);
    let attached = this.overlays.get(overlay);
    if (attached === undefined) {
      attached = {
        machine: makeMachine(moduleOf(this.options.build), layoutFor(this.reader, overlay, this.options)),
        references: new References(overlay.reader, this.statementsOfOverlays),
        session: { set: overlay.set, plans: keyPlansOf(overlay.reader) },
      };
      this.overlays.set(overlay, attached);
    }
    return attached;
  }

  private newMachine(): Machine {
    const layout = layoutFor(this.reader, null, this.options);
    if (this.place === null) return makeMachine(moduleOf(this.options.build), layout);
    const { image, share } = this.place;
    return makeSharedMachine(image, image.shares[share]!, layout);
  }
}

/** Which share of which image is an engine's. */
interface Place {
  readonly image: SharedImage;
  readonly share: number;
}

function defaultOptions(): Required<EngineOptions> {
  const seed = randomBytes(4).readUInt32LE();
  return { build: "baseline", index: true, stepsMax: 2 ** 31, quick: true, seed, batchBytes: 1 << 24 };
}

function layoutFor(
  reader: BundleReader,
  overlay: Overlay | null,
  { batchBytes, seed }: Pick<Required<EngineOptions>, "batchBytes" | "seed">,
): MachineLayout {
  const statements = largestSet(reader) + (overlay === null ? 0 : largestSet(overlay.reader));
  return {
    bundle: reader.bytes,
    overlay: overlay?.bytes ?? null,
    candidateWords: Math.max(CANDIDATE_WORDS_MIN, statements),
    textBytes: REQUEST_BYTES_MAX,
    batchBytes: overlay === null ? batchBytes : 0,
    seed,
  };
}

/** EVAL-18: who can have session policies. */
function checkSession(principal: Principal): void {
  if (principal.kind === "roleSession" || principal.kind === "federatedUser") return;
  if (principal.kind === "root" && principal.credentials.kind === "assumeRoot") return;
  throw new RequestError(
    "unsupported-session-policy",
    "principal",
    `session policies apply to role sessions and federated users only, not to \`${callerName(principal)}\``,
  );
}

/** Set ids from here on are `None` and `Unknown`. */
const FIRST_SPECIAL_SET = 0xffff_fffe;

function trapOf(error: unknown): EngineError {
  return new EngineError("trap", `the evaluator trapped: ${error instanceof Error ? error.message : String(error)}`);
}

/** Words for remembered candidate lists: half a million statements. */
const CANDIDATE_WORDS_MIN = 1 << 19;

/** An overlay is closed by construction. */
const OVERLAY_OPTIONS = 16384;

function largestSet(reader: BundleReader): number {
  let largest = 0;
  const count = reader.count(Section.Sets, SetRecord.Size);
  for (let id = 0; id < count; id++) {
    largest = Math.max(largest, reader.field(Section.Sets, SetRecord.Size, id, SetRecord.StatementCount));
  }
  return largest;
}

/** Tables that a bundle carries along must be this engine's, or its decisions would not be those of the reference. */
function checkData(reader: BundleReader): void {
  const services = Array.from({ length: reader.count(Section.RcpServices, 4) }, (_, id) =>
    reader.string(reader.field(Section.RcpServices, 4, id, 0)),
  );
  const exempt = Array.from({ length: reader.count(Section.ScpExempt, ScpExemptRecord.Size) }, (_, id) => {
    const field = (offset: ScpExemptRecord) => reader.field(Section.ScpExempt, ScpExemptRecord.Size, id, offset);
    const action = textOfTemplate(templateOf(reader, reader.patternBytes(field(ScpExemptRecord.Pattern))));
    return `${action} ${field(ScpExemptRecord.RootOnly)}`;
  });
  const expected = scpExemptActions.map(({ action, rootOnly }) => `${action.toLowerCase()} ${rootOnly ? 1 : 0}`);
  if (services.join() !== [...rcpServices].sort().join() || exempt.join() !== expected.join()) {
    throw new BundleError(
      "other-data",
      "the bundle was compiled with other tables of AWS's services; compile it again",
    );
  }
  for (let id = 0; id < reader.count(Section.Keys, KeyRecord.Size); id++) {
    const name = reader.field(Section.Keys, KeyRecord.Size, id, KeyRecord.Name);
    const code: CardinalityCode = reader.field(Section.Keys, KeyRecord.Size, id, KeyRecord.Cardinality);
    const wanted = name === NONE ? CardinalityCode.Single : CARDINALITIES[cardinalityOf(reader.string(name))];
    if (code !== wanted) {
      throw new BundleError(
        "other-data",
        "the bundle was compiled with another table of context keys; compile it again",
      );
    }
  }
}

const CARDINALITIES = {
  single: CardinalityCode.Single,
  multi: CardinalityCode.Multi,
  unlisted: CardinalityCode.Unlisted,
} as const;
