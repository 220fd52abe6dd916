/** Worlds as records, to be compiled and looked into. */
import { Section } from "../../src/bytecode/layout.js";
import type { BundleReader } from "../../src/bytecode/reader.js";
import { verifyBundle } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import type { Policy } from "../../src/policy/model.js";
import { DEFAULT_WORLD_OPTIONS } from "../../src/policy/options.js";
import type { DocumentSet, PrincipalRecord, ResourceRecord, World } from "../../src/world/model.js";
import { recordSize, type SectionId } from "../bytecode/records.js";
import { A1 } from "../reference/build.js";

export function worldWith(parts: Partial<World> & { readonly users?: readonly PrincipalRecord[] } = {}): World {
  const { users = [], ...rest } = parts;
  return {
    options: DEFAULT_WORLD_OPTIONS,
    accounts: new Map(),
    principals: new Map(users.map((user) => [user.arn, user])),
    sessions: new Map(),
    resources: new Map(),
    endpoints: new Map(),
    bindings: new Map(),
    closed: true,
    ...rest,
  };
}

export function user(name: string, policies: readonly Policy[], path = ""): PrincipalRecord {
  const arn = `arn:aws:iam::${A1}:user/${path}${name}`;
  return {
    kind: "user",
    arn,
    account: A1,
    name,
    uniqueId: null,
    tags: new Map(),
    serviceLinked: false,
    identity: setOf(`identity policies of ${arn}`, policies),
    boundary: null,
  };
}

export function resource(arn: string, policies: readonly Policy[]): ResourceRecord {
  return {
    arn,
    owner: A1,
    tags: null,
    policyKind: "other",
    policies: setOf(`resource policy of ${arn}`, policies),
    rcps: null,
    behind: null,
    publicAccessRestricted: false,
    awsManaged: false,
  };
}

export function setOf(label: string, policies: readonly Policy[], missing: readonly string[] = []): DocumentSet {
  return { label, documents: policies.map((policy) => ({ policy, use: "policy" as const })), missing };
}

/** The bundle of a world, verified. */
export function bundleOf(world: World): BundleReader {
  return verifyBundle(compile(world));
}

/** A bundle of policies, each a user's of its own. */
export function bundleOfPolicies(policies: readonly Policy[], options: Partial<World["options"]> = {}): BundleReader {
  const users = policies.map((policy, index) => user("alice", [policy], `${String(index).padStart(4, "0")}/`));
  return bundleOf(worldWith({ users, options: { ...DEFAULT_WORLD_OPTIONS, ...options } }));
}

/** How many records a section has. */
export function count(reader: BundleReader, section: SectionId): number {
  return reader.count(section, recordSize(section));
}

/** Reader of one record's fields. */
export function recordOf(reader: BundleReader, section: SectionId, id: number): (field: number) => number {
  return (field) => reader.field(section, recordSize(section), id, field);
}

/** All records of a section. */
export function records(reader: BundleReader, section: SectionId): ((field: number) => number)[] {
  return Array.from({ length: count(reader, section) }, (_, id) => recordOf(reader, section, id));
}

/** Every text of the bundle. */
export function texts(reader: BundleReader): string[] {
  return Array.from({ length: count(reader, Section.Strings) }, (_, id) => reader.string(id));
}
