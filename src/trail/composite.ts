/** Calls whose parameters say which actions they need, and each on which resource. */
import { actionOf, type CatalogAction } from "../catalog/catalog.js";
import { isAccountId } from "../policy/arn.js";
import { type ActionRow, PUT_OBJECT } from "./action-exceptions.data.js";
import { apiGatewayPart, isApiGatewayCall } from "./api-gateway.js";
import { cutArn } from "./arn-format.js";
import type { Call } from "./call.js";
import { type Fields, isFields, isUsable, own, TEXTS_MAX, textAt } from "./event.js";
import { type Found, found } from "./found.js";
import type { Reason } from "./reasons.js";

export interface Composite {
  /** The page of AWS's documentation that says so. */
  readonly source: string;
  parts(call: Call): readonly Part[] | Reason;
}

/** One action on one resource. A row has a condition on the parameters, and its action's own resource. */
export interface Part {
  readonly action: CatalogAction;
  readonly resource: Found;
  readonly row: ActionRow | null;
}

const S3_SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html";
const TRANSACTIONS_SOURCE =
  "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html";
const PARTIQL_SOURCE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html";

const COMPOSITE_CALLS: ReadonlyMap<string, Composite> = new Map<string, Composite>([
  ["s3:copyobject", { source: S3_SOURCE, parts: (call) => copyParts(call, PUT_OBJECT) }],
  ["s3:uploadpartcopy", { source: S3_SOURCE, parts: (call) => copyParts(call, PUT_OBJECT.slice(0, 1)) }],
  [
    "kms:reencrypt",
    { source: "https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html", parts: reEncryptParts },
  ],
  ["dynamodb:transactwriteitems", { source: TRANSACTIONS_SOURCE, parts: (call) => transactionParts(call, "") }],
  ["dynamodb:transactgetitems", { source: TRANSACTIONS_SOURCE, parts: (call) => transactionParts(call, "Get") }],
  ["dynamodb:executestatement", { source: PARTIQL_SOURCE, parts: partiQlParts }],
  ["dynamodb:batchexecutestatement", { source: PARTIQL_SOURCE, parts: partiQlParts }],
  ["dynamodb:executetransaction", { source: PARTIQL_SOURCE, parts: partiQlParts }],
]);

/** By `service:event` in lower case; null: the call is not composite. */
export function compositeOf(service: string, event: string): Composite | null {
  const known = COMPOSITE_CALLS.get(`${service}:${event.toLowerCase()}`);
  if (known !== undefined) return known;
  if (service !== "apigateway" || !isApiGatewayCall(event)) return null;
  return {
    source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html",
    parts: (call) => {
      const part = apiGatewayPart(call, event);
      return typeof part === "string" ? part : [part];
    },
  };
}

function part(action: string, resource: Found): Part {
  return { action: actionOf(action)!, resource, row: null };
}

/** Reading the source, and writing the target. Both may stand in `resources`, which does not say which is which. */
function copyParts(call: Call, rows: readonly ActionRow[]): readonly Part[] | Reason {
  const { parameters } = call;
  if (parameters === null) return call.parametersComplete ? "resource-not-named" : "parameters-missing";
  const source = copySource(call, textAt(parameters, "x-amz-copy-source"));
  const target = objectAt(call, textAt(parameters, "bucketName"), textAt(parameters, "key"), "bucketName, key");
  if (source === null || target === null) return "resource-not-named";
  return [source, ...rows.map((row) => ({ action: actionOf(row.action)!, resource: target, row }))];
}

const VERSION = "?versionId=";

/** `bucket/key`, perhaps with a slash before it, a version behind it, and encoded as in URLs. */
function copySource(call: Call, header: string | null): Part | null {
  if (header === null) return null;
  const version = header.indexOf(VERSION);
  const text = decoded(version === -1 ? header : header.slice(0, version));
  const action = version === -1 ? "s3:GetObject" : "s3:GetObjectVersion";
  if (text.startsWith("arn:")) return cutArn(text) === null ? null : part(action, found(text, COPY_SOURCE));
  const path = text.startsWith("/") ? text.slice(1) : text;
  const slash = path.indexOf("/");
  const object = slash <= 0 ? null : objectAt(call, path.slice(0, slash), path.slice(slash + 1), "x-amz-copy-source");
  return object === null ? null : part(action, object);
}

