/** Why bytes are no bundle. */

/** Why bytes are not a bundle; part of the public interface. */
export type BundleErrorCode =
  | "not-a-bundle"
  | "other-version"
  | "wrong-size"
  | "wrong-checksum"
  | "invalid-bundle"
  | "other-data"
  | "other-options";

/** Bytes that are no usable bundle. Nothing of them was used. */
export class BundleError extends Error {
  constructor(
    readonly code: BundleErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "BundleError";
  }
}

/** Refuses the bundle. */
export function fail(message: string): never {
  throw new BundleError("invalid-bundle", message);
}
