/** The principals of a world that can be asked about. */
import { splitArn } from "../policy/arn.js";
import { parsePolicy } from "../policy/parse.js";
import type { Document, PrincipalRecord, World } from "../world/model.js";

export type SubjectKind = "user" | "role" | "root" | "session";

export const SUBJECT_KINDS: readonly SubjectKind[] = ["user", "role", "root", "session"];

export interface Subject {
  readonly kind: SubjectKind;
  readonly arn: string;
}

/**
 * Those of these kinds, sorted by their ARNs. A role stands for a session of it without tags and session policies; `session`
 * are those that the world names, `root` the root users of the accounts that it holds.
 */
export function subjectsOf(world: World, kinds: ReadonlySet<SubjectKind>): readonly Subject[] {
  const subjects: Subject[] = [];
  for (const { kind, arn } of world.principals.values()) if (kinds.has(kind)) subjects.push({ kind, arn });
  if (kinds.has("session")) for (const arn of world.sessions.keys()) subjects.push({ kind: "session", arn });
  if (kinds.has("root")) {
    const partition = partitionOf(world);
    for (const { id, held } of world.accounts.values()) {
      if (held) subjects.push({ kind: "root", arn: `arn:${partition}:iam::${id}:root` });
    }
  }
  return subjects.sort((one, other) => (one.arn < other.arn ? -1 : one.arn > other.arn ? 1 : 0));
}

/** A world is of one partition: organizations do not span them. */
export function partitionOf(world: World): string {
  const [first] = world.principals.keys();
  return first?.split(":", 2)[1] ?? "aws";
}

/** A principal whose own policies the world holds. */
export interface KnownSubject extends Subject {
  readonly account: string;
  readonly partition: string;
  /** Of a user; null for others. */
  readonly name: string | null;
  /** Its identity policies; of a session those of its role or user. */
  readonly documents: readonly Document[];
}

/** The principal with this ARN: a user, a role or a session of one, a federated user, a root user. Null: it is not held. */
export function subjectOf(world: World, arn: string): KnownSubject | null {
  const parts = splitArn(arn);
  if (parts === null) return null;
  const { account, partition, resource } = parts;
  const known = { arn, account, partition };
  const record = world.principals.get(arn);
  if (record !== undefined) {
    const name = record.kind === "user" ? record.name : null;
    return { ...known, kind: record.kind, name, documents: record.identity.documents };
  }
  if (resource === "root") {
    if (world.accounts.get(account)?.held !== true) return null;
    return { ...known, kind: "root", name: null, documents: ROOT_DOCUMENTS };
  }
  const owner = ownerOfSession(world, arn, account, resource);
  return owner === null ? null : { ...known, kind: "session", name: null, documents: owner.identity.documents };
}

function ownerOfSession(world: World, arn: string, account: string, resource: string): PrincipalRecord | null {
  const [kind, roleName] = resource.split("/");
  if (kind === "assumed-role") {
    for (const record of world.principals.values()) {
      if (record.kind === "role" && record.account === account && record.name === roleName) return record;
    }
  }
  const parent = world.sessions.get(arn)?.parentArn ?? null;
  return parent === null ? null : (world.principals.get(parent) ?? null);
}

/** EVAL-22: whatever is not taken from the root user, it may do. */
const ROOT_DOCUMENTS: readonly Document[] = [{ use: "policy", policy: rootPolicy() }];

function rootPolicy(): Document["policy"] {
  const text = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}';
  return parsePolicy({ name: "root", text }, { type: "identity" }).policy!;
}
