/** World × Question → the documents attached on each side. Which of them apply to the call is the evaluators' business. */
import type { DocumentSet } from "./model.js";

/** What is attached to the parties of one question. */
export interface Layers {
  /** Levels of the caller's account, root first (EVAL-4). */
  readonly scp: readonly DocumentSet[];
  /** Levels of the owner's account, root first. */
  readonly rcp: readonly DocumentSet[];
  /** Null: no endpoint, or one without a policy (EVAL-20). */
  readonly vpce: DocumentSet | null;
  /** Null: none attached. Set with nothing but `missing`: not even the attachment is known. */
  readonly boundary: DocumentSet | null;
  readonly session: DocumentSet | null;
  readonly identity: DocumentSet;
  readonly resource: DocumentSet;
  /** The bucket behind an access point: its documents and the ARN they are evaluated against (EVAL-48). */
  readonly behind: { readonly resource: string; readonly documents: DocumentSet } | null;
  readonly publicAccessRestricted: boolean;
  readonly awsManaged: boolean;
  readonly mayAssumeRoot: boolean;
}
