/**
 * Rows become CloudTrail records: columns of Athena's CloudTrail table, of CloudTrail Lake event data stores, and of Parquet
 * files made from either. Names are compared without case, because Hive keeps none, and come out as CloudTrail writes them.
 * https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html,
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
 */
import type { Reason } from "./item.js";
import { type Parsed, parseJsonText } from "./record.js";
import { define, type Field, type Fields, type FieldType, parseStructText, timeOf } from "./struct.js";

const TEXT: FieldType = { kind: "text" };
const BOOLEAN: FieldType = { kind: "boolean" };
const TIME: FieldType = { kind: "time" };
const ANY: FieldType = { kind: "any" };
const RECORD: FieldType = { kind: "record" };

const SESSION_CONTEXT = struct({
  attributes: struct({ creationDate: TIME, mfaAuthenticated: TEXT }),
  sessionIssuer: struct({ type: TEXT, principalId: TEXT, arn: TEXT, accountId: TEXT, userName: TEXT }),
  webIdFederationData: struct({ federatedProvider: TEXT, attributes: ANY }),
  sourceIdentity: TEXT,
  ec2RoleDelivery: TEXT,
  ec2IssuedInVpc: TEXT,
  assumedRoot: TEXT,
});

const USER_IDENTITY = struct({
  type: TEXT,
  principalId: TEXT,
  arn: TEXT,
  accountId: TEXT,
  accessKeyId: TEXT,
  userName: TEXT,
  invokedBy: TEXT,
  identityProvider: TEXT,
  credentialId: TEXT,
  sessionContext: SESSION_CONTEXT,
  onBehalfOf: struct({ userId: TEXT, identityStoreArn: TEXT }),
  inScopeOf: struct({ sourceArn: TEXT, sourceAccount: TEXT, issuerType: TEXT, credentialsIssuedTo: TEXT }),
});

/** Columns that we know; others are kept as they are called. */
const COLUMNS = fields({
  eventVersion: TEXT,
  userIdentity: USER_IDENTITY,
  eventTime: TIME,
  eventSource: TEXT,
  eventName: TEXT,
  awsRegion: TEXT,
  sourceIPAddress: TEXT,
  userAgent: TEXT,
  errorCode: TEXT,
  errorMessage: TEXT,
  requestParameters: ANY,
  responseElements: ANY,
  additionalEventData: ANY,
  requestID: TEXT,
  eventID: TEXT,
  readOnly: BOOLEAN,
  resources: { kind: "list", item: struct({ ARN: TEXT, accountId: TEXT, type: TEXT, ARNPrefix: TEXT }) },
  eventType: TEXT,
  apiVersion: TEXT,
  managementEvent: BOOLEAN,
  recipientAccountId: TEXT,
  sharedEventID: TEXT,
  annotation: TEXT,
  vpcEndpointId: TEXT,
  vpcEndpointAccountId: TEXT,
  serviceEventDetails: ANY,
  addendum: ANY,
  edgeDeviceDetails: ANY,
  insightDetails: ANY,
  eventCategory: TEXT,
  tlsDetails: struct({ tlsVersion: TEXT, cipherSuite: TEXT, clientProvidedHostHeader: TEXT }),
  sessionCredentialFromConsole: TEXT,
  eventJson: RECORD,
  CloudTrailEvent: RECORD,
});

/** A column without one of these is no column of a trail. */
const TELLING = ["eventname", "eventsource", "eventtype", "eventversion", "eventjson", "cloudtrailevent"];

/** What the columns of a header are; a text if they are not those of a trail. */
export function readHeader(names: readonly string[]): readonly Field[] | string {
  const columns: Field[] = [];
  const seen = new Set<string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (seen.has(key)) return `two columns are called \`${key.slice(0, 80)}\``;
    seen.add(key);
    columns.push(COLUMNS.get(key) ?? { name, type: TEXT });
  }
  if (TELLING.some((key) => seen.has(key))) return columns;
  return `no column is called ${TELLING.slice(0, 4)
    .map((name) => `\`${COLUMNS.get(name)!.name}\``)
    .join(", ")} or \`eventJson\``;
}

