/**
 * As much of Vitest as the suites of `suites.mjs` use, within one process: a test is an entry of `tests`, and is run when the
 * runner wants it. The matchers are Vitest's own.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
chai.use(({ Assertion }, utils) => {
  utils.addMethod(Assertion.prototype, "toMatchFileSnapshot", function (path) {
    const golden = readFileSync(resolve(dirname(collecting.file), path), "utf8");
    expect(utils.flag(this, "object")).toBe(golden);
  });
});

export const expect = chai.expect;

/** @type {{ id: string, run: () => unknown }[]} */
export const tests = [];

/** The file that is being read, and the `describe` blocks around the next test. */
export const collecting = { file: "", names: /** @type {string[]} */ ([]) };

export function describe(name, body) {
  collecting.names.push(name);
  body();
  collecting.names.pop();
}

export function test(name, body) {
  const id = [collecting.file, ...collecting.names, name, tests.length].join(" ");
  const { file } = collecting;
  tests.push({
    id,
    run: () => {
      collecting.file = file;
      return body();
    },
  });
}

describe.each = eachOf(describe);
test.each = eachOf(test);

function eachOf(define) {
  return (rows) => (name, body) => {
    for (const row of rows) define(name, () => (Array.isArray(row) ? body(...row) : body(row)));
  };
}

export const it = test;
