/** `Principal` and `NotPrincipal` (GRAM-20…24, GRAM-31, MATCH-40…51). */
import { type JsonMember, type JsonString, type JsonValue, quoted } from "../text/json.js";
import type { Span } from "../text/span.js";
import { type Arn, isAccountId, PARTITIONS, splitArn } from "./arn.js";
import type { Inspection } from "./inspection.js";
import type { PrincipalElement, PrincipalEntry } from "./model.js";
import { didYouMean } from "./spelling.js";

/** Null where the element has no usable shape; that was reported. */
export function parsePrincipalElement(inspection: Inspection, written: JsonMember): PrincipalElement | null {
  const { key, keySpan, value } = written;
  const entries = parseEntries(inspection, key, value);
  if (entries === null) return null;
  const element = { negated: key === "NotPrincipal", entries, span: { start: keySpan.start, end: value.span.end } };
  checkForType(inspection, element, value);
  return element;
}

function parseEntries(inspection: Inspection, element: string, value: JsonValue): PrincipalEntry[] | null {
  switch (value.kind) {
    case "string":
      return [parseBareText(inspection, element, value)];
    case "object":
      return value.members.flatMap((member) => parseGroup(inspection, element, member));
    case "array":
    case "number":
    case "boolean":
    case "null": {
      inspection.reportType(`\`${element}\``, "`*` or an object", value, 'write `{"AWS": […]}`');
      return null;
    }
  }
}

/** `"*"`; in a trust policy it means `{"AWS": "*"}` (GRAM-22). */
function parseBareText(inspection: Inspection, element: string, value: JsonString): PrincipalEntry {
  const { value: text, span } = value;
  if (text !== "*") {
    const help = `write \`{"AWS": "${text.length <= 80 ? text : "…"}"}\``;
    inspection.report("stored", "invalid-principal", span, `\`${element}\` as text can only be \`*\``, help);
    return { kind: "invalid", text, span };
  }
  const trust = inspection.type === "trust";
  if (trust) {
    const help = 'write `{"AWS": "*"}`';
    inspection.report("advice", "trust-principal-star", span, "role trust policies take `*` inside `AWS` only", help);
  }
  return { kind: "anyone", aws: trust, text, span };
}

const GROUPS: ReadonlyMap<string, (text: string, span: Span, trust: boolean) => PrincipalEntry | Fault> = new Map([
  ["AWS", parseAwsPrincipal],
  ["Service", parseServicePrincipal],
  ["Federated", parseFederatedPrincipal],
  ["CanonicalUser", parseCanonicalUser],
]);

/** Why an entry names nobody. */
interface Fault {
  readonly fault: string;
  readonly help: string | null;
}

function parseGroup(inspection: Inspection, element: string, { key, keySpan, value }: JsonMember): PrincipalEntry[] {
  const parse = GROUPS.get(key);
  const entries = inspection.strings(`${element}.${key}`, value);
  if (parse === undefined) {
    const help = () =>
      didYouMean(key, GROUPS.keys()) ?? "principals are `AWS`, `Service`, `Federated` or `CanonicalUser`";
    inspection.report("stored", "unknown-principal-type", keySpan, `unknown kind of principal ${quoted(key)}`, help);
    return entries.map(({ value: text, span }) => ({ kind: "invalid", text, span }));
  }
  if (value.kind === "array" && value.items.length === 0) {
    inspection.report("advice", "empty-principal", value.span, `\`${element}\` names nobody under ${quoted(key)}`);
  }
  return entries.map((entry) => {
    const { value: text, span } = entry;
    const parsed = parse(text, span, inspection.type === "trust");
    if ("kind" in parsed) return checkEntry(inspection, parsed);
    inspection.report("stored", "invalid-principal", span, parsed.fault, parsed.help);
    return { kind: "invalid", text, span };
  });
}

function parseAwsPrincipal(text: string, span: Span): PrincipalEntry | Fault {
  if (text === "*") return { kind: "anyone", aws: true, text, span };
  if (isAccountId(text)) return { kind: "account", account: text, text, span };
  if (isUniqueId(text)) return { kind: "uniqueId", id: text, text, span };
  const arn = splitArn(text);
  const help = "a principal is an account id, `*`, or the ARN of a root, user, role, role session or federated user";
  if (arn === null) return { fault: `${quoted(text)} is no AWS principal`, help };
  if (!PARTITIONS.has(arn.partition)) return { fault: `${quoted(arn.partition)} is no AWS partition`, help: null };
  if (text.includes("*") || text.includes("?")) {
    const instead = "name it in full, or use `*` with a condition on `aws:PrincipalArn`";
    return { fault: `a wildcard in the principal ${quoted(text)}`, help: instead };
  }
  return parsePrincipalArn(arn, text, span) ?? { fault: `${quoted(text)} is not the ARN of a principal`, help };
}

function parsePrincipalArn(arn: Arn, text: string, span: Span): PrincipalEntry | null {
  if (arn.region !== "") return null;
  if (arn.service === "iam") return parseIamPrincipal(arn, text, span);
  if (arn.service !== "sts" || !isAccountId(arn.account)) return null;
  const [type, ...names] = arn.resource.split("/", 4);
  if (names.some((name) => name === "")) return null;
  if (type === "assumed-role" && names.length === 2) return { kind: "roleSession", arn: text, text, span };
  if (type === "federated-user" && names.length === 1) return { kind: "federatedUser", arn: text, text, span };
  return null;
}

