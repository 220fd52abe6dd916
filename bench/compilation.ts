/** P9: what it takes to compile, over what it takes merely to parse the JSON. P10: what a bundle weighs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Section } from "../src/bytecode/layout.js";
import { BundleReader } from "../src/bytecode/reader.js";
import { compile } from "../src/compiler/compile.js";
import { DEFAULT_WORLD_OPTIONS } from "../src/policy/options.js";
import type { PrincipalRecord, World } from "../src/world/model.js";
import { corpusPath } from "../test/corpus-data.js";
import { type Result, resultOf } from "./goals.js";
import { contest } from "./measure.js";
import type { Scale } from "./scale.js";
import { w2, w3 } from "./workloads/index.js";
import { ACCOUNT } from "./workloads/services.js";
import { mustParse, worldOf } from "./workloads/world.js";

export function measureCompilation(scale: Scale): Result {
  const workload = w3(10_000, 0);
  const texts = workload.principals.flatMap((principal) => principal.policies);
  let bytes = 0;
  const result = contest(
    {
      prepare: () => {},
      ours: () => {
        bytes = compile(worldOf(workload)).length;
      },
      theirs: () => {
        for (const text of texts) JSON.parse(text);
      },
    },
    scale.compilations,
    2,
  );
  return resultOf("P9", 1 / result.theirsOverOurs, {
    ms: Math.round(result.ours / 1e6),
    jsonParseMs: Math.round(result.theirs / 1e6),
    textBytes: texts.reduce((sum, text) => sum + text.length, 0),
    bundleBytes: bytes,
  });
}

/** On AWS's managed policies where their texts are at hand (`IAMB_CORPUS`), else on W2. */
export function measureSize(): Result {
  const corpus = corpusPath();
  const world = corpus === null ? worldOf(w2(0)) : worldOfManagedPolicies(corpus);
  const bundle = new BundleReader(compile(world));
  const provenance = bundle.size(Section.Provenance) + bundle.size(Section.ProvenanceBytes);
  const statements = statementCountOf(world);
  return resultOf("P10", (bundle.bytes.length - provenance) / statements, {
    policies: corpus === null ? "workload W2" : "AWS managed policies",
    statements,
    bundleBytes: bundle.bytes.length,
    provenanceBytes: provenance,
  });
}

/** One role for each managed policy. */
function worldOfManagedPolicies(corpus: string): World {
  const file = gunzipSync(readFileSync(join(corpus, "managed-policies", "managed-policies.ndjson.gz"))).toString(
    "utf8",
  );
  const principals = new Map<string, PrincipalRecord>();
  for (const line of file.split("\n")) {
    if (line === "") continue;
    const { PolicyName: name, Document: document } = JSON.parse(line) as { PolicyName: string; Document: unknown };
    const policy = mustParse(name, JSON.stringify(document), "identity");
    const arn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
    principals.set(arn, {
      kind: "role",
      arn,
      account: ACCOUNT,
      name,
      uniqueId: null,
      tags: new Map(),
      serviceLinked: false,
      identity: { label: name, documents: [{ policy, use: "policy" }], missing: [] },
      boundary: null,
    });
  }
  const empty = worldOf({ name: "", account: ACCOUNT, principals: [], scps: [], requests: [], statementCount: 0 });
  return { ...empty, options: DEFAULT_WORLD_OPTIONS, principals };
}

function statementCountOf(world: World): number {
  const policies = new Set<{ readonly statements: readonly unknown[] }>();
  for (const account of world.accounts.values()) {
    for (const level of account.scps) for (const document of level.documents) policies.add(document.policy);
  }
  for (const { identity, boundary } of world.principals.values()) {
    for (const document of [...identity.documents, ...(boundary?.documents ?? [])]) policies.add(document.policy);
  }
  return [...policies].reduce((sum, policy) => sum + policy.statements.length, 0);
}
