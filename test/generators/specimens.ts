/** One case as data: a plan and a question, what the roads say to it, and the smallest case that still differs. */
import { parse, stringify } from "yaml";
import { compile } from "../../src/compiler/compile.js";
import { Engine, type EngineOptions } from "../../src/engine/engine.js";
import { InvalidInput } from "../../src/text/diagnostic.js";
import type { Ask } from "./requests.js";
import { differenceOf, engineRoad, referenceRoad, worldOf } from "./roads.js";
import type { Json } from "./scenario-json.js";
import type { Plan } from "./towns.js";

export interface Specimen extends Plan {
  readonly ask: Ask;
}

/** The ways to run the compiled road; all must say what the reference says. Most engines run as they are shipped. */
export const ENGINES: readonly EngineOptions[] = [{}, { build: "simd" }, { index: false }, { quick: false }];

/** Where the roads differ, traces included; null: nowhere. A world that is refused is no difference. */
export async function disagreement(
  { ask, ...plan }: Specimen,
  engines: readonly EngineOptions[] = ENGINES,
): Promise<string | null> {
  const world = worldOf(plan);
  const expected = referenceRoad(world).answer(ask, true);
  for (const options of engines) {
    let engine: Engine;
    try {
      engine = await Engine.load(compile(world), options);
    } catch (error) {
      return `load: ${error}`;
    }
    for (const traced of [false, true]) {
      let found: string | null;
      try {
        found = differenceOf(expected, engineRoad(engine, "compiled").answer(ask, traced));
      } catch (error) {
        found = `engine: ${error}`;
      }
      if (found !== null) return found;
    }
  }
  return null;
}

/**
 * The smallest specimen found that differs in the same place: parts are left out, largest first, then texts are made
 * plain, until nothing more can go.
 */
export async function shrunk(specimen: Specimen, engines: readonly EngineOptions[] = ENGINES): Promise<Specimen> {
  const found = await disagreement(specimen, engines);
  if (found === null) return specimen;
  const wanted = placeOf(found);
  const stillDiffers = async (candidate: Json): Promise<boolean> => {
    try {
      const now = await disagreement(candidate as unknown as Specimen, engines);
      return now !== null && placeOf(now) === wanted;
    } catch (error) {
      // Without a part that it needs, a scenario is refused or cannot even be read.
      if (error instanceof InvalidInput || error instanceof TypeError) return false;
      throw error;
    }
  };
  let smallest = plain(specimen);
  for (let shrinking = true; shrinking; ) {
    shrinking = false;
    for (const path of pathsOf(smallest)) {
      for (const candidate of smaller(smallest, path)) {
        if (!(await stillDiffers(candidate))) continue;
        smallest = candidate;
        shrinking = true;
        break;
      }
    }
  }
  return smallest as unknown as Specimen;
}

/** The kind of a difference, so that shrinking does not wander off to another one. */
function placeOf(difference: string): string {
  return difference.slice(0, difference.indexOf(":")).replaceAll(/\d+/g, "#");
}

function plain({ scenarios, edit, ask }: Specimen): Json {
  return JSON.parse(JSON.stringify({ scenarios, edit, ask }));
}

type Path = readonly (string | number)[];

/** Every place in a value, the outer ones first; lists from their ends, so that indexes stay right. */
function pathsOf(value: Json): Path[] {
  const paths: Path[] = [];
  let level: [Path, Json][] = [[[], value]];
  while (level.length > 0) {
    const next: [Path, Json][] = [];
    for (const [path, at] of level) {
      if (path.length > 0) paths.push(path);
      if (typeof at !== "object" || at === null) continue;
      const keys = Array.isArray(at) ? [...at.keys()].reverse() : Object.keys(at);
      for (const key of keys) next.push([[...path, key], childOf(at, key)!]);
    }
    level = next;
  }
  return paths;
}

function childOf(value: Json, key: string | number): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<string | number, Json>)[key] : undefined;
}

/** Names by which scenario parts refer to each other, and which nothing depends on. */
const KEPT = new Set(["id", "name", "principal", "arn"]);

function* smaller(value: Json, path: Path): Generator<Json> {
  let at: Json | undefined = value;
  for (const key of path) {
    at = childOf(at, key);
    if (at === undefined) return; // gone with an outer part
  }
  yield without(value, path);
  if (typeof at === "string" && !KEPT.has(String(path.at(-1)))) {
    for (const text of ["*", "a"]) if (at !== text && at !== "*") yield replaced(value, path, text);
  }
  if (Array.isArray(at) && at.length === 1 && at[0] !== null) yield replaced(value, path, at[0]);
}

function without(value: Json, path: Path): Json {
  return changed(value, path, () => undefined);
}

function replaced(value: Json, path: Path, by: Json): Json {
  return changed(value, path, () => by);
}

function changed(value: Json, [key, ...rest]: Path, make: () => Json | undefined): Json {
  const child = rest.length === 0 ? make() : changed(childOf(value, key!)!, rest, make);
  if (Array.isArray(value))
    return value.flatMap((item, index) => (index === key ? (child === undefined ? [] : [child]) : [item]));
  const members = Object.entries(value as object).flatMap(([name, item]): [string, Json][] =>
    name === key ? (child === undefined ? [] : [[name, child]]) : [[name, item]],
  );
  return Object.fromEntries(members);
}

/** The file format of test/corpus. */
export function specimenToYaml(specimen: Specimen, note: string): string {
  return stringify({ note, ...JSON.parse(JSON.stringify(specimen)) }, { lineWidth: 120, aliasDuplicateObjects: false });
}

export function specimenFromYaml(text: string): Specimen {
  const { scenarios, edit, ask } = parse(text);
  return { scenarios, edit: edit ?? null, ask: { options: null, ...ask } };
}
