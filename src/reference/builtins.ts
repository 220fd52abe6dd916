/** Step 0 of §6.4: what is decided by who calls what and how, before any policy has a say. */
import type { Decision } from "../request/decision.js";
import { accountOf, type Principal } from "../request/question.js";
import { causesOf, denials } from "./attribution.js";
import { or } from "./kleene.js";
import { type Case, evaluateLayers, inOrder, partOf } from "./layers.js";

/** Null where the layers decide. */
export function decideBuiltin(the: Case): Decision | null {
  const { principal, action } = the.question;
  if (action === "sts:getcalleridentity" && isAuthenticated(principal)) return ALLOWED; // STS-1
  if (action === "sts:getsessiontoken" && hasLongTermKeys(principal)) return decideSessionToken(the);
  const rule = REFUSALS.find(({ refuses }) => refuses(the));
  if (rule === undefined) return null;
  const missing = [{ layer: "SERVICE" as const, target: rule.id }];
  return { decision: "implicitDeny", decidedBy: "SERVICE", missing, path: "BUILTIN" };
}

const ALLOWED: Decision = { decision: "allowed", decidedBy: "SERVICE", statements: [], path: "BUILTIN" };

/** STS-2: needs no permission; by two options, explicit denies count. */
function decideSessionToken(the: Case): Decision {
  const { explicitDenyBlocksGetSessionToken, scpBlocksGetSessionToken } = the.world.options;
  const counted = inOrder(evaluateLayers(the)).filter((layer) =>
    layer.layer === "SCP" ? scpBlocksGetSessionToken : explicitDenyBlocksGetSessionToken,
  );
  const deny = or(...counted.map((layer) => layer.deny));
  switch (deny.truth) {
    case "T":
      return { decision: "explicitDeny", ...denials(counted), path: "BUILTIN" };
    case "F":
      return ALLOWED;
    case "U":
      return { decision: "indeterminate", between: ["allowed", "explicitDeny"], dependsOn: causesOf([deny]) };
  }
}

/** Rules that refuse a call whatever the policies say. The first that applies is named. */
const REFUSALS: readonly { readonly id: string; readonly refuses: (the: Case) => boolean }[] = [
  { id: "STS-30", refuses: ({ question }) => sessionTokenForbids(question.principal, question.action) },
  { id: "STS-31", refuses: ({ question }) => federationTokenForbids(question.principal, question.action) },
  { id: "STS-32", refuses: ({ question }) => roleSessionForbids(question.principal, question.action) },
  {
    id: "STS-33",
    refuses: ({ question }) => question.principal.kind === "root" && question.action === "sts:assumerole",
  },
  { id: "PASS-3", refuses: passesForeignRole },
  { id: "SPEC-15", refuses: changesAwsAlias },
  { id: "SPEC-34", refuses: changesAwsEntity },
  { id: "SPEC-6", refuses: changesServiceLinkedRole },
  { id: "SPEC-35", refuses: ({ question, layers }) => question.action === "sts:assumeroot" && !layers.mayAssumeRoot },
  { id: "partition", refuses: leavesPartition },
];

/** A caller that AWS knows by its signature. */
function isAuthenticated({ kind }: Principal): boolean {
  return kind !== "anonymous" && kind !== "webIdentity" && kind !== "saml";
}

function hasLongTermKeys(principal: Principal): boolean {
  return (principal.kind === "user" || principal.kind === "root") && principal.credentials.kind === "longTerm";
}

/**
 * GetSessionToken's credentials: IAM only with MFA, of STS only these (STS-30, and SPEC-4's companions of AssumeRole).
 * GetCallerIdentity has been allowed before.
 */
function sessionTokenForbids(principal: Principal, action: string): boolean {
  if (principal.kind !== "user" && principal.kind !== "root") return false;
  if (principal.credentials.kind !== "sessionToken") return false;
  if (isOf("iam", action)) return !principal.credentials.mfa;
  return isOf("sts", action) && !SESSION_TOKEN_MAY.has(action);
}

