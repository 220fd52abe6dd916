/** What a record says of how its call ended: what a verdict can be compared with. */

/** `failed`: otherwise than for missing permissions, so that nobody can say whether it was authorized. */
export const OUTCOMES = ["succeeded", "denied", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** By `errorCode`; null: the record has none. */
export function outcomeOf(errorCode: string | null): Outcome {
  if (errorCode === null || DRY_RUNS.has(errorCode)) return "succeeded";
  const isDenied =
    errorCode.startsWith("AccessDenied") || errorCode.endsWith("UnauthorizedOperation") || DENIALS.has(errorCode);
  return isDenied ? "denied" : "failed";
}

/**
 * Beside `AccessDenied*` and `*UnauthorizedOperation`, by which AWS itself looks for unauthorized calls
 * (https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html, CloudWatch.2).
 */
const DENIALS: ReadonlySet<string> = new Set([
  // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
  "AuthorizationError",
  // https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
  "NotAuthorized",
  // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html
  "VpceAccessDenied",
]);

/** The call would have succeeded: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const DRY_RUNS: ReadonlySet<string> = new Set(["Client.DryRunOperation", "DryRunOperation"]);
