/** What rewriting policies cannot change, and what more of them can only take away. */
import { describe, it } from "vitest";
import { conditionOf, randomCase } from "../generators/conditions.js";
import { Palette } from "../generators/palette.js";
import type { Random } from "../generators/random.js";
import type { JsonObject, Options, PolicyJson } from "../generators/scenario-json.js";
import type { Plan } from "../generators/towns.js";
import {
  check,
  listOf,
  meaning,
  neverGains,
  type Pair,
  type Place,
  possible,
  same,
  statementsOf,
  verdict,
  withDocuments,
  withStatements,
} from "./law.js";

describe("rewriting that means nothing", () => {
  it("statements stand in any order and as often as they like (EVAL-3)", () =>
    check({
      change: (random, town) =>
        withStatements(town, (statements) => {
          const again = statements.filter(() => random.chance(0.3)).map(({ Sid: _, ...statement }) => statement);
          return random.shuffle([...statements, ...again]);
        }),
      holds: same(verdict),
    }));

  it("a list of actions is as many statements", () =>
    check({
      change: (_random, town) =>
        withStatements(town, (statements) => statements.flatMap((one) => split(one, "Action"))),
      holds: same(words),
    }));

  it("a list of resources is as many statements, unless one unresolved variable undoes a whole one (VAR-10)", () =>
    check({
      change: (_random, town) =>
        town.flags.unresolvedVariable === "statement"
          ? null
          : withStatements(town, (statements) => statements.flatMap((one) => split(one, "Resource"))),
      holds: same(words),
    }));

  it("Sids are names (GRAM-9)", () =>
    check({
      change: (random, town) =>
        withStatements(town, (statements) =>
          statements.map((statement, index) => ({ ...statement, Sid: random.chance(0.5) ? `Renamed${index}` : "" })),
        ),
      holds: same(meaning),
    }));

  it("actions and keys have no case (MATCH-1, REQ-4)", () =>
    check({
      change: (random, town) => withStatements(town, (statements) => statements.map((one) => recased(random, one))),
      ask: (random, ask) => ({ ...ask, request: { ...ask.request, action: randomCase(random, ask.request.action) } }),
      holds: same(meaning),
    }));
});

describe("what policies can do to each other", () => {
  it("another Deny allows nothing (EVAL-1)", () =>
    check({ change: (random, town) => withStatement(random, town, town.flags, "Deny"), holds: neverGains("allowed") }));

  it("another Allow denies nothing explicitly (EVAL-1)", () =>
    check({
      change: (random, town) => withStatement(random, town, town.flags, "Allow"),
      holds: neverGains("explicitDeny"),
    }));

  it("a Deny that hits wins, wherever it stands (EVAL-1)", () =>
    check({
      change: (random, town) =>
        withStatements(town, (statements, place) =>
          random.chance(0.3) ? [...statements, everything("Deny", place, statements)] : statements,
        ),
      holds: ({ before, after }: Pair) => {
        if ("path" in after.decision && after.decision.path === "BUILTIN") return null;
        const layers = after.layers ?? [];
        const certain = layers.some(({ deny }) => deny === "T");
        if (certain !== (after.decision.decision === "explicitDeny"))
          return "a certain Deny and an explicit deny are one";
        return possible(before.decision).has("explicitDeny") && !possible(after.decision).has("explicitDeny")
          ? "a Deny has gone"
          : null;
      },
    }));

  it("a boundary grants nothing (EVAL-5, EVAL-17)", () =>
    check({
      change: (random, town) => ({
        ...town,
        scenarios: town.scenarios.map((scenario) => {
          const boundary = scenario.policies.boundary;
          if (scenario.policies.identity === undefined || boundary === "unknown") return scenario;
          const narrower = boundary === undefined ? [ceiling(scenario.id)] : withoutAllow(random, boundary);
          return { ...scenario, policies: { ...scenario.policies, boundary: narrower } };
        }),
      }),
      holds: neverGains("allowed"),
    }));

  it("documents of which no statement can hit might as well not be there", () =>
    check({
      change: (random, town) =>
        town.scenarios.some(({ resourceSettings }) => JSON.stringify(resourceSettings ?? {}).includes("restrictPublic"))
          ? null
          : withDocuments(town, (documents) => [...documents, idle(random, documents)].filter((one) => one !== null)),
      holds: same(meaning),
    }));
});

