/**
 * What the Service Authorization Reference calls required and AWS does not always ask for: it marks every type of an action,
 * of which some stand for one another, and some are asked for only where a call names them.
 */
import type { CatalogAction, ResourceType } from "../catalog/catalog.js";

/**
 * Action → types that are asked for only where a call names them. RunInstances: the scenarios of the reference, of which
 * those with a subnet are "EC2-VPC-EBS-Subnet" and its like. StartSession: without a document it takes the account's own,
 * for which it asks only under `ssm:SessionDocumentAccessCheck`
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-sessiondocumentaccesscheck.html).
 */
const ONLY_IF_NAMED: ReadonlyMap<string, readonly string[]> = new Map([
  ["ec2:RunInstances", ["subnet"]],
  ["ssm:StartSession", ["document"]],
]);

/** Actions on one resource, which is of one of the types: a model is a foundation model or a profile of one, … */
const OF_ONE_TYPE: ReadonlySet<string> = new Set([
  "bedrock:InvokeModel",
  "bedrock:InvokeModelWithResponseStream",
  "states:DescribeExecution",
]);

export function isOnlyIfNamed({ service, name }: CatalogAction, type: string): boolean {
  return ONLY_IF_NAMED.get(`${service}:${name}`)?.includes(type) === true;
}

/** Whether a type that nothing names is one of several forms of a thing that another type names. */
export function isReplaced(
  { service, name, resourceTypes }: CatalogAction,
  type: ResourceType,
  isNamed: (index: number) => boolean,
): boolean {
  const isOfOne = OF_ONE_TYPE.has(`${service}:${name}`);
  return resourceTypes.some((other, index) => isNamed(index) && (isOfOne || isFormOf(other.type.name, type.name)));
}

/** `listener/app` and `listener/net` are two forms of one thing. */
function isFormOf(one: string, other: string): boolean {
  const slash = one.indexOf("/");
  return slash > 0 && other.startsWith(one.slice(0, slash + 1));
}
