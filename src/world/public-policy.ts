/** Whether S3 calls a bucket policy public (SPEC-22). */

import type { ConditionEntry, Operand, Policy, PrincipalElement, Statement } from "../policy/model.js";
import type { OperatorBase } from "../policy/operators.js";
import type { Document, DocumentSet } from "./model.js";

/**
 * Whether some Allow statement reaches everybody without a condition that ties it to fixed values of a key that S3 trusts.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html, "The meaning of public".
 */
export function isPublicPolicy(policy: Policy): boolean {
  return policy.statements.some(isPublicStatement);
}

/**
 * A bucket's own policies under RestrictPublicBuckets, and whether they are public. Where one is not held and none of the others
 * is public, nobody knows: then what is held may only deny, and what is missing stands for every grant (3V-3, 3V-8).
 */
export function underRestriction(set: DocumentSet): { readonly set: DocumentSet; readonly isPublic: boolean } {
  const isPublic = set.documents.some(({ policy }) => isPublicPolicy(policy));
  if (isPublic || set.missing.length === 0) return { set, isPublic };
  const documents = set.documents.map((document): Document => ({ ...document, use: "denyOnly" }));
  return { set: { ...set, documents }, isPublic };
}

function isPublicStatement(statement: Statement): boolean {
  return (
    statement.effect === "Allow" &&
    statement.principal !== null &&
    reachesEverybody(statement.principal) &&
    !statement.conditions.some(isFixed)
  );
}

/** An Allow with NotPrincipal reaches everybody else (MATCH-46a). */
function reachesEverybody(principal: PrincipalElement): boolean {
  return principal.negated || principal.entries.some((entry) => entry.kind === "anyone");
}

/** A condition that only holds for values which the policy writes out, and never for a missing key. */
function isFixed({ operator, key, operands }: ConditionEntry): boolean {
  const holdsForMissing = operator.ifExists || operator.qualifier === "all";
  if (holdsForMissing || operands.length === 0) return false;
  if (operator.base === "IpAddress") return key === "aws:sourceip" && operands.every(isNarrowRange);
  return FIXING_OPERATORS.has(operator.base) && operands.every((operand) => isFixedValue(key, operand));
}

const FIXING_OPERATORS: ReadonlySet<OperatorBase> = new Set([
  "StringEquals",
  "StringEqualsIgnoreCase",
  "StringLike",
  "ArnEquals",
  "ArnLike",
]);

const FIXED_KEYS: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "s3:dataaccesspointaccount",
  "s3:x-amz-server-side-encryption-aws-kms-key-id",
]);

function isFixedValue(key: string, operand: Operand): boolean {
  if (key === "s3:dataaccesspointarn") return hasFixedAccount(operand);
  if (!FIXED_KEYS.has(key)) return false;
  return operand.template.every((part) => part.kind === "text");
}

/** The name of the access point may be a wildcard if the account is written out. */
function hasFixedAccount({ template }: Operand): boolean {
  const [first] = template;
  return first?.kind === "text" && first.text.split(":").length >= 6 && first.text.split(":")[4] !== "";
}

/** Ranges wider than these are public however they are written. */
const NARROWEST_PUBLIC_BITS = { ipv4: 8, ipv6: 32 } as const;

function isNarrowRange({ text }: Operand): boolean {
  const slash = text.indexOf("/");
  if (slash === -1) return true;
  const bits = Number(text.slice(slash + 1));
  return bits >= (text.includes(":") ? NARROWEST_PUBLIC_BITS.ipv6 : NARROWEST_PUBLIC_BITS.ipv4);
}
