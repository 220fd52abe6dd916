/** What an ARN says about a resource: whose it is, of which type, and where its policy stands. */
import { isAccountId, resourceTypeOf, splitArn } from "../policy/arn.js";
import { resourceHolders } from "../request/holder.js";

/** The ARN under which the policy of a resource stands: an object's bucket, an alias's function. */
export function policyHolderOf(arn: string): string {
  return resourceHolders(arn).at(-1) ?? arn;
}

/**
 * `service:type` of the resource that carries the policy, as a world names the types that it lists completely: `s3:bucket`
 * (of an object too), `kms:key`, `lambda:function`. Empty for what is no ARN.
 */
export function policyTypeOf(arn: string): string {
  const parts = splitArn(policyHolderOf(arn));
  if (parts === null) return "";
  return `${parts.service}:${resourceTypeOf(parts) ?? BARE_TYPES.get(parts.service) ?? parts.resource}`;
}

/** What a resource is whose ARN ends in nothing but its name. */
const BARE_TYPES: ReadonlyMap<string, string> = new Map([
  ["s3", "bucket"],
  ["sns", "topic"],
  ["sqs", "queue"],
]);

/** The account that an ARN names; null where it names none. */
export function arnAccount(arn: string): string | null {
  const account = splitArn(arn)?.account;
  return account !== undefined && isAccountId(account) ? account : null;
}

/** Whether an ARN is a role's: its resource policy is its trust policy (SPEC-1). */
export function isRoleArn(arn: string): boolean {
  const parts = splitArn(arn);
  return parts !== null && parts.service === "iam" && resourceTypeOf(parts) === "role";
}
