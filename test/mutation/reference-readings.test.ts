/** Corners of the same-account and cross-account readings that mutants of the reference showed to be untested. */
import { describe, expect, it } from "vitest";
import { explain } from "../../src/reference/authorize.js";
import { readScenarios } from "../../src/world/scenario.js";

function decisionOf(text: string) {
  const { scenarios } = readScenarios({ name: "readings.yaml", text });
  const [{ world, request, requestOptions }] = scenarios as [(typeof scenarios)[0]];
  return explain(world, request, requestOptions).decision;
}

describe("an unknown owner", () => {
  it("is a cause where only the reading of another account has fewer outcomes (3V-11, 3V-12)", () => {
    const decision = decisionOf(`
id: "the caller's own bucket may allow, another account's cannot"
request:
  principal: "arn:aws:iam::111111111111:user/alice"
  action: s3:GetObject
  resource: "arn:aws:s3:::b/k"
  unknown: [aws:PrincipalTag/team]
policies:
  identity:
    Version: "2012-10-17"
    Statement:
      Effect: Allow
      Action: s3:GetObject
      Resource: "*"
      Condition: { StringEquals: { aws:PrincipalTag/team: x } }
expect: indeterminate
`);
    expect(decision).toEqual({
      decision: "indeterminate",
      between: ["allowed", "implicitDeny"],
      dependsOn: ["aws:principaltag/team", "resource account"],
    });
  });
});

describe("sts:AssumeRoot", () => {
  it("is decided as in one account, whosever root it is (SPEC-35)", () => {
    const decision = decisionOf(`
id: "the management account assumes a member's root"
request:
  principal: "arn:aws:iam::111111111111:user/alice"
  action: sts:AssumeRoot
  resource: "arn:aws:iam::222222222222:root"
policies:
  identity:
    Version: "2012-10-17"
    Statement: { Effect: Allow, Action: sts:AssumeRoot, Resource: "*" }
organization: { id: o-abc, managementAccount: "111111111111" }
expect: allowed
`);
    expect(decision).toMatchObject({ decision: "allowed", decidedBy: "IDENTITY", path: "SAME_ACCOUNT" });
  });
});
