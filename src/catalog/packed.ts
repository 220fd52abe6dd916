/**
 * The lines of `build/catalog.jsonl`, which `scripts/catalog.ts` writes and `catalog.ts` reads: a header, then a line a
 * service. Names stand once a service, everything else is indexes into them.
 */
import type { AccessLevel } from "./catalog.js";

export interface PackedHeader {
  readonly source: string;
  /** ISO 8601: when the reference was read. */
  readonly updatedAt: string;
}

/** The prefix stands first, so that a line can be found without being parsed. */
export type PackedService = readonly [
  prefix: string,
  name: string,
  conditionKeys: readonly string[],
  /** Sets of condition keys, as indexes. */
  keySets: readonly (readonly number[])[],
  resourceTypes: readonly PackedType[],
  actions: readonly PackedAction[],
];

export type PackedType = readonly [name: string, arnFormats: readonly string[], keySet: number];

/** `rows`: three numbers a resource type: its index, whether it is required (1 or 0), its set of keys. */
export type PackedAction = readonly [name: string, accessLevel: AccessLevel, keySet: number, rows: readonly number[]];
