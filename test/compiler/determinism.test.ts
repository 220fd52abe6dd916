/** The same world gives the same bytes, whoever compiles it, where and when (threats: rebuilding a bundle proves it). */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { bundleHashes } from "./bundle-hashes.js";

const COUNT = 40;
const run = promisify(execFile);

/** Another process, with another clock, language, hash seed and heap. */
async function hashesElsewhere(flags: readonly string[], environment: Readonly<Record<string, string>>) {
  const script = new URL("./bundle-hashes.ts", import.meta.url).pathname;
  const { stdout } = await run(process.execPath, [...flags, "--import", "tsx", script, String(COUNT)], {
    cwd: new URL("../..", import.meta.url).pathname,
    env: { ...process.env, ...environment },
  });
  return stdout.trim().split("\n");
}

let ours: readonly string[];

beforeAll(async () => {
  ours = await bundleHashes(COUNT);
});

it("the worlds are different ones", () => {
  expect(ours).toHaveLength(COUNT);
  expect(new Set(ours).size).toBe(COUNT);
});

it.each([
  ["with another hash seed", ["--hash-seed=1"], {}],
  ["in another place", ["--hash-seed=2"], { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" }],
  ["that is short of memory and does not optimise", ["--max-semi-space-size=1", "--no-opt"], { TZ: "America/Lima" }],
])("a process %s makes the same bytes", async (_, flags, environment) => {
  expect(await hashesElsewhere(flags, environment)).toEqual(ours);
});
