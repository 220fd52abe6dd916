/** What a call was signed with: `sessionContext.attributes`, which only temporary credentials have. */
import type { PrincipalInput } from "../request/request.js";
import { isByService, isForwardedFor, type Source } from "./caller.js";
import { type Fields, fieldsAt, own } from "./event.js";
import { instantOf } from "./instant.js";
import { Flag } from "./unknown-keys.js";

export interface Credentials {
  readonly fields: Pick<PrincipalInput, "credentials" | "issueTime" | "mfa">;
  readonly flags: number;
}

const LONG_TERM: Credentials = { fields: { credentials: "longTerm" }, flags: 0 };

/**
 * What a user or root user signed with. The record has the attributes of a session for temporary credentials only; without
 * them, and with a key that is not temporary, the credentials are long-term (§10).
 */
export function credentialsOf(source: Source): Credentials {
  const { identity, event, trace } = source;
  const attributes = attributesOf(identity);
  if (attributes === null) {
    const key = own(identity, "accessKeyId");
    const isLongTerm = typeof key === "string" && key !== "" && !key.startsWith(TEMPORARY_KEY);
    trace?.note("principal", "credentials", "userIdentity.accessKeyId", "no sessionContext");
    return isLongTerm ? LONG_TERM : temporary(null);
  }
  const mfa = flagOf(own(attributes, "mfaAuthenticated"));
  trace?.note("principal", "mfa", "userIdentity.sessionContext.attributes.mfaAuthenticated", "");
  // MFA-8: temporary credentials that AWS made of the user's own; when, the record says, and of whose not.
  if (isForwardedFor(source) && mfa === false && own(identity, "type") === "IAMUser") return LONG_TERM;
  if (isByService(identity) || mfa === null) return temporary(mfa);
  const issued = issueTimeOf(source);
  if (isConsole(event)) return { fields: { credentials: "console", mfa, ...issued }, flags: 0 };
  const time = issued.issueTime;
  const knownMfa = mfa && time !== undefined ? { authenticatedAt: time } : mfa;
  return { fields: { credentials: "sessionToken", mfa: knownMfa, ...issued }, flags: 0 };
}

const TEMPORARY_KEY = "ASIA";

/** `sessionCredentialFromConsole` is not shown unless it is true, nor for calls through a proxy, which have no TLS details. */
function isConsole(event: Fields): boolean {
  return isTrue(own(event, "sessionCredentialFromConsole")) || fieldsAt(event, "tlsDetails") === null;
}

/** Temporary credentials of unknown origin and age. */
function temporary(mfa: boolean | null): Credentials {
  if (mfa === null) return { fields: { credentials: "console" }, flags: Flag.Mfa };
  return { fields: { credentials: "console", mfa }, flags: 0 };
}

function attributesOf(identity: Fields): Fields | null {
  const context = fieldsAt(identity, "sessionContext");
  return context === null ? null : fieldsAt(context, "attributes");
}

/** When the session was issued; of a session that a service used, the record says when that was made. */
export function issueTimeOf({ identity, event, trace }: Source): { readonly issueTime?: number } {
  const attributes = isByService(identity) ? null : attributesOf(identity);
  const created = attributes === null ? null : instantOf(own(attributes, "creationDate"));
  const now = instantOf(own(event, "eventTime"));
  // A session is not younger than its calls.
  if (created === null || now === null || created > now) return {};
  trace?.note("principal", "issueTime", "userIdentity.sessionContext.attributes.creationDate", "");
  return { issueTime: created };
}

export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

/** CloudTrail writes booleans as texts here. */
function flagOf(value: unknown): boolean | null {
  if (isTrue(value)) return true;
  return value === false || value === "false" ? false : null;
}
