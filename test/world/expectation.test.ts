/** Whether an outcome is what a scenario expects. */
import { describe, expect, it } from "vitest";
import type { Decision, StatementRef } from "../../src/request/decision.js";
import { type Outcome, unmet } from "../../src/world/expectation.js";
import { scenario } from "./build.js";

function expecting(text: string, outcome: Outcome): readonly string[] {
  const request = "request: { principal: '*', action: 's3:X', resource: '*' }";
  return unmet(scenario(`id: x\n${request}\nexpect: ${text}`).expect, outcome);
}

function decision(decided: Decision): Outcome {
  return { kind: "decision", decision: decided };
}

const REF: StatementRef = { layer: "IDENTITY", policy: "p", index: 1, sid: null, file: "f", line: 1, column: 1 };
const ALLOWED = decision({ decision: "allowed", decidedBy: "IDENTITY", statements: [REF], path: "SAME_ACCOUNT" });
const MISSING = [{ layer: "SCP", target: "scps[0]" }] as const;
const IMPLICIT = decision({ decision: "implicitDeny", decidedBy: "SCP", missing: MISSING, path: "SAME_ACCOUNT" });
const UNSURE = decision({ decision: "indeterminate", between: ["allowed", "explicitDeny"], dependsOn: ["aws:x"] });
const MERGED = decision({ decision: "denied", between: ["explicitDeny", "implicitDeny"], dependsOn: ["aws:x"] });
const REFUSED: Outcome = { kind: "refused", codes: ["invalid-principal"] };

describe("expectations", () => {
  it.each([
    ["allowed", ALLOWED],
    ["{ decision: allowed, decidedBy: IDENTITY, statements: ['p#1'] }", ALLOWED],
    ["denied", IMPLICIT],
    ["denied", MERGED],
    ["{ decision: implicitDeny, decidedBy: SCP, missing: [SCP] }", IMPLICIT],
    ["{ decision: indeterminate, between: [allowed, explicitDeny], dependsOn: [aws:x] }", UNSURE],
    ["error", REFUSED],
    ["{ decision: error, code: invalid-principal }", REFUSED],
  ])("%s is met", (text, outcome) => {
    expect(expecting(text, outcome)).toEqual([]);
  });

  it.each([
    ["denied", ALLOWED, "expected denied, got allowed"],
    ["denied", UNSURE, "expected denied, got indeterminate on aws:x"],
    ["allowed", REFUSED, "expected allowed, got error (invalid-principal)"],
    ["error", ALLOWED, "expected error, got allowed"],
    ["explicitDeny", IMPLICIT, "expected explicitDeny, got implicitDeny"],
    ["{ decision: allowed, decidedBy: RESOURCE }", ALLOWED, "expected decidedBy RESOURCE, got IDENTITY"],
    ["{ decision: allowed, statements: ['p#0'] }", ALLOWED, "expected statements p#0, got p#1"],
    ["{ decision: allowed, statements: [] }", ALLOWED, "expected statements nothing, got p#1"],
    ["{ decision: denied, missing: [RCP] }", IMPLICIT, "expected missing RCP, got SCP"],
    ["{ decision: indeterminate, dependsOn: [aws:y] }", UNSURE, "expected dependsOn aws:y, got aws:x"],
    ["{ decision: error, code: too-large }", REFUSED, "expected code too-large, got invalid-principal"],
  ])("%s is not met", (text, outcome, message) => {
    expect(expecting(text, outcome)).toEqual([message]);
  });
});
