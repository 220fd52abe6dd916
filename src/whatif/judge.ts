/** Both worlds' answers to one request. */
import type { Engine } from "../engine/engine.js";
import type { Decision } from "../request/decision.js";
import { type Request, RequestError } from "../request/request.js";
import { Answer, type Cause, causeOf } from "./cause.js";
import type { Refusal } from "./report.js";
import { shapeOfCause } from "./shape.js";
import { type Mark, markOf, type Verdict, verdictOf } from "./verdict.js";

export type Judgement =
  | {
      readonly kind: "judged";
      readonly before: Verdict;
      /** Null: there is one world. */
      readonly after: Verdict | null;
      readonly mark: Mark | null;
      /** Null: the request is not marked. */
      readonly causes: { readonly before: Cause; readonly after: Cause | null } | null;
      /** What the answer before rests on, as a text that is equal for answers which rest on the same. */
      readonly ground: string;
      /** What uncertain answers hang on, shaped. */
      readonly hangsBefore: readonly string[];
      readonly hangsAfter: readonly string[];
    }
  | ({ readonly kind: "refused" } & Omit<Refusal, "count">);

export class Judge {
  /** How many times a world was asked. */
  decisions = 0;
  private readonly grounds = new Map<string, string>();

  constructor(
    private readonly before: Engine,
    private readonly after: Engine | null,
  ) {}

  /** Throws `EngineError` for a failure of our own. */
  judge(request: Request): Judgement {
    const first = this.ask(this.before, request);
    const then = this.after === null ? null : this.ask(this.after, request);
    if (first instanceof RequestError) return refused(first, then instanceof RequestError ? "both" : "before");
    if (then instanceof RequestError) return refused(then, "after");
    const before = verdictOf(first);
    const after = then === null ? null : verdictOf(then);
    const mark = markOf(before, after);
    return {
      kind: "judged",
      before,
      after,
      mark,
      causes: mark === null ? null : this.causes(request, first, then),
      ground: this.groundOf(first),
      hangsBefore: hangsOf(first),
      hangsAfter: then === null ? NOTHING : hangsOf(then),
    };
  }

  /** Why the world before says what it says, whatever the other one does. */
  causeBefore(request: Request): Cause {
    return causeOf(new Answer(this.before, request, this.before.decide(request)), null);
  }

  /** Grounds are few, and remembered for every request. */
  private groundOf(decision: Decision): string {
    const ground = groundOf(decision);
    const known = this.grounds.get(ground);
    if (known !== undefined) return known;
    if (this.grounds.size < GROUNDS_MAX) this.grounds.set(ground, ground);
    return ground;
  }

  private ask(engine: Engine, request: Request): Decision | RequestError {
    this.decisions += 1;
    try {
      return engine.decide(request);
    } catch (error) {
      if (error instanceof RequestError) return error;
      throw error;
    }
  }

  private causes(request: Request, first: Decision, then: Decision | null) {
    const before = new Answer(this.before, request, first);
    if (then === null) return { before: causeOf(before, null), after: null };
    const after = new Answer(this.after!, request, then);
    return { before: causeOf(before, after), after: causeOf(after, before) };
  }
}

const GROUNDS_MAX = 10_000;

function groundOf(decision: Decision): string {
  switch (decision.decision) {
    case "allowed":
    case "explicitDeny":
      return `${decision.decidedBy} ${decision.statements.map(({ policy, index }) => `${policy}#${index}`).join(" ")}`;
    case "implicitDeny":
      return decision.decidedBy;
    case "indeterminate":
    case "denied":
      return "";
  }
}

const NOTHING: readonly string[] = [];

function hangsOf(decision: Decision): readonly string[] {
  return decision.decision === "indeterminate" ? [...new Set(decision.dependsOn.map(shapeOfCause))] : NOTHING;
}

/** The message names who is asked for, which is what a reader wants to see of some; the code says what they have in common. */
function refused(error: RequestError, where: Refusal["where"]): Judgement {
  return { kind: "refused", code: error.code, message: error.message, where };
}
