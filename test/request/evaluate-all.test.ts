/** REQ-1, 3V-13: one answer for a call that needs several permissions. */
import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/request/decision.js";
import { combineAll } from "../../src/request/evaluate-all.js";

const allowed: Decision = { decision: "allowed", decidedBy: "IDENTITY", statements: [], path: "SAME_ACCOUNT" };
const implicit: Decision = {
  decision: "implicitDeny",
  decidedBy: "IDENTITY",
  missing: [{ layer: "IDENTITY", target: "x" }],
  path: "SAME_ACCOUNT",
};
const explicit: Decision = { decision: "explicitDeny", decidedBy: "SCP", statements: [], path: "SAME_ACCOUNT" };
const open: Decision = { decision: "indeterminate", between: ["allowed", "implicitDeny"], dependsOn: ["k"] };
const denied: Decision = { decision: "denied", between: ["explicitDeny", "implicitDeny"], dependsOn: ["k"] };

describe("decisions together", () => {
  it.each<[string, readonly Decision[], Decision]>([
    ["all allowed", [allowed, { ...allowed, decidedBy: "RESOURCE" }], allowed],
    ["a denial behind an open one", [open, implicit], implicit],
    ["the first of two denials", [allowed, explicit, implicit], explicit],
    ["an open one", [allowed, open], open],
    ["denied is certain", [open, denied, explicit], denied],
    ["one alone", [open], open],
  ])("%s", (_name, decisions, expected) => {
    expect(combineAll(decisions)).toBe(expected);
  });

  it("refuses to answer nothing", () => {
    expect(() => combineAll([])).toThrow(RangeError);
  });
});
