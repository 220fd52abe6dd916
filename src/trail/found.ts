/** A resource as it is found in a record. */
import type { ActionResource } from "../catalog/catalog.js";

/** Something that a resource rests on beside the record. */
export type Assumption =
  /** The record gives a name without its path, and nothing tells it: taken for `/`. */
  "root-path";

export interface Found {
  readonly arn: string;
  /** Who owns it, where the ARN does not say it. */
  readonly owner: string | null;
  /**
   * Whether the owner only stands for the account in which the call is decided: images and snapshots are shared by launch
   * permissions, not by policies, so that whose they are says nothing about how the call is decided.
   */
  readonly ownerIsShared?: true;
  /** Fields of the record, or the rule. */
  readonly from: string;
  readonly assumption: Assumption | null;
}

/** A resource, and as what the action takes it. */
export interface Target {
  readonly found: Found;
  /** Null: as none of its types (`*`). */
  readonly row: ActionResource | null;
}

export const NOTHING: readonly Found[] = [];

export function found(arn: string, from: string): Found {
  return { arn, owner: null, from, assumption: null };
}
