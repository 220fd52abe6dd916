/** Where the statements of a bundle stood in their files, for answers of the reference, which reads no provenance. */
import { PolicyRecord, ProvenanceRecord, Section } from "../bytecode/layout.js";
import type { BundleReader } from "../bytecode/reader.js";
import type { Decision, Explanation, LayerTrace, StatementRef } from "../request/decision.js";

type Place = Pick<StatementRef, "file" | "line" | "column">;

export class Places {
  private readonly firstStatements = new Map<string, number>();

  constructor(private readonly reader: BundleReader) {
    const count = reader.count(Section.Policies, PolicyRecord.Size);
    for (let id = 0; id < count; id++) {
      const field = (offset: PolicyRecord) => reader.field(Section.Policies, PolicyRecord.Size, id, offset);
      this.firstStatements.set(reader.string(field(PolicyRecord.Name)), field(PolicyRecord.FirstStatement));
    }
  }

  decision(decision: Decision): Decision {
    switch (decision.decision) {
      case "allowed":
      case "explicitDeny":
        return { ...decision, statements: decision.statements.map((ref) => this.ref(ref)) };
      case "implicitDeny":
      case "indeterminate":
      case "denied":
        return decision;
    }
  }

  explanation({ decision, layers }: Explanation): Explanation {
    return { decision: this.decision(decision), layers: layers.map((layer) => this.layer(layer)) };
  }

  private layer(layer: LayerTrace): LayerTrace {
    return {
      ...layer,
      statements: layer.statements.map((trace) => ({ ...trace, statement: this.ref(trace.statement) })),
    };
  }

  private ref(ref: StatementRef): StatementRef {
    const first = this.firstStatements.get(ref.policy);
    return first === undefined ? ref : { ...ref, ...this.placeOf(first + ref.index) };
  }

  private placeOf(statement: number): Place {
    const field = (offset: ProvenanceRecord) =>
      this.reader.field(Section.Provenance, ProvenanceRecord.Size, statement, offset);
    const file = this.reader.provenanceText(field(ProvenanceRecord.FileOffset), field(ProvenanceRecord.FileLength));
    return { file, line: field(ProvenanceRecord.Line), column: field(ProvenanceRecord.Column) };
  }
}
