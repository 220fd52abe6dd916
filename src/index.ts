/** The public door: policies and worlds in, bundles and decisions out. */

export { type Judge, judgeOf, type Outcome } from "./access/judge.js";
export { type ActionAccess, UnknownPrincipal, type WhatCanOptions, whatCan } from "./access/what-can.js";
export { type Access, type SubjectAccess, type WhoCanOptions, whoCan } from "./access/who-can.js";
export { disassemble } from "./bytecode/disassemble.js";
export type { BundleReader } from "./bytecode/reader.js";
export { BundleError, verifyBundle } from "./bytecode/verify.js";
export { BundleTooLarge } from "./bytecode/writer.js";
export { compile, compileOverlay } from "./compiler/compile.js";
export type { BatchOptions, BatchResult } from "./engine/batch.js";
export {
  type BatchColumns,
  ColumnError,
  type DictionaryColumn,
  dictionaryColumn,
  type ListColumn,
  listColumn,
  type TextColumn,
  type Utf8Column,
  utf8Column,
} from "./engine/columns.js";
export { Engine, EngineError, type EngineOptions, Overlay } from "./engine/engine.js";
export { encodeFrame, FrameError, type FrameErrorCode } from "./engine/frame.js";
export { EnginePool, PoolError, type PoolOptions } from "./engine/pool.js";
export type { Policy, PolicyType } from "./policy/model.js";
export { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "./policy/options.js";
export { type ParsedPolicy, type ParseOptions, parsePolicy } from "./policy/parse.js";
export { decide as referenceDecide, explain as referenceExplain } from "./reference/authorize.js";
export type { Decision, DecisionWord, Explanation, Layer, StatementRef } from "./request/decision.js";
export { explanationToJson, renderExplanation } from "./request/explanation.js";
export { messageFor } from "./request/message.js";
export {
  type ContextInput,
  DEFAULT_REQUEST_OPTIONS,
  type PrincipalInput,
  type Request,
  RequestError,
  type RequestOptions,
} from "./request/request.js";
export { type Diagnostic, diagnosticToJson, hasErrors, InvalidInput } from "./text/diagnostic.js";
export { renderDiagnostic } from "./text/excerpt.js";
export type { Source } from "./text/span.js";
export {
  type ReadOptions,
  readTrail,
  TrailError,
  type TrailEvent,
  type TrailItem,
  type TrailReader,
  type TrailTotals,
} from "./trail/read.js";
export { type Change, ChangeError, changeWorld } from "./whatif/changes.js";
export type { Report } from "./whatif/report.js";
export { type RunOptions as ReplayOptions, replayTrail } from "./whatif/run.js";
export { loadWorld } from "./world/load.js";
export type { World } from "./world/model.js";
export { readScenarios, type Scenario } from "./world/scenario.js";
