/** The documents keep up with the source: rules that are cited exist, and links lead somewhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { DEFAULT_WORLD_OPTIONS } from "../../src/policy/options.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SEMANTICS = readFileSync(join(ROOT, "docs/semantics.md"), "utf8");

describe("docs/semantics.md", () => {
  const rules = [...SEMANTICS.matchAll(/^- \*\*([A-Z0-9]+-\d+a?)\*\* \S/gm)].map(([, id]) => id!);

  test("says each rule once", () => {
    expect(rules.length).toBeGreaterThan(200);
    expect(rules.filter((id, at) => rules.indexOf(id) !== at)).toEqual([]);
  });

  test("has every rule that the source cites", () => {
    const known = new Set(rules);
    const unknown = filesUnder("src", ".ts").flatMap((file) => {
      const text = readFileSync(file, "utf8");
      const cited = [...text.matchAll(/\b(?:REQ|GRAM|MATCH|COND|3V|VAR|EVAL|SPEC|STS|PASS|MFA)-\d+a?\b/g)];
      return cited.filter(([id]) => !known.has(id)).map(([id]) => `${file}: ${id}`);
    });
    expect(unknown).toEqual([]);
  });

  test("lists every flag of a world", () => {
    const missing = Object.keys(DEFAULT_WORLD_OPTIONS).filter((flag) => !SEMANTICS.includes(`| \`${flag}\` |`));
    expect(missing).toEqual([]);
  });
});

describe.each(["README.md", "bench/README.md", "examples/README.md", ...documents()])("%s", (file) => {
  const text = readFileSync(join(ROOT, file), "utf8");

  test("links to files that exist", () => {
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)\s]*)?\)/g)].map(([, path]) => path!);
    expect(links.filter((path) => !existsSync(join(ROOT, dirname(file), path)))).toEqual([]);
  });

  test("has a definition for every named link", () => {
    const defined = new Set([...text.matchAll(/^\[([^\]]+)\]: \S/gm)].map(([, name]) => name!));
    if (defined.size === 0) return;
    const used = [...text.matchAll(/\[([^\]`]+)\](?![(:[])/g)].map(([, name]) => name!.replace(/\s+/g, " "));
    expect(used.filter((name) => !defined.has(name) && !/^Unreleased$/.test(name))).toEqual([]);
  });
});

function documents(): string[] {
  return readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`);
}

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(ROOT, folder, name));
}
