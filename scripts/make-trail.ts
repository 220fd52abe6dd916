/**
 * Writes `examples/trail/`: two days of the example organization as CloudTrail delivers them, with what real trails have beside
 * calls, and a few damaged files. `npx tsx scripts/make-trail.ts`; the same seed gives the same records.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { type Random, randomFrom } from "../bench/random.js";
import { hex, REGION } from "./trail/calls.js";
import { type Json, MANAGEMENT, root, SHOP, user } from "./trail/cast.js";
import { type Deed, HABITS } from "./trail/habits.js";

const FOLDER = fileURLToPath(new URL("../examples/trail/AWSLogs", import.meta.url));
const SEED = 20261123;
const START = Date.UTC(2026, 10, 23);
const HOUR = 3_600_000;
/** Hours of one file: real ones have five minutes, which would make hundreds. */
const FILE_HOURS = 6;
const ORGANIZATION = "o-bookshop01";

/** One file: its path below `AWSLogs`, and its text, which is stored packed if the path says so. */
export interface TrailFile {
  readonly path: string;
  readonly text: string;
  /** How much of the packed file is there; 1: all of it. */
  readonly share: number;
}

/** All files, in the order of their paths. */
export function makeTrail(): TrailFile[] {
  const random = randomFrom(SEED);
  const calls = HABITS.flatMap((habit) => times(habit.times).map(() => calledIn(random, habit)));
  const records = [...calls, ...signIns(random), ...serviceEvents(random)];
  records.sort((left, right) => compare(left.time, right.time) || compare(left.id, right.id));
  return [...logFiles(records, random), ...otherFiles(random)].sort((left, right) => compare(left.path, right.path));
}

interface Made {
  readonly time: string;
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly record: Json;
}

function calledIn(random: Random, { between: [from, to], deed }: (typeof HABITS)[number]): Made {
  const at = new Date(START + Math.floor((from + random.next() * (to - from)) * HOUR));
  return madeOf(random, at, deed(random, at));
}

function madeOf(random: Random, at: Date, [caller, call, failure]: Deed): Made {
  const region = call.region ?? REGION;
  const isRead = /^(Get|List|Describe|Lookup|Receive)/.test(call.name);
  return made(random, at, caller.account, region, (eventID) => ({
    eventVersion: "1.11",
    userIdentity: caller.userIdentity,
    eventTime: timeOf(at),
    eventSource: `${call.service}.amazonaws.com`,
    eventName: call.name,
    awsRegion: region,
    sourceIPAddress: caller.sourceIPAddress,
    userAgent: caller.userAgent,
    ...(failure ?? {}),
    requestParameters: call.parameters,
    responseElements: failure === null ? (call.response ?? null) : null,
    ...call.extra,
    requestID: uuid(random),
    eventID,
    readOnly: isRead,
    ...(call.resources === undefined ? {} : { resources: call.resources }),
    eventType: "AwsApiCall",
    managementEvent: call.isData !== true,
    recipientAccountId: caller.account,
    ...caller.extra,
    eventCategory: call.isData === true ? "Data" : "Management",
    ...(isDirect(caller.sourceIPAddress) ? { tlsDetails: tlsOf(call.service, region) } : {}),
  }));
}

/** Not the address of a service. */
function isDirect(address: string): boolean {
  return !address.endsWith(".amazonaws.com");
}

function tlsOf(service: string, region: string): Json {
  return {
    tlsVersion: "TLSv1.3",
    cipherSuite: "TLS_AES_128_GCM_SHA256",
    clientProvidedHostHeader: `${service}.${region}.amazonaws.com`,
  };
}

/** People who come by the console: nothing that a policy decides. */
function signIns(random: Random): Made[] {
  const callers = [user("omar"), user("fiona"), root(MANAGEMENT), user("omar"), root(SHOP)];
  return callers.map(({ userIdentity, sourceIPAddress, userAgent, account }, index) => {
    const at = new Date(START + (7 + 6 * index) * HOUR + random.below(HOUR));
    return made(random, at, account, "us-east-1", (eventID) => ({
      eventVersion: "1.11",
      userIdentity: { ...userIdentity, accessKeyId: undefined, sessionContext: undefined },
      eventTime: timeOf(at),
      eventSource: "signin.amazonaws.com",
      eventName: "ConsoleLogin",
      awsRegion: "us-east-1",
      sourceIPAddress,
      userAgent,
      requestParameters: null,
      responseElements: { ConsoleLogin: "Success" },
      additionalEventData: { LoginTo: "https://console.aws.amazon.com/console/home", MFAUsed: "Yes" },
      eventID,
      readOnly: false,
      eventType: "AwsConsoleSignIn",
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: "Management",
    }));
  });
}

/** What services do by themselves. */
function serviceEvents(random: Random): Made[] {
  return times(3).map((_, index) => {
    const at = new Date(START + (9 + 12 * index) * HOUR + random.below(HOUR));
    return made(random, at, SHOP, REGION, (eventID) => ({
      eventVersion: "1.11",
      userIdentity: { accountId: SHOP, invokedBy: "secretsmanager.amazonaws.com" },
      eventTime: timeOf(at),
      eventSource: "secretsmanager.amazonaws.com",
      eventName: "RotationStarted",
      awsRegion: REGION,
      sourceIPAddress: "secretsmanager.amazonaws.com",
      userAgent: "secretsmanager.amazonaws.com",
      requestParameters: null,
      responseElements: null,
      additionalEventData: { SecretId: `arn:aws:secretsmanager:${REGION}:${SHOP}:secret:payment-token-AbCdEf` },
      eventID,
      readOnly: false,
      eventType: "AwsServiceEvent",
      managementEvent: true,
      recipientAccountId: SHOP,
      eventCategory: "Management",
    }));
  });
}

