/** Before any test: the evaluator and the catalogue are as new as their sources, and there is a `dist/` for the tests of the installed program. */
import { existsSync } from "node:fs";
import { buildData, buildDist, buildWasm } from "../scripts/build.js";

export default async function setup(): Promise<void> {
  const isBuilt = existsSync(new URL("../dist/cli/main.js", import.meta.url));
  await Promise.all([buildWasm(), buildData(), isBuilt ? null : buildDist()]);
}
