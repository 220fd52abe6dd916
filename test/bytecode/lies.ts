/** Lies that a bundle can tell: one thing at a time is changed, and everything else is as the compiler wrote it. */
import { expect } from "vitest";
import {
  ActionPatternRecord,
  ElementRecord,
  KeyKind,
  KeyRecord,
  PatternRecord,
  PolicyRecord,
  PrincipalBits,
  PrincipalRecord,
  Section,
  SetRecord,
  StatementRecord,
  StringRecord,
} from "../../src/bytecode/layout.js";
import { Op, type PatternKind } from "../../src/bytecode/opcodes.js";
import { NONE } from "../../src/bytecode/reader.js";
import { BundleError, verifyBundle } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import { BundleEditor } from "./editor.js";
import { everythingWorld } from "./everything.js";

export const BUNDLE = compile(everythingWorld());
export const STATEMENT_MODE = compile(everythingWorld({ unresolvedVariable: "statement" }));
export const PLAIN_GLOB = compile(everythingWorld({ resourceGlob: "plain" }));

export type Lie = (bundle: BundleEditor) => void;

/** By what is lied about: the lie in words, why the bundle is refused, and how to tell it. */
export type LieTable = Readonly<Record<string, readonly (readonly [what: string, refusal: string, lie: Lie])[]>>;

/** Why a bundle with this lie in it is refused; null: it is not. */
export function refusal(lie: Lie, bundle = BUNDLE): string | null {
  const editor = new BundleEditor(bundle);
  lie(editor);
  return refusalOf(editor.write());
}

export function refusalOf(bytes: Uint8Array): string | null {
  try {
    verifyBundle(bytes);
    return null;
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    expect(error.code).toBe("invalid-bundle");
    return error.message;
  }
}

export const setField =
  (section: Parameters<BundleEditor["set"]>[0], field: number, value: number, id = 0): Lie =>
  (bundle) =>
    bundle.set(section, id, field, value);