/** The columns of a row that is a header, as between files that were put one behind another; null: it is a record. */
export function readNextHeader(columns: readonly Field[], values: readonly string[]): readonly Field[] | null {
  const isHeader = values.every(
    (value, index) => COLUMNS.has(value.toLowerCase()) || value === (columns[index]?.name ?? null),
  );
  const header = isHeader ? readHeader(values) : null;
  return typeof header === "string" ? null : header;
}

export type ParsedRow =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: Reason; readonly message: string };

/** The record of a row, whose values are texts (CSV) or JSON (DuckDB). Null and the empty text: not there. */
export function recordOfRow(columns: readonly Field[], values: readonly unknown[], depthMax: number): ParsedRow {
  const record: Record<string, unknown> = {};
  for (const [index, { name, type }] of columns.entries()) {
    const value = values[index];
    if (value === null || value === undefined || value === "") continue;
    try {
      const converted = convert(type, value, depthMax);
      if (type.kind === "record") return { ok: true, value: converted };
      // Not an assignment: a column may be called `__proto__`.
      if (converted !== null) define(record, name, converted);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      return { ok: false, reason: error.reason, message: `column \`${name}\`: ${error.message}` };
    }
  }
  return { ok: true, value: record };
}

/** A value that is not of its column's type. */
class FieldError extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
  }
}

function convert(type: FieldType, value: unknown, depthMax: number): unknown {
  switch (type.kind) {
    case "text":
      return value;
    case "boolean":
      return value === "true" ? true : value === "false" ? false : value;
    case "time":
      return typeof value === "string" ? timeOf(value) : value;
    case "record":
      if (typeof value !== "string") throw new FieldError("invalid-field", "not a text");
      return unwrap(parseJsonText(value, depthMax));
    case "any":
      return typeof value === "string" ? anyOf(value, depthMax) : value;
    case "struct":
    case "list":
      return typeof value === "string" ? composedOf(type, value, depthMax) : rename(type, value);
  }
}

/** Athena keeps JSON as it was; Lake prints its maps as `{a=b}`. */
function anyOf(text: string, depthMax: number): unknown {
  if (text === "null") return null;
  const parsed = parseJsonText(text, depthMax);
  if (parsed.ok || parsed.reason !== "invalid-json") return unwrap(parsed);
  // A parameter that is a mere text stays one.
  return text.startsWith("{") || text.startsWith("[") ? structOf(ANY, text, depthMax) : text;
}

function composedOf(type: FieldType, text: string, depthMax: number): unknown {
  if (text === "null") return null;
  const parsed = parseJsonText(text, depthMax);
  return parsed.ok || parsed.reason !== "invalid-json" ? rename(type, unwrap(parsed)) : structOf(type, text, depthMax);
}

function structOf(type: FieldType, text: string, depthMax: number): unknown {
  const value = parseStructText(type, text, depthMax);
  if (value === undefined) throw new FieldError("invalid-field", "neither JSON nor `{name=value, …}`");
  return value;
}

function unwrap(parsed: Parsed): unknown {
  if (!parsed.ok) throw new FieldError(parsed.reason, parsed.message);
  return parsed.value;
}

/** Gives the members of known structures their names; members that are null are not there. */
function rename(type: FieldType, value: unknown): unknown {
  if (type.kind === "time" && typeof value === "string") return timeOf(value);
  if (typeof value !== "object" || value === null) return value;
  if (type.kind === "list") return Array.isArray(value) ? value.map((item) => rename(type.item, item)) : value;
  if (type.kind !== "struct" || Array.isArray(value)) return value;
  const renamed: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === null) continue;
    const field = type.fields.get(key.toLowerCase());
    const name = field?.name ?? key;
    if (Object.hasOwn(renamed, name)) throw new FieldError("duplicate-key", `\`${name}\` twice`);
    define(renamed, name, field === undefined ? member : rename(field.type, member));
  }
  return renamed;
}

function struct(members: Readonly<Record<string, FieldType>>): FieldType {
  return { kind: "struct", fields: fields(members) };
}

function fields(members: Readonly<Record<string, FieldType>>): Fields {
  return new Map(Object.entries(members).map(([name, type]) => [name.toLowerCase(), { name, type }]));
}
