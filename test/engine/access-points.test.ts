/** EVAL-48: what an access point grants, its bucket must grant too, whatever the world knows of the bucket. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { decide } from "../../src/reference/authorize.js";
import type { World } from "../../src/world/model.js";
import { scenarioOf } from "../generators/roads.js";

const POINT = "arn:aws:s3:us-east-1:111111111111:accesspoint/p";
const REQUEST = {
  principal: "arn:aws:iam::222222222222:user/a",
  action: "s3:GetObject",
  resource: `${POINT}/object/k`,
};

function statement(resource: string) {
  return { Effect: "Allow", Principal: "*", Action: "s3:*", Resource: resource };
}

function worldOf(): World {
  const identity = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] };
  return scenarioOf({
    id: "access point",
    request: REQUEST,
    policies: {
      identity: [{ name: "own", policy: identity }],
      resource: [{ name: "point", policy: { Version: "2012-10-17", Statement: [statement(`${POINT}/object/*`)] } }],
      behind: {
        resource: "arn:aws:s3:::b",
        policies: [{ name: "bucket", policy: { Version: "2012-10-17", Statement: [statement("arn:aws:s3:::b/*")] } }],
      },
    },
  }).world;
}

function answersOf(world: World): readonly string[] {
  const engine = Engine.loadSync(compile(world));
  return [decide(world, REQUEST), engine.decide(REQUEST), engine.explain(REQUEST).decision].map(
    ({ decision }) => decision,
  );
}

describe("an access point", () => {
  it("grants what its bucket grants", () => {
    expect(answersOf(worldOf())).toEqual(["allowed", "allowed", "allowed"]);
  });

  it("grants nothing where its bucket has no record", () => {
    const world = worldOf();
    const resources = new Map([...world.resources].filter(([arn]) => arn !== "arn:aws:s3:::b"));
    expect(resources.size).toBe(world.resources.size - 1);
    expect(answersOf({ ...world, resources })).toEqual(["implicitDeny", "implicitDeny", "implicitDeny"]);
  });
});
