/** A thread of a pool: decides ranges of rows with an engine of its own over the image that all threads share. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { receiveColumns } from "./column-slices.js";
import { Engine } from "./engine.js";
import { EngineError } from "./error.js";
import { type FromThread, packError, type Task, type ThreadSetup } from "./pool-messages.js";

function serve(port: MessagePort, { image, share, options }: ThreadSetup): void {
  const engine = Engine.inShare(image, share, options);
  const post = (message: FromThread) => port.postMessage(message, buffersOf(message));
  port.on("message", (task: Task) => post(answerOf(engine, image.memory.buffer, task)));
  post({ kind: "ready" });
}

function answerOf(engine: Engine, memory: ArrayBufferLike, { columns, options }: Task): FromThread {
  try {
    const { errors, ...result } = engine.decideBatch(receiveColumns(columns, memory), options);
    return { kind: "decided", result, errors: errors.map(({ row, error }) => ({ row, error: packError(error) })) };
  } catch (error) {
    // Anything else is not the evaluator's: it ends the thread, and the pool with it.
    if (error instanceof EngineError) return { kind: "failed", error: packError(error) };
    throw error;
  }
}

/** Answers are handed over, not copied. */
function buffersOf(message: FromThread): ArrayBuffer[] {
  if (message.kind !== "decided") return [];
  const { decisions, layers, statements, dependsOn } = message.result;
  return [decisions, layers, statements, dependsOn].flatMap((array) =>
    array === null ? [] : [array.buffer as ArrayBuffer],
  );
}

if (parentPort !== null) serve(parentPort, workerData as ThreadSetup);
