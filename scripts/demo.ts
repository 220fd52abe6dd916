/**
 * The story on the example organization: compile it, decide and explain a request, hold it against two days of its log, put a
 * proposed change to that log, and see how fast all that is decided. Under a minute on two cores.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../src/compiler/compile.js";
import { type BatchColumns, dictionaryColumn } from "../src/engine/columns.js";
import { Engine } from "../src/engine/engine.js";
import { type Request, RequestError } from "../src/request/request.js";
import { derive } from "../src/trail/derive.js";
import { readTrail } from "../src/trail/read.js";
import { directoryOf } from "../src/world/directory.js";
import { loadWorld } from "../src/world/load.js";
import type { World } from "../src/world/model.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BUNDLE = "build/bookshop.iamb";
const WORLD = "examples/world";
const TRAIL = "examples/trail/AWSLogs";
const LEDGER = "arn:aws:iam::111111111111:policy/ReadLedgerFromTheOffice";
const CHANGE = ["--replace", `${LEDGER}=examples/changes/ReadLedgerFromTheOffice.json`];

const MEASURED_MILLISECONDS = 2000;
/** How often the trail stands in the columns. */
const REPEATED = 200;

/** The context that stands in columns. */
const KEYS = ["aws:RequestedRegion", "aws:SourceIp", "aws:SecureTransport"] as const;
const NOW = "2026-11-24T12:00:00Z";
/** By `BatchDecision`. */
const WORDS = ["", "allowed", "explicitDeny", "implicitDeny", "indeterminate", "denied", "refused"];

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

/** Requests of the trail, one at a time with all that their records say; and the same questions as columns. */
async function measure(): Promise<void> {
  const { world } = await loadWorld(join(ROOT, WORLD));
  const engine = Engine.loadSync(compile(world!));
  const requests = await requestsOfTrail(world!);
  const single = rateOf(requests.length, () => {
    for (const request of requests) engine.decide(request);
  });
  const plain = requests.map(plainOf);
  const columns = columnsOf(Array.from({ length: REPEATED }, () => plain).flat());
  const batch = rateOf(columns.rows, () => engine.decideBatch(columns, { now: NOW }));
  checkBatch(engine, plain);
  say("How fast?");
  process.stdout.write(`
on one thread, decisions a second:
${single} one request at a time, with all that its record says about caller, session and network (${requests.length.toLocaleString("en-US")} requests)
${batch} as columns: caller, action, resource, Region, address and TLS (${columns.rows.toLocaleString("en-US")} rows)
`);
}

async function requestsOfTrail(world: World): Promise<readonly Request[]> {
  const requests: Request[] = [];
  const assumptions = { untaggedSessions: false, assumedSessions: false };
  for await (const item of readTrail([join(ROOT, TRAIL)], { threads: 0 })) {
    if (item.kind === "unreadable") continue;
    const derived = derive(item.event, { directory: directoryOf(world), assumptions });
    if (derived.kind === "requests") requests.push(...derived.requests.map(({ request }) => request));
  }
  return requests;
}

/** What columns of texts say of a request. */
function plainOf({ principal, action, resource, resourceAccount, context }: Request): Request {
  const given = KEYS.flatMap((key) => (typeof context?.[key] === "string" ? [[key, context[key]]] : []));
  return {
    principal: typeof principal === "string" ? principal : principal.arn,
    action,
    resource,
    ...(resourceAccount === undefined ? {} : { resourceAccount }),
    context: Object.fromEntries(given),
    now: NOW,
  };
}

function columnsOf(requests: readonly Request[]): BatchColumns {
  const column = (read: (request: Request) => unknown) =>
    dictionaryColumn(requests.map((request) => (read(request) as string | undefined) ?? null));
  return {
    rows: requests.length,
    principal: column(({ principal }) => principal),
    action: column(({ action }) => action),
    resource: column(({ resource }) => resource),
    resourceAccount: column(({ resourceAccount }) => resourceAccount),
    context: Object.fromEntries(KEYS.map((key) => [key, column(({ context }) => context?.[key])])),
  };
}

/** A batch answers what one request after the other is answered. */
function checkBatch(engine: Engine, requests: readonly Request[]): void {
  const { decisions } = engine.decideBatch(columnsOf(requests), { now: NOW });
  for (const [row, request] of requests.entries()) {
    const word = WORDS[decisions[row]!];
    const expected = wordOf(engine, request);
    if (word !== expected) throw new Error(`row ${row}: ${word} as a batch, ${expected} as a request`);
  }
}

function wordOf(engine: Engine, request: Request): string {
  try {
    return engine.decide(request).decision;
  } catch (error) {
    if (error instanceof RequestError) return "refused";
    throw error;
  }
}

/** Of work on so many requests, for two seconds. */
function rateOf(count: number, work: () => void): string {
  work();
  let rounds = 0;
  const start = performance.now();
  while (performance.now() - start < MEASURED_MILLISECONDS) {
    work();
    rounds += 1;
  }
  const rate = (rounds * count * 1000) / (performance.now() - start);
  return Math.round(rate).toLocaleString("en-US").padStart(12);
}
