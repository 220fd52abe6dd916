/** Which records each section holds: for tests that change them, and for the test of the document that describes them. */
import * as layout from "../../src/bytecode/layout.js";
import { Section } from "../../src/bytecode/layout.js";

export type SectionId = Exclude<Section, Section.Count>;
export type RecordLayout = Readonly<Record<string, number | string>>;

/** Null: bytes of text. A number: rows of so many bytes that have no fields. */
export const RECORDS: Readonly<Record<SectionId, RecordLayout | number | null>> = {
  [Section.Strings]: layout.StringRecord,
  [Section.StringBytes]: null,
  [Section.Patterns]: layout.PatternRecord,
  [Section.PatternBytes]: null,
  [Section.Variables]: layout.VariableRecord,
  [Section.Keys]: layout.KeyRecord,
  [Section.Numbers]: layout.NumberRecord,
  [Section.Dates]: layout.DateRecord,
  [Section.Ranges]: layout.RangeRecord,
  [Section.Binaries]: layout.BinaryRecord,
  [Section.Code]: 4,
  [Section.Pool]: 4,
  [Section.ActionPatterns]: layout.ActionPatternRecord,
  [Section.Elements]: layout.ElementRecord,
  [Section.Statements]: layout.StatementRecord,
  [Section.Policies]: layout.PolicyRecord,
  [Section.Sets]: layout.SetRecord,
  [Section.Levels]: layout.LevelsRecord,
  [Section.Accounts]: layout.AccountRecord,
  [Section.Principals]: layout.PrincipalRecord,
  [Section.Roles]: layout.RoleRecord,
  [Section.Sessions]: layout.SessionRecord,
  [Section.Resources]: layout.ResourceRecord,
  [Section.Endpoints]: layout.EndpointRecord,
  [Section.RcpServices]: 4,
  [Section.ScpExempt]: layout.ScpExemptRecord,
  [Section.Provenance]: layout.ProvenanceRecord,
  [Section.ProvenanceBytes]: null,
};

export const SECTIONS: readonly SectionId[] = Array.from({ length: Section.Count }, (_, id) => id as SectionId);

/** Bytes of one record; of text, one byte. */
export function recordSize(section: SectionId): number {
  const records = RECORDS[section];
  if (records === null) return 1;
  return typeof records === "number" ? records : (records["Size"] as number);
}