/** Index in Code of the only instruction with this operator. */
export function instruction(bundle: BundleEditor, op: Op, modifiers = 0): number {
  const found: number[] = [];
  const words = bundle.sections[Section.Code]!.length / 4;
  for (let at = 0; at < words; ) {
    const word = bundle.word(Section.Code, at);
    if ((word & 0xff) === op && word >>> 16 === modifiers) found.push(at);
    at += (word & 0xff) === Op.End ? 1 : 3 + bundle.word(Section.Code, at + 2);
  }
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** Changes a word of the only instruction with this operator. */
export const setInstruction =
  (op: Op, word: number, change: (before: number, bundle: BundleEditor) => number, modifiers = 0): Lie =>
  (bundle) => {
    const at = instruction(bundle, op, modifiers) + word;
    bundle.setWord(Section.Code, at, change(bundle.word(Section.Code, at), bundle) >>> 0);
  };

export const patternOf = (
  bundle: BundleEditor,
  kind: PatternKind,
  marked: (bytes: Uint8Array) => boolean = () => true,
) =>
  bundle.find(Section.Patterns, (field) => {
    const offset = field(PatternRecord.Offset);
    const bytes = bundle.sections[Section.PatternBytes]!.subarray(offset, offset + field(PatternRecord.Length));
    return field(PatternRecord.Kind) === kind && marked(bytes);
  });

export const keyOf = (bundle: BundleEditor, name: string | null, kind = KeyKind.Plain) =>
  bundle.find(
    Section.Keys,
    (field) =>
      field(KeyRecord.Kind) === kind &&
      (name === null ? field(KeyRecord.Name) === NONE : bundle.text(field(KeyRecord.Name)) === name),
  );

export const policyOf = (bundle: BundleEditor, name: string) =>
  bundle.find(Section.Policies, (field) => bundle.text(field(PolicyRecord.Name)) === name);

/** Id of a statement by its policy's name and its place there. */
export const statementOf = (bundle: BundleEditor, policy: string, index = 0) =>
  bundle.field(Section.Policies, policyOf(bundle, policy), PolicyRecord.FirstStatement) + index;

export const setStatement =
  (policy: string, index: number, field: StatementRecord, value: number): Lie =>
  (bundle) =>
    bundle.set(Section.Statements, statementOf(bundle, policy, index), field, value);

/** Place in Pool of a statement's element of this kind. */
export function elementAt(bundle: BundleEditor, policy: string, index: number, field: StatementRecord): number {
  const element = bundle.field(Section.Statements, statementOf(bundle, policy, index), field);
  return bundle.field(Section.Elements, element, ElementRecord.Start);
}

export const pool = (at: (bundle: BundleEditor) => number, value: (bundle: BundleEditor) => number): Lie => {
  return (bundle) => bundle.setWord(Section.Pool, at(bundle), value(bundle) >>> 0);
};

export const elementOfKind = (bundle: BundleEditor, bits: number) =>
  Array.from({ length: bundle.count(Section.Elements) }, (_, id) => id).find(
    (id) => bundle.field(Section.Elements, id, ElementRecord.Bits) === bits,
  )!;

export const setAt = (bundle: BundleEditor, label: string) =>
  bundle.find(Section.Sets, (field) => bundle.text(field(SetRecord.Label)).startsWith(label));

export const userId = (bundle: BundleEditor) =>
  bundle.find(Section.Principals, (field) => (field(PrincipalRecord.Bits) & PrincipalBits.Role) === 0);
export const roleId = (bundle: BundleEditor) =>
  bundle.find(Section.Principals, (field) => (field(PrincipalRecord.Bits) & PrincipalBits.Role) !== 0);

/** A lie about the bytes of text that are there already. */
export const setText =
  (section: Section.StringBytes | Section.PatternBytes, at: (bundle: BundleEditor) => number, byte: number): Lie =>
  (bundle) => {
    bundle.sections[section]![at(bundle)] = byte;
  };

/** Cuts bytes from the end of a section. */
export function cut(bundle: BundleEditor, section: Section, count: number | "all"): void {
  const bytes = bundle.sections[section]!;
  bundle.sections[section] = bytes.subarray(0, count === "all" ? 0 : bytes.length - count);
}

export function last(bundle: BundleEditor, section: Section): void {
  const bytes = bundle.sections[section]!;
  bytes[bytes.length - 1] = 1;
}

export function swap(
  bundle: BundleEditor,
  section: Parameters<BundleEditor["set"]>[0],
  one: number,
  other: number,
): void {
  const bytes = bundle.sections[section]!;
  const size = bytes.length / bundle.count(section);
  const [first, second] = [one, other].map((id) => bytes.slice(id * size, (id + 1) * size));
  bytes.set(first!, other * size);
  bytes.set(second!, one * size);
}

export function shiftIntoPadding(bundle: BundleEditor, section: Section.Strings): void {
  const id = bundle.count(section) - 1;
  const end = bundle.sections[Section.StringBytes]!.length;
  bundle.set(section, id, StringRecord.Offset, end - bundle.field(section, id, StringRecord.Length));
}

export function numberOf(digits: string, exponent: number, negative = 0): Lie {
  return (bundle) => bundle.append(Section.Numbers, [negative, exponent >>> 0, bundle.string(digits)]);
}

/** The first byte of an action pattern of two bytes and more. */
export function actionText(byte: number): Lie {
  return (bundle) => {
    const id = Array.from({ length: bundle.count(Section.ActionPatterns) }, (_, at) => at).find(
      (at) => bundle.field(Section.ActionPatterns, at, ActionPatternRecord.Length) > 1,
    )!;
    bundle.sections[Section.PatternBytes]![bundle.field(Section.ActionPatterns, id, ActionPatternRecord.Offset)] = byte;
  };
}

export function emptied(bits: number): Lie {
  return (bundle) => {
    const id = elementOfKind(bundle, bits);
    bundle.set(Section.Elements, id, ElementRecord.Start, 0);
    bundle.set(Section.Elements, id, ElementRecord.Count, 0);
  };
}

/** A word of the first principal entry of a statement. */
export function entry(policy: string, index: number, word: number, value: number): Lie {
  return (bundle) =>
    bundle.setWord(Section.Pool, elementAt(bundle, policy, index, StatementRecord.Principal) + word, value >>> 0);
}

/** A word of the first document of a set. */
export function document(bundle: BundleEditor, label: string, word: number, value: number): void {
  bundle.setWord(Section.Pool, bundle.field(Section.Sets, setAt(bundle, label), SetRecord.Start) + word, value);
}
