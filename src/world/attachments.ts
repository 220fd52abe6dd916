/** What is attached to whom, before it becomes document sets: whoever changes attachments has to know where they come from. */
import type { Policy } from "../policy/model.js";
import { LABELS } from "./layers.js";
import type { Document, DocumentSet } from "./model.js";
import type { OwnResource } from "./resource-file.js";

/** Documents before they have a label. */
export interface Attached {
  readonly documents: readonly Document[];
  readonly missing: readonly string[];
}

/** A user or role: inline policies, then attached ones, in the order of the export; and the groups of a user by ARN. */
export interface OwnAttachments {
  readonly own: Attached;
  readonly groups: readonly string[];
}

/** What a world's files say of attachments; its document sets are made of this. */
export interface Attachments {
  /** Managed policies by ARN, attached or not. */
  readonly managed: ReadonlyMap<string, Policy>;
  /** Users and roles by ARN. */
  readonly principals: ReadonlyMap<string, OwnAttachments>;
  /** Groups by ARN. */
  readonly groups: ReadonlyMap<string, Attached>;
  /** Resources of resource files by ARN, without what their buckets add. */
  readonly resources: ReadonlyMap<string, OwnResource>;
  /** SCPs and RCPs by the names that decisions show (`scp/NAME`), attached or not. */
  readonly guardrails: ReadonlyMap<string, Policy>;
}

/** The identity policies of a user or role. A policy that a user has by itself and by a group counts once. */
export function identityOf(
  arn: string,
  { own, groups }: OwnAttachments,
  groupPolicies: ReadonlyMap<string, Attached>,
): DocumentSet {
  const attached = joined([own, ...groups.flatMap((group) => groupPolicies.get(group) ?? [])]);
  return { label: LABELS.identity(arn), ...attached };
}

export function joined(parts: readonly Attached[]): Attached {
  const documents = new Map(parts.flatMap((part) => part.documents.map((document) => [document.policy, document])));
  return {
    documents: [...documents.values()],
    missing: [...new Set(parts.flatMap(({ missing }) => missing))],
  };
}
