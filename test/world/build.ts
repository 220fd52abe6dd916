/** Small worlds for the tests of this room. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import type { Policy, PolicyType } from "../../src/policy/model.js";
import { DEFAULT_WORLD_OPTIONS } from "../../src/policy/options.js";
import { parsePolicy } from "../../src/policy/parse.js";
import type { Question } from "../../src/request/question.js";
import type { Request } from "../../src/request/request.js";
import { resolve } from "../../src/request/resolve.js";
import { directoryOf } from "../../src/world/directory.js";
import { type Layers, layersOf } from "../../src/world/layers.js";
import type { Account, DocumentSet, PrincipalRecord, ResourceRecord, World } from "../../src/world/model.js";
import { readScenarios, type Scenario } from "../../src/world/scenario.js";

export const A1 = "111111111111";
export const A2 = "222222222222";
export const A9 = "999999999999";
export const ALICE = `arn:aws:iam::${A1}:user/alice`;
export const ROLE = `arn:aws:iam::${A1}:role/svc/Deploy`;
export const SESSION = `arn:aws:sts::${A1}:assumed-role/Deploy/ci`;

export function policy(name: string, type: PolicyType, document: object): Policy {
  const parsed = parsePolicy({ name, text: JSON.stringify(document) }, { type, name });
  expect(parsed.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return parsed.policy!;
}

export function set(label: string, ...policies: Policy[]): DocumentSet {
  return { label, documents: policies.map((policy) => ({ policy, use: "policy" })), missing: [] };
}

export function world(parts: Partial<World>): World {
  return {
    options: DEFAULT_WORLD_OPTIONS,
    accounts: new Map(),
    principals: new Map(),
    sessions: new Map(),
    resources: new Map(),
    endpoints: new Map(),
    bindings: new Map(),
    closed: false,
    ...parts,
  };
}

export function account(id: string, parts: Partial<Account> = {}): [string, Account] {
  const plain = { organization: null, canonicalUserId: null, scps: [], rcps: [], completeResourceTypes: [] };
  return [id, { id, held: true, mayAssumeRoot: false, ...plain, ...parts }];
}

export function principal(kind: "user" | "role", arn: string, parts: Partial<PrincipalRecord> = {}) {
  const record: PrincipalRecord = {
    kind,
    arn,
    account: arn.split(":")[4]!,
    name: arn.split("/").at(-1)!,
    uniqueId: null,
    tags: new Map(),
    serviceLinked: false,
    identity: set(`identity policies of ${arn}`),
    boundary: null,
    ...parts,
  };
  return [arn, record] as const;
}

export function resource(arn: string, parts: Partial<ResourceRecord> = {}): [string, ResourceRecord] {
  return [
    arn,
    {
      arn,
      owner: null,
      tags: null,
      policyKind: "other",
      policies: set(`resource policy of ${arn}`),
      rcps: null,
      behind: null,
      publicAccessRestricted: false,
      awsManaged: false,
      ...parts,
    },
  ];
}

export function ask(world: World, request: Partial<Request>): Question {
  return resolve(
    { principal: ALICE, action: "s3:GetObject", resource: "arn:aws:s3:::b/k", ...request },
    directoryOf(world),
  );
}

export function layers(world: World, request: Partial<Request>): Layers {
  return layersOf(world, ask(world, request));
}

/** The one scenario of a YAML text. */
export function scenario(text: string): Scenario {
  const { scenarios, diagnostics } = readScenarios({ name: "test.yaml", text });
  expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  expect(scenarios).toHaveLength(1);
  return scenarios[0]!;
}

/** The layers of a scenario's own request. */
export function layersOfScenario(text: string): Layers {
  const { world, request, requestOptions } = scenario(text);
  return layersOf(world, resolve(request, directoryOf(world), requestOptions));
}

/** What is wrong with a YAML text: `code line:column`. */
export function findingsOf(text: string): string[] {
  const { diagnostics } = readScenarios({ name: "test.yaml", text });
  return diagnostics.map(({ code, source, span }) => {
    const before = source.text.slice(0, span.start).split("\n");
    return `${code} ${before.length}:${before.at(-1)!.length + 1}`;
  });
}

/** A folder in the file system that holds these files; objects are written as JSON. */
export async function folder(files: Readonly<Record<string, object | string | Uint8Array>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "iamb-world-"));
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    const raw = typeof content === "string" || content instanceof Uint8Array;
    await writeFile(path, raw ? content : JSON.stringify(content, null, 2));
  }
  return root;
}

export function allow(action: string, resource = "*", more: object = {}): object {
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: resource, ...more }] };
}
