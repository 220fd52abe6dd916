import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, run } from "./run.js";

const ALLOW = {
  Version: "2012-10-17",
  Statement: [{ Sid: "Read", Effect: "Allow", Action: "s3:Get*", Resource: "*" }],
};

function scenario(id: string, expected: unknown, more: object = {}, action = "s3:GetObject"): object {
  return {
    id,
    request: {
      principal: "arn:aws:iam::111111111111:user/ana",
      action,
      resource: "arn:aws:s3:::reports/a.csv",
      resourceAccount: "111111111111",
    },
    policies: { identity: [ALLOW] },
    expect: expected,
    ...more,
  };
}

function lines(...scenarios: readonly (object | string)[]): string {
  return scenarios.map((each) => `${typeof each === "string" ? each : JSON.stringify(each)}\n`).join("");
}

async function runLines(stdin: string | Uint8Array, ...more: readonly string[]) {
  const { exit, out, err } = await run(["test", "-", "--format", "jsonl", ...more], { stdin });
  const answers = out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  return { exit, err, answers };
}

describe.each(["wasm", "reference", "both"])("JSON Lines with the engine %s", (engine) => {
  test("one line a scenario, in order", async () => {
    const stdin = lines(
      scenario("one", "allowed"),
      scenario("two", "denied", {}, "s3:PutObject"),
      scenario("three", { decision: "allowed", decidedBy: "RESOURCE" }),
      scenario("four", "indeterminate", { policies: { identity: "unknown" } }),
      scenario("five", "error", {}, "GetObject"),
    );
    const { exit, err, answers } = await runLines(stdin, "--engine", engine);
    expect({ exit, err }).toEqual({ exit: 3, err: "" });
    expect(answers).toEqual([
      { id: "one", decision: "allowed", decidedBy: "IDENTITY", expected: "allowed", pass: true },
      { id: "two", decision: "implicitDeny", decidedBy: "IDENTITY", expected: "denied", pass: true },
      {
        id: "three",
        decision: "allowed",
        decidedBy: "IDENTITY",
        expected: "allowed",
        pass: false,
        error: "expected decidedBy RESOURCE, got IDENTITY",
      },
      { id: "four", decision: "indeterminate", decidedBy: null, expected: "indeterminate", pass: true },
      {
        id: "five",
        decision: "error",
        decidedBy: null,
        expected: "error",
        pass: true,
        error: expect.stringContaining("invalid-action"),
      },
    ]);
  });
});

test("what cannot be read is a failure, and the others still run", async () => {
  const stdin = lines(
    "{nope",
    { ...scenario("extra", "allowed"), polices: {} },
    "",
    "[]",
    scenario("good", "allowed"),
    '{"id": "twice", "id": "twice", "expect": "allowed"}',
    '{"id": "twice", "id": "twice", "expect": "error"}',
  );
  const { exit, answers } = await runLines(stdin);
  expect(exit).toBe(3);
  expect(answers.map(({ id, decision, pass }) => [id, decision, pass])).toEqual([
    [null, "error", false],
    ["extra", "error", false],
    ["good", "allowed", true],
    ["twice", "error", false],
    ["twice", "error", true],
  ]);
  expect(answers[0].error).toContain("<stdin>:1:1:2: ");
  expect(answers[1].error).toContain("unknown field `polices`");
});

test("bytes that are no UTF-8 cost their own line only", async () => {
  const good = lines(scenario("good", "allowed"));
  const { answers } = await runLines(Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.from(good)]));
  expect(answers.map(({ id, pass }) => [id, pass])).toEqual([
    [null, false],
    ["good", true],
  ]);
});

test("a refused policy is what `error` expects, with its code", async () => {
  const refused = { policies: { identity: [{ Version: "2012-10-17", Statement: [{ Effect: "deny" }] }] } };
  const { exit, answers } = await runLines(
    lines(scenario("refused", "error", refused), scenario("code", { decision: "error", code: "other" }, refused)),
  );
  expect(exit).toBe(3);
  expect(answers).toMatchObject([
    { id: "refused", decision: "error", pass: true },
    { id: "code", decision: "error", pass: false },
  ]);
});

test("nothing that could be read ends with 2", async () => {
  expect((await runLines("{nope\n")).exit).toBe(2);
  expect(await run(["test", "-"], { stdin: "\n" })).toMatchObject({ exit: 2, out: "" });
});

test("a reader that goes away ends the work", async () => {
  const stdin = lines(...Array.from({ length: 5 }, (_, index) => scenario(`${index}`, "allowed")));
  const result = await run(["test", "-", "--format", "jsonl"], { stdin, writesMax: 2 });
  expect(result.exit).toBe(141);
  expect(result.out.split("\n")).toHaveLength(3);
});

