/** What comes of bytes that may be a bundle: refused, or an engine that says what the reference reads in them. */
import { BundleError } from "../../src/bytecode/verify.js";
import { Engine, EngineError } from "../../src/engine/engine.js";
import type { Ask } from "../generators/requests.js";
import { type Answer, differenceOf, engineRoad, referenceRoad } from "../generators/roads.js";

/** Far more than any decision on a small bundle takes, and far less than ten milliseconds. */
export const STEPS_MAX = 1 << 20;

export type Trial =
  | { readonly kind: "refused"; readonly error: BundleError }
  | { readonly kind: "accepted" }
  | { readonly kind: "wrong"; readonly complaint: string };

/** Loads `bytes` and asks both roads: the engine as it is, and the reference about the bundle decompiled. */
export function trial(bytes: Uint8Array, asks: readonly Ask[], traced = false): Trial {
  let engine: Engine;
  try {
    engine = Engine.loadSync(bytes, { stepsMax: STEPS_MAX });
  } catch (error) {
    if (error instanceof BundleError) return { kind: "refused", error };
    return { kind: "wrong", complaint: `loading: ${error instanceof Error ? error.stack : error}` };
  }
  try {
    const compiled = engineRoad(engine, "compiled");
    const reference = referenceRoad(engine.world);
    for (const ask of asks) {
      const expected = placeless(reference.answer(ask, true));
      const difference =
        differenceOf(expected, placeless(compiled.answer(ask, false))) ??
        (traced ? differenceOf(expected, placeless(compiled.answer(ask, true))) : null);
      if (difference !== null) return { kind: "wrong", complaint: `${difference} to ${JSON.stringify(ask)}` };
    }
  } catch (error) {
    const what =
      error instanceof EngineError ? `${error.code}: ${error.message}` : error instanceof Error ? error.stack : error;
    return { kind: "wrong", complaint: `asking: ${what}` };
  }
  return { kind: "accepted" };
}

/** Decompiled policies stand in no file. */
export function placeless(answer: Answer): Answer {
  return JSON.parse(
    JSON.stringify({ ...answer, question: null }, (name, value) => (PLACES.has(name) ? undefined : value)),
  );
}

const PLACES = new Set(["file", "line", "column"]);
