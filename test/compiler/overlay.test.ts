/** Session policies that arrive at run time (EVAL-18): compiled by themselves, they narrow as those of the world do. */
import { describe, expect, test } from "vitest";
import { compile, compileOverlay } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { readScenarios } from "../../src/world/scenario.js";
import { policyOf } from "../reference/build.js";

const [{ world, request }] = readScenarios({
  name: "overlay.json",
  text: JSON.stringify({
    id: "a session",
    request: {
      principal: {
        arn: "arn:aws:sts::111111111111:assumed-role/Deploy/ci",
        roleArn: "arn:aws:iam::111111111111:role/Deploy",
      },
      action: "s3:GetObject",
      resource: "arn:aws:s3:::b/k",
      resourceAccount: "111111111111",
    },
    policies: {
      identity: [{ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } }],
    },
    expect: "allowed",
  }),
}).scenarios as [ReturnType<typeof readScenarios>["scenarios"][0]];

describe("an overlay", () => {
  const engine = Engine.loadSync(compile(world));
  const session = (...statements: object[]) => policyOf("session", statements as [], "s");
  test.each([
    ["allows", [session({ Action: "s3:*" })], "allowed IDENTITY"],
    ["allows by one of two", [session({ Action: "ec2:*" }), session({ Action: "s3:*" })], "allowed IDENTITY"],
    ["leaves out", [session({ Action: "ec2:*" })], "implicitDeny SESSION"],
    ["denies", [session({ Action: "*" }, { Effect: "Deny", Action: "s3:*" })], "explicitDeny SESSION"],
    ["holds none: none were passed", [], "allowed IDENTITY"],
  ] as const)("that %s", (_, policies, expected) => {
    const overlay = engine.overlay(compileOverlay(policies, world.options));
    const decision = engine.decide(request, undefined, overlay);
    expect(`${decision.decision} ${"decidedBy" in decision ? decision.decidedBy : ""}`).toBe(expected);
  });
});
