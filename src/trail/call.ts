/** The parts of a record that everything else is derived from, looked up once. */
import type { Directory } from "../request/directory.js";
import type { ArnPlace } from "./arn-format.js";
import { type Fields, fieldsAt, own } from "./event.js";

export interface Call {
  readonly event: Fields;
  /** Null: none, or they were not recorded. */
  readonly parameters: Fields | null;
  /** Whether a parameter that is not among them was not given. */
  readonly parametersComplete: boolean;
  readonly response: Fields | null;
  /** Where names without an ARN are looked for: the account whose trail it is, and the region of the call. */
  readonly place: ArnPlace;
  /** ARN of the user that called; null for others. */
  readonly userArn: string | null;
  readonly directory: Directory | null;
}

/** The parameters of a call that went wrong are often not recorded, and those of a large one never. */
export function parametersOf(event: Fields): { readonly parameters: Fields | null; readonly complete: boolean } {
  const parameters = fieldsAt(event, "requestParameters");
  // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
  if (parameters !== null && own(parameters, "omitted") === true) return { parameters: null, complete: false };
  const failed = typeof own(event, "errorCode") === "string";
  return { parameters, complete: parameters !== null || !failed };
}

/** The partition of a region, by its name. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  if (region.startsWith("us-iso-")) return "aws-iso";
  if (region.startsWith("us-isob-")) return "aws-iso-b";
  if (region.startsWith("us-isof-")) return "aws-iso-f";
  if (region.startsWith("eu-isoe-")) return "aws-iso-e";
  if (region.startsWith("eusc-")) return "aws-eusc";
  return "aws";
}
