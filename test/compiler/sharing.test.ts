/** What a bundle holds once however often a world has it, and in which order (docs/bytecode.md). */
import { describe, expect, it } from "vitest";
import { Section } from "../../src/bytecode/layout.js";
import { BundleReader } from "../../src/bytecode/reader.js";
import { compile } from "../../src/compiler/compile.js";
import type { Document, DocumentSet, World } from "../../src/world/model.js";
import { everythingWorld } from "../bytecode/everything.js";

/** Sections of which one of two worlds has more bytes in its bundle than the other, or others. */
function differing(one: World, other: World): string[] {
  const [left, right] = [one, other].map((world) => new BundleReader(compile(world))) as [BundleReader, BundleReader];
  const bytes = (reader: BundleReader, section: Section) => reader.slice(section, 0, reader.size(section));
  const sections = Array.from({ length: Section.Count }, (_, section) => section as Section);
  return sections
    .filter((section) => Buffer.compare(bytes(left, section), bytes(right, section)) !== 0)
    .map((section) => Section[section]);
}

/** The same world with other documents. */
function withDocuments(world: World, change: (document: Document) => Document): World {
  const set = (one: DocumentSet): DocumentSet => ({ ...one, documents: one.documents.map(change) });
  const setOrNull = (one: DocumentSet | null) => (one === null ? null : set(one));
  const changed = <T>(records: ReadonlyMap<string, T>, one: (record: T) => T) =>
    new Map([...records].map(([name, record]) => [name, one(record)]));
  return {
    ...world,
    accounts: changed(world.accounts, (one) => ({ ...one, scps: one.scps.map(set), rcps: one.rcps.map(set) })),
    principals: changed(world.principals, (one) => ({
      ...one,
      identity: set(one.identity),
      boundary: setOrNull(one.boundary),
    })),
    sessions: changed(world.sessions, (one) => ({ ...one, policies: setOrNull(one.policies) })),
    resources: changed(world.resources, (one) => ({
      ...one,
      policies: set(one.policies),
      rcps: one.rcps?.map(set) ?? null,
    })),
    endpoints: changed(world.endpoints, (one) => ({ ...one, policies: setOrNull(one.policies) })),
  };
}

describe("a bundle", () => {
  const world = everythingWorld();

  it("holds elements, conditions, patterns, texts and literals once, whatever names them", () => {
    const twice = withDocuments(world, ({ policy, use }) => {
      return { policy: { ...policy, statements: [...policy.statements, ...policy.statements] }, use };
    });
    expect(differing(world, twice)).toEqual(["Statements", "Policies", "Sets", "Provenance"]);
  });

  it("holds a policy, a set and a hierarchy once, whoever has them", () => {
    const again = <T extends object>(records: ReadonlyMap<string, T>, name: (record: T) => Partial<T>) =>
      new Map(
        [...records].flatMap(([key, one]) => [[key, one] as const, [`${key}2`, { ...one, ...name(one) }] as const]),
      );
    const twice: World = {
      ...world,
      accounts: again(world.accounts, ({ id }) => ({ id: `2${id.slice(1)}` })),
      principals: again(world.principals, ({ arn }) => ({ arn: `${arn}2` })),
    };
    const grown = differing(world, twice);
    expect(grown).toContain("Accounts");
    expect(grown).toContain("Principals");
    const [one, two] = [world, twice].map((each) => new BundleReader(compile(each))) as [BundleReader, BundleReader];
    const shared = [Section.Statements, Section.Policies, Section.Sets, Section.Levels, Section.Provenance];
    expect(shared.map((section) => two.size(section))).toEqual(shared.map((section) => one.size(section)));
  });

  it("is the same in whatever order tags are given", () => {
    const tagged = (tags: readonly (readonly [string, string])[]): World => {
      const principals = new Map([...world.principals].map(([arn, one]) => [arn, { ...one, tags: new Map(tags) }]));
      return { ...world, principals };
    };
    const tags = [["a", "1"], ["b", "2"], ["c", "3"]] as const; // biome-ignore format: a row
    expect(differing(tagged(tags), tagged(tags.toReversed()))).toEqual([]);
    expect(differing(tagged(tags), tagged(tags.slice(1)))).toContain("Principals");
  });

  it("has an action's patterns once for every spelling of a run of stars, in order", () => {
    const actions = (...patterns: string[]) =>
      withDocuments(world, ({ policy, use }) => {
        const action = {
          negated: false,
          patterns: patterns.map((pattern) => {
            return { kind: "pattern" as const, pattern, text: pattern, span: policy.span };
          }),
          span: policy.span,
        };
        return { policy: { ...policy, statements: policy.statements.map((one) => ({ ...one, action })) }, use };
      });
    expect(differing(actions("s3:*a"), actions("s3:**a"))).toEqual([]);
    expect(differing(actions("s3:*a"), actions("s3:a"))).toContain("PatternBytes");
    expect(differing(actions("s3:z", "s3:b*", "ec2:x"), actions("ec2:x", "s3:z", "s3:b*"))).toEqual([]);
  });
});
