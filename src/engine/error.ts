/** Our own failure: the evaluator trapped or ran out of steps. Whoever enforces must deny; the engine goes on. */
export class EngineError extends Error {
  constructor(
    readonly code: "trap" | "out-of-steps",
    message: string,
  ) {
    super(message);
    this.name = "EngineError";
  }
}
