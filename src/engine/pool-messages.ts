/** What a pool and its threads say to each other. Everything here can be posted. */
import { RequestError } from "../request/request.js";
import type { BatchOptions, BatchResult } from "./batch.js";
import type { Columns } from "./column-slices.js";
import type { EngineOptions } from "./engine.js";
import { EngineError } from "./error.js";
import type { SharedImage } from "./wasm.js";

export interface ThreadSetup {
  readonly image: SharedImage;
  /** Which of the image's shares is the thread's. */
  readonly share: number;
  readonly options: Omit<EngineOptions, "build">;
}

/** Rows to decide. */
export interface Task {
  readonly columns: Columns;
  readonly options: BatchOptions;
}

export type FromThread =
  | { readonly kind: "ready" }
  | { readonly kind: "decided"; readonly result: Omit<BatchResult, "errors">; readonly errors: readonly SentRowError[] }
  | { readonly kind: "failed"; readonly error: SentError };

export interface SentRowError {
  readonly row: number;
  readonly error: SentError;
}

/** An error without its class, which no message keeps. */
export type SentError =
  | { readonly of: "request"; readonly code: RequestError["code"]; readonly path: string; readonly message: string }
  | { readonly of: "engine"; readonly code: EngineError["code"]; readonly message: string };

export function packError(error: RequestError | EngineError): SentError {
  const { message } = error;
  if (error instanceof RequestError) return { of: "request", code: error.code, path: error.path, message };
  return { of: "engine", code: error.code, message };
}

export function unpackError(sent: SentError): RequestError | EngineError {
  if (sent.of === "request") return new RequestError(sent.code, sent.path, sent.message);
  return new EngineError(sent.code, sent.message);
}
