/** What is derived from an event. */
import type { Request } from "../request/request.js";
import type { Assumption } from "./found.js";
import type { Reason } from "./reasons.js";

/** One permission that a call needed. */
export interface DerivedRequest {
  readonly request: Request;
  /** What it rests on beside the record. */
  readonly assumptions: readonly Assumption[];
}

/** A permission that the call needed as well, and for which no request could be derived. */
export interface Gap {
  /** `iam:PassRole`. */
  readonly action: string;
  readonly reason: Reason | "role-not-recorded";
  /** Resource types of the action that nothing names. */
  readonly missing: readonly string[];
}

export type Derived =
  | {
      readonly kind: "requests";
      /** The call is allowed only if all of them are (REQ-1), and whatever fills the gaps. */
      readonly requests: readonly [DerivedRequest, ...DerivedRequest[]];
      readonly gaps: readonly Gap[];
    }
  | {
      readonly kind: "none";
      readonly reason: Reason;
      /** The action, where one was found: `s3:GetObject`. */
      readonly action: string | null;
      readonly missing: readonly string[];
    };
