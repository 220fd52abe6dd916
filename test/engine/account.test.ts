/** A real account: its export becomes one bundle, and requests drawn from its own statements come out the same on both roads. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import type { Policy, Statement } from "../../src/policy/model.js";
import { decide } from "../../src/reference/authorize.js";
import type { Request } from "../../src/request/request.js";
import { loadWorld } from "../../src/world/load.js";
import { corpusPath } from "../corpus-data.js";
import { Random } from "../generators/random.js";

const REQUESTS = 10_000;
const corpus = corpusPath();

it.skipIf(corpus === null)(`answers ${REQUESTS} requests of the large account alike on both roads`, async () => {
  const path = join(corpus!, "gaad", "account-large.json.gz");
  const { world, diagnostics } = await loadWorld(path);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const engine = await Engine.load(compile(world!));
  const principals = [...world!.principals.values()];
  const random = new Random(20261124);
  const words = new Map<string, number>();
  for (let count = 0; count < REQUESTS; count++) {
    const principal = random.pick(principals);
    const policies = principal.identity.documents.map(({ policy }) => policy);
    const request = requestOf(random, principal.arn, policies.length === 0 ? null : random.pick(policies));
    const expected = decide(world!, request);
    const given = engine.decide(request);
    expect(given, JSON.stringify(request)).toEqual(expected);
    words.set(expected.decision, (words.get(expected.decision) ?? 0) + 1);
  }
  expect(words.get("allowed") ?? 0).toBeGreaterThan(REQUESTS / 10);
  expect(words.size).toBeGreaterThan(2);
});

/** A request that a statement of the policy speaks of, more or less. */
function requestOf(random: Random, principal: string, policy: Policy | null): Request {
  const statement = policy === null ? null : random.pick(policy.statements);
  return {
    principal,
    action: statement === null ? "s3:GetObject" : actionOf(random, statement),
    resource: statement === null ? "arn:aws:s3:::some/key" : resourceOf(random, statement),
    context: { "aws:SecureTransport": "true", "aws:SourceIp": "198.51.100.7", "aws:RequestedRegion": "us-east-1" },
    now: "2026-11-24T12:00:00Z",
  };
}

function actionOf(random: Random, statement: Statement): string {
  const { pattern } = random.pick(statement.action.patterns.filter((entry) => entry.kind === "pattern"));
  if (pattern === "*") return random.pick(["ec2:RunInstances", "iam:CreateUser", "s3:PutObject", "sts:AssumeRole"]);
  return pattern.replaceAll("*", random.pick(["x", "object"])).replaceAll("?", "x");
}

function resourceOf(random: Random, statement: Statement): string {
  const patterns = statement.resource?.patterns.filter((entry) => entry.kind === "pattern") ?? [];
  if (patterns.length === 0) return "*";
  const text = random.pick(patterns).text;
  if (text === "*") return random.pick(["*", "arn:aws:s3:::bucket/key", "arn:aws:iam::012345678901:role/some"]);
  const filled = text
    .replaceAll(/\$\{[^}]*\}/g, "x")
    .replaceAll("*", "x")
    .replaceAll("?", "x");
  return filled.split(":").length >= 6 && !filled.endsWith(":") ? filled : "*";
}
