/** What is large on purpose ends soon. A file of its own, since its time is not to be measured in mutated code. */
import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/policy/parse.js";

describe("hostile documents end soon", () => {
  const statement = (more: string) =>
    `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*",${more}}}`;
  const many = (count: number, member: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => member(index)).join(",");

  test.each([
    ["unknown operators", statement(`"Condition":{${many(40_000, (index) => `"String${index}":{}`)}}`)],
    ["unknown elements", statement(many(60_000, (index) => `"Effecs${index}":1`))],
    [
      "open set conditions",
      statement(`"Condition":{"ForAllValues:StringEquals":{${many(40_000, (index) => `"aws:k${index}":"x"`)}}}`),
    ],
    [
      "faults behind escapes",
      statement(`"Condition":{"StringLike":{"aws:x":[${many(100, () => `"\\u0061${"${k:x,'y'}".repeat(800)}"`)}]}}`),
    ],
    ["statements of nothing", `{"Statement":[${many(100_000, () => "{}")}]}`],
  ])("%s", (_, text) => {
    const start = performance.now();
    const { diagnostics } = parsePolicy({ name: "p.json", text }, { type: "identity", mode: "lenient" });
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.length).toBeLessThanOrEqual(201);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
