/** A policy as a JSON document again: what `parsePolicyValue` reads back as an equal policy, places aside. */
import type { Policy, PrincipalElement, PrincipalEntry, Statement } from "./model.js";

/**
 * Plain objects without prototypes, fit for `JSON.stringify`. Names and lists are as written; short forms are spelt out
 * (`Statement` is a list, a missing `Version` is the old one); principals that name nobody (GRAM-52) stand together.
 * Policies that no user wrote (ACLs, grants) have no document.
 */
export function printPolicy(policy: Policy): unknown {
  return record([
    ["Version", policy.version],
    ["Id", policy.id],
    ["Statement", policy.statements.map(printStatement)],
  ]);
}

function printStatement(statement: Statement): unknown {
  const { sid, effect, principal, action, resource } = statement;
  return record([
    ["Sid", sid],
    ["Effect", effect],
    [principal?.negated === true ? "NotPrincipal" : "Principal", principal === null ? null : printPrincipal(principal)],
    [action.negated ? "NotAction" : "Action", action.patterns.map((pattern) => pattern.text)],
    [
      resource?.negated === true ? "NotResource" : "Resource",
      resource?.patterns.map((pattern) => pattern.text) ?? null,
    ],
    ["Condition", statement.conditions.length === 0 ? null : printConditions(statement)],
  ]);
}

function printPrincipal({ entries }: PrincipalElement): unknown {
  const [first] = entries;
  if (first?.kind === "anyone" && !first.aws) return first.text;
  const groups = new Map<string, string[]>();
  for (const entry of entries) append(groups, groupOf(entry), entry.text);
  // A list of one would not do for the `*` of a resource control policy (GRAM-31).
  return record([...groups].map(([group, texts]) => [group, texts.length === 1 ? texts[0] : texts]));
}

function groupOf(entry: PrincipalEntry): string {
  switch (entry.kind) {
    case "anyone":
    case "account":
    case "user":
    case "role":
    case "roleSession":
    case "federatedUser":
    case "uniqueId":
    case "originAccessIdentity":
      return "AWS";
    case "service":
      return "Service";
    case "federated":
      return "Federated";
    case "canonicalUser":
      return "CanonicalUser";
    case "invalid":
      // A kind of principal that AWS does not know, so that it is invalid again when it is read (GRAM-52).
      return "Invalid";
    case "granted":
      throw new Error("a policy made of grants has no document");
  }
}

function printConditions({ conditions }: Statement): unknown {
  const operators = new Map<string, [string, unknown][]>();
  for (const { operatorText, keyText, operands } of conditions) {
    append(operators, operatorText, [keyText, operands.map((operand) => operand.text)]);
  }
  return record([...operators].map(([operator, keys]) => [operator, record(keys)]));
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** An object without prototype, so that `__proto__` is a key like any other. Members that are null are left out. */
function record(members: readonly (readonly [string, unknown])[]): unknown {
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, value] of members) if (value !== null) object[key] = value;
  return object;
}
