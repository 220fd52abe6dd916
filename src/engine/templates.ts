/** Encoded patterns → templates of the policy model. */
import { KeyRecord, Section, VariableRecord } from "../bytecode/layout.js";
import { Mark } from "../bytecode/opcodes.js";
import type { BundleReader } from "../bytecode/reader.js";
import type { Part, Template } from "../policy/model.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A pattern's bytes as text, wildcards and variables; the reach of a star is read from its place again. */
export function templateOf(reader: BundleReader, bytes: Uint8Array): Template {
  const parts: Part[] = [];
  let start = 0;
  const closeText = (end: number) => {
    if (end > start) parts.push({ kind: "text", text: utf8.decode(bytes.subarray(start, end)) });
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte < Mark.Variable) continue;
    closeText(at);
    if (byte === Mark.Variable) {
      const id = bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 24);
      parts.push(variableOf(reader, id >>> 0));
      at += 4;
    } else {
      parts.push(byte === Mark.Star || byte === Mark.SegmentStar ? { kind: "star" } : { kind: "one" });
    }
    start = at + 1;
  }
  closeText(bytes.length);
  return parts;
}

function variableOf(reader: BundleReader, id: number): Part {
  const key = reader.field(Section.Variables, VariableRecord.Size, id, VariableRecord.Key);
  const fallback = reader.field(Section.Variables, VariableRecord.Size, id, VariableRecord.Fallback);
  const name = reader.field(Section.Keys, KeyRecord.Size, key, KeyRecord.Name);
  return { kind: "variable", key: reader.string(name), fallback: reader.stringOrNull(fallback) };
}

/** A template as a user writes it. */
export function textOfTemplate(template: Template): string {
  return template.map(textOfPart).join("");
}

function textOfPart(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "star":
      return "*";
    case "one":
      return "?";
    case "variable":
      return part.fallback === null ? `\${${part.key}}` : `\${${part.key}, '${part.fallback}'}`;
  }
}