function made(random: Random, at: Date, account: string, region: string, record: (id: string) => Json): Made {
  const id = uuid(random);
  return { time: timeOf(at), id, account, region, record: record(id) };
}

/** The records by account, Region and hours. */
function logFiles(records: readonly Made[], random: Random): TrailFile[] {
  const files = new Map<string, Made[]>();
  for (const made of records) {
    const hours = Math.floor((Date.parse(made.time) - START) / HOUR / FILE_HOURS);
    const name = `${made.account} ${made.region} ${hours}`;
    files.set(name, [...(files.get(name) ?? []), made]);
  }
  return [...files.values()].map((ofFile) => {
    const { account, region, time } = ofFile[0]!;
    return log(
      account,
      region,
      time,
      ofFile.map(({ record }) => record),
      random,
    );
  });
}

function log(account: string, region: string, time: string, records: readonly Json[], random: Random): TrailFile {
  const [year, month, day] = time.slice(0, 10).split("-");
  const minute = `${time.slice(0, 16).replace(/[-:]/g, "")}Z`;
  const name = `${account}_CloudTrail_${region}_${minute}_${hex(random, 16)}.json.gz`;
  const path = `${ORGANIZATION}/${account}/CloudTrail/${region}/${year}/${month}/${day}/${name}`;
  return { path, text: JSON.stringify({ Records: records }), share: 1 };
}

/** What lies beside logs: digests, insights, other services' logs; and what has been damaged on its way. */
function otherFiles(random: Random): TrailFile[] {
  const folder = (kind: string): string => `${ORGANIZATION}/${SHOP}/${kind}/${REGION}/2026/11/24`;
  const digest = {
    awsAccountId: SHOP,
    digestStartTime: "2026-11-24T00:00:00Z",
    digestEndTime: "2026-11-24T01:00:00Z",
    digestS3Bucket: "bookshop-trail",
    digestS3Object: `AWSLogs/${ORGANIZATION}/${SHOP}/CloudTrail-Digest/${REGION}/2026/11/24/digest.json.gz`,
    logFiles: [],
  };
  const insight = {
    eventVersion: "1.11",
    eventTime: "2026-11-24T09:30:00Z",
    awsRegion: REGION,
    eventID: uuid(random),
    eventType: "AwsCloudTrailInsight",
    recipientAccountId: SHOP,
    insightDetails: {
      state: "Start",
      eventSource: "s3.amazonaws.com",
      eventName: "PutObject",
      insightType: "ApiCallRateInsight",
    },
    eventCategory: "Insight",
  };
  return [
    { path: `${folder("CloudTrail-Digest")}/digest.json.gz`, text: JSON.stringify(digest), share: 1 },
    { path: `${folder("CloudTrail-Insight")}/insight.json.gz`, text: JSON.stringify({ Records: [insight] }), share: 1 },
    {
      path: `${folder("vpcflowlogs")}/flow.log.gz`,
      text: "version account-id interface-id srcaddr dstaddr\n",
      share: 1,
    },
    {
      path: `${folder("CloudTrail")}/half-a-download.json.gz`,
      text: JSON.stringify({ Records: looks(random, 60) }),
      share: 0.6,
    },
    { path: `${folder("CloudTrail")}/edited-by-hand.jsonl`, text: edited(random), share: 1 },
  ];
}

/** Calls of one who looks about. */
function looks(random: Random, count: number): Json[] {
  const call = { service: "ec2", name: "DescribeInstances", parameters: { instancesSet: {}, filterSet: {} } };
  return times(count).map((_, index) => {
    const at = new Date(START + 34 * HOUR + index * 30_000);
    return madeOf(random, at, [user("omar"), call, null]).record;
  });
}

/** JSON Lines, among them what is no event. */
function edited(random: Random): string {
  const lines = looks(random, 12).map((record) => JSON.stringify(record));
  lines.splice(3, 0, lines[3]!.slice(0, 300));
  lines.splice(6, 0, "42", '{"note":"call omar about these"}');
  lines.push(JSON.stringify({ ...looks(random, 1)[0], eventName: "DescribeInstanceDreams" }));
  return `${lines.join("\n")}\n`;
}

function times(count: number): undefined[] {
  return Array.from({ length: count }, () => undefined);
}

function timeOf(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

function uuid(random: Random): string {
  return `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-8${hex(random, 3)}-${hex(random, 12)}`;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The bytes of a file as it is stored. */
export function bytesOf({ path, text, share }: TrailFile): Buffer {
  if (!path.endsWith(".gz")) return Buffer.from(text);
  const packed = gzipSync(text, { level: 9 });
  return packed.subarray(0, Math.ceil(packed.length * share));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  rmSync(FOLDER, { recursive: true, force: true });
  for (const file of makeTrail()) {
    const path = join(FOLDER, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytesOf(file));
  }
}
