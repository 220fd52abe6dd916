/** Limits on a document as a whole: size (semantics.md §2.2) and characters (GRAM-10). */
import type { JsonObject, JsonString, JsonValue } from "../text/json.js";
import type { Span } from "../text/span.js";
import type { Inspection, Tier } from "./inspection.js";
import type { PolicyType } from "./model.js";

/** UTF-16 units of text that are read at all; AWS's largest managed policy has 152,000. */
export const DOCUMENT_LENGTH_MAX = 1024 * 1024;

interface SizeLimit {
  readonly max: number;
  /** Whether white space between tokens counts. */
  readonly space: boolean;
  /** A limit that a quota raises up to `max`. */
  readonly usual?: number;
}

/**
 * What one document can exceed by itself. Inline policies have limits per user, group or role only; those of resources
 * depend on the service.
 */
const SIZE_LIMITS: Readonly<Record<PolicyType, SizeLimit | null>> = {
  identity: null,
  resource: null,
  managed: { max: 6144, space: false },
  boundary: { max: 6144, space: false },
  // Counted as sent; a caller can leave white space out.
  session: { max: 2048, space: false },
  trust: { max: 8192, space: false, usual: 2048 },
  scp: { max: 10240, space: false },
  rcp: { max: 5120, space: false },
  vpce: { max: 20480, space: true },
};

export function checkSize(inspection: Inspection, document: JsonObject): void {
  const limit = SIZE_LIMITS[inspection.type];
  if (limit === null) return;
  const size = limit.space ? writtenLength(inspection, document) : compactLength(document);
  if (size > limit.max) {
    report(inspection, "stored", document.span, size, limit.max, "split it, or use wildcards");
  } else if (limit.usual !== undefined && size > limit.usual) {
    report(inspection, "advice", document.span, size, limit.usual, `a higher quota allows up to ${limit.max}`);
  }
}

function report(inspection: Inspection, tier: Tier, { start }: Span, size: number, max: number, help: string): void {
  const span = { start, end: start + 1 };
  inspection.report(tier, "policy-size", span, `the policy has ${size} characters, the limit is ${max}`, help);
}

/** The length of a JSON text as it stands; what comes from YAML is measured as compact JSON. */
function writtenLength(inspection: Inspection, document: JsonObject): number {
  const { start, end } = document.span;
  return inspection.source.text.charAt(start) === "{" ? end - start : compactLength(document);
}

/** The length of a value as JSON without white space. */
export function compactLength(value: JsonValue): number {
  let length = 0;
  for (const node of nodesOf(value)) {
    switch (node.kind) {
      case "object":
        length += 2 + Math.max(0, node.members.length - 1);
        for (const { key } of node.members) length += JSON.stringify(key).length + 1;
        break;
      case "array":
        length += 2 + Math.max(0, node.items.length - 1);
        break;
      case "string":
        length += JSON.stringify(node.value).length;
        break;
      case "number":
        length += node.text.length;
        break;
      case "boolean":
        length += node.value ? 4 : 5;
        break;
      case "null":
        length += 4;
        break;
    }
  }
  return length;
}

/** Types whose documents IAM and STS keep (GRAM-10). */
const NARROW_TYPES: ReadonlySet<PolicyType> = new Set(["identity", "managed", "boundary", "session", "trust"]);

/** GRAM-10: tab, line feed, carriage return and U+0020–U+00FF. */
export function checkCharacters(inspection: Inspection, document: JsonObject): void {
  if (!NARROW_TYPES.has(inspection.type)) return;
  for (const node of nodesOf(document)) {
    if (node.kind === "string") checkString(inspection, node);
    if (node.kind !== "object") continue;
    for (const { key, keySpan } of node.members) checkString(inspection, { kind: "string", value: key, span: keySpan });
  }
}

function checkString(inspection: Inspection, string: JsonString): void {
  const { value } = string;
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index);
    if ((unit >= 0x20 && unit <= 0xff) || unit === 0x09 || unit === 0x0a || unit === 0x0d) continue;
    const codePoint = value.codePointAt(index)!;
    const span = inspection.within(string, index, index + (codePoint > 0xffff ? 2 : 1));
    const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
    const help = "IAM takes tabs, line ends and U+0020 to U+00FF; a wildcard can stand for other characters";
    inspection.report("stored", "invalid-character", span, `the character ${name}`, help);
    return;
  }
}

/** A value and everything in it, in no particular order. */
function* nodesOf(root: JsonValue): Generator<JsonValue> {
  const waiting: JsonValue[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    if (node.kind === "array") for (const item of node.items) waiting.push(item);
    if (node.kind === "object") for (const { value } of node.members) waiting.push(value);
  }
}
