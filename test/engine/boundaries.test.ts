/** A boundary that is attached and not held: both roads know that there is one (MATCH-46), and not what it says (3V-8). */
import { expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { answer } from "../../src/reference/authorize.js";
import type { Decision } from "../../src/request/decision.js";
import { resolve } from "../../src/request/resolve.js";
import { directoryOf } from "../../src/world/directory.js";
import type { World } from "../../src/world/model.js";
import { scenarioOf } from "../generators/roads.js";
import type { JsonObject } from "../generators/scenario-json.js";

const ALICE = "arn:aws:iam::111111111111:user/alice";
const LIMIT = "arn:aws:iam::111111111111:policy/Limit";
const REQUEST = {
  principal: ALICE,
  action: "s3:GetObject",
  resource: "arn:aws:s3:::b/k",
  resourceAccount: "111111111111",
};

const bucket: JsonObject = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" },
    {
      Effect: "Deny",
      NotPrincipal: { AWS: ["111111111111", ALICE] },
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::b/*",
    },
  ],
};

/** The world of an export: the user's boundary is the given one, its document in no page. */
function worldWith(label: string, missing: readonly string[]): World {
  const { world } = scenarioOf({
    id: "boundary",
    request: REQUEST,
    policies: { identity: [], resource: [{ name: "bucket", policy: bucket }] },
  });
  const alice = world.principals.get(ALICE)!;
  return {
    ...world,
    closed: false,
    principals: new Map([[ALICE, { ...alice, boundary: { label, documents: [], missing } }]]),
  };
}

function answersOf(world: World): readonly Decision[] {
  const engine = Engine.loadSync(compile(world));
  const expected = answer(world, resolve(REQUEST, directoryOf(world)));
  expect(engine.explain(REQUEST)).toEqual(expected);
  return [expected.decision, engine.decide(REQUEST)];
}

it.each([
  ["by the policy's ARN", [LIMIT]],
  ["by two names", [LIMIT, "another"]],
])("is attached, if it is known %s", (_, missing) => {
  for (const decision of answersOf(worldWith(`permissions boundary of ${ALICE}`, missing))) {
    expect(decision).toMatchObject({ decision: "explicitDeny", decidedBy: "RESOURCE", statements: [{ index: 1 }] });
  }
});

it("may not be there, if nothing is known of it", () => {
  const label = `permissions boundary of ${ALICE}`;
  for (const decision of answersOf(worldWith(label, [label]))) {
    expect(decision).toMatchObject({
      decision: "indeterminate",
      between: ["allowed", "explicitDeny"],
      dependsOn: [label],
    });
  }
});
