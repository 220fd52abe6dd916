import { describe, expect, test } from "vitest";
import { disassemble, listing, policyNames } from "../../src/bytecode/disassemble.js";
import type { BundleReader } from "../../src/bytecode/reader.js";
import { verifyBundle } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import { readScenarios } from "../../src/world/scenario.js";
import { EVERYTHING, statement } from "./everything.js";

function bundleOf(scenario: object): BundleReader {
  const source = { name: "everything.json", text: JSON.stringify(scenario, null, 1) };
  const { scenarios, diagnostics } = readScenarios(source);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return verifyBundle(compile(scenarios[0]!.world));
}

describe("disassemble", () => {
  test("the listing of everything", async () => {
    await expect(disassemble(bundleOf(EVERYTHING))).toMatchFileSnapshot("../golden/disassemble.txt");
  });

  test("the listing is its lines", () => {
    const reader = bundleOf(EVERYTHING);
    const lines = [...listing(reader)];
    expect(lines.join("")).toBe(disassemble(reader));
    expect(lines.filter((line) => line.indexOf("\n") !== line.length - 1)).toEqual([]);
  });

  test("one policy by its name", () => {
    const reader = bundleOf(EVERYTHING);
    expect(policyNames(reader)).toContain("our regions");
    const alone = disassemble(reader, { policy: "our regions" });
    expect(alone.match(/^policy /gm)).toHaveLength(1);
    expect(alone).not.toContain("directory:");
  });

  test("under `unresolvedVariable=statement` an Allow names what must resolve", () => {
    const text = disassemble(bundleOf({ ...EVERYTHING, options: { unresolvedVariable: "statement" } }));
    expect(text).toContain("must resolve: ${aws:username}");
  });

  test("lenient entries that match nothing, and operands that cannot be read", () => {
    const identity = [
      statement({ Effect: "Allow", Action: [], Resource: "*" }),
      statement({
        Effect: "Allow",
        Action: "s3:*",
        Resource: "*",
        Condition: { NumericEquals: { "s3:max-keys": "ten" } },
      }),
    ];
    const text = disassemble(bundleOf({ ...EVERYTHING, options: { mode: "lenient" }, policies: { identity } }));
    expect(text).toContain("    Action       matches nothing\n");
    expect(text).toContain("NumericEquals  s3:max-keys  <invalid>\n");
  });

  test("text of users stays on its line", () => {
    const name = 'a\nb\u001b[2J\u202e"c';
    const policies = { identity: [{ name, policy: statement({ Effect: "Allow", Action: "s3:*", Resource: "*" }) }] };
    const text = disassemble(bundleOf({ ...EVERYTHING, policies }));
    expect(text).toContain('policy 0 identity "a\\u{a}b\\u{1b}[2J\\u{202e}\\"c"\n');
  });

  test("literal wildcards are told from live ones", () => {
    const policies = {
      identity: [
        statement({
          Effect: "Allow",
          Action: "s3:*",
          Resource: "arn:aws:s3:::a*",
          Condition: { StringEquals: { "aws:x": "a*{?}" } },
        }),
      ],
    };
    expect(disassemble(bundleOf({ ...EVERYTHING, policies }))).toContain('"a\\*\\{\\?}"');
  });
});
