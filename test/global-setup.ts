/** Before any test: the evaluator is as new as its sources. */
import { buildWasm } from "../scripts/build.js";

export default async function setup(): Promise<void> {
  await buildWasm();
}
