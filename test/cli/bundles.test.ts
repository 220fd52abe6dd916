import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXPORT, folderWith, run } from "./run.js";

async function compiled(): Promise<{ folder: string; world: string; bundle: string }> {
  const folder = folderWith({ "export.json": EXPORT });
  const [world, bundle] = [join(folder, "export.json"), join(folder, "world.iamb")];
  expect(await run(["compile", world, "-o", bundle])).toMatchObject({ exit: 0, err: "" });
  return { folder, world, bundle };
}

describe("compile", () => {
  test("writes the bundle and nothing beside it", async () => {
    const { folder, bundle } = await compiled();
    expect(readdirSync(folder).sort()).toEqual(["export.json", "world.iamb"]);
    expect(readFileSync(bundle).subarray(0, 4).toString()).toBe("IAMB");
  });

  test("standard output gets the same bytes", async () => {
    const { world, bundle } = await compiled();
    expect(Buffer.from((await run(["compile", world, "-o", "-"])).bytes).equals(readFileSync(bundle))).toBe(true);
    expect(await run(["compile", world, "-o", "-"], { isTerminal: true })).toMatchObject({ exit: 2, out: "" });
  });

  test("flags are compiled in", async () => {
    const { world, bundle } = await compiled();
    expect((await run(["compile", world, "-o", bundle, "-O", "denyKind=merge", "-O", "roleMfaKey=absent"])).exit).toBe(
      0,
    );
    expect((await run(["inspect", bundle])).out).toContain("option flags: denyKind=merge, roleMfaKey=absent\n");
  });

  test("a policy that is refused compiles nothing", async () => {
    const folder = folderWith({ "export.json": EXPORT.replaceAll('"Effect":"Deny"', '"Effect":"deny"') });
    const result = await run(["compile", join(folder, "export.json"), "-o", join(folder, "world.iamb")]);
    expect(result).toMatchObject({ exit: 2, out: "" });
    expect(result.err).toMatch(/export\.json:1:\d+: error\[/);
    expect(readdirSync(folder)).toEqual(["export.json"]);
  });

  test("a link stays a link, a device a device", async () => {
    const { folder, world, bundle } = await compiled();
    const link = join(folder, "link.iamb");
    symlinkSync(bundle, link);
    writeFileSync(bundle, "old");
    expect((await run(["compile", world, "-o", link])).exit).toBe(0);
    expect(readFileSync(bundle).subarray(0, 4).toString()).toBe("IAMB");
    expect((await run(["compile", world, "-o", "/dev/null"])).exit).toBe(0);
    expect(readFileSync("/dev/null")).toHaveLength(0);
  });

  test.each([
    ["a missing world", (folder: string) => [join(folder, "none"), "-o", join(folder, "b")], "cannot be read"],
    ["no output", (folder: string) => [join(folder, "export.json")], "required option '-o, --output <file>'"],
    ["a directory as output", (folder: string) => [join(folder, "export.json"), "-o", folder], "error[not-writable]"],
    [
      "an output nowhere",
      (folder: string) => [join(folder, "export.json"), "-o", join(folder, "no/b")],
      "error[not-writable]",
    ],
    ["an empty directory", (folder: string) => [join(folder, "empty"), "-o", join(folder, "b")], "error[empty-world]"],
  ])("%s ends with 2", async (_, args, message) => {
    const { folder } = await compiled();
    mkdirSync(join(folder, "empty"));
    const result = await run(["compile", ...args(folder)]);
    expect(result).toMatchObject({ exit: 2, out: "" });
    expect(result.err).toContain(message);
  });
});

describe("inspect", () => {
  test("as JSON: header, flags, sections, counts", async () => {
    const { bundle } = await compiled();
    const { exit, out } = await run(["inspect", bundle, "--format", "json"]);
    expect(exit).toBe(0);
    const facts = JSON.parse(out);
    expect(facts).toMatchObject({
      version: 1,
      size: readFileSync(bundle).length,
      closed: false,
      options: { denyKind: "separate" },
      counts: { policies: 1, statements: 3, allows: 2, denies: 1, principals: 1, roles: 0 },
      requiredKeys: ["aws:principaltag/team"],
    });
    expect(facts.sections).toHaveLength(28);
    const provenance = facts.sections.filter(({ name }: { name: string }) => name.startsWith("provenance"));
    const size = provenance.reduce((sum: number, section: { size: number }) => sum + section.size, 0);
    expect(facts.bytesPerStatement).toBe((facts.size - size) / 3);
  });

  test("reads standard input", async () => {
    const { bundle } = await compiled();
    const { exit, out } = await run(["inspect", "-"], { stdin: readFileSync(bundle) });
    expect(exit).toBe(0);
    expect(out).toMatch(/^<stdin>: format 1, /);
    expect(out).toMatch(/\n {2}statements +3 +96\n/);
  });

  test.each([
    ["no bundle", () => folderWith({ b: "hello" }), "error[not-a-bundle]"],
    ["a cut one", () => folderWith({ b: Buffer.from("IAMB\u0001\0\0\0").toString() }), "error[not-a-bundle]"],
    ["an empty file", () => folderWith({ b: "" }), "error[not-a-bundle]"],
  ])("%s ends with 2", async (_, folder, message) => {
    const result = await run(["inspect", join(folder(), "b")]);
    expect(result).toMatchObject({ exit: 2, out: "" });
    expect(result.err).toContain(message);
  });
});

describe("disassemble", () => {
  test("one policy by its name", async () => {
    const { bundle, world } = await compiled();
    const all = await run(["disassemble", bundle]);
    const name = /policy 0 identity "(.*)"/.exec(all.out)![1]!;
    const one = await run(["disassemble", bundle, "--policy", name]);
    expect(one.exit).toBe(0);
    expect(one.out).toContain(`  ${world}:1:`);
    expect(one.out).not.toContain("directory:");
    expect(all.out).toContain("directory: 1 accounts, 1 principals, 0 of them roles");
  });

  test("another name is refused, the nearest is named", async () => {
    const { bundle } = await compiled();
    const result = await run(["disassemble", bundle, "--policy", "arn:aws:iam::111111111111:user/ana/inline/Report"]);
    expect(result).toMatchObject({ exit: 2, out: "" });
    expect(result.err).toContain("did you mean `arn:aws:iam::111111111111:user/ana/inline/Reports`?");
  });
});

describe("help", () => {
  test.each(["compile", "inspect", "disassemble", "decide", "explain", "test", "check"])(
    "iamb %s --help has examples and the exit codes",
    async (command) => {
      const { exit, out, err } = await run([command, "--help"]);
      expect({ exit, err }).toEqual({ exit: 0, err: "" });
      expect(out.split("\n").filter((line) => line.startsWith(`  $ iamb ${command} `)).length).toBeGreaterThanOrEqual(
        2,
      );
      expect(out).toContain("Exit codes:");
    },
  );

  test("the version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await run(["--version"])).toMatchObject({ exit: 0, out: `${version}\n` });
  });

  test.each([[[]], [["frobnicate"]], [["inspect"]], [["--frobnicate"]]])("%j is a wrong command line", async (args) => {
    const result = await run(args);
    expect(result).toMatchObject({ exit: 2, out: "" });
    expect(result.err).not.toBe("");
  });
});
