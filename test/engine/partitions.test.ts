/** A caller reaches resources of its own partition only, and its partition is what its ARN says. */
import { expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { decide } from "../../src/reference/authorize.js";
import type { Request } from "../../src/request/request.js";
import { scenarioOf } from "../generators/roads.js";

function request(caller: string, resource: string): Request {
  return {
    principal: `arn:${caller}:sts::111111111111:assumed-role/R/s`,
    action: "s3:GetObject",
    resource: `arn:${resource}:s3:::b/k`,
    resourceAccount: "111111111111",
  };
}

/** The role that the world holds is one of `aws`. */
const { world } = scenarioOf({
  id: "partitions",
  request: request("aws", "aws"),
  policies: {
    identity: [
      {
        name: "own",
        policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] },
      },
    ],
  },
});
const engine = Engine.loadSync(compile(world));

it.each([
  ["aws", "aws", "allowed"],
  ["aws", "aws-cn", "implicitDeny"],
  ["aws-cn", "aws", "implicitDeny"],
  ["aws-cn", "aws-cn", "allowed"],
])("a session of %s asks for a resource of %s: %s", (caller, resource, expected) => {
  const asked = request(caller, resource);
  expect(decide(world, asked).decision).toBe(expected);
  expect(engine.decide(asked).decision).toBe(expected);
  expect(engine.decide(asked, {}).decision).toBe(expected);
});
