/** The principals of a world that can be asked about. */
import type { World } from "../world/model.js";

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
