/** What is wrong with something that a user wrote: collected, never thrown. */
import { type Position, positionAt, type Source, type Span } from "./span.js";

/** `error` refuses the document; a `warning` does not. */
export type Severity = "error" | "warning";

/**
 * One finding. `code` is stable kebab-case (`unknown-operator`) and part of the public interface; `message` is lower case
 * without a final period and quotes the user in backticks; `help` says what to do.
 */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help: string | null;
  readonly source: Source;
  readonly span: Span;
}

/** A diagnostic as plain data, for JSON output. */
export interface DiagnosticJson {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help?: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Whether any of these refuses the document. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

export function diagnosticToJson(diagnostic: Diagnostic): DiagnosticJson {
  const start = positionAt(diagnostic.source, diagnostic.span.start);
  const end = positionAt(diagnostic.source, diagnostic.span.end);
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...(diagnostic.help === null ? {} : { help: diagnostic.help }),
    file: diagnostic.source.name,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}

/** `policy.json:7:9`, the way compilers and editors print a place. */
export function placeOf(source: Source, offset: number): string {
  const at: Position = positionAt(source, offset);
  return `${source.name}:${at.line}:${at.column}`;
}

/** A document that could not be used; carries every diagnostic found, at least one of them an error. */
export class InvalidInput extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const first = diagnostics.find((diagnostic) => diagnostic.severity === "error") ?? diagnostics[0]!;
    super(`${placeOf(first.source, first.span.start)}: ${first.message}`);
    this.name = "InvalidInput";
    this.diagnostics = diagnostics;
  }
}
