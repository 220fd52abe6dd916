/** The rules of docs/semantics.md, each with scenarios that show it, on every implementation. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { complaints, scenarioFiles } from "../authorizers.js";

const FILES = scenarioFiles(import.meta.dirname);

/** Rules of which no request shows anything, and what shows them instead. A path is a file of this repository. */
const SHOWN_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["3V-13", "test/request/evaluate-all.test.ts"],
  ["EVAL-7", "test/reference/explanation.test.ts"],
  ["EVAL-21", "tag, backup, chat and declarative policies are no authorization policies; no input holds them"],
  ["STS-4", "a matter of issuing a session"],
  ["STS-5", "a matter of issuing a session"],
  ["STS-6", "a matter of issuing a session"],
  ["STS-7", "a matter of issuing a session"],
  ["STS-8", "a matter of issuing a session"],
  ["STS-11", "a matter of the identity provider's token; its claims are given with the request"],
  ["STS-12", "a matter of issuing a session"],
  ["STS-15", "a matter of issuing a session"],
  ["MFA-7", "a matter of authentication, before any policy is read"],
]);

describe.each(FILES)("$name", ({ scenarios, errors }) => {
  it("can be read", () => {
    expect(errors).toEqual([]);
    expect(scenarios.length).toBeGreaterThan(0);
  });

  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))("%s", (_, scenario) => {
    expect(complaints(scenario)).toEqual([]);
  });
});

describe("the rules", () => {
  const rules = ruleIds(readFileSync(`${import.meta.dirname}/../../docs/semantics.md`, "utf8"));
  const scenarios = FILES.flatMap((file) => file.scenarios);
  const shown = new Set(scenarios.flatMap((scenario) => scenario.rules));

  it("are those of sections 1 to 10", () => {
    expect(rules.size).toBe(261);
  });

  it("have scenarios each, or stand in the table of exceptions", () => {
    expect([...rules].filter((rule) => !shown.has(rule) && !SHOWN_ELSEWHERE.has(rule))).toEqual([]);
  });

  it("are the only ones that scenarios and exceptions name", () => {
    expect([...shown, ...SHOWN_ELSEWHERE.keys()].filter((rule) => !rules.has(rule))).toEqual([]);
  });

  it("are excepted only where no scenario shows them, and the tests named instead exist", () => {
    expect([...SHOWN_ELSEWHERE.keys()].filter((rule) => shown.has(rule))).toEqual([]);
    const paths = [...SHOWN_ELSEWHERE.values()].filter((place) => place.startsWith("test/"));
    expect(paths.filter((path) => !existsSync(`${import.meta.dirname}/../../${path}`))).toEqual([]);
  });

  it("are shown by scenarios with names of their own", () => {
    const ids = scenarios.map((scenario) => scenario.id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});

/** Every rule begins an item of a list with its ID in bold. */
function ruleIds(text: string): ReadonlySet<string> {
  const ids = text.split("\n").flatMap((line) => {
    const id = line.startsWith("- **") ? line.slice(4).split("**", 1)[0]! : "";
    return /^(?:REQ|GRAM|MATCH|COND|3V|VAR|EVAL|SPEC|STS|PASS|MFA)-\d+[a-z]?$/.test(id) ? [id] : [];
  });
  return new Set(ids);
}