describe("files", () => {
  test("directories are searched in the order of names; other files are left alone", async () => {
    const folder = folderWith({
      "b.json": JSON.stringify([scenario("b1", "allowed"), scenario("b2", "allowed")]),
      "a.jsonl": lines(scenario("a1", "allowed")),
      "notes.txt": "nothing",
    });
    mkdirSync(join(folder, "c"));
    writeFileSync(join(folder, "c", "d.yaml"), `- ${JSON.stringify(scenario("d1", "allowed"))}\n`);
    const { exit, out } = await run(["test", folder, "--format", "jsonl"]);
    expect(exit).toBe(0);
    expect(out.match(/"id":"\w+"/g)).toEqual(['"id":"a1"', '"id":"b1"', '"id":"b2"', '"id":"d1"']);
  });

  test("a file that cannot be read is a failure", async () => {
    const folder = folderWith({ "a.json": "\0", "b.json": JSON.stringify(scenario("b", "allowed")), "c.yaml": "a: [" });
    const { exit, out } = await run(["test", folder]);
    expect(exit).toBe(3);
    expect(out).toContain("is not a text in UTF-8");
    expect(out).toMatch(/\n1 passed, 2 failed\n$/);
  });

  test.each([
    ["a missing file", () => "/nowhere/tests.yaml", "error[file-not-found]"],
    ["an empty directory", () => folderWith(), "error[file-not-found]"],
  ])("%s ends with 2", async (_, path, message) => {
    const result = await run(["test", path()]);
    expect(result).toMatchObject({ exit: 2, out: "" });
    expect(result.err).toContain(message);
  });
});

test("text names what failed, and what was decided instead", async () => {
  const { exit, out } = await run([
    "test",
    join(folderWith({ "t.json": JSON.stringify(scenario("wrong", "denied")) }), "t.json"),
  ]);
  expect(exit).toBe(3);
  expect(out).toMatch(/^FAIL .*t\.json: wrong\n {2}expected denied, got allowed\n {4}allowed by IDENTITY\n/);
  expect(out).toMatch(/\n0 passed, 1 failed\n$/);
});

test("text of users cannot move the cursor", async () => {
  const { out } = await run([
    "test",
    join(folderWith({ "t.json": JSON.stringify(scenario("\u001b[2J", "denied")) }), "t.json"),
  ]);
  expect(out).not.toContain("\u001b");
});

test("JUnit counts and escapes", async () => {
  const path = join(
    folderWith({ "t.json": JSON.stringify([scenario('a<"&', "denied"), scenario("b\u0007", "allowed")]) }),
    "t.json",
  );
  const { exit, out } = await run(["test", path, "--format", "junit"]);
  expect(exit).toBe(3);
  expect(out).toContain('<testsuites name="iamb test" tests="2" failures="1">');
  expect(out).toContain('<testcase name="a&lt;&quot;&amp;"');
  expect(out).toContain('<failure message="expected denied, got allowed"/>');
  expect(out).not.toContain("\u0007");
});

describe("coverage", () => {
  const policy = {
    Version: "2012-10-17",
    Statement: [
      { Sid: "Read", Effect: "Allow", Action: "s3:Get*", Resource: "*" },
      { Sid: "Write", Effect: "Allow", Action: "s3:Put*", Resource: "*" },
      { Sid: "Never", Effect: "Deny", Action: "s3:PutObjectAcl", Resource: "*" },
    ],
  };
  const ceiling = {
    Version: "2012-10-17",
    Statement: [{ Sid: "Everything", Effect: "Allow", Action: "*", Resource: "*" }],
  };
  const policies = { identity: [policy], scps: [[ceiling]] };

  test.each(["wasm", "both"])("lists what no scenario made decisive (%s)", async (engine) => {
    const { answers } = await runLines(
      lines(
        scenario("read", "allowed", { policies }),
        scenario("acl", "explicitDeny", { policies }, "s3:PutObjectAcl"),
      ),
      "--coverage",
      "--engine",
      engine,
    );
    const { coverage } = answers.at(-1);
    expect(coverage).toMatchObject({ statements: 4, decisive: 3, notDecisive: [{ sid: "Write", index: 1 }] });
  });

  test("the same policy elsewhere is the same", async () => {
    const { answers } = await runLines(
      lines(
        scenario("read", "allowed", { policies }),
        scenario("write", "allowed", { policies: { identity: [{ name: "other", policy }] } }, "s3:PutObject"),
      ),
      "--coverage",
    );
    expect(answers.at(-1).coverage).toMatchObject({ statements: 4, notDecisive: [{ sid: "Never" }] });
  });
});
