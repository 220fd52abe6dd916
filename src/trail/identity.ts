/**
 * Who called: `userIdentity` → a principal, with what the record says about its session. Each kind of identity has its reader;
 * users and services are read here.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import type { Directory } from "../request/directory.js";
import type { PrincipalInput } from "../request/request.js";
import { type Assumptions, type Caller, insider, isServiceName, outsider, type Source } from "./caller.js";
import { type Fields, fieldsAt, own, textAt } from "./event.js";
import { federatedCaller, samlCaller, webIdentityCaller } from "./federation.js";
import { principalArn, uniqueIdOf } from "./principal-arn.js";
import type { Reason } from "./reasons.js";
import { roleCaller } from "./role-session.js";
import { credentialsOf, issueTimeOf, isTrue } from "./session-credentials.js";
import type { Trace } from "./trace.js";
import { Flag } from "./unknown-keys.js";

export function callerOf(
  event: Fields,
  directory: Directory | null,
  assumptions: Assumptions,
  trace: Trace | null,
): Caller | Reason {
  const identity = fieldsAt(event, "userIdentity");
  if (identity === null) return "principal-missing";
  const type = own(identity, "type");
  const find = typeof type === "string" ? KINDS.get(type) : undefined;
  if (find !== undefined) return find({ event, identity, directory, assumptions, trace });
  if (type === undefined || type === null || type === "")
    return untyped({ event, identity, directory, assumptions, trace });
  return "principal-unknown";
}

/** By `userIdentity.type`. */
const KINDS: ReadonlyMap<string, (source: Source) => Caller | Reason> = new Map<
  string,
  (source: Source) => Caller | Reason
>([
  ["Root", rootCaller],
  ["IAMUser", userCaller],
  ["AssumedRole", roleCaller],
  ["Role", roleCaller],
  ["FederatedUser", federatedCaller],
  ["WebIdentityUser", webIdentityCaller],
  ["SAMLUser", samlCaller],
  ["AWSAccount", accountCaller],
  ["AWSService", serviceCaller],
  ["Directory", () => "principal-outside-iam"],
  ["IdentityCenterUser", () => "principal-outside-iam"],
  ["Unknown", () => "principal-unknown"],
]);

/** Records of services are old enough to have no type. */
function untyped(source: Source): Caller | Reason {
  return textAt(source.identity, "invokedBy") === null ? "principal-missing" : serviceCaller(source);
}

function userCaller(source: Source): Caller | Reason {
  const { identity, trace } = source;
  const arn = principalArn(textAt(identity, "arn"), "iam", "user/");
  if (arn === null || arn.rest.endsWith("/")) return "principal-malformed";
  const session = credentialsOf(source);
  const uniqueId = uniqueIdOf(identity, "AIDA");
  trace?.note("principal", "arn", "userIdentity.arn", "");
  if (uniqueId !== null) trace?.note("principal", "uniqueId", "userIdentity.principalId", "");
  const principal: PrincipalInput =
    uniqueId === null ? { arn: arn.arn, ...session.fields } : { arn: arn.arn, uniqueId, ...session.fields };
  return insider(source, arn, principal, { flags: session.flags, userArn: arn.arn });
}

function rootCaller(source: Source): Caller | Reason {
  const { identity, trace } = source;
  const arn = principalArn(textAt(identity, "arn"), "iam", "root");
  if (arn === null) return "principal-malformed";
  trace?.note("principal", "arn", "userIdentity.arn", "");
  const context = fieldsAt(identity, "sessionContext");
  if (context !== null && isTrue(own(context, "assumedRoot"))) {
    trace?.note("principal", "credentials", "userIdentity.sessionContext.assumedRoot", "");
    return insider(source, arn, { arn: arn.arn, credentials: "assumeRoot", ...issueTimeOf(source) }, { flags: 0 });
  }
  const session = credentialsOf(source);
  return insider(source, arn, { arn: arn.arn, ...session.fields }, { flags: session.flags });
}

/** Of principals of other accounts, records have the account and a unique ID; anonymous callers have neither. */
function accountCaller({ identity, trace }: Source): Caller | Reason {
  if (own(identity, "accountId") !== "ANONYMOUS_PRINCIPAL") return "principal-hidden";
  trace?.note("principal", "arn", "userIdentity.accountId", "anonymous");
  return outsider("*");
}

function serviceCaller({ identity, trace }: Source): Caller | Reason {
  const name = textAt(identity, "invokedBy");
  if (name === null || !isServiceName(name)) return "service-unnamed";
  trace?.note("principal", "arn", "userIdentity.invokedBy", "");
  return outsider(name, { byService: true, flags: Flag.ServiceCaller });
}
