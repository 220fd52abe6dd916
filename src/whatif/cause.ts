/** What made the difference: for each side of a flip, the statements, the layer or the unknowns that are responsible. */
import type { Engine } from "../engine/engine.js";
import type { Decision, Explanation, Layer, MissingAllow, StatementRef, StatementTrace } from "../request/decision.js";
import { nearness } from "../request/explanation.js";
import type { Request } from "../request/request.js";
import { shapeOfCause } from "./shape.js";
import type { Verdict } from "./verdict.js";

/** One side of a flip, or the decision of the one world. */
export type Cause =
  /** These statements did it; `near`: they are Allows that almost applied. */
  | { readonly kind: "statements"; readonly near: boolean; readonly statements: readonly StatementRef[] }
  /** A layer that allows nothing of the kind; `target` where it is a level or a rule and not the caller's own. */
  | { readonly kind: "layer"; readonly layer: Layer; readonly target: string | null }
  /** Keys and documents that are not known. */
  | { readonly kind: "unknown"; readonly dependsOn: readonly string[] };

/** Statements and unknowns that are named; more of them add nothing to a reader's understanding. */
const NAMED_MAX = 4;

const ANY_LEVEL = "";

/** One world's answer, explained when somebody asks. */
export class Answer {
  private explained: Explanation | null = null;
  private hits: ReadonlySet<string> | null = null;

  constructor(
    private readonly engine: Engine,
    private readonly request: Request,
    readonly decision: Decision,
  ) {}

  get explanation(): Explanation {
    this.explained ??= this.engine.explain(this.request);
    return this.explained;
  }

  /** Those of this world's statements that the other world lacks, or where they do not apply. `level`: null for any. */
  lackedBy(other: Answer, references: readonly StatementRef[], level: string | null): readonly StatementRef[] {
    return references.filter(
      (reference) => !other.hasHit(reference.layer, level ?? ANY_LEVEL, this.contentOf(reference)),
    );
  }

  private hasHit(layer: Layer, level: string, content: string): boolean {
    this.hits ??= new Set(
      this.explanation.layers.flatMap(({ layer: of, label, statements }) =>
        statements
          .filter(({ hit }) => hit === "T")
          .map(({ statement }) => this.contentOf(statement))
          .flatMap((one) => [`${of} ${ANY_LEVEL} ${one}`, `${of} ${label} ${one}`]),
      ),
    );
    return this.hits.has(`${layer} ${level} ${content}`);
  }

  private contentOf(reference: StatementRef): string {
    return contentOf(this.engine, reference);
  }
}

/** The cause of `answer`; held against the other world's answer where there is one. */
export function causeOf(answer: Answer, other: Answer | null): Cause {
  const { decision } = answer;
  switch (decision.decision) {
    case "allowed":
      return allowing(answer, decision, other);
    case "explicitDeny": {
      const own = other === null ? [] : answer.lackedBy(other, decision.statements, null);
      return statements(own.length > 0 ? own : decision.statements, decision.decidedBy);
    }
    case "implicitDeny":
      return withholding(answer, decision.missing);
    case "indeterminate":
    case "denied":
      return { kind: "unknown", dependsOn: [...new Set(decision.dependsOn.map(shapeOfCause))].slice(0, NAMED_MAX) };
  }
}

/**
 * On which side stands what made the difference: the Deny that is there and was not, or was and is not; the Allow likewise; and
 * what an uncertain answer hangs on.
 */
export function decisiveSide(before: Verdict, after: Verdict): "before" | "after" {
  const wentAway =
    (before === "explicitDeny" && after === "allowed") || (before === "allowed" && after === "implicitDeny");
  return wentAway ? "before" : "after";
}

/** The Allows that the other world lacks: those of the layer that withheld its own there. */
function allowing(answer: Answer, decision: Decision & { decision: "allowed" }, other: Answer | null): Cause {
  if (other?.decision.decision === "implicitDeny") {
    const [missing] = other.decision.missing;
    const own = answer.explanation.layers
      .filter(({ layer, label }) => isLayer(missing!, layer, label))
      .flatMap(({ label, statements: traces }) => {
        const allows = traces.filter(({ effect, hit }) => effect === "Allow" && hit === "T");
        return answer.lackedBy(
          other,
          allows.map(({ statement }) => statement),
          isLeveled(missing!.layer) ? label : null,
        );
      });
    if (own.length > 0) return statements(own, missing!.layer);
  }
  return statements(decision.statements, decision.decidedBy);
}

function statements(references: readonly StatementRef[], layer: Layer): Cause {
  if (references.length === 0) return { kind: "layer", layer, target: null };
  return { kind: "statements", near: false, statements: references.slice(0, NAMED_MAX) };
}

/** The Allow of the layer that came nearest, if it is at least about the action; else the layer. */
function withholding(answer: Answer, missing: readonly MissingAllow[]): Cause {
  const first = missing[0]!;
  let nearest: StatementTrace | null = null;
  for (const { layer, label, statements: traces } of answer.explanation.layers) {
    if (!isLayer(first, layer, label)) continue;
    for (const trace of traces) {
      if (trace.effect !== "Allow" || trace.hit === "T" || nearness(trace) < ABOUT_THE_ACTION) continue;
      if (nearest === null || nearness(trace) > nearness(nearest)) nearest = trace;
    }
  }
  if (nearest !== null) return { kind: "statements", near: true, statements: [nearest.statement] };
  return { kind: "layer", layer: first.layer, target: TARGETS.has(first.layer) ? first.target : null };
}

const ABOUT_THE_ACTION = 1;

/** Layers whose targets are few: levels, endpoints, rules. */
const TARGETS: ReadonlySet<Layer> = new Set(["SCP", "RCP", "VPCE", "SERVICE"]);

/** Of hierarchical layers only the level that is meant. */
function isLayer({ layer, target }: MissingAllow, other: Layer, label: string): boolean {
  return layer === other && (!isLeveled(layer) || target === label);
}

function isLeveled(layer: Layer): boolean {
  return layer === "SCP" || layer === "RCP";
}

const contents = new WeakMap<Engine, Map<string, string>>();

/** A statement's content, whatever its place: documents that are edited move their statements. */
function contentOf(engine: Engine, reference: StatementRef): string {
  let known = contents.get(engine);
  if (known === undefined) {
    known = new Map();
    contents.set(engine, known);
  }
  const name = `${reference.policy}#${reference.index}`;
  let content = known.get(name);
  if (content === undefined) {
    const statement = engine.statement(reference);
    content = statement === null ? name : JSON.stringify({ ...statement, index: 0, span: null });
    known.set(name, content);
  }
  return content;
}
