/** The example trail is what its script makes, is read as its README says, and says what examples/world would have answered. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { makeTrail } from "../../scripts/make-trail.js";
import { decide } from "../../src/reference/authorize.js";
import type { Decision } from "../../src/request/decision.js";
import type { Directory } from "../../src/request/directory.js";
import { derive, NO_ASSUMPTIONS } from "../../src/trail/derive.js";
import { readTrail, type TrailEvent } from "../../src/trail/read.js";
import { directoryOf } from "../../src/world/directory.js";
import { loadWorld } from "../../src/world/load.js";
import type { World } from "../../src/world/model.js";
import { readAll } from "../trail/read/reading.js";
import { filesBelow } from "./files.js";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));
const LOGS = join(EXAMPLES, "trail/AWSLogs");

test("the script makes these records", () => {
  const files = makeTrail();
  const paths = filesBelow(LOGS).map((path) => relative(LOGS, path).split(sep).join("/"));
  expect(paths.sort()).toEqual(files.map(({ path }) => path).sort());
  for (const { path, text, share } of files) {
    // Not the packed bytes: they depend on the version of zlib.
    const stored = unpacked(join(LOGS, path));
    if (share === 1) expect(stored, path).toBe(text);
    else {
      expect(text.startsWith(stored), path).toBe(true);
      expect(stored.length).toBeGreaterThan(text.length / 3);
      expect(stored.length).toBeLessThan(text.length);
    }
  }
});

function unpacked(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) : bytes).toString("utf8");
}

test("it is read as its README says", async () => {
  const { totals, reasons } = await readAll([LOGS], { threads: 1 });
  expect(totals.files).toEqual({ found: 32, log: 29, insight: 1, digest: 1, empty: 0, elsewhere: 1, unreadable: 0 });
  expect(totals.events).toBe(2559);
  expect(reasons).toHaveLength(4);
  expect(Object.fromEntries(totals.unreadable)).toEqual({
    "gzip-truncated": 1,
    "invalid-json": 1,
    "not-an-event": 1,
    "not-an-object": 1,
  });
});

describe("decided by the world", () => {
  let events: readonly TrailEvent[];
  let before: World;

  beforeAll(async () => {
    before = await worldOf(join(EXAMPLES, "world"));
    const found: TrailEvent[] = [];
    for await (const item of readTrail([LOGS], { threads: 0 })) if (item.kind === "event") found.push(item.event);
    events = found;
  });

  test("the answers are those of the log, but for what came before the revocation", () => {
    const answers = answersOf(before, events);
    const counts = new Map<string, number>();
    for (const [index, answer] of answers.entries()) {
      const key =
        answer === null ? "nothing to ask" : `${answer}, ${isDenied(events[index]!) ? "denied" : "went well"}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const {
      "allowed, went well": allowed = 0,
      "indeterminate, went well": uncertain = 0,
      ...others
    } = Object.fromEntries(counts);
    expect(others).toEqual({
      "explicitDeny, denied": 54,
      "implicitDeny, denied": 36,
      "explicitDeny, went well": 25,
      "nothing to ask": 15,
    });
    expect(allowed + uncertain).toBe(2429);
    expect(uncertain).toBeLessThanOrEqual(110);
    for (const [index, answer] of answers.entries()) {
      if (answer !== "explicitDeny" || isDenied(events[index]!)) continue;
      expect(JSON.stringify(events[index])).toContain("ci-yesterday");
    }
  });

  test("the change to fiona's policy flips 56 and 9", async () => {
    const after = await worldOf(changedWorld("ReadLedgerFromTheOffice"));
    const answersBefore = answersOf(before, events);
    const flips = new Map<string, number>();
    for (const [index, answer] of answersOf(after, events).entries()) {
      if (answer === answersBefore[index]) continue;
      const flip = `${answersBefore[index]} to ${answer}`;
      flips.set(flip, (flips.get(flip) ?? 0) + 1);
    }
    expect(Object.fromEntries(flips)).toEqual({ "allowed to explicitDeny": 56, "explicitDeny to allowed": 9 });
  });
});

async function worldOf(folder: string): Promise<World> {
  const { world, diagnostics } = await loadWorld(folder);
  expect(diagnostics).toEqual([]);
  return world!;
}

/** A copy of the world with one managed policy of the shop's as examples/changes has it. */
function changedWorld(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "iamb-world-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(EXAMPLES, "world"), folder, { recursive: true });
  const path = join(folder, "accounts/111111111111/authorization-details.json");
  const details = JSON.parse(readFileSync(path, "utf8")) as {
    Policies: { PolicyName: string; PolicyVersionList: { Document: unknown }[] }[];
  };
  const policy = details.Policies.find(({ PolicyName }) => PolicyName === name)!;
  policy.PolicyVersionList[0]!.Document = JSON.parse(readFileSync(join(EXAMPLES, `changes/${name}.json`), "utf8"));
  writeFileSync(path, JSON.stringify(details));
  return folder;
}

/** Of each event the answer to the call, null where there is nothing to ask. */
function answersOf(world: World, events: readonly TrailEvent[]): (Decision["decision"] | null)[] {
  const directory = directoryOf(world);
  return events.map((event) => answerOf(world, directory, event));
}

/** All requests of a call must be allowed. */
function answerOf(world: World, directory: Directory, event: TrailEvent): Decision["decision"] | null {
  const derived = derive(event, { directory, assumptions: NO_ASSUMPTIONS });
  if (derived.kind === "none") return null;
  const decisions = derived.requests.map(({ request }) => decide(world, request).decision);
  const worst = ["explicitDeny", "implicitDeny", "indeterminate"] as const;
  return worst.find((decision) => decisions.includes(decision)) ?? "allowed";
}

function isDenied(event: TrailEvent): boolean {
  return event["errorCode"] === "AccessDenied" || event["errorCode"] === "Client.UnauthorizedOperation";
}