const SESSION_TOKEN_MAY: ReadonlySet<string> = new Set([
  "sts:assumerole",
  "sts:tagsession",
  "sts:setsourceidentity",
  "sts:setcontext",
]);

/** GetFederationToken's credentials outside the console: no IAM; no STS but GetCallerIdentity, allowed before (STS-31). */
function federationTokenForbids(principal: Principal, action: string): boolean {
  if (principal.kind !== "federatedUser" || principal.console) return false;
  return isOf("iam", action) || isOf("sts", action);
}

function roleSessionForbids(principal: Principal, action: string): boolean {
  return principal.kind === "roleSession" && (action === "sts:getfederationtoken" || action === "sts:getsessiontoken");
}

/** PASS-3: roles are passed within an account only. */
function passesForeignRole({ question }: Case): boolean {
  const { action, principal, owner, resource } = question;
  const account = accountOf(principal);
  if (action !== "iam:passrole" || account === null || owner.kind !== "account") return false;
  return partOf(resource).startsWith("role/") && account !== owner.account;
}

/** SPEC-15: the aliases of AWS managed keys. */
function changesAwsAlias({ question }: Case): boolean {
  const isOfAccount = accountOf(question.principal) !== null;
  return isOfAccount && ALIAS_ACTIONS.has(question.action) && partOf(question.resource).startsWith("alias/aws/");
}

const ALIAS_ACTIONS: ReadonlySet<string> = new Set(["kms:createalias", "kms:updatealias", "kms:deletealias"]);

/** SPEC-34: policies that AWS manages, and the roles of permission sets. */
function changesAwsEntity({ question }: Case): boolean {
  const { action, resource } = question;
  const [, , service, , account] = resource.split(":");
  const isManagedPolicy = service === "iam" && account === "aws" && partOf(resource).startsWith("policy/");
  const isPermissionSetRole = partOf(resource).startsWith("role/aws-reserved/sso.amazonaws.com/");
  return (isManagedPolicy && MANAGED_POLICY_ACTIONS.has(action)) || (isPermissionSetRole && ROLE_ACTIONS.has(action));
}

const MANAGED_POLICY_ACTIONS: ReadonlySet<string> = new Set([
  "iam:createpolicyversion",
  "iam:deletepolicy",
  "iam:deletepolicyversion",
  "iam:setdefaultpolicyversion",
  "iam:tagpolicy",
  "iam:untagpolicy",
]);

/** SPEC-6: what the owner of a service-linked role cannot do to it. */
function changesServiceLinkedRole({ question }: Case): boolean {
  const isServiceLinked = partOf(question.resource).startsWith("role/aws-service-role/");
  return isServiceLinked && SERVICE_LINKED_ROLE_ACTIONS.has(question.action);
}

const SERVICE_LINKED_ROLE_ACTIONS: ReadonlySet<string> = new Set([
  "iam:attachrolepolicy",
  "iam:deleterole",
  "iam:deleterolepermissionsboundary",
  "iam:deleterolepolicy",
  "iam:detachrolepolicy",
  "iam:putrolepermissionsboundary",
  "iam:putrolepolicy",
  "iam:updateassumerolepolicy",
]);

const ROLE_ACTIONS: ReadonlySet<string> = new Set([
  ...SERVICE_LINKED_ROLE_ACTIONS,
  "iam:tagrole",
  "iam:untagrole",
  "iam:updaterole",
  "iam:updateroledescription",
]);

/** Partitions do not meet, whatever is attached. Callers without one, and the resource `*`, are not asked. */
function leavesPartition({ question }: Case): boolean {
  const { principal, resource } = question;
  if (!("partition" in principal) || !resource.startsWith("arn:")) return false;
  return resource.split(":")[1] !== principal.partition;
}

function isOf(service: string, action: string): boolean {
  return action.startsWith(`${service}:`);
}
