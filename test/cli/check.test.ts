import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, run } from "./run.js";

const GOOD = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] };
const BAD = { Version: "2012-10-17", Statement: [{ Effect: "allow", Action: "s3:GetObject", Resource: "*" }] };

describe("files", () => {
  test("a good policy is 0, a bad one 1, and both are looked at", async () => {
    const folder = folderWith({ "good.json": JSON.stringify(GOOD), "bad.json": JSON.stringify(BAD) });
    const files = ["bad.json", "good.json"].map((name) => join(folder, name));
    expect(await run(["check", "--policy-type", "identity", files[1]!])).toMatchObject({
      exit: 0,
      out: "1 policy, 0 errors, 0 warnings\n",
    });
    const both = await run(["check", "--policy-type", "identity", "--format", "json", ...files]);
    expect(both.exit).toBe(1);
    expect(JSON.parse(both.out)).toMatchObject([
      { id: files[0], valid: false, diagnostics: [{ severity: "error", file: files[0], line: 1 }] },
      { id: files[1], valid: true, diagnostics: [] },
    ]);
  });

  test("the type decides: identity policies have no Principal", async () => {
    const policy = { ...GOOD, Statement: [{ ...GOOD.Statement[0], Principal: "*" }] };
    const stdin = JSON.stringify(policy);
    expect((await run(["check", "--policy-type", "identity", "-"], { stdin })).exit).toBe(1);
    expect((await run(["check", "--policy-type", "resource", "-"], { stdin })).exit).toBe(0);
  });

  test("findings point at their place", async () => {
    const { out } = await run(["check", "--policy-type", "identity", "-"], { stdin: JSON.stringify(BAD, null, 2) });
    expect(out).toMatch(/^<stdin>:5:17: error\[/);
    expect(out).toContain("^^^^^^^");
    expect(out).toMatch(/\n1 policy, 1 error, 0 warnings\n$/);
  });

  test("YAML by its name", async () => {
    const path = join(
      folderWith({
        "p.yaml": "Version: 2012-10-17\nStatement:\n  Effect: Allow\n  Action: s3:GetObject\n  Resource: '*'\n",
      }),
      "p.yaml",
    );
    expect((await run(["check", "--policy-type", "identity", path])).exit).toBe(0);
  });

  test.each([
    ["no type", ["-"], "--policy-type is needed"],
    ["an unknown type", ["--policy-type", "idntity", "-"], "Allowed choices are"],
    ["no file", ["--policy-type", "scp"], "missing required argument"],
    ["a missing file", ["--policy-type", "scp", "/nowhere"], "error[file-not-found]: there is no file `/nowhere`"],
    ["a directory", ["--policy-type", "scp", "/tmp"], "error[is-a-directory]"],
    ["a binary file", ["--policy-type", "scp", process.execPath], "error[not-text]"],
  ])("%s ends with 2", async (_, args, message) => {
    const result = await run(["check", ...args]);
    expect(result).toMatchObject({ exit: 2, out: "" });
    expect(result.err).toContain(message);
  });
});

describe("JSON Lines", () => {
  async function answers(lines: readonly (object | string)[], ...more: readonly string[]) {
    const stdin = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
    const { exit, out } = await run(["check", "--format", "jsonl", "-", ...more], { stdin });
    return { exit, answers: out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)])) };
  }

  test("a line is answered by a line", async () => {
    const result = await answers([
      { id: "object", policyType: "identity", document: GOOD },
      { id: "text", policyType: "identity", document: JSON.stringify(BAD) },
      { id: 7, policyType: "scp", document: BAD },
    ]);
    expect(result.exit).toBe(1);
    expect(result.answers).toMatchObject([
      { id: "object", valid: true, diagnostics: [] },
      { id: "text", valid: false, diagnostics: [{ file: "text", line: 1 }] },
      { id: 7, valid: false },
    ]);
  });

  test("a document with a key twice keeps its id", async () => {
    const line = '{"id": "twice", "policyType": "identity", "document": {"Statement": [], "Statement": []}}';
    const result = await answers([line]);
    expect(result).toMatchObject({
      exit: 1,
      answers: [{ id: "twice", valid: false, diagnostics: [{ code: "duplicate-key" }] }],
    });
  });

  test("the type may come from the command line", async () => {
    expect((await answers([{ id: "a", document: GOOD }], "--policy-type", "identity")).exit).toBe(0);
  });

  test.each([
    ["no JSON", "{nope", null],
    ["no object", "[]", null],
    ["no document", { id: "a", policyType: "scp" }, "a"],
    ["no type", { id: "a", document: GOOD }, "a"],
    ["a wrong type", { id: "a", policyType: "SCP", document: GOOD }, "a"],
  ])("%s is invalid, and the rest is answered", async (_, line, id) => {
    const result = await answers([line, { id: "good", policyType: "identity", document: GOOD }]);
    expect(result.answers).toMatchObject([
      { id, valid: false, diagnostics: [{ severity: "error" }] },
      { id: "good", valid: true },
    ]);
    expect(result.exit).toBe(2);
  });
});
