/** Beside the world: AWS's tables that decisions read, and where statements stand in their files. */
import { ProvenanceRecord, ScpExemptRecord, Section } from "../layout.js";
import { PatternKind } from "../opcodes.js";
import { fail } from "../refusal.js";
import type { Bounds } from "./bounds.js";
import type { PatternCheck } from "./patterns.js";
import { isWellFormed } from "./texts.js";

export function checkData(bundle: Bounds, patterns: PatternCheck): void {
  bundle.sorted(Section.RcpServices, 4);
  bundle.each(Section.ScpExempt, ScpExemptRecord.Size, (field, what) => {
    const pattern = field(ScpExemptRecord.Pattern);
    bundle.id(pattern, "patterns", what);
    const facts = patterns.facts[pattern]!;
    if (facts.kind === PatternKind.Variables || facts.segmentMarks) fail(`${what} is no action`);
    if (field(ScpExemptRecord.RootOnly) > 1) fail(`${what} is for nobody that is known`);
  });
}

export function checkProvenance(bundle: Bounds): void {
  if (bundle.reader.count(Section.Provenance, ProvenanceRecord.Size) !== bundle.counts.statements) {
    fail("not every statement has a place");
  }
  const limit = bundle.reader.size(Section.ProvenanceBytes);
  const checked = new Set<string>();
  bundle.each(Section.Provenance, ProvenanceRecord.Size, (field, what) => {
    for (const offset of [ProvenanceRecord.SidOffset, ProvenanceRecord.FileOffset]) {
      const start = field(offset);
      const length = field(offset + 4);
      if (length > limit || start > limit - length) fail(`${what} reaches beyond its bytes`);
      const place = `${start},${length}`;
      if (checked.has(place)) continue;
      checked.add(place);
      if (!isWellFormed(bundle.reader.slice(Section.ProvenanceBytes, start, length)))
        fail(`${what} is not well-formed`);
    }
  });
}