const words = ({ decision }: Pair["before"]) => [...possible(decision)].sort();

/** One statement for each entry of a list. */
function split(statement: JsonObject, element: "Action" | "Resource"): JsonObject[] {
  const entries = statement[element] === undefined ? [] : listOf(statement[element]);
  if (entries.length < 2) return [statement];
  const { Sid: _, ...rest } = statement;
  return entries.map((entry) => ({ ...rest, [element]: entry }));
}

function recased(random: Random, statement: JsonObject): JsonObject {
  const changed: Record<string, JsonObject[string]> = { ...statement };
  for (const element of ["Action", "NotAction"] as const) {
    if (statement[element] === undefined) continue;
    const entries = listOf(statement[element]).map((entry) => randomCase(random, entry as string));
    changed[element] = Array.isArray(statement[element]) ? entries : entries[0]!;
  }
  if (statement["Condition"] !== undefined) {
    changed["Condition"] = Object.fromEntries(
      Object.entries(statement["Condition"] as JsonObject).map(([operator, block]) => [
        operator,
        Object.fromEntries(Object.entries(block as JsonObject).map(([key, value]) => [randomCase(random, key), value])),
      ]),
    );
  }
  return changed;
}

/** One more statement in some of the documents; resource control policies only deny (GRAM-31). */
function withStatement(random: Random, plan: Plan, flags: Options, effect: "Allow" | "Deny"): Plan {
  const strict = flags.mode !== "lenient";
  const manner = { strict, anyLiteral: false, variables: false, endpoint: true, looseOperators: false, unlisted: 1 };
  return withStatements(plan, (statements, place) => {
    if ((place === "rcps" && effect === "Allow") || random.chance(0.5)) return statements;
    const condition = random.chance(0.5) ? { Condition: conditionOf(random, new Palette(), manner, 2) } : {};
    return random.shuffle([...statements, { ...everything(effect, place, statements), ...condition } as JsonObject]);
  });
}

const HAS_PRINCIPAL: ReadonlySet<Place> = new Set(["rcps", "resource", "behind", "vpcEndpoint"]);

/** Everything that the place permits; role trust policies are told by their statements, which have no Resource. */
function everything(effect: "Allow" | "Deny", place: Place, others: readonly JsonObject[]): JsonObject {
  const trust = place === "resource" && others.every((one) => !("Resource" in one || "NotResource" in one));
  if (trust) return { Effect: effect, Principal: { AWS: "*" }, Action: "sts:*" };
  return {
    Effect: effect,
    ...(HAS_PRINCIPAL.has(place) ? { Principal: "*" } : {}),
    Action: place === "rcps" ? ["s3:*", "sqs:*", "sts:*", "kms:*"] : "*",
    Resource: "*",
  };
}

function ceiling(id: string): PolicyJson {
  const statement = { Effect: "Allow", Action: ["s3:*", "kms:*"], Resource: "*" };
  return { name: `${id}: another boundary`, policy: { Version: "2012-10-17", Statement: statement } };
}

/** At least one statement stays, so that the document does. */
function withoutAllow(random: Random, documents: readonly PolicyJson[]): readonly PolicyJson[] {
  return documents.map((document) => {
    if (document === "unknown") return document;
    const statements = statementsOf(document.policy);
    const fewer = statements.filter(({ Effect }) => Effect !== "Allow" || random.chance(0.5));
    return { ...document, policy: { ...document.policy, Statement: fewer.length === 0 ? statements : fewer } };
  });
}

/** A copy of a document whose statements speak about an action that nobody asks for. */
function idle(random: Random, documents: readonly PolicyJson[]): PolicyJson | null {
  const [document] = documents;
  if (document === undefined || document === "unknown" || random.chance(0.5)) return null;
  const statements = statementsOf(document.policy).map(({ Sid: _, NotAction: __, ...statement }) => ({
    ...statement,
    Action: "s3:NobodyAsks",
  }));
  return { name: `${document.name} again`, policy: { ...document.policy, Statement: statements } };
}
