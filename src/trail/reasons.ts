/** Why no request was derived from an event. The codes are stable: they are counted, compared and documented. */

export const REASONS = {
  // Not a record of a call that was authorized by policies.
  "not-a-record": "the value is not a CloudTrail record: `eventSource` or `eventName` is missing",
  digest: "a digest of log files, not a record",
  "sign-in": "signing in is not decided by policies",
  "service-event": "a service did this on its own account; no principal asked for it",
  "console-action": "an action in the console that was no API call",
  insight: "an insight about calls, not a call",
  "network-activity": "what a VPC endpoint saw of a call, which has an event of its own",
  "unknown-event-type": "an `eventType` that is not known",
  // Who.
  "principal-missing": "the record does not say who called",
  "principal-unknown": "the record says that the caller is not known",
  "principal-hidden": "a principal of another account, of which only the account and a unique ID are recorded",
  "principal-outside-iam": "the caller is not an IAM principal, so that IAM policies do not speak of it",
  "principal-malformed": "the caller's ARN or account is not one",
  "service-unnamed": "a service called, and the record does not say which",
  "principal-contradicts-world": "the world has another role of this name: since then it was deleted and made again",
  // What.
  "unknown-service": "no service of the catalogue logs under this `eventSource`",
  "unknown-action": "the service has no action for this `eventName`, and no exception is known",
  "operation-hidden": "what the call did is hidden from the log",
  // Which resource.
  "parameters-missing": "the call failed before its parameters were recorded, and no other field names the resource",
  "resource-not-named": "no field of the record names the resource that the action needs",
  "too-many-resources": "the call names more resources than are derived",
} as const;

export type Reason = keyof typeof REASONS;
