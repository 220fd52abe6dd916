/** Result words → Decision. */
import {
  BuiltinRule,
  CauseBits,
  DecisionCode,
  KeyKind,
  KeyRecord,
  LayerCode,
  PathCode,
  PolicyRecord,
  ProvenanceRecord,
  Result,
  Section,
  SetRecord,
  StatementRecord,
} from "../bytecode/layout.js";
import { type BundleReader, NONE } from "../bytecode/reader.js";
import {
  type Decision,
  LAYER_ORDER,
  type Layer,
  type MissingAllow,
  type Path,
  type StatementRef,
} from "../request/decision.js";
import { accountOf, callerName, type Principal, type Question } from "../request/question.js";
import type { Layers } from "../world/layers.js";
import type { DocumentSet } from "../world/model.js";
import { sidOf } from "./decompile.js";
import type { Machine } from "./wasm.js";

/** A statement of a bundle by its id. */
export interface StatementPlace {
  readonly reader: BundleReader;
  readonly statement: number;
}

/** Turns statement ids of one bundle into references, each made once. */
export class References {
  /** By statement, one for each layer that it was seen in: nearly always a single one. */
  private readonly made: (StatementRef | undefined)[] = [];
  private readonly ids = new WeakMap<StatementRef, number>();

  /** `noted` learns which statement each reference stands for. */
  constructor(
    readonly reader: BundleReader,
    private readonly noted: WeakMap<StatementRef, StatementPlace> | null = null,
  ) {}

  of(statement: number, layer: LayerCode): StatementRef {
    const known = this.made[statement];
    if (known !== undefined && known.layer === LAYER_ORDER[layer]) return known;
    const reference = this.make(statement, layer);
    this.made[statement] = reference;
    this.noted?.set(reference, { reader: this.reader, statement });
    return reference;
  }

  /** The id of a statement that `of` named, or None. */
  idOf(reference: StatementRef): number {
    return this.ids.get(reference) ?? NONE;
  }

  private make(statement: number, layer: LayerCode): StatementRef {
    const reference = this.read(statement, layer);
    this.ids.set(reference, statement);
    return reference;
  }

  private read(statement: number, layer: LayerCode): StatementRef {
    const { reader } = this;
    const policy = reader.field(Section.Statements, StatementRecord.Size, statement, StatementRecord.Policy);
    const place = (field: ProvenanceRecord) =>
      reader.field(Section.Provenance, ProvenanceRecord.Size, statement, field);
    return Object.freeze({
      layer: LAYER_ORDER[layer]!,
      policy: reader.string(reader.field(Section.Policies, PolicyRecord.Size, policy, PolicyRecord.Name)),
      index: reader.field(Section.Statements, StatementRecord.Size, statement, StatementRecord.Index),
      sid: sidOf(reader, statement),
      file: reader.provenanceText(place(ProvenanceRecord.FileOffset), place(ProvenanceRecord.FileLength)),
      line: place(ProvenanceRecord.Line),
      column: place(ProvenanceRecord.Column),
    });
  }
}

const PATHS: Record<PathCode, Path> = {
  [PathCode.SameAccount]: "SAME_ACCOUNT",
  [PathCode.CrossAccount]: "CROSS_ACCOUNT",
  [PathCode.Service]: "SERVICE",
  [PathCode.Anonymous]: "ANONYMOUS",
  [PathCode.Federated]: "FEDERATED",
  [PathCode.Builtin]: "BUILTIN",
};

const RULES: Record<BuiltinRule, string> = {
  [BuiltinRule.Sts30]: "STS-30",
  [BuiltinRule.Sts31]: "STS-31",
  [BuiltinRule.Sts32]: "STS-32",
  [BuiltinRule.Sts33]: "STS-33",
  [BuiltinRule.Pass3]: "PASS-3",
  [BuiltinRule.Spec15]: "SPEC-15",
  [BuiltinRule.Spec34]: "SPEC-34",
  [BuiltinRule.Spec6]: "SPEC-6",
  [BuiltinRule.Spec35]: "SPEC-35",
  [BuiltinRule.Partition]: "partition",
};

const OVERLAY_BIT = 0x8000_0000;

