/** A scenario may attach policies to the resource `*`; they count on every road, Denies first of all (REQ-30). */
import { expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { decide } from "../../src/reference/authorize.js";
import type { Request } from "../../src/request/request.js";
import { scenarioOf } from "../generators/roads.js";

const USER = "arn:aws:iam::111111111111:user/a";

function document(statement: Record<string, string>) {
  return { Version: "2012-10-17", Statement: [{ Action: "s3:*", Resource: "*", ...statement }] };
}

it.each([
  ["Allow", "*", "allowed"],
  ["Deny", USER, "explicitDeny"],
])("%s to `%s`: %s", (Effect, principal, expected) => {
  const request: Request = { principal, action: "s3:ListAllMyBuckets", resource: "*" };
  const identity = principal === USER ? [{ name: "own", policy: document({ Effect: "Allow" }) }] : [];
  const resource = [{ name: "of everything", policy: document({ Effect, Principal: "*" }) }];
  const { world } = scenarioOf({ id: "resourceless", request, policies: { identity, resource } });
  const engine = Engine.loadSync(compile(world));
  expect(decide(world, request).decision).toBe(expected);
  expect(engine.decide(request).decision).toBe(expected);
  expect(engine.decide(request, {}).decision).toBe(expected);
});
