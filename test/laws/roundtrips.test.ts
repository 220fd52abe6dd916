/** There and back: what is written, printed, compiled or encoded and read again means what it meant (threats: T17). */
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Section } from "../../src/bytecode/layout.js";
import { BundleReader } from "../../src/bytecode/reader.js";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { BundleWorld } from "../../src/engine/world.js";
import type { Policy } from "../../src/policy/model.js";
import { parsePolicy } from "../../src/policy/parse.js";
import { printPolicy } from "../../src/policy/print.js";
import { readRequest, readRequestOptions } from "../../src/request/json.js";
import { parseJson } from "../../src/text/json.js";
import type { Document, DocumentSet, World } from "../../src/world/model.js";
import { readScenarios } from "../../src/world/scenario.js";
import { SECTIONS } from "../bytecode/records.js";
import { placeless } from "../bytecode/trial.js";
import { Random } from "../generators/random.js";
import { type Ask, askOf } from "../generators/requests.js";
import { differenceOf, engineRoad, referenceRoad, worldOf } from "../generators/roads.js";
import type { ScenarioJson } from "../generators/scenario-json.js";
import { type Town, townOf } from "../generators/towns.js";
import { CASES } from "./law.js";

const ASKS = 10;
const WORLDS = CASES / ASKS / 2;

/** Worlds with their questions; those that strict grammar refuses are left out. */
function* worlds(stream: number, count = WORLDS): Generator<{ number: number; town: Town; world: World; asks: Ask[] }> {
  for (let number = 0; count > 0; number++) {
    const random = new Random(1, stream, number);
    const town = townOf(random);
    let world: World;
    try {
      world = worldOf(town);
    } catch {
      continue;
    }
    count--;
    yield { number, town, world, asks: Array.from({ length: ASKS }, () => askOf(random, town)) };
  }
}

/** The world that a bundle holds, every document read. */
function decompiled(bytes: Uint8Array): World {
  const world = new BundleWorld(new BundleReader(bytes));
  for (const set of world.sets) expect(set.documents.length + set.missing.length).toBeGreaterThanOrEqual(0);
  return world;
}

/** Everything but where statements stand in their files. */
function meaningOf(bytes: Uint8Array): readonly string[] {
  const reader = new BundleReader(bytes);
  const sections = SECTIONS.filter((section) => section !== Section.Provenance && section !== Section.ProvenanceBytes);
  const contents = sections.map((section) => Buffer.from(reader.slice(section, 0, reader.size(section))));
  const header = [16, 20, 24, 28].map((field) => `header ${field}: ${reader.header(field)}`);
  return [...header, ...contents.map((content, index) => `${Section[sections[index]!]}: ${content.toString("hex")}`)];
}

describe("a bundle", () => {
  it("that is read back and compiled again is the same, byte for byte", () => {
    for (const { number, world } of worlds(34)) {
      const bytes = compile(world);
      expect(meaningOf(compile(decompiled(bytes))), `world ${number}`).toEqual(meaningOf(bytes));
    }
  });

  it("means to the reference what its world meant, and its own bundle to the engine", () => {
    for (const { number, world, asks } of worlds(35)) {
      const bytes = compile(world);
      const back = decompiled(bytes);
      const roads = [referenceRoad(world), referenceRoad(back), engineRoad(Engine.loadSync(compile(back)), "again")];
      for (const ask of asks) {
        const [expected, ...others] = roads.map((road) => placeless(road.answer(ask, true)));
        for (const given of others) {
          expect(differenceOf(expected!, given), `world ${number}: ${JSON.stringify(ask)}`).toBeNull();
        }
      }
    }
  });
});

describe("a policy", () => {
  it("that is printed and parsed again compiles to the same bytes", () => {
    for (const { number, world } of worlds(36)) {
      const again = new Map<Policy, Policy>();
      const reparsed = (document: Document): Document => {
        if (document.use === "acl" || document.use === "kmsGrant" || document.use === "serviceGrant") return document;
        const policy = again.get(document.policy) ?? parsedAgain(document.policy, world);
        again.set(document.policy, policy);
        return { ...document, policy };
      };
      const copy = withDocuments(world, reparsed);
      expect(meaningOf(compile(copy)), `world ${number}`).toEqual(meaningOf(compile(world)));
    }
  });
});

