/** Explain: the evaluator's trace, layer by layer, as the reference gives it (decision 8). */
import {
  Frame,
  LayerCode,
  PathCode,
  Result,
  Section,
  StatementBits,
  StatementRecord,
  TracePart,
  TraceRecord,
  Truth as TruthCode,
} from "../bytecode/layout.js";
import {
  type Decision,
  type Explanation,
  LAYER_ORDER,
  type LayerTrace,
  type Reason,
  type StatementTrace,
  type Truth,
} from "../request/decision.js";
import { accountOf, type Question } from "../request/question.js";
import type { Layers } from "../world/layers.js";
import type { DocumentSet } from "../world/model.js";
import type { References } from "./decode.js";
import type { Machine } from "./wasm.js";
import { BundleSet } from "./world.js";

export interface ExplainContext {
  readonly decision: Decision;
  /** Holds the question that was decided last. */
  readonly machine: Machine;
  readonly references: References;
  /** Of the overlay that the session layer came from; null: none. */
  readonly overlay: References | null;
  readonly question: Question;
  readonly layers: Layers;
}

export function explainDecision(context: ExplainContext): Explanation {
  const { decision, machine } = context;
  // What a built-in rule decides or leaves open has no layers.
  if (machine.words[(machine.result + Result.Path) >>> 2] === PathCode.Builtin) return { decision, layers: [] };
  machine.exports.beginTrace();
  return { decision, layers: [...tracedLayers(context)] };
}

function* tracedLayers(context: ExplainContext): Generator<LayerTrace> {
  const { layers, question, machine } = context;
  const { principal } = question;
  const reaches = machine.exports.reachedLayers();
  const has = (code: LayerCode) => (reaches & (1 << code)) !== 0;
  if (has(LayerCode.Scp)) for (const set of layers.scp) yield traceSet(context, LayerCode.Scp, set);
  if (has(LayerCode.Rcp)) {
    const open = machine.exports.rcpsOpenByThemselves() !== 0;
    for (const set of layers.rcp) yield withAllow(traceSet(context, LayerCode.Rcp, set), open);
  }
  if (question.endpoint !== null && layers.vpce !== null) yield traceSet(context, LayerCode.Vpce, layers.vpce);
  if (has(LayerCode.Boundary) && layers.boundary !== null) {
    yield traceSet(context, LayerCode.Boundary, layers.boundary);
  }
  if (has(LayerCode.Session)) {
    const session = context.overlay === null ? layers.session : OVERLAY_SET;
    if (session !== null) yield withAllow(traceSet(context, LayerCode.Session, session), principal.kind === "root");
  }
  if (question.action !== "sts:assumeroot") yield* resourceTraces(context);
  if (accountOf(principal) !== null && has(LayerCode.Identity)) {
    yield traceSet(context, LayerCode.Identity, layers.identity);
  }
}

/** Stands for the overlay's one set. */
const OVERLAY_SET: DocumentSet = { label: "session policies", documents: [], missing: [] };

function* resourceTraces(context: ExplainContext): Generator<LayerTrace> {
  const { layers, question, machine } = context;
  const code = question.resourcePolicyKind === "trust" ? LayerCode.Trust : LayerCode.Resource;
  const unlocked = machine.exports.rootUnlocks() !== 0;
  const shown = (trace: LayerTrace): LayerTrace => (unlocked ? { ...trace, allow: "T", deny: "F" } : trace);
  if (layers.resource.missing.length > 0 || hasDocuments(layers.resource, machine)) {
    yield shown(traceSet(context, code, layers.resource));
  }
  if (layers.behind !== null) yield shown(traceSet(context, code, layers.behind.documents, true));
}

function hasDocuments(set: DocumentSet, machine: Machine): boolean {
  return set instanceof BundleSet && machine.exports.documentCount(set.id) > 0;
}

function withAllow(trace: LayerTrace, open: boolean): LayerTrace {
  return open ? { ...trace, allow: "T" } : trace;
}

