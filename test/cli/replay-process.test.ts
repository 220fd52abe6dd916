/** `iamb replay` as a process: what an interrupt leaves behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { event } from "../trail/events.js";
import { folderWith } from "./run.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ENTRY = `import { runProcess } from ${JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url).href)};await runProcess();`;

test.each(["0", "1"])("an interrupt ends it by its signal and leaves no output, with %s threads", async (threads) => {
  const folder = folderWith({ "iamb.mjs": ENTRY });
  const tsx = new URL("../../node_modules/tsx/dist/esm/index.mjs", import.meta.url).href;
  const args = ["replay", "--world", "examples/world", "--trail", "-", "--threads", threads];
  const report = join(folder, "report.html");
  const child = spawn(
    process.execPath,
    ["--import", tsx, join(folder, "iamb.mjs"), ...args, "--format", "html", "-o", report],
    { cwd: ROOT, stdio: ["pipe", "pipe", "pipe"] },
  );
  child.stdin.on("error", () => {});
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  // A log that goes on for ever.
  const line = `${JSON.stringify(event("sts GetCallerIdentity"))}\n`;
  const feeding = setInterval(() => child.stdin.write(line.repeat(100)), 20);
  const closed = once(child, "close");
  await new Promise((resolve) => setTimeout(resolve, 3000));
  child.kill("SIGINT");
  const [code, signal] = await closed;
  clearInterval(feeding);
  expect({ code, signal, output }).toEqual({ code: null, signal: "SIGINT", output: "" });
  expect(existsSync(report)).toBe(false);
  expect(readdirSync(folder)).toEqual(["iamb.mjs"]);
});
