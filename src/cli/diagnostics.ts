/** Prints diagnostics for people. */
import type { Diagnostic } from "../text/diagnostic.js";
import { renderDiagnostic } from "../text/excerpt.js";
import type { Output } from "./terminal.js";

export async function printDiagnostics(diagnostics: readonly Diagnostic[], output: Output): Promise<void> {
  for (const diagnostic of diagnostics)
    await output.write(`${renderDiagnostic(diagnostic, { color: output.color })}\n`);
}
