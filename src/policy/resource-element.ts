/** `Resource` and `NotResource` (GRAM-8, GRAM-51, GRAM-52, MATCH-23…25). */
import { type JsonMember, type JsonString, quoted } from "../text/json.js";
import { reportEmptyList } from "./action-element.js";
import { PARTITIONS } from "./arn.js";
import type { Inspection } from "./inspection.js";
import type { PolicyType, ResourceElement, ResourcePattern, Template } from "./model.js";
import { completed, componentsOf, hasVariable, hasWildcard, parseTemplate, textOf } from "./template.js";
import { reportTemplateFaults } from "./variables.js";

export function parseResourceElement(inspection: Inspection, written: JsonMember): ResourceElement {
  const { key, keySpan, value } = written;
  if (value.kind === "array" && value.items.length === 0) reportEmptyList(inspection, written);
  const patterns = inspection.strings(key, value).map((entry) => parseResource(inspection, entry));
  return { negated: key === "NotResource", patterns, span: { start: keySpan.start, end: value.span.end } };
}

function parseResource(inspection: Inspection, entry: JsonString): ResourcePattern {
  const { value: text, span } = entry;
  const { template, faults } = parseTemplate(text, { variables: inspection.variablesActive, wildcards: true });
  if (reportTemplateFaults(inspection, entry, faults)) return { kind: "invalid", text, span };
  if (text === "*") return { kind: "pattern", template, text, span };
  const [first] = template;
  if (first?.kind === "variable") return { kind: "pattern", template, text, span };
  if (first?.kind !== "text" || !first.text.startsWith("arn:")) {
    const message = `the resource ${quoted(text)} is neither an ARN nor \`*\``;
    inspection.report("stored", "invalid-resource", span, message, helpForResource(text));
    return { kind: "invalid", text, span };
  }
  return parseArnPattern(inspection, entry, template);
}

function helpForResource(text: string): string {
  if (text === "") return "write an ARN, or `*` for every resource";
  return text.toLowerCase().startsWith("arn:")
    ? "ARNs begin with `arn:` in lower case"
    : "write its ARN: `arn:aws:s3:::my-bucket`";
}

function parseArnPattern(inspection: Inspection, entry: JsonString, template: Template): ResourcePattern {
  const { value: text, span } = entry;
  const components = componentsOf(template);
  const invalid: ResourcePattern = { kind: "invalid", text, span };
  if (!isPartitionPattern(components[1]!)) {
    const message = `${quoted(textOf(components[1]!) ?? text)} is no AWS partition`;
    const help = `partitions are ${[...PARTITIONS].map((name) => `\`${name}\``).join(", ")}, or a wildcard`;
    inspection.report("stored", "invalid-partition", span, message, help);
    return invalid;
  }
  const service = components[2];
  if (service === undefined || service.length === 0) {
    const message = `the resource ${quoted(text)} names no service`;
    inspection.report("stored", "invalid-resource", span, message, "write the service: `arn:aws:s3:::my-bucket`");
    return invalid;
  }
  // The wildcard that ends the whole pattern may end the service (MATCH-23, MATCH-24.1).
  const endsInStar = template.at(-1)!.kind === "star";
  const checkedService = components.length === 3 && endsInStar ? service.slice(0, -1) : service;
  if (hasWildcard(checkedService)) {
    const message = `a wildcard in the service of ${quoted(text)}`;
    inspection.report(
      "stored",
      "wildcard-in-service",
      span,
      message,
      "name the service, or write `*` for every resource",
    );
  }
  if (inspection.type === "vpce") checkAccountField(inspection, entry, components);
  if (components.length === 6) return { kind: "pattern", template, text, span };
  return completeShortArn(inspection, entry, template, components.length);
}

/** GRAM-51: a known partition, or one with a wildcard or a variable. */
export function isPartitionPattern(component: Template): boolean {
  const text = textOf(component);
  return text === null ? hasWildcard(component) || hasVariable(component) : PARTITIONS.has(text);
}

/** GRAM-40: in an endpoint policy the account of an ARN is an id or a wildcard, not both. */
export function checkAccountField(inspection: Inspection, entry: JsonString, components: readonly Template[]): void {
  const account = components[4];
  if (account === undefined || !hasWildcard(account)) return;
  if (account.length === 1 && account[0]!.kind === "star") return;
  const message = `the account of ${quoted(entry.value)} mixes digits and wildcards`;
  inspection.report("checked", "endpoint-account-wildcard", entry.span, message, "write the account id or `*`");
}

/** Policy types whose short ARNs AWS completes with `:*` (MATCH-24.2). */
const COMPLETING_TYPES: ReadonlySet<PolicyType> = new Set(["identity", "managed", "boundary"]);

/** MATCH-24, for a pattern of 3 to 5 components that names its service. */
function completeShortArn(
  inspection: Inspection,
  entry: JsonString,
  template: Template,
  count: number,
): ResourcePattern {
  const { value: text, span } = entry;
  if (template.at(-1)!.kind === "star") {
    if (inspection.type === "rcp" || inspection.type === "session") {
      const message = `the short ARN ${quoted(text)} matches through its final \`*\``;
      inspection.report("advice", "short-arn", span, message, "write all six parts: `arn:aws:sns:*:*:*`");
    }
    return { kind: "pattern", template, text, span };
  }
  if (COMPLETING_TYPES.has(inspection.type) || inspection.rules.incompleteArn === "everywhere") {
    return { kind: "pattern", template: completed(template, count), text, span };
  }
  const message = `the ARN ${quoted(text)} has ${count} of six parts`;
  inspection.report(
    "stored",
    "incomplete-arn",
    span,
    message,
    "write all parts: `arn:partition:service:region:account:resource`",
  );
  return { kind: "invalid", text, span };
}
