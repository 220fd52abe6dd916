/** The examples are true: the organization loads without a word, its requests and the policy tests come out as written. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { decide } from "../../src/reference/authorize.js";
import type { Decision } from "../../src/request/decision.js";
import { readRequest } from "../../src/request/json.js";
import type { Request } from "../../src/request/request.js";
import { parseJson } from "../../src/text/json.js";
import { unmet } from "../../src/world/expectation.js";
import { loadWorld } from "../../src/world/load.js";
import type { World } from "../../src/world/model.js";
import { readScenarios } from "../../src/world/scenario.js";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));

describe.each(readdirSync(`${EXAMPLES}/tests`))("tests/%s", (file) => {
  const source = { name: file, text: readFileSync(`${EXAMPLES}/tests/${file}`, "utf8") };
  const { scenarios, diagnostics } = readScenarios(source);

  test("reads without a word", () => {
    expect(diagnostics).toEqual([]);
    expect(scenarios.length).toBeGreaterThan(0);
  });

  test.each(scenarios.map((scenario) => ({ id: scenario.id, scenario })))("$id", async ({ scenario }) => {
    const { world, request, requestOptions, expect: expectation } = scenario;
    const engine = await Engine.load(compile(world));
    for (const decision of [decide(world, request, requestOptions), engine.decide(request, requestOptions)]) {
      expect(unmet(expectation, { kind: "decision", decision })).toEqual([]);
    }
  });
});

const THEIR_POLICIES = [
  "SCPs of account 333333333333",
  "identity policies of arn:aws:iam::333333333333:user/auditor",
  "permissions boundary of arn:aws:iam::333333333333:user/auditor",
].join(", ");

/** What each file of examples/requests shows: the answer, and the layer or the unknowns behind it. */
const ANSWERS: Readonly<Record<string, string>> = {
  "a-stranger-reads-the-site": "explicitDeny RCP",
  // The world does not hold the auditors' account: what its policies say is unknown (3V-8), and so a deny is possible.
  "auditor-with-external-id": `indeterminate allowed|explicitDeny|implicitDeny: ${THEIR_POLICIES}`,
  "auditor-without-external-id": `indeterminate explicitDeny|implicitDeny: ${THEIR_POLICIES}`,
  "dana-runs-instances": "implicitDeny SCP",
  "fiona-reads-from-a-hotel": "explicitDeny IDENTITY",
  "ines-creates-a-user": "implicitDeny BOUNDARY",
  "maya-purges-the-queue": "explicitDeny IDENTITY",
  "maya-reads-another-secret": "implicitDeny IDENTITY",
  "maya-reads-her-secret": "allowed IDENTITY",
  "maya-sends-an-order": "allowed IDENTITY",
  "omar-passes-a-role": "allowed IDENTITY",
  "omar-starts-in-oregon": "explicitDeny SCP",
  "omar-terminates-with-mfa": "allowed IDENTITY",
  "omar-terminates-without-mfa": "explicitDeny IDENTITY",
  "report-decrypts-orders": "allowed IDENTITY",
  "report-reads-orders": "allowed IDENTITY",
  "the-order-bucket-tells-the-queue": "allowed RESOURCE",
  "todays-deployment": "allowed IDENTITY",
  "todays-deployment-deletes": "implicitDeny SESSION",
  "yesterdays-deployment": "explicitDeny IDENTITY",
};

describe("the bookshop", () => {
  let world: World;
  let engine: Engine;

  beforeAll(async () => {
    const loaded = await loadWorld(`${EXAMPLES}/world`);
    expect(loaded.diagnostics).toEqual([]);
    world = loaded.world!;
    engine = await Engine.load(compile(world));
  });

  test("every request has its answer here", () => {
    const names = readdirSync(`${EXAMPLES}/requests`).map((file) => file.replace(".json", ""));
    expect(names.sort()).toEqual(Object.keys(ANSWERS).sort());
  });

  test.each(Object.entries(ANSWERS))("%s: %s", (name, answer) => {
    const request = requestFrom(`${EXAMPLES}/requests/${name}.json`);
    expect(inWords(decide(world, request))).toBe(answer);
    expect(inWords(engine.decide(request))).toBe(answer);
  });
});

function requestFrom(file: string): Request {
  const source = { name: file, text: readFileSync(file, "utf8") };
  const { value, diagnostics } = parseJson(source);
  expect(diagnostics).toEqual([]);
  const read = readRequest(source, value!);
  expect(read.diagnostics).toEqual([]);
  return read.request!;
}

function inWords(decision: Decision): string {
  switch (decision.decision) {
    case "allowed":
    case "explicitDeny":
    case "implicitDeny":
      return `${decision.decision} ${decision.decidedBy}`;
    case "indeterminate":
    case "denied":
      return `${decision.decision} ${decision.between.join("|")}: ${decision.dependsOn.join(", ")}`;
  }
}
