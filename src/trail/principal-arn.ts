/** ARNs of `userIdentity`, and what stands in them. */
import { isAccountId, PARTITIONS } from "../policy/arn.js";
import { cutArn } from "./arn-format.js";
import { type Fields, textAt } from "./event.js";

export interface PrincipalArn {
  readonly arn: string;
  readonly partition: string;
  readonly account: string;
  /** Behind `user/`, `assumed-role/`. */
  readonly rest: string;
}

/** An ARN of this service whose resource part begins so; null: it is none. */
export function principalArn(text: string | null, service: "iam" | "sts", start: string): PrincipalArn | null {
  const cut = text === null ? null : cutArn(text);
  if (cut === null || !cut.text.startsWith(`${service}::`, cut.service)) return null;
  const partition = cut.text.slice(cut.partition, cut.service - 1);
  const account = cut.text.slice(cut.account, cut.resource - 1);
  if (!PARTITIONS.has(partition) || !isAccountId(account) || !cut.text.startsWith(start, cut.resource)) return null;
  const rest = cut.text.slice(cut.resource + start.length);
  return (rest === "") === (start === "root") ? { arn: cut.text, partition, account, rest } : null;
}

/** `Deploy` of `path/Deploy`. */
export function nameBehindPath(rest: string): string {
  return rest.slice(rest.lastIndexOf("/") + 1);
}

/** The role of `RoleName/SessionName`; null: it is not of that form. */
export function sessionRoleName(rest: string): string | null {
  const slash = rest.indexOf("/");
  return slash > 0 && slash === rest.lastIndexOf("/") && slash < rest.length - 1 ? rest.slice(0, slash) : null;
}

/** `AIDA…` of a user; of a role session what stands before its name. */
export function uniqueIdOf(identity: Fields, start: string): string | null {
  const id = textAt(identity, "principalId");
  if (id === null || !id.startsWith(start)) return null;
  const colon = id.indexOf(":");
  return colon === -1 ? id : id.slice(0, colon);
}
