/** Texts in JSON or, if the file is named so, YAML. */
import type { Diagnostic } from "../text/diagnostic.js";
import { type JsonValue, parseJson } from "../text/json.js";
import type { Source } from "../text/span.js";
import { parseYaml } from "../text/yaml.js";

/** The values of a text: one of JSON, one a document of YAML; none after an error among the diagnostics. */
export function readJsonOrYaml(source: Source, diagnostics: Diagnostic[]): readonly JsonValue[] {
  if (isYaml(source)) {
    const parsed = parseYaml(source);
    diagnostics.push(...parsed.diagnostics);
    return parsed.values;
  }
  const parsed = parseJson(source);
  diagnostics.push(...parsed.diagnostics);
  return parsed.value === null ? [] : [parsed.value];
}

/** By the file's name. */
export function isYaml({ name }: Source): boolean {
  return name.endsWith(".yaml") || name.endsWith(".yml");
}
