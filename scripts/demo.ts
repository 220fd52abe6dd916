/**
 * The story on the example organization: compile it, decide and explain a request, hold it against two days of its log, put a
 * proposed change to that log, and see how fast all that is decided. Under a minute on two cores.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../src/compiler/compile.js";
import { Engine } from "../src/engine/engine.js";
import type { Request } from "../src/request/request.js";
import { derive } from "../src/trail/derive.js";
import { readTrail } from "../src/trail/read.js";
import { directoryOf } from "../src/world/directory.js";
import { loadWorld } from "../src/world/load.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BUNDLE = "build/bookshop.iamb";
const WORLD = "examples/world";
const TRAIL = "examples/trail/AWSLogs";
const LEDGER = "arn:aws:iam::111111111111:policy/ReadLedgerFromTheOffice";
const CHANGE = ["--replace", `${LEDGER}=examples/changes/ReadLedgerFromTheOffice.json`];

const MEASURED_MILLISECONDS = 2000;

/** Exit codes that decisions may have: allowed, denied, indeterminate. */
const ANSWERS = [0, 1, 4];

say("An organization becomes one file.");
iamb(["compile", WORLD, "-o", BUNDLE]);
say("May fiona read the ledger from a hotel? Both roads answer, and must agree.");
iamb(
  ["decide", "--bundle", BUNDLE, "--request", "examples/requests/fiona-reads-from-a-hotel.json", "--engine", "both"],
  ANSWERS,
);
say("Why not? Every layer, and every statement that was looked at.");
iamb(["explain", "--bundle", BUNDLE, "--request", "examples/requests/fiona-reads-from-a-hotel.json"], ANSWERS);
say("Two days of the log: do the policies explain what AWS did?");
iamb(["replay", "--world", BUNDLE, "--trail", TRAIL, "--top", "3"]);
say("The finance team moves, and its policy with it. What would have flipped?");
iamb(["whatif", "--world", WORLD, ...CHANGE, "--trail", TRAIL, "--fail-on", "newly-denied"], [1]);
say("The same as a page for somebody who was not there: build/whatif.html");
iamb(["whatif", "--world", WORLD, ...CHANGE, "--trail", TRAIL, "--format", "html", "-o", "build/whatif.html"]);
await measure();

function say(text: string): void {
  process.stdout.write(`\n── ${text}\n`);
}

/** Runs one command; the demo ends with it if its exit code is none of those that are expected. */
function iamb(args: readonly string[], expected: readonly number[] = [0]): void {
  process.stdout.write(`\n$ iamb ${args.join(" ")}\n`);
  const { status } = spawnSync(process.execPath, ["bin/iamb", ...args], { cwd: ROOT, stdio: "inherit" });
  if (status === null || !expected.includes(status)) process.exit(status ?? 70);
}

/** Every request of the trail, decided one at a time for two seconds, nothing remembered between them but the engine's own. */
async function measure(): Promise<void> {
  const { world } = await loadWorld(join(ROOT, WORLD));
  const engine = Engine.loadSync(compile(world!));
  const requests: Request[] = [];
  const assumptions = { untaggedSessions: false, assumedSessions: false };
  for await (const item of readTrail([join(ROOT, TRAIL)], { threads: 0 })) {
    if (item.kind === "unreadable") continue;
    const derived = derive(item.event, { directory: directoryOf(world!), assumptions });
    if (derived.kind === "requests") requests.push(...derived.requests.map(({ request }) => request));
  }
  for (const request of requests) engine.decide(request);
  let rounds = 0;
  const start = performance.now();
  while (performance.now() - start < MEASURED_MILLISECONDS) {
    for (const request of requests) engine.decide(request);
    rounds += 1;
  }
  const seconds = (performance.now() - start) / 1000;
  const rate = Math.round((rounds * requests.length) / seconds);
  say("How fast?");
  const all = requests.length.toLocaleString("en-US");
  process.stdout.write(
    `\nall ${all} requests of the trail, with everything that their records say, one at a time on one thread:\n` +
      `${rate.toLocaleString("en-US")} decisions a second\n`,
  );
}
