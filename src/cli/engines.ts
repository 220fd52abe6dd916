/** The two roads to a decision behind one interface: the compiled engine, the reference, or both held against each other. */
import { isDeepStrictEqual } from "node:util";
import { compile } from "../compiler/compile.js";
import { Engine } from "../engine/engine.js";
import { decide, explain } from "../reference/authorize.js";
import type { Decision, Explanation } from "../request/decision.js";
import type { Request, RequestOptions } from "../request/request.js";
import type { World } from "../world/model.js";
import { Places } from "./places.js";

export type EngineName = "wasm" | "reference" | "both";

/** Answers requests. Throws RequestError for those that cannot be asked. */
export interface Authority {
  decide(request: Request, options: Partial<RequestOptions>): Decision;
  explain(request: Request, options: Partial<RequestOptions>): Explanation;
}

/** The two roads do not agree: a defect of ours. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";

  constructor(wasm: unknown, reference: unknown) {
    super(`the engines disagree: wasm says ${JSON.stringify(wasm)}, the reference says ${JSON.stringify(reference)}`);
  }
}

/** Who answers about a world. */
export function authorityOf(name: EngineName, world: World): Authority {
  switch (name) {
    case "wasm":
      return Engine.loadSync(compile(world));
    case "reference":
      return referenceOf(world);
    case "both":
      return bothOf(Engine.loadSync(compile(world)), referenceOf(world));
  }
}

/** Who answers about a bundle. */
export function authorityOfBundle(name: EngineName, engine: Engine): Authority {
  switch (name) {
    case "wasm":
      return engine;
    case "reference":
      return referenceOfBundle(engine);
    case "both":
      return bothOf(engine, referenceOfBundle(engine));
  }
}

function referenceOf(world: World): Authority {
  return {
    decide: (request, options) => decide(world, request, options),
    explain: (request, options) => explain(world, request, options),
  };
}

/** The reference on what a bundle says, read back. */
function referenceOfBundle({ world, reader }: Engine): Authority {
  const places = new Places(reader);
  return {
    decide: (request, options) => places.decision(decide(world, request, options)),
    explain: (request, options) => places.explanation(explain(world, request, options)),
  };
}

/** A refusal of the request comes from the first; it is made before the roads part. */
function bothOf(wasm: Authority, reference: Authority): Authority {
  return {
    decide: (request, options) => {
      const asked = atOneTime(request);
      return agreed(wasm.decide(asked, options), reference.decide(asked, options));
    },
    explain: (request, options) => {
      const asked = atOneTime(request);
      return agreed(wasm.explain(asked, options), reference.explain(asked, options));
    },
  };
}

/** The clock is read once, so that no two answers to one request differ by it. */
export function atOneTime(request: Request): Request {
  return request.now === undefined ? { ...request, now: Date.now() } : request;
}

function agreed<T>(wasm: T, reference: T): T {
  if (!isDeepStrictEqual(wasm, reference)) throw new Disagreement(wasm, reference);
  return wasm;
}