const COPY_SOURCE = "requestParameters.x-amz-copy-source";

function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text);
    return isUsable(plain) ? plain : text;
  } catch {
    return text;
  }
}

function objectAt(call: Call, bucket: string | null, key: string | null, from: string): Found | null {
  if (bucket === null || key === null || key === "") return null;
  const arn = bucket.startsWith("arn:")
    ? `${bucket}/object/${key}`
    : `arn:${call.place.partition}:s3:::${bucket}/${key}`;
  if (!isUsable(arn)) return null;
  return { arn, owner: bucketOwner(call.event, bucket), from: `requestParameters.${from}`, assumption: null };
}

/** The one ARN in `resources` that ends so. */
function listedArn(event: Fields, end: string): string | null {
  const entries = own(event, "resources");
  if (!Array.isArray(entries)) return null;
  const arns = entries.slice(0, TEXTS_MAX).flatMap((entry) => {
    const arn = isFields(entry) ? (textAt(entry, "ARN") ?? textAt(entry, "arn")) : null;
    return arn?.endsWith(end) === true && cutArn(arn) !== null ? [arn] : [];
  });
  return arns.length === 1 ? arns[0]! : null;
}

function bucketOwner(event: Fields, bucket: string): string | null {
  const entries = own(event, "resources");
  if (!Array.isArray(entries)) return null;
  for (const entry of entries.slice(0, TEXTS_MAX)) {
    if (!isFields(entry)) continue;
    const arn = textAt(entry, "ARN") ?? textAt(entry, "arn");
    const account = textAt(entry, "accountId");
    if (arn?.endsWith(`:::${bucket}`) && account !== null && isAccountId(account)) return account;
  }
  return null;
}

/** From the key that the ciphertext was made with, to another; the record lists both keys and names the second. */
function reEncryptParts(call: Call): readonly Part[] | Reason {
  const keys = keysListed(call.event);
  const from = keyOf(call, keys, "sourceKeyId");
  const to = keyOf(call, keys, "destinationKeyId");
  const source = from ?? otherKey(keys, to);
  const target = to ?? otherKey(keys, from);
  if (source === null || target === null) return call.parametersComplete ? "resource-not-named" : "parameters-missing";
  return [part("kms:ReEncryptFrom", source), part("kms:ReEncryptTo", target)];
}

function keysListed(event: Fields): readonly Found[] {
  const entries = own(event, "resources");
  if (!Array.isArray(entries)) return [];
  return entries.slice(0, TEXTS_MAX).flatMap((entry, index) => {
    const arn = isFields(entry) ? (textAt(entry, "ARN") ?? textAt(entry, "arn")) : null;
    return arn !== null && cutArn(arn) !== null && arn.includes(":key/") ? [found(arn, `resources[${index}].ARN`)] : [];
  });
}

/** A key by its ARN or its id; what an alias stands for is not known. */
function keyOf(call: Call, listed: readonly Found[], parameter: string): Found | null {
  const id = call.parameters === null ? null : textAt(call.parameters, parameter);
  if (id === null) return null;
  const known = listed.find(({ arn }) => arn === id || arn.endsWith(`:key/${id}`));
  if (known !== undefined) return known;
  if (id.includes("alias/") || call.place.region === "" || call.place.account === "") return null;
  const { partition, region, account } = call.place;
  const arn = id.startsWith("arn:") ? id : `arn:${partition}:kms:${region}:${account}:key/${id}`;
  return cutArn(arn) === null ? null : found(arn, `requestParameters.${parameter}`);
}

function otherKey(keys: readonly Found[], known: Found | null): Found | null {
  if (known === null || keys.length > 2) return null;
  return keys.find(({ arn }) => arn !== known.arn) ?? keys[0] ?? null;
}

/** What an item of a transaction does → the action that it needs. */
const TRANSACTION_ACTIONS: ReadonlyMap<string, string> = new Map([
  ["ConditionCheck", "dynamodb:ConditionCheckItem"],
  ["Delete", "dynamodb:DeleteItem"],
  ["Get", "dynamodb:GetItem"],
  ["Put", "dynamodb:PutItem"],
  ["Update", "dynamodb:UpdateItem"],
]);