/** Offsets in words; names of module scope are folded into the code, members of imported enums are looked up each time. */
const DECIDED_BY = Result.DecidedBy >>> 2;
const PATH = Result.Path >>> 2;
const STATEMENTS = Result.Statements >>> 2;
const STATEMENT_COUNT = Result.StatementCount >>> 2;
const MISSING = Result.Missing >>> 2;
const MISSING_COUNT = Result.MissingCount >>> 2;
const ALLOWED: number = DecisionCode.Allowed;
const IMPLICIT_DENY: number = DecisionCode.ImplicitDeny;
const INDETERMINATE: number = DecisionCode.Indeterminate;

/** What decisions name, of one question. */
export interface Names {
  readonly resource: string;
  readonly caller: string;
  /** Label of the session layer's set; null: none was passed. */
  readonly session: string | null;
}

/** What the result of one question is read with. */
export interface DecodeContext {
  readonly machine: Machine;
  readonly references: References;
  readonly overlay: References | null;
}

/** The decision of the general road. */
export function decodeResult(context: DecodeContext, question: Question, layers: Layers): Decision {
  const names: Names = {
    resource: question.resource,
    caller: callerName(question.principal),
    session: context.overlay === null ? (layers.session?.label ?? null) : "session policies",
  };
  const settled = decodeSettled(context, names);
  if (settled !== null) return settled;
  const words = context.machine.words;
  const base = context.machine.result >>> 2;
  const field = (offset: Result) => words[base + (offset >>> 2)]!;
  const decision = field(Result.Decision) === DecisionCode.Denied ? "denied" : "indeterminate";
  return { decision, ...openOf(context, field, question, layers) };
}

/** A decision that hangs on nothing unknown; null: it does. */
export function decodeSettled(context: DecodeContext, names: Names): Decision | null {
  const words = context.machine.words;
  const at = context.machine.result >>> 2;
  const code = words[at]!;
  if (code >= INDETERMINATE) return null;
  const decidedBy = LAYER_ORDER[words[at + DECIDED_BY]!]!;
  const path = PATHS[words[at + PATH]! as PathCode];
  if (code === IMPLICIT_DENY) {
    return { decision: "implicitDeny", decidedBy, missing: missingOf(context, at, names), path };
  }
  const statements = statementsOf(context, at);
  return code === ALLOWED
    ? { decision: "allowed", decidedBy, statements, path }
    : { decision: "explicitDeny", decidedBy, statements, path };
}

function statementsOf({ machine, references, overlay }: DecodeContext, result: number): readonly StatementRef[] {
  const words = machine.words;
  const at = words[result + STATEMENTS]! >>> 2;
  const count = words[result + STATEMENT_COUNT]!;
  const statements: StatementRef[] = [];
  for (let index = 0; index < count; index++) {
    const id = words[at + index * 2]!;
    const layer: LayerCode = words[at + index * 2 + 1]!;
    statements.push(id >= OVERLAY_BIT ? overlay!.of(id - OVERLAY_BIT, layer) : references.of(id, layer));
  }
  return statements;
}

function missingOf({ machine, references }: DecodeContext, result: number, names: Names): readonly MissingAllow[] {
  const words = machine.words;
  const at = words[result + MISSING]! >>> 2;
  const count = words[result + MISSING_COUNT]!;
  const missing: MissingAllow[] = [];
  for (let index = 0; index < count; index++) {
    const layer = LAYER_ORDER[words[at + index * 2]! as LayerCode]!;
    missing.push({ layer, target: targetOf(layer, words[at + index * 2 + 1]!, references.reader, names) });
  }
  return missing;
}

function targetOf(layer: Layer, set: number, reader: BundleReader, names: Names): string {
  switch (layer) {
    case "SERVICE":
      return RULES[set as BuiltinRule];
    case "RESOURCE":
    case "TRUST":
      return names.resource;
    case "IDENTITY":
      return names.caller;
    case "SESSION":
      return names.session ?? `session policies of ${names.caller}`;
    case "SCP":
    case "RCP":
    case "VPCE":
    case "BOUNDARY":
      return set === NONE ? layer : reader.string(reader.field(Section.Sets, SetRecord.Size, set, SetRecord.Label));
  }
}

const BETWEEN = ["allowed", "explicitDeny", "implicitDeny"] as const;

