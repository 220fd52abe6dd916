/** Callers that others vouch for: federated users, and the identity providers that ask for sessions of roles. */
import type { ContextInput, PrincipalInput } from "../request/request.js";
import { type Caller, insider, outsider, type Source } from "./caller.js";
import { type Fields, fieldsAt, own, textAt } from "./event.js";
import { principalArn } from "./principal-arn.js";
import type { Reason } from "./reasons.js";
import { hostOf } from "./role-session.js";
import { issueTimeOf, isTrue } from "./session-credentials.js";
import type { Trace } from "./trace.js";
import { Flag } from "./unknown-keys.js";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NO_TAGS: Readonly<Record<string, string>> = {};

export function federatedCaller(source: Source): Caller | Reason {
  const { identity, event, assumptions, trace } = source;
  const arn = principalArn(textAt(identity, "arn"), "sts", "federated-user/");
  if (arn === null) return "principal-malformed";
  trace?.note("principal", "arn", "userIdentity.arn", "");
  const context = fieldsAt(identity, "sessionContext");
  const issuer = context === null ? null : fieldsAt(context, "sessionIssuer");
  const issuerArn = issuer === null ? null : textAt(issuer, "arn");
  const parent = principalArn(issuerArn, "iam", "user/") ?? principalArn(issuerArn, "iam", "root");
  const principal: Writable<PrincipalInput> = { arn: arn.arn };
  if (parent !== null && parent.account === arn.account && !parent.arn.endsWith("/")) {
    principal.parent = parent.arn;
    trace?.note("principal", "parent", "userIdentity.sessionContext.sessionIssuer.arn", "");
  }
  if (isTrue(own(event, "sessionCredentialFromConsole"))) principal.credentials = "console";
  const issued = issueTimeOf(source);
  if (issued.issueTime !== undefined) principal.issueTime = issued.issueTime;
  if (assumptions.untaggedSessions) return insider(source, arn, principal, { flags: 0 });
  principal.tags = NO_TAGS;
  return insider(source, arn, principal, { flags: Flag.PrincipalTags });
}

/** The caller of AssumeRoleWithWebIdentity: `issuer:application:user`. */
export function webIdentityCaller(source: Source): Caller | Reason {
  const { identity, event, trace } = source;
  const issuer = textAt(identity, "identityProvider");
  if (issuer === null) return "principal-malformed";
  const isArn = principalArn(issuer, "iam", "oidc-provider/") !== null;
  if (!isArn && (own(event, "eventName") !== "AssumeRoleWithWebIdentity" || !isHost(issuer)))
    return "principal-malformed";
  trace?.note("principal", "arn", "userIdentity.identityProvider", "");
  const host = hostOf(issuer);
  const keys = claimsOf(identity, issuer, host, trace);
  const principal: PrincipalInput = keys === null ? { arn: issuer } : { arn: issuer, claims: keys };
  return outsider(principal, { flags: Flag.WebIdentity, unknown: [`${host}:*`] });
}

/** `issuer:audience:subject`, if it can be told where the audience ends. */
function claimsOf(
  identity: Fields,
  issuer: string,
  host: string,
  trace: Trace | null,
): Record<string, ContextInput> | null {
  const id = textAt(identity, "principalId");
  const subject = textAt(identity, "userName");
  if (id === null || subject === null || !id.startsWith(`${issuer}:`) || !id.endsWith(`:${subject}`)) return null;
  const audience = id.slice(issuer.length + 1, id.length - subject.length - 1);
  if (audience === "") return null;
  trace?.note("principal", "claims", "userIdentity.principalId", "");
  return { [`${host}:aud`]: audience, [`${host}:sub`]: subject };
}

function isHost(text: string): boolean {
  if (!text.includes(".") || text.endsWith(".amazonaws.com") || text.endsWith(".amazonaws.com.cn")) {
    return text === "cognito-identity.amazonaws.com";
  }
  for (let at = 0; at < text.length; at++) if (!HOST_CHARACTERS.includes(text.charAt(at))) return false;
  return true;
}

const HOST_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_/:";

/** The caller of AssumeRoleWithSAML: the provider is a parameter of the call. */
export function samlCaller({ event, trace }: Source): Caller | Reason {
  const parameters = fieldsAt(event, "requestParameters");
  const provider = parameters === null ? null : textAt(parameters, "principalArn");
  if (principalArn(provider, "iam", "saml-provider/") === null) return "principal-malformed";
  trace?.note("principal", "arn", "requestParameters.principalArn", "");
  return outsider({ arn: provider! }, { flags: Flag.Saml });
}
