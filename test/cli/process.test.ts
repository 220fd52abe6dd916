/** The program as a process: its pipes, its signals, its exit codes. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { folderWith } from "./run.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ENTRY = `import { runProcess } from ${JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url).href)};await runProcess();`;
const SCENARIO = JSON.stringify({
  id: "a",
  request: { principal: "arn:aws:iam::111111111111:user/ana", action: "sts:GetCallerIdentity", resource: "*" },
  expect: "allowed",
});

/** The program from its sources, since `dist` may be older. */
function start(...args: readonly string[]) {
  const child = launch(args, "pipe") as ChildProcessWithoutNullStreams;
  return { child, errors: errorsOf(child) };
}

function launch(args: readonly string[], stdout: "pipe" | number): ChildProcess {
  const script = join(folderWith({ "iamb.mjs": ENTRY }), "iamb.mjs");
  const tsx = new URL("../../node_modules/tsx/dist/esm/index.mjs", import.meta.url).href;
  const stdio: StdioOptions = ["pipe", stdout, "pipe"];
  const child = spawn(process.execPath, ["--import", tsx, script, ...args], { cwd: ROOT, stdio });
  child.stdin?.on("error", () => {});
  return child;
}

function errorsOf(child: ChildProcess): () => string {
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors += chunk;
  });
  return () => errors;
}

test("standard input in, results out, nothing else", async () => {
  const { child, errors } = start("test", "-", "--format", "jsonl");
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stdin.end(`${SCENARIO}\n`);
  const [code] = await once(child, "close");
  expect({ code, errors: errors() }).toEqual({ code: 0, errors: "" });
  expect(JSON.parse(output)).toMatchObject({ id: "a", decision: "allowed", decidedBy: "SERVICE", pass: true });
});

test("each scenario is answered before the next one is there", async () => {
  const { child } = start("test", "-", "--format", "jsonl");
  for (let round = 0; round < 3; round++) {
    child.stdin.write(`${SCENARIO}\n`);
    const [answer] = await once(child.stdout, "data");
    expect(JSON.parse(String(answer)).pass).toBe(true);
  }
  child.stdin.end();
  expect((await once(child, "close"))[0]).toBe(0);
});

test("a reader that goes away is no error of ours", async () => {
  const { child, errors } = start("test", "-", "--format", "jsonl");
  child.stdin.write(`${SCENARIO}\n`);
  await once(child.stdout, "data");
  child.stdout.destroy();
  const feeding = setInterval(() => child.stdin.write(`${SCENARIO}\n`), 5);
  const [code] = await once(child, "close");
  clearInterval(feeding);
  expect({ code, errors: errors() }).toEqual({ code: 141, errors: "" });
});

test("output that is lost is not success", async () => {
  const full = openSync("/dev/full", "w");
  const child = launch(["test", "-", "--format", "jsonl"], full);
  const errors = errorsOf(child);
  child.stdin?.end(`${SCENARIO}\n`);
  const [code] = await once(child, "close");
  closeSync(full);
  expect({ code, errors: errors() }).toEqual({
    code: 2,
    errors: "iamb: error[not-writable]: the output cannot be written: ENOSPC\n",
  });
});

test("an interrupt ends it without a word", async () => {
  const { child, errors } = start("test", "-", "--format", "jsonl");
  child.stdin.write(`${SCENARIO}\n`);
  await once(child.stdout, "data");
  child.kill("SIGINT");
  const [code, signal] = await once(child, "close");
  expect({ code, signal, errors: errors() }).toEqual({ code: null, signal: "SIGINT", errors: "" });
});

test("the installed program starts", async () => {
  const child = spawn(process.execPath, [join(ROOT, "bin/iamb"), "--version"]);
  const [answer] = await once(child.stdout, "data");
  expect(String(answer)).toMatch(/^\d+\.\d+\.\d+\n$/);
});
