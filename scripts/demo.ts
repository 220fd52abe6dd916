/** The main job on the example organization, as a user would do it: compile, inspect, decide, explain, test. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BUNDLE = "build/bookshop.iamb";

/** Exit codes that decisions may have: allowed, denied, indeterminate. */
const ANSWERS = [0, 1, 4];

iamb(["compile", "examples/world", "-o", BUNDLE]);
iamb(["inspect", BUNDLE]);
for (const name of readdirSync(join(ROOT, "examples/requests")).sort()) {
  iamb(["decide", "--bundle", BUNDLE, "--request", `examples/requests/${name}`, "--engine", "both"], ANSWERS);
}
iamb(["explain", "--bundle", BUNDLE, "--request", "examples/requests/dana-runs-instances.json"], ANSWERS);
iamb(["test", "examples/tests", "--coverage"]);

/** Runs one command; the demo ends with it if its exit code is none of those that are expected. */
function iamb(args: readonly string[], expected: readonly number[] = [0]): void {
  process.stdout.write(`\n$ iamb ${args.join(" ")}\n`);
  const { status } = spawnSync(process.execPath, ["bin/iamb", ...args], { cwd: ROOT, stdio: "inherit" });
  if (status === null || !expected.includes(status)) process.exit(status ?? 70);
}