function openOf(
  context: DecodeContext,
  field: (offset: Result) => number,
  question: Question,
  layers: Layers,
): { between: readonly (typeof BETWEEN)[number][]; dependsOn: readonly string[] } {
  const bits = field(Result.Between);
  return {
    between: BETWEEN.filter((_, code) => bits & (1 << code)),
    dependsOn: dependsOn(context, field, question, layers),
  };
}

function dependsOn(
  { machine, references, overlay }: DecodeContext,
  field: (offset: Result) => number,
  question: Question,
  layers: Layers,
): readonly string[] {
  const keys = new Set<string>();
  const others = new Set<string>();
  let keysAt = field(Result.CauseKeys);
  let setsAt = field(Result.CauseSets);
  for (const reader of overlay === null ? [references.reader] : [references.reader, overlay.reader]) {
    const keyCount = reader.count(Section.Keys, KeyRecord.Size);
    const setCount = reader.count(Section.Sets, SetRecord.Size);
    for (const id of bitsAt(machine.bytes, keysAt, keyCount)) {
      const kind: KeyKind = reader.field(Section.Keys, KeyRecord.Size, id, KeyRecord.Kind);
      if (kind === KeyKind.Plain)
        keys.add(reader.string(reader.field(Section.Keys, KeyRecord.Size, id, KeyRecord.Name)));
    }
    for (const id of bitsAt(machine.bytes, setsAt, setCount))
      for (const name of missingNames(reader, id)) others.add(name);
    keysAt += (keyCount + 7) >> 3;
    setsAt += (setCount + 7) >> 3;
  }
  addLayers(others, field(Result.CauseLayers), layers);
  addCauses(others, field(Result.Causes), question.principal);
  const owner = field(Result.Causes) & CauseBits.Owner ? ["resource account"] : [];
  return [...[...keys].sort(), ...[...others].sort(), ...owner];
}

/** A world has thousands of sets, and few of them are causes. */
function bitsAt(bytes: Uint8Array, at: number, count: number): number[] {
  const found: number[] = [];
  for (let first = 0; first < count; first += 8) {
    const bits = bytes[at + (first >> 3)]!;
    if (bits === 0) continue;
    for (let id = first; id < first + 8 && id < count; id++) if (bits & (1 << (id & 7))) found.push(id);
  }
  return found;
}

function missingNames(reader: BundleReader, set: number): readonly string[] {
  const start = reader.field(Section.Sets, SetRecord.Size, set, SetRecord.MissingStart);
  const count = reader.field(Section.Sets, SetRecord.Size, set, SetRecord.MissingCount);
  return Array.from({ length: count }, (_, index) => reader.string(reader.pool(start + index)));
}

/** Layers that were made up for the question, as unknown, by the names of what is not held. */
function addLayers(names: Set<string>, bits: number, layers: Layers): void {
  const add = (code: LayerCode, sets: readonly (DocumentSet | null | undefined)[]) => {
    if (bits & (1 << code)) for (const set of sets) for (const name of set?.missing ?? []) names.add(name);
  };
  add(LayerCode.Scp, layers.scp);
  add(LayerCode.Rcp, layers.rcp);
  add(LayerCode.Vpce, [layers.vpce]);
  add(LayerCode.Boundary, [layers.boundary]);
  add(LayerCode.Session, [layers.session]);
  add(LayerCode.Resource, [layers.resource]);
  add(LayerCode.Trust, [layers.behind?.documents]);
  add(LayerCode.Identity, [layers.identity]);
}

function addCauses(names: Set<string>, bits: number, principal: Principal): void {
  if (bits & CauseBits.UniqueId) names.add(`unique id of ${uniqueIdHolder(principal)}`);
  if (bits & CauseBits.SessionName && principal.kind === "roleSession") {
    names.add(`session name of ${principal.roleArn}`);
  }
  if (bits & CauseBits.Parent && principal.kind === "federatedUser") names.add(`parent of ${principal.arn}`);
  if (bits & CauseBits.Canonical) names.add(`canonical user id of account ${accountOf(principal)}`);
}

function uniqueIdHolder(principal: Principal): string {
  if (principal.kind === "roleSession") return principal.roleArn;
  if (principal.kind === "federatedUser") return principal.parentArn ?? principal.arn;
  return callerName(principal);
}
