/** Decisions and explanations in print, and the exit code that they mean. */
import colors from "picocolors";
import type { Decision, DecisionWord, Explanation } from "../request/decision.js";
import { type AskedInContext, askedOf, renderExplanation, type StatementLookup } from "../request/explanation.js";
import { resolve } from "../request/resolve.js";
import { directoryOf } from "../world/directory.js";
import type { Asking } from "./asking.js";
import { Exit } from "./exit.js";
import type { Output } from "./terminal.js";

const EXITS: Record<DecisionWord, Exit> = {
  allowed: Exit.Ok,
  explicitDeny: Exit.No,
  implicitDeny: Exit.No,
  denied: Exit.No,
  indeterminate: Exit.Indeterminate,
};

export function exitFor(decision: Decision): Exit {
  return EXITS[decision.decision];
}

/** What an answer says about its request. */
export function askedBy({ world, request, options }: Asking): AskedInContext {
  const { principal } = request;
  const question = resolve(request, directoryOf(world), options);
  return askedOf(question, typeof principal === "string" ? principal : principal.arn);
}

/** Prints an explanation for people; without its layers it is the decision alone. */
export async function printExplanation(
  output: Output,
  explanation: Explanation,
  asked: AskedInContext,
  lookup: StatementLookup,
): Promise<void> {
  const text = renderExplanation(explanation, asked, lookup);
  const { decision } = explanation.decision;
  const paint = PAINTS[decision](colors.createColors(output.color));
  await output.write(paint(decision) + text.slice(decision.length));
}

type Colors = ReturnType<typeof colors.createColors>;

const PAINTS: Record<DecisionWord, (palette: Colors) => (text: string) => string> = {
  allowed: ({ green }) => green,
  explicitDeny: ({ red }) => red,
  implicitDeny: ({ red }) => red,
  denied: ({ red }) => red,
  indeterminate: ({ yellow }) => yellow,
};
