/**
 * The specification as a program: the decision procedure of §6.4 in the three-valued reading of §4a. Slow on purpose; what
 * the compiled road answers is held against it.
 */
import type { WorldOptions } from "../policy/options.js";
import type { Decision, Explanation, LayerTrace, Path } from "../request/decision.js";
import { accountOf, type Question } from "../request/question.js";
import type { Request, RequestOptions } from "../request/request.js";
import { resolve } from "../request/resolve.js";
import { directoryOf } from "../world/directory.js";
import { type Layers, layersOf } from "../world/layers.js";
import type { World } from "../world/model.js";
import { allowances, causesOf, denials, missingAllows } from "./attribution.js";
import { decideBuiltin } from "./builtins.js";
import { granted, grantOf } from "./grant.js";
import { and, type Logic, or } from "./kleene.js";
import { type Case, evaluateLayers, inOrder, tracesOf } from "./layers.js";

/** What the world's policies say to a request. Throws only RequestError: the request cannot be asked. */
export function decide(world: World, request: Request, options: Partial<RequestOptions> = {}): Decision {
  return explain(world, request, options).decision;
}

/** The decision, and what every statement of every layer that applies contributed. Throws as `decide` does. */
export function explain(world: World, request: Request, options: Partial<RequestOptions> = {}): Explanation {
  return answer(world, resolve(request, directoryOf(world), options));
}

/** The same for a request that has been checked. */
export function answer(world: World, question: Question): Explanation {
  return authorize(world, question, layersOf(world, question));
}

/** `authorize` of §6.4: the answer to a question, given what is attached to its parties. */
export function authorize(world: World, question: Question, layers: Layers): Explanation {
  const [first, second] = readings(question).map((sameAccount): Case => ({ world, question, layers, sameAccount }));
  const builtin = decideBuiltin(first!);
  if (builtin !== null) return { decision: builtin, layers: [] };
  const reading = read(first!);
  const possibility =
    second === undefined ? reading.possibility : eitherOf(reading.possibility, read(second).possibility);
  return { decision: conclude(possibility, reading, world.options), layers: reading.traces };
}

/** 3V-12: a resource of which the owner is not known is read as the caller's own, and as that of another account. */
function readings({ action, owner, principal }: Question): readonly boolean[] {
  const account = accountOf(principal);
  if (account === null) return [false];
  if (action === "sts:assumeroot") return [true]; // SPEC-35
  return owner.kind === "unknown" ? [true, false] : [owner.account === account];
}

type Word = "allowed" | "explicitDeny" | "implicitDeny";

/** What a decision can turn out to be, and on what that hangs; definite with one word. */
interface Possibility {
  readonly words: readonly Word[];
  readonly unknowns: readonly Logic[];
  /** The two readings of an unknown owner differ. */
  readonly hangsOnOwner: boolean;
}

interface Reading {
  readonly possibility: Possibility;
  readonly traces: readonly LayerTrace[];
  /** The decision if this word is the definite one. */
  readonly as: (word: Word) => Decision;
}

/** Steps 1 to 4 of §6.4 by 3V-9: every layer, the denies, the guardrails, the grant. */
function read(the: Case): Reading {
  const evaluation = evaluateLayers(the);
  const layers = inOrder(evaluation);
  const deny = or(...layers.map((layer) => layer.deny));
  const guardrails = and(evaluation.scp.allow, evaluation.rcp.allow, evaluation.vpce.allow);
  const grant = grantOf(the, evaluation);
  const pass = and(guardrails, granted(grant));
  const words = possibleWords(deny, pass);
  const path = pathOf(the);
  return {
    possibility: { words, unknowns: words.length === 1 ? [] : [deny, pass], hangsOnOwner: false },
    traces: tracesOf(layers),
    as: (word) => {
      switch (word) {
        case "allowed":
          return { decision: word, ...allowances(the, evaluation, grant), path };
        case "explicitDeny":
          return { decision: word, ...denials(layers), path };
        case "implicitDeny": {
          const missing = missingAllows(the, evaluation, grant);
          return { decision: word, decidedBy: missing[0]!.layer, missing, path };
        }
      }
    },
  };
}

/** The table of 3V-9: an explicit deny wins over every allow (EVAL-1). */
function possibleWords(deny: Logic, pass: Logic): readonly Word[] {
  if (deny.truth === "T") return ["explicitDeny"];
  const words: Word[] = [];
  if (pass.truth !== "F") words.push("allowed");
  if (deny.truth === "U") words.push("explicitDeny");
  if (pass.truth !== "T") words.push("implicitDeny");
  return words;
}

/** 3V-12: what the two readings leave possible. */
function eitherOf(same: Possibility, cross: Possibility): Possibility {
  const words = WORDS.filter((word) => same.words.includes(word) || cross.words.includes(word));
  const areEqual = words.length === same.words.length && words.length === cross.words.length;
  return { words, unknowns: [...same.unknowns, ...cross.unknowns], hangsOnOwner: !areEqual };
}

const WORDS: readonly Word[] = ["allowed", "explicitDeny", "implicitDeny"];

/** One word is the decision; several are indeterminate, or `denied` where none of them allows (`denyKind`, 3V-9). */
function conclude({ words, unknowns, hangsOnOwner }: Possibility, reading: Reading, options: WorldOptions): Decision {
  if (words.length === 1) return reading.as(words[0]!);
  const isDenied = options.denyKind === "merge" && !words.includes("allowed");
  const dependsOn = [...causesOf(unknowns), ...(hangsOnOwner ? ["resource account"] : [])];
  return { decision: isDenied ? "denied" : "indeterminate", between: words, dependsOn };
}

function pathOf(the: Case): Path {
  switch (the.question.principal.kind) {
    case "root":
    case "user":
    case "roleSession":
    case "federatedUser":
      return the.sameAccount ? "SAME_ACCOUNT" : "CROSS_ACCOUNT";
    case "service":
    case "originAccessIdentity":
      return "SERVICE";
    case "webIdentity":
    case "saml":
      return "FEDERATED";
    case "anonymous":
      return "ANONYMOUS";
  }
}
