/** Named sessions of a world directory: their session policies and what their ARN does not say. See docs/world.md. */
import { resourceTypeOf, splitArn } from "../policy/arn.js";
import type { Policy } from "../policy/model.js";
import type { WorldOptions } from "../policy/options.js";
import { RequestError } from "../request/request.js";
import { millisecondsOf } from "../request/time.js";
import { type JsonValue, quoted } from "../text/json.js";
import { type Fields, type Findings, readFields } from "./fields.js";
import { LABELS } from "./layers.js";
import type { Document, DocumentSet, SessionRecord } from "./model.js";
import { readPolicy } from "./policies.js";
import type { Located } from "./resource-file.js";

const FIELDS = [
  "arn",
  "policies",
  "tags",
  "issueTime",
  "issuedBy",
  "federatedProvider",
  "sourceIdentity",
  "parent",
  "note",
] as const;

/** Reads a session file: one session, or a list. `managed`: the managed policies of the world, which a session may name. */
export function readSessions(
  findings: Findings,
  value: JsonValue,
  managed: ReadonlyMap<string, Policy>,
  options: WorldOptions,
): Located<SessionRecord>[] {
  const items = value.kind === "array" ? value.items : [value];
  return items.flatMap((item, index) => {
    const fields = readFields(findings, item, value.kind === "array" ? `[${index}]` : "", FIELDS);
    const arn = fields === null ? null : readArn(findings, fields);
    if (fields === null || arn === null) return [];
    fields.text("note");
    const record: SessionRecord = {
      arn,
      tags: fields.textMap("tags") ?? new Map(),
      issueTime: readIssueTime(findings, fields),
      issuedBy: fields.oneOf("issuedBy", ["AssumeRole", "SAML", "WebIdentity", "Service"]),
      federatedProvider: fields.text("federatedProvider"),
      sourceIdentity: fields.text("sourceIdentity"),
      parentArn: fields.text("parent"),
      policies: readPolicies(findings, fields, arn, managed, options),
    };
    return [{ record, findings, span: item.span }];
  });
}

/** Role sessions and federated users; nobody else has sessions of this kind (EVAL-18). */
function readArn(findings: Findings, fields: Fields): string | null {
  const arn = fields.requiredText("arn");
  if (arn === null) return null;
  const parts = splitArn(arn);
  const type = parts?.service === "sts" ? resourceTypeOf(parts) : null;
  if (type === "assumed-role" || type === "federated-user") return arn;
  const help = "a session is `arn:aws:sts::<account>:assumed-role/<role>/<session>` or `…:federated-user/<name>`";
  findings.error(fields.get("arn")!.span, "invalid-arn", `${quoted(arn)} is no session`, help);
  return null;
}

function readIssueTime(findings: Findings, fields: Fields): number | null {
  const value = fields.get("issueTime");
  const text = fields.text("issueTime");
  if (value === null || text === null) return null;
  try {
    return millisecondsOf(value.kind === "number" ? Number(text) : text, fields.path("issueTime"));
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    findings.error(value.span, error.code, error.message);
    return null;
  }
}

/** Documents and ARNs of managed policies form one set; left out or an empty list: none passed (EVAL-18). */
function readPolicies(
  findings: Findings,
  fields: Fields,
  arn: string,
  managed: ReadonlyMap<string, Policy>,
  options: WorldOptions,
): DocumentSet | null {
  const items = fields.items("policies");
  if (items.length === 0) return null;
  const documents: Document[] = [];
  const missing: string[] = [];
  items.forEach((item, index) => {
    if (item.kind === "string" && item.value.startsWith("arn:")) {
      const policy = managed.get(item.value);
      if (policy === undefined) missing.push(item.value);
      else documents.push({ policy, use: "policy" });
      return;
    }
    const policy = readPolicy(findings, item, "session", `${arn}/session/${index}`, options);
    if (policy !== null) documents.push({ policy, use: "policy" });
  });
  return { label: LABELS.session(arn), documents, missing };
}
