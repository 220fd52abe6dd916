/** 3V-3: what is certain stays so whatever the unknown turns out to be, and what is not certain was left open. */
import { describe, it } from "vitest";
import { cardinalityOf } from "../../src/request/context.js";
import type { ContextInput } from "../../src/request/request.js";
import * as words from "../generators/alphabet.js";
import { valueText } from "../generators/conditions.js";
import type { KeyUse } from "../generators/palette.js";
import { documentOf, type Setting } from "../generators/policies.js";
import type { Random } from "../generators/random.js";
import type { Ask } from "../generators/requests.js";
import type { PolicyJson, ScenarioJson } from "../generators/scenario-json.js";
import type { Town } from "../generators/towns.js";
import { check, type Pair, type Place, possible, withDocuments } from "./law.js";

function saysOwner({ request, resourceSettings }: ScenarioJson): boolean {
  return request.resourceAccount !== undefined || resourceSettings?.["objectOwner"] !== undefined;
}

/** What comes out is among what was said to be possible. */
function leavesNothingOut({ before, after }: Pair): string | null {
  const allowed = possible(before.decision);
  const outside = [...possible(after.decision)].filter((word) => !allowed.has(word));
  return outside.length === 0 ? null : `it can be ${outside.join(", ")} after all`;
}

describe("the law of three values (3V-3)", () => {
  it("holds for every value of the unknown keys", () =>
    check({ ask: (random, ask, town) => completed(random, ask, town), holds: leavesNothingOut }));

  it("holds for every owner of the resource (REQ-31)", () =>
    check(
      {
        change: (_random, town) =>
          town.scenarios.some(saysOwner) || town.flags.assumeSameAccount === true ? null : town,
        ask: (random, ask) => {
          const { request, options } = ask;
          const open = request.resourceAccount === undefined && request.resource.split(":")[4] === "";
          // Without derivation an unknown owner counts as the caller's account.
          if (!open || options?.deriveContext === false) return null;
          return { options, request: { ...request, resourceAccount: random.pick(words.ACCOUNTS) } };
        },
        holds: leavesNothingOut,
      },
      { cases: 400, appliedMin: 0.02 },
    ));

  it("holds for every policy in the place of one that is not held, and for none", () =>
    check({
      change: (random, town) => {
        // A public policy restricts what others grant, and a hidden one is not known to be public (SPEC-22).
        if (JSON.stringify(town.scenarios).includes("restrictPublicBuckets")) return null;
        return withDocuments(town, (documents) => documents.map((one) => (random.chance(0.3) ? "unknown" : one)));
      },
      // Here the change hides what was known, so the law is read backwards.
      holds: ({ before, after, road }) => leavesNothingOut({ before: after, after: before, road }),
    }));

  it("holds for other policies than those that were hidden", () =>
    check(
      {
        change: (random, town) => {
          if (!JSON.stringify(town.scenarios).includes('"unknown"')) return null;
          return withDocuments(town, (documents, place) =>
            documents.map((one) => (one === "unknown" ? other(random, town, place) : one)),
          );
        },
        holds: leavesNothingOut,
      },
      { cases: 400, appliedMin: 0.02 },
    ));
});

const TYPES = {
  identity: "identity",
  boundary: "boundary",
  session: "session",
  scps: "scp",
  rcps: "rcp",
  resource: "resource",
  behind: "resource",
  vpcEndpoint: "vpce",
} as const satisfies Record<Place, string>;

let made = 0;

/** Some document where one was not held. A document of another grammar is refused, and the world with it. */
function other(random: Random, town: Town, place: Place): PolicyJson {
  const setting: Setting = {
    random,
    palette: town.palette,
    scenes: town.scenes,
    callers: town.callers,
    strict: town.flags.mode !== "lenient",
    anyLiteral: false,
    looseOperators: false,
    nameOf: () => "",
  };
  made++;
  return {
    name: `found ${made}`,
    policy: documentOf(setting, TYPES[place], { open: 0.5, deny: 0.5, conditional: 0.3 }),
  };
}

/** The question with every key of the town that is unknown given a value, or none; what is derived is then given too. */
function completed(random: Random, ask: Ask, { palette }: Town): Ask | null {
  const { unknown = [], context = {}, ...request } = ask.request;
  const options = { ...ask.options, trustContext: true };
  const given = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  const open = (name: string) =>
    unknown.some((entry) => covers(entry.toLowerCase(), name, given)) ||
    (options.deriveContext !== false && ALWAYS_SUPPLIED.has(name) && !given.has(name));
  const values = [...palette.keys].filter(([name]) => open(name));
  if (values.length === 0) return null;
  // What a prefix leaves open beyond the town's keys is read by no policy.
  const extra = values.flatMap(([name, use]): [string, ContextInput][] => {
    const input = valueOrNone(random, name, use, ask);
    return input === null ? [] : [[use.key, input]];
  });
  return { options, request: { ...request, context: { ...context, ...Object.fromEntries(extra) } } };
}

/** 3V-2: a prefix covers what is neither given nor derived; only exact names are certain to be open. */
function covers(entry: string, name: string, given: ReadonlySet<string>): boolean {
  if (!entry.endsWith("*")) return entry === name;
  return name.startsWith(entry.slice(0, -1)) && !given.has(name) && !name.startsWith("aws:");
}

const ALWAYS_SUPPLIED: ReadonlySet<string> = new Set(["aws:securetransport", "aws:requestedregion", "aws:useragent"]);

function valueOrNone(random: Random, name: string, use: KeyUse, { options }: Ask): ContextInput | null {
  const cardinality = options?.extraValues === "multi" ? "unlisted" : cardinalityOf(name);
  const wellFormed = name.startsWith("aws:") && options?.allowMalformedContext !== true;
  const value = () =>
    wellFormed && use.type === "bool"
      ? random.pick(["true", "false"])
      : random.chance(0.5) && use.operands.size > 0 && !wellFormed
        ? random.pick([...use.operands])
        : valueText(random, use.type, wellFormed);
  const state = random.weighted([
    // Left out, a global key would be derived again, or be unknown again.
    [name.startsWith("aws:") && options?.deriveContext !== false ? 0 : 2, "absent"],
    [cardinality === "multi" ? 0 : 3, "single"],
    [cardinality === "single" ? 0 : 2, "multi"],
    [cardinality === "single" ? 0 : 1, "empty"],
  ] as const);
  switch (state) {
    case "absent":
      return null;
    case "single":
      return value();
    case "multi":
      return random.list(2, 3, value);
    case "empty":
      return [];
  }
}