function parsedAgain(policy: Policy, world: World): Policy {
  const { mode, incompleteArn, looseOperators } = world.options;
  const source = { name: policy.name, text: JSON.stringify(printPolicy(policy), null, 1) };
  const rules = { type: policy.type, name: policy.name, mode, incompleteArn, looseOperators };
  const { policy: again, diagnostics } = parsePolicy(source, rules);
  if (again === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return again;
}

/** The world with every document changed. */
function withDocuments(world: World, change: (document: Document) => Document): World {
  const set = <T extends DocumentSet | null>(given: T): T =>
    (given === null ? null : { ...given, documents: given.documents.map(change) }) as T;
  const each = <T>(map: ReadonlyMap<string, T>, edit: (record: T) => T) =>
    new Map([...map].map(([name, record]) => [name, edit(record)]));
  return {
    ...world,
    accounts: each(world.accounts, (record) => ({ ...record, scps: record.scps.map(set), rcps: record.rcps.map(set) })),
    principals: each(world.principals, (record) => ({
      ...record,
      identity: set(record.identity),
      boundary: set(record.boundary),
    })),
    sessions: each(world.sessions, (record) => ({ ...record, policies: set(record.policies) })),
    resources: each(world.resources, (record) => ({
      ...record,
      policies: set(record.policies),
      rcps: record.rcps?.map(set) ?? null,
    })),
    endpoints: each(world.endpoints, (record) => ({ ...record, policies: set(record.policies) })),
  };
}

describe("a scenario", () => {
  /** The ways in which one can be written. */
  const FORMS: Readonly<Record<string, (scenario: object) => { name: string; text: string }>> = {
    "as JSON of several lines": (scenario) => ({ name: "s.json", text: JSON.stringify(scenario, null, 2) }),
    "as a list of one": (scenario) => ({ name: "s.json", text: JSON.stringify([scenario]) }),
    "as JSON Lines": (scenario) => ({ name: "s.jsonl", text: `${JSON.stringify(scenario)}\n` }),
    "as YAML": (scenario) => ({ name: "s.yaml", text: stringify(scenario) }),
    "as YAML in flow style": (scenario) => ({ name: "s.yaml", text: stringify(scenario, { collectionStyle: "flow" }) }),
    "as YAML with quotes": (scenario) => ({
      name: "s.yaml",
      text: stringify(scenario, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "QUOTE_DOUBLE", lineWidth: 0 }),
    }),
  };

  it.each(Object.entries(FORMS))("says the same %s", (_, form) => {
    for (const { number, town } of worlds(37, WORLDS / 4)) {
      for (const json of town.scenarios) {
        const plain = readOne({ name: "s.json", text: JSON.stringify(complete(json)) });
        const given = readOne(form(complete(json)));
        expect(given.request, `world ${number}`).toEqual(plain.request);
        expect(given.requestOptions).toEqual(plain.requestOptions);
        expect(given.expect).toEqual(plain.expect);
        expect(meaningOf(compile(given.world)), `world ${number}`).toEqual(meaningOf(compile(plain.world)));
      }
    }
  });
});

function complete(scenario: ScenarioJson): object {
  return { expect: "allowed", ...scenario };
}

function readOne(source: { name: string; text: string }) {
  const { scenarios, diagnostics } = readScenarios(source);
  if (scenarios.length !== 1) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return scenarios[0]!;
}

describe("a request", () => {
  it("comes back from its JSON, and is answered alike", () => {
    for (const { world, asks } of worlds(38)) {
      const road = referenceRoad(world);
      for (const { request, options } of asks) {
        const again = { request: reread(request, readRequest, "request"), options };
        if (options !== null) {
          expect(reread(options, readRequestOptions, "options")).toEqual(options);
        }
        // Numbers are kept as they are written (REQ-2), so a request is compared by what it asks.
        const given = road.answer({ ...again, request: { now: 0, ...again.request } }, true);
        const expected = road.answer({ options, request: { now: 0, ...request } }, true);
        expect(differenceOf(expected, given), JSON.stringify(request)).toBeNull();
        expect(reread(again.request, readRequest, "request")).toEqual(again.request);
      }
    }
  });
});

type Read<T> = (
  source: { name: string; text: string },
  value: NonNullable<ReturnType<typeof parseJson>["value"]>,
) => Readonly<Record<string, T | null | readonly { message: string }[]>> & {
  readonly diagnostics: readonly { readonly message: string }[];
};

function reread<T>(value: T, read: unknown, field: string): T {
  const source = { name: "r.json", text: JSON.stringify(value) };
  const { diagnostics, ...result } = (read as Read<T>)(source, parseJson(source).value!);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return result[field] as T;
}
