/** Every trial that was made for the evaluator. */
import { actionTrials } from "./actions.js";
import { causeTrials } from "./causes.js";
import { collisionTrials } from "./collisions.js";
import { layerTrials } from "./layers.js";
import { literalTrials } from "./literals.js";
import { longListTrials } from "./long-lists.js";
import { partyTrials } from "./parties.js";
import { principalTrials } from "./principals.js";
import { residualTrials } from "./residuals.js";
import { seamTrials } from "./seams.js";
import type { Trial } from "./trial.js";
import { unknownTrials } from "./unknowns.js";

export function* trials(): Generator<Trial> {
  yield* literalTrials();
  yield* layerTrials();
  yield* principalTrials();
  yield* causeTrials();
  yield* longListTrials();
  yield* actionTrials();
  yield* partyTrials();
  yield* residualTrials();
  yield* seamTrials();
  yield* unknownTrials();
  yield* collisionTrials();
}
