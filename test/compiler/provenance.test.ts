/** Where each statement stands in the file that a person wrote. */
import { describe, expect, it } from "vitest";
import { ProvenanceRecord, Section } from "../../src/bytecode/layout.js";
import type { BundleReader } from "../../src/bytecode/reader.js";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import type { Policy } from "../../src/policy/model.js";
import { DEFAULT_WORLD_OPTIONS } from "../../src/policy/options.js";
import { parsePolicy } from "../../src/policy/parse.js";
import { bundleOfPolicies, records, user, worldWith } from "./build.js";

function policyIn(name: string, text: string): Policy {
  const { incompleteArn } = DEFAULT_WORLD_OPTIONS;
  const { policy, diagnostics } = parsePolicy(
    { name, text },
    { type: "identity", name, mode: "lenient", incompleteArn },
  );
  if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join());
  return policy;
}

/** `file:line:column Sid` of every statement. */
function places(reader: BundleReader): string[] {
  return records(reader, Section.Provenance).map((field) => {
    const file = reader.provenanceText(field(ProvenanceRecord.FileOffset), field(ProvenanceRecord.FileLength));
    const sid = reader.provenanceText(field(ProvenanceRecord.SidOffset), field(ProvenanceRecord.SidLength));
    return `${file}:${field(ProvenanceRecord.Line)}:${field(ProvenanceRecord.Column)} ${sid}`.trim();
  });
}

const statement = (sid: string) => `{ ${sid}"Effect": "Allow", "Action": "s3:*", "Resource": "*" }`;
const document = (before: string, ...statements: string[]) =>
  `{ "Version": "2012-10-17", "Statement": [${before}${statements.join(`,${before}`)}] }`;

describe("a statement", () => {
  it.each([
    ["on one line", document("", statement(""), statement("")), ["p.json:1:42", "p.json:1:99"]],
    ["on lines of their own", document("\n  ", statement(""), statement("")), ["p.json:2:3", "p.json:3:3"]],
    ["behind carriage returns", document("\r\n  ", statement(""), statement("")), ["p.json:2:3", "p.json:3:3"]],
    // Columns count UTF-16 units, as editors do.
    ["behind other letters", `{ "Id": "é😀", ${document("", statement("")).slice(2)}`, ["p.json:1:55"]],
    [
      "that is the only one and no list",
      document("", statement("")).replace("[", "").replace("]", ""),
      ["p.json:1:41"],
    ],
  ])("%s", (_, text, expected) => {
    expect(places(bundleOfPolicies([policyIn("p.json", text)]))).toEqual(expected);
  });

  it("has its Sid, or none; whatever that holds", () => {
    const text = document("\n", statement('"Sid": "One", '), statement('"Sid": "", '), statement(""));
    expect(places(bundleOfPolicies([policyIn("p.json", text)]))).toEqual([
      "p.json:2:1 One",
      "p.json:3:1",
      "p.json:4:1",
    ]);
  });

  it("has the file of its policy; names are stored once", () => {
    const [one, other] = ["wörld/a.json", "b.json"].map((name) =>
      policyIn(name, document("", statement('"Sid": "S", '))),
    );
    const reader = bundleOfPolicies([one!, other!, { ...one!, name: "again" }]);
    expect(places(reader)).toEqual(["wörld/a.json:1:42 S", "b.json:1:42 S", "wörld/a.json:1:42 S"]);
    expect(reader.size(Section.ProvenanceBytes)).toBe(Buffer.byteLength("wörld/a.jsonb.jsonS"));
  });

  it("is shown there by decisions", () => {
    const policy = policyIn("wörld/a.json", document("\n\n ", statement('"Sid": "S", ')));
    const engine = Engine.loadSync(compile(worldWith({ users: [user("a", [policy])] })));
    const request = { principal: user("a", []).arn, action: "s3:ListAllMyBuckets", resource: "*" };
    const decision = engine.decide(request);
    expect(decision).toMatchObject({
      decision: "allowed",
      statements: [{ policy: "wörld/a.json", index: 0, sid: "S", file: "wörld/a.json", line: 3, column: 2 }],
    });
    if (decision.decision !== "allowed") throw new Error(decision.decision);
    expect(engine.statement(decision.statements[0]!)?.sid).toBe("S");
    expect(engine.statement({ ...decision.statements[0]!, index: 7 })).toBeNull();
    expect(engine.statement({ ...decision.statements[0]!, policy: "nowhere" })).toBeNull();
  });
});