const ORIGIN_ACCESS_IDENTITY = "user/CloudFront Origin Access Identity ";

function parseIamPrincipal(arn: Arn, text: string, span: Span): PrincipalEntry | null {
  const { account, resource } = arn;
  if (account === "cloudfront") {
    const named = resource.startsWith(ORIGIN_ACCESS_IDENTITY) && resource.length > ORIGIN_ACCESS_IDENTITY.length;
    return named ? { kind: "originAccessIdentity", arn: text, text, span } : null;
  }
  if (!isAccountId(account)) return null;
  if (resource === "root") return { kind: "account", account, text, span };
  if (resource.endsWith("/") || resource.includes("//")) return null;
  if (resource.startsWith("user/")) return { kind: "user", arn: text, text, span };
  if (resource.startsWith("role/")) return { kind: "role", arn: text, text, span };
  return null;
}

/** `AIDA…` of a user or `AROA…` of a role: upper-case letters and digits. */
function isUniqueId(text: string): boolean {
  if (text.length < 5 || !(text.startsWith("AIDA") || text.startsWith("AROA"))) return false;
  for (let index = 4; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (!((unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39))) return false;
  }
  return true;
}

function parseServicePrincipal(text: string, span: Span): PrincipalEntry | Fault {
  if (isHostName(text)) return { kind: "service", name: text, text, span };
  const help = "a service principal looks like `lambda.amazonaws.com`";
  return { fault: `${quoted(text)} is no service principal`, help };
}

/** Letters, digits and hyphens in two or more labels. */
function isHostName(text: string): boolean {
  const labels = text.split(".");
  if (labels.length < 2) return false;
  return labels.every((label) => label !== "" && [...label].every((unit) => HOST_UNITS.includes(unit)));
}

const HOST_UNITS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/** GRAM-24. */
const BUILT_IN_PROVIDERS: ReadonlySet<string> = new Set([
  "cognito-identity.amazonaws.com",
  "www.amazon.com",
  "graph.facebook.com",
  "accounts.google.com",
]);

function parseFederatedPrincipal(text: string, span: Span): PrincipalEntry | Fault {
  if (BUILT_IN_PROVIDERS.has(text)) return { kind: "federated", provider: text, text, span };
  const arn = splitArn(text);
  const named = arn !== null && PARTITIONS.has(arn.partition) && isProviderArn(arn);
  if (named && !text.includes("*") && !text.includes("?")) return { kind: "federated", provider: text, text, span };
  const help =
    "a provider is the ARN of a SAML or OIDC provider, or one of `accounts.google.com`, `graph.facebook.com`, …";
  return { fault: `${quoted(text)} is no identity provider`, help };
}

function isProviderArn(arn: Arn): boolean {
  const { resource } = arn;
  const type = ["saml-provider/", "oidc-provider/"].find((prefix) => resource.startsWith(prefix));
  return (
    arn.service === "iam" && arn.region === "" && isAccountId(arn.account) && type !== undefined && resource !== type
  );
}

/** GRAM-23. */
function parseCanonicalUser(text: string, span: Span, trust: boolean): PrincipalEntry | Fault {
  const hexadecimal = text.length === 64 && [...text].every((unit) => "0123456789abcdefABCDEF".includes(unit));
  if (trust)
    return { fault: "a role trust policy cannot name a canonical user", help: "canonical users occur in S3 only" };
  if (hexadecimal) return { kind: "canonicalUser", id: text, text, span };
  return { fault: `${quoted(text)} is no canonical user id`, help: "it has 64 hexadecimal digits" };
}

/** Lints on a good entry. */
function checkEntry(inspection: Inspection, entry: PrincipalEntry): PrincipalEntry {
  if (entry.kind === "federated" && inspection.type !== "trust") {
    const message = "identity providers match nobody outside role trust policies";
    inspection.report("advice", "federated-outside-trust", entry.span, message);
  }
  if (entry.kind === "service" && entry.name !== entry.name.toLowerCase()) {
    const message = `${quoted(entry.name)} matches no service: service principals are lower case`;
    inspection.report("advice", "service-principal-case", entry.span, message, `write \`${entry.name.toLowerCase()}\``);
  }
  return entry;
}

/** What the policy type asks of the element as a whole (§2.3). */
function checkForType(inspection: Inspection, element: PrincipalElement, value: JsonValue): void {
  if (inspection.type === "trust" && element.negated) {
    inspection.report("stored", "unsupported-element", element.span, "role trust policies have no `NotPrincipal`");
  }
  if (inspection.type !== "rcp") return;
  if (element.negated) {
    inspection.report(
      "stored",
      "unsupported-element",
      element.span,
      "resource control policies have no `NotPrincipal`",
    );
  } else if (!isStar(value)) {
    const message = "the principal of a resource control policy can only be `*`";
    inspection.report(
      "stored",
      "rcp-principal",
      value.span,
      message,
      "use `*` and conditions on `aws:PrincipalArn` and its like",
    );
  }
}

/** `"*"` or `{"AWS": "*"}`; a list is refused (GRAM-31). */
function isStar(value: JsonValue): boolean {
  if (value.kind === "string") return value.value === "*";
  if (value.kind !== "object" || value.members.length !== 1) return false;
  const [only] = value.members;
  return only!.key === "AWS" && only!.value.kind === "string" && only!.value.value === "*";
}