/** `usual`: the operation of items that do not say it. */
function transactionParts(call: Call, usual: string): readonly Part[] | Reason {
  return partsOfItems(call, (item) => {
    const operation = TRANSACTION_ACTIONS.get(textAt(item, "operation") ?? usual);
    const table = textAt(item, "tableName") ?? textAt(item, "TableName");
    return operation === undefined || table === null ? null : { action: operation, table };
  });
}

interface TableAction {
  readonly action: string;
  readonly table: string;
}

/** One part for every item; the same action on the same table is asked once. */
function partsOfItems(call: Call, read: (item: Fields) => TableAction | null): readonly Part[] | Reason {
  const { parameters } = call;
  if (parameters === null) return call.parametersComplete ? "resource-not-named" : "parameters-missing";
  const items = own(parameters, "requestItems") ?? [parameters];
  if (!Array.isArray(items)) return "operation-hidden";
  if (items.length > TEXTS_MAX) return "too-many-resources";
  const parts = new Map<string, Part>();
  for (const item of items) {
    const done = isFields(item) ? read(item) : null;
    if (done === null) return "operation-hidden";
    const table = tableOf(call, done.table);
    if (table === null) return "resource-not-named";
    parts.set(`${done.action} ${table.arn}`, part(done.action, table));
  }
  return parts.size === 0 ? "operation-hidden" : [...parts.values()];
}

const NAMED_IN_ITEMS = "requestParameters";

/** By the record's own list, which knows tables of other accounts, else by name. */
function tableOf({ event, place }: Call, table: string): Found | null {
  if (table.startsWith("arn:")) return cutArn(table) === null ? null : found(table, NAMED_IN_ITEMS);
  const [name = "", ...index] = table.split("/");
  const listed = listedArn(event, `:table/${name}`);
  if (listed !== null) return found([listed, ...index].join("/"), `resources[].ARN, ${NAMED_IN_ITEMS}`);
  if (place.region === "" || place.account === "") return null;
  return found(`arn:${place.partition}:dynamodb:${place.region}:${place.account}:table/${table}`, NAMED_IN_ITEMS);
}

/** First word of a statement → the action that it needs, and the word before the table's name. */
const STATEMENTS: ReadonlyMap<string, readonly [action: string, before: string]> = new Map([
  ["DELETE", ["dynamodb:PartiQLDelete", "FROM"]],
  ["INSERT", ["dynamodb:PartiQLInsert", "INTO"]],
  ["SELECT", ["dynamodb:PartiQLSelect", "FROM"]],
  ["UPDATE", ["dynamodb:PartiQLUpdate", "UPDATE"]],
]);

function partiQlParts(call: Call): readonly Part[] | Reason {
  return partsOfItems(call, (item) => {
    const statement = textAt(item, "statement") ?? textAt(item, "Statement");
    return statement === null ? null : readStatement(statement);
  });
}

/** `SELECT * FROM "Music"."AlbumIndex" WHERE …`: values are redacted in the log, the names of tables are not. */
function readStatement(statement: string): TableAction | null {
  const words = new Words(statement);
  const known = STATEMENTS.get(words.next().toUpperCase());
  if (known === undefined) return null;
  const [action, before] = known;
  let word = action.endsWith("Update") ? "UPDATE" : words.next();
  for (let count = 0; word.toUpperCase() !== before; count++) {
    if (word === "" || count === WORDS_MAX) return null;
    word = words.next();
  }
  const [table, index] = namesIn(words.next());
  if (table === undefined || table === "") return null;
  return { action, table: index === undefined ? table : `${table}/index/${index}` };
}

/** Before the table's name stand the columns of a SELECT. */
const WORDS_MAX = 512;

/** `"Music"."AlbumIndex"` → the names between the quotes. */
function namesIn(word: string): readonly string[] {
  const names = word.includes('"') ? word.split('"').filter((piece) => piece !== "" && piece !== ".") : word.split(".");
  return names.slice(0, 2);
}

/** Words between blanks, one at a time. */
class Words {
  private at = 0;

  constructor(private readonly text: string) {}

  next(): string {
    while (this.at < this.text.length && isBlank(this.text.charCodeAt(this.at))) this.at += 1;
    const start = this.at;
    while (this.at < this.text.length && !isBlank(this.text.charCodeAt(this.at))) this.at += 1;
    return this.text.slice(start, this.at);
  }
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}