/** Statements that one call traces; the records go where the request's texts end. */
const CHUNK = 1024;

function traceSet(context: ExplainContext, layer: LayerCode, set: DocumentSet, behind = false): LayerTrace {
  const statements: StatementTrace[] = [];
  const isOverlay = set === OVERLAY_SET;
  const id = isOverlay ? context.machine.words[(context.machine.frame + Frame.Session) >>> 2]! : idOf(set);
  if (id !== null) {
    const documents = context.machine.exports.traceDocuments(id, layer);
    for (let document = 0; document < documents; document++) {
      traceDocument(
        context,
        id,
        document,
        layer,
        behind,
        statements,
        isOverlay ? context.overlay! : context.references,
      );
    }
  }
  const missing = set.missing;
  return {
    layer: LAYER_ORDER[layer]!,
    label: set.label,
    allow: truthOf(statements, "Allow", missing.length > 0 && !missingIsCut(context, layer, behind)),
    deny: truthOf(statements, "Deny", missing.length > 0),
    missingPolicies: missing,
    statements,
  };
}

/** SPEC-22: what a restricted public policy that is not held would grant does not count either. */
function missingIsCut({ machine }: ExplainContext, layer: LayerCode, behind: boolean): boolean {
  return (
    !behind && (layer === LayerCode.Resource || layer === LayerCode.Trust) && machine.exports.publicGrantsCut() !== 0
  );
}

function idOf(set: DocumentSet): number | null {
  return set instanceof BundleSet ? set.id : null;
}

function traceDocument(
  { machine }: ExplainContext,
  set: number,
  document: number,
  layer: LayerCode,
  behind: boolean,
  into: StatementTrace[],
  references: References,
): void {
  const count = machine.exports.documentStatements(set, document, layer);
  const records = machine.exports.traceArea();
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(count, from + CHUNK);
    machine.exports.traceDocument(set, document, layer, behind ? 1 : 0, from, to, records);
    for (let index = 0; index < to - from; index++) {
      const at = (records + index * TraceRecord.Size) >>> 2;
      into.push(statementTrace(machine.words.subarray(at, at + TraceRecord.Size / 4), layer, references));
    }
  }
}

function statementTrace(record: Uint32Array, layer: LayerCode, references: References): StatementTrace {
  const id = record[TraceRecord.Statement / 4]!;
  const bits = references.reader.field(Section.Statements, StatementRecord.Size, id, StatementRecord.Bits);
  const hit = TRUTHS[record[TraceRecord.Hit / 4]! as TruthCode];
  return {
    statement: references.of(id, layer),
    effect: bits === StatementBits.Deny ? "Deny" : "Allow",
    hit,
    reason: hit === "T" ? null : reasonOf(record[TraceRecord.Part / 4]!, record[TraceRecord.Entry / 4]!),
  };
}

const TRUTHS: Record<TruthCode, Truth> = {
  [TruthCode.False]: "F",
  [TruthCode.Unknown]: "U",
  [TruthCode.True]: "T",
};

function reasonOf(part: TracePart, entry: number): Reason | null {
  switch (part) {
    case TracePart.None:
      return null;
    case TracePart.Action:
      return { part: "action" };
    case TracePart.Resource:
      return { part: "resource" };
    case TracePart.Principal:
      return { part: "principal" };
    case TracePart.Condition:
      return { part: "condition", entry };
    case TracePart.Variable:
      return { part: "variable" };
    case TracePart.Document:
      return { part: "document" };
  }
}

/** Kleene OR over the hits of one effect; what is missing may be one more (3V-8). */
function truthOf(statements: readonly StatementTrace[], effect: "Allow" | "Deny", missing: boolean): Truth {
  let truth: Truth = missing ? "U" : "F";
  for (const statement of statements) {
    if (statement.effect !== effect || statement.hit === "F") continue;
    if (statement.hit === "T") return "T";
    truth = "U";
  }
  return truth;
}
