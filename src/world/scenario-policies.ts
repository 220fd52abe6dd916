/** The documents of a scenario: each named, each a document, a document with a name, or the word `unknown`. */
import type { Policy, PolicyType } from "../policy/model.js";
import type { WorldOptions } from "../policy/options.js";
import { type JsonValue, quoted } from "../text/json.js";
import { type Findings, readFields, readItems } from "./fields.js";
import type { Document } from "./model.js";
import { readPolicy } from "./policies.js";

/** What a layer was given. `unknown`: nothing is known of the layer, not even whether anything is attached (3V-8). */
export type GivenDocuments =
  | { readonly kind: "unknown" }
  | { readonly kind: "documents"; readonly documents: readonly Document[]; readonly missing: readonly string[] };

/** Levels of a hierarchical layer, root first, each with its place as label. */
export type GivenLevels =
  | { readonly kind: "unknown" }
  | { readonly kind: "levels"; readonly levels: readonly GivenLevel[] };

export interface GivenLevel {
  readonly label: string;
  readonly documents: readonly Document[];
  readonly missing: readonly string[];
}

export class ScenarioPolicies {
  private readonly parsed = new Map<string, Parsed>();

  constructor(
    private readonly findings: Findings,
    private readonly refusals: Findings,
    private readonly options: WorldOptions,
  ) {}

  /** A document or a list of documents; `unknown` alone is the whole layer. Null: an empty list, nothing attached. */
  documents(value: JsonValue, place: string, type: PolicyType): GivenDocuments | null {
    if (isUnknown(value)) return { kind: "unknown" };
    if (value.kind !== "array") return { kind: "documents", ...this.level([value], () => place, type) };
    if (value.items.length === 0) return null;
    return { kind: "documents", ...this.level(value.items, (index) => `${place}[${index}]`, type) };
  }

  /** A list of levels, each a list of documents. */
  levels(value: JsonValue, place: string, type: PolicyType): GivenLevels | null {
    if (isUnknown(value)) return { kind: "unknown" };
    const items = readItems(this.findings, value, `policies.${place}`);
    if (items === null) return null;
    const levels = items.map((item, at) => {
      const label = `${place}[${at}]`;
      if (isUnknown(item)) return { label, documents: [], missing: [label] };
      const documents = readItems(this.findings, item, `policies.${label}`) ?? [];
      return { label, ...this.level(documents, (index) => `${label}[${index}]`, type) };
    });
    return { kind: "levels", levels };
  }

  private level(items: readonly JsonValue[], placeOf: (index: number) => string, type: PolicyType) {
    const documents: Document[] = [];
    const missing: string[] = [];
    items.forEach((item, index) => {
      const entry = this.entry(item, placeOf(index));
      if (entry === null) return;
      if (isUnknown(entry.document)) {
        missing.push(entry.name);
        return;
      }
      const policy = this.policy(entry, type);
      if (policy !== null) documents.push({ policy, use: "policy" });
    });
    return { documents, missing };
  }

  /** `{name, policy}`, or the document itself under the name of its place. */
  private entry(value: JsonValue, place: string): Entry | null {
    const named = value.kind === "object" && value.members.some(({ key }) => key === "name" || key === "policy");
    if (!named) return { name: place, document: value };
    const fields = readFields(this.findings, value, `policies.${place}`, ["name", "policy"]);
    const document = fields?.required("policy") ?? null;
    return document === null ? null : { name: fields?.text("name") ?? place, document };
  }

  /** The same document under the same name is one policy, wherever it is attached. */
  private policy({ name, document }: Entry, type: PolicyType): Policy | null {
    const text = this.findings.source.text.slice(document.span.start, document.span.end);
    const before = this.parsed.get(name);
    if (before === undefined) {
      const policy = readPolicy(this.refusals, document, type, name, this.options);
      this.parsed.set(name, { text, type, policy });
      return policy;
    }
    if (before.text === text && before.type === type) return before.policy;
    this.findings.error(document.span, "repeated-policy-name", `two policies have the name ${quoted(name)}`);
    return null;
  }
}

interface Entry {
  readonly name: string;
  readonly document: JsonValue;
}

interface Parsed {
  readonly text: string;
  readonly type: PolicyType;
  readonly policy: Policy | null;
}

function isUnknown(value: JsonValue): boolean {
  return value.kind === "string" && value.value === "unknown";
}
