/**
 * A trial: a world, questions to one engine in their order, and everything that can be seen of the answers: the decision, the
 * explanation, and the steps, which are a promised bound and the same in every run. The ordinary tests hold the answers
 * against the reference's; mutants of the evaluator must show something else than the evaluator does.
 */
import { compile, compileOverlay } from "../../src/compiler/compile.js";
import { Engine, EngineError, type EngineOptions } from "../../src/engine/engine.js";
import { type Build, makeMachine, moduleOf } from "../../src/engine/wasm.js";
import type { Policy } from "../../src/policy/model.js";
import { RequestError } from "../../src/request/request.js";
import type { World } from "../../src/world/model.js";
import type { Ask } from "../generators/requests.js";
import { referenceRoad } from "../generators/roads.js";

export interface Trial {
  readonly name: string;
  readonly world: World;
  readonly engine: EngineOptions;
  /** Session policies that questions can bring along. */
  readonly overlays: readonly (readonly Policy[])[];
  readonly asks: readonly TrialAsk[];
  /** The reference is slow: it is asked one question in so many. Default 1; 0: none. */
  readonly every?: number;
  /** Files of the evaluator that a long trial is for: mutants elsewhere are not asked it. Default all. */
  readonly about?: readonly string[];
  /** Whether its memory is looked at, too. */
  readonly isMapped?: boolean;
  /**
   * Whether its texts push each other out of what is remembered, by their hashes. The SIMD build reckons these otherwise
   * (assembly/hash.ts), so that it remembers others, and its steps are its own.
   */
  readonly isCrowded?: boolean;
}

export interface TrialAsk extends Ask {
  /** Whether the explanation is asked for, too. */
  readonly explained?: boolean;
  /** Which of the trial's overlays comes along. */
  readonly overlay?: number;
}

/** A trial with its images made. */
export interface Prepared extends Trial {
  readonly bundle: Uint8Array;
  readonly overlayImages: readonly Uint8Array[];
}

export function prepared(trial: Trial): Prepared {
  const overlayImages = trial.overlays.map((policies) => compileOverlay(policies, trial.world.options));
  return { ...trial, bundle: compile(trial.world), overlayImages };
}

/** What can be seen of an engine that is asked, bit by bit: whoever compares can stop at the first difference. */
export function* observations(trial: Prepared, options: EngineOptions = {}): Generator<string> {
  if (trial.isMapped) yield JSON.stringify(memoryMap(trial, options.build ?? "baseline"));
  // What is remembered gives way to other things by its hash, so that steps are the same only under the same seed.
  const engine = Engine.loadSync(trial.bundle, { seed: MAP_LAYOUT.seed, ...trial.engine, ...options });
  const overlays = trial.overlayImages.map((bytes) => engine.overlay(bytes));
  for (const { request, options, explained, overlay } of trial.asks) {
    const ask = [request, options ?? undefined, overlay === undefined ? undefined : overlays[overlay]!] as const;
    yield `${textOf(() => engine.decide(...ask))} after ${engine.steps} steps`;
    if (explained) yield textOf(() => engine.explain(...ask).layers);
  }
}

export interface MemoryMap {
  /** Where the areas begin that the host knows, beside the bundle alone. */
  readonly areas: Readonly<Record<(typeof AREAS)[number], number>>;
  /** First byte behind everything, from 0 on: with the bundle alone, and with it as its own overlay. */
  readonly size: number;
  readonly sizeWithOverlay: number;
  /** The same beside each overlay of the trial. */
  readonly sizesBeside: readonly number[];
}

const AREAS = ["frame", "result", "slotsOfBundle", "slotsOfOverlay", "textArea", "partyArea", "quickFrame"] as const;

/** Sizes of the layout that is looked at. */
export const MAP_LAYOUT = { candidateWords: 4096, textBytes: 131072, seed: 1, batchBytes: 0 };

/** Where an evaluator lays out its memory: as promised a bound as its steps. */
export function memoryMap({ bundle, overlayImages }: Prepared, build: Build | WebAssembly.Module): MemoryMap {
  const machine = makeMachine(moduleOf(build), { bundle, overlay: null, ...MAP_LAYOUT });
  const { exports } = machine;
  const start = Math.ceil(exports.heapBase() / 64) * 64;
  const { candidateWords, textBytes, seed } = MAP_LAYOUT;
  const size = (overlay: number) => {
    exports.configure(start, overlay, 0, candidateWords, textBytes, seed, 0);
    return exports.end.value >>> 0;
  };
  const areas = Object.fromEntries(AREAS.map((area) => [area, machine[area]])) as MemoryMap["areas"];
  const sizesBeside = overlayImages.map((overlay) => {
    const beside = makeMachine(moduleOf(build), { bundle, overlay, ...MAP_LAYOUT });
    return (beside.exports.end.value >>> 0) - beside.frame;
  });
  return { areas, size: size(0), sizeWithOverlay: size(start), sizesBeside };
}

/**
 * Where an engine does not say what the reference does; empty: nowhere. The reference knows nothing of overlays and of limits.
 */
export function disagreementsIn(trial: Prepared, engines: readonly EngineOptions[]): string[] {
  const expected = [...expectations(trial)];
  return engines.flatMap((options) => {
    const seen = [...observations(trial, options)];
    const at = seen.findIndex((found, at) => expected[at] !== null && found.replace(STEPS, "") !== expected[at]);
    return at < 0 ? [] : [`${JSON.stringify(options)}: ${seen[at]} instead of ${expected[at]}`];
  });
}

/** What the reference says, in the order of the observations; null: it was not asked. */
function* expectations(trial: Trial): Generator<string | null> {
  const reference = referenceRoad(trial.world);
  if (trial.isMapped) yield null;
  for (const [at, ask] of trial.asks.entries()) {
    const isAsked = at % (trial.every ?? 1) === 0 && ask.overlay === undefined;
    const answer = isAsked ? reference.answer(ask, true) : null;
    const say = (part: "decision" | "layers") => {
      if (answer === null) return null;
      return answer.kind === "refused" ? `refused: ${answer.code}` : JSON.stringify(answer[part], sortedMembers);
    };
    yield say("decision");
    if (ask.explained) yield say("layers");
  }
}

export const STEPS = / after \d+ steps$/;

function textOf(ask: () => unknown): string {
  try {
    return JSON.stringify(ask(), sortedMembers);
  } catch (error) {
    if (error instanceof RequestError) return `refused: ${error.code}`;
    if (error instanceof EngineError) return error.code;
    throw error;
  }
}

/** The roads name the members of a decision in orders of their own. */
function sortedMembers(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
