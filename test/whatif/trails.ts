/** Events about the example organization, and what a report about them must say, counted one by one on the obvious road. */
import fc from "fast-check";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { decide } from "../../src/reference/authorize.js";
import { type Request, RequestError } from "../../src/request/request.js";
import { derive } from "../../src/trail/derive.js";
import type { TrailItem, TrailTotals } from "../../src/trail/read.js";
import { NO_FILTER } from "../../src/whatif/filter.js";
import { type Outline, outliner } from "../../src/whatif/outline.js";
import type { About, Report } from "../../src/whatif/report.js";
import { Tally, type TallyLimits } from "../../src/whatif/tally.js";
import { directoryOf } from "../../src/world/directory.js";
import type { World } from "../../src/world/model.js";
import { type Event, event, SESSION, USER } from "../trail/events.js";

const SHOP = "111111111111";

function user(name: string): Event {
  return { ...USER, arn: `arn:aws:iam::${SHOP}:user/${name}`, userName: name, principalId: undefined };
}

/** A session of a role without a path. */
function session(role: string, name: string, account = SHOP): Event {
  const { sessionContext } = SESSION;
  return {
    ...SESSION,
    principalId: `AROAAAAAAAAAAAAAAAAAA:${name}`,
    arn: `arn:aws:sts::${account}:assumed-role/${role.split("/").at(-1)}/${name}`,
    accountId: account,
    sessionContext: {
      ...sessionContext,
      sessionIssuer: {
        ...sessionContext.sessionIssuer,
        arn: `arn:aws:iam::${account}:role/${role}`,
        accountId: account,
        principalId: undefined,
      },
    },
  };
}

const IDENTITIES: readonly Event[] = [
  user("maya"),
  user("omar"),
  user("fiona"),
  user("ines"),
  // Whom the world does not have.
  user("nobody"),
  session("pipelines/Deploy", "ci-today"),
  session("pipelines/Deploy", "ci-1"),
  session("EC2RoleForWebShop", "i-0123456789abcdef0"),
  session("ReportBuilder", "nightly", "222222222222"),
  session("Stranger", "s", "333333333333"),
  { type: "AWSService", invokedBy: "s3.amazonaws.com" },
  { type: "Root", arn: `arn:aws:iam::${SHOP}:root`, accountId: SHOP, principalId: SHOP },
  { type: "Unknown" },
];

const BUCKETS = ["bookshop-orders", "bookshop-site", "bookshop-ledger", "elsewhere"];

const CALLS: readonly (readonly [call: string, parameters: unknown])[] = [
  ...BUCKETS.flatMap((bucketName) => [
    ["s3 GetObject", { bucketName, key: "2026/1.csv" }] as const,
    ["s3 PutObject", { bucketName, key: "home/maya/a" }] as const,
    ["s3 ListObjects", { bucketName }] as const,
  ]),
  ["s3 CopyObject", { bucketName: "bookshop-site", key: "a", "x-amz-copy-source": "bookshop-orders/1" }],
  ["ec2 StartInstances", { instancesSet: { items: [{ instanceId: "i-0123456789abcdef0" }] } }],
  ["ec2 StopInstances", { instancesSet: { items: [{ instanceId: "i-1" }, { instanceId: "i-2" }] } }],
  [
    "ec2 RunInstances",
    { instancesSet: { items: [{ imageId: "ami-1" }] }, iamInstanceProfile: { name: "p" }, instanceType: "t3.micro" },
  ],
  ["ec2 DescribeInstances", {}],
  ["iam CreateUser", { userName: "new" }],
  ["sqs SendMessage", { queueUrl: `https://sqs.eu-west-1.amazonaws.com/${SHOP}/orders` }],
  ["sts GetCallerIdentity", null],
  ["iam GetUser", null],
  ["s3 NoSuchCall", {}],
];

export const EVENTS: fc.Arbitrary<Event> = fc
  .record({
    identity: fc.constantFrom(...IDENTITIES),
    call: fc.constantFrom(...CALLS),
    errorCode: fc.constantFrom(undefined, undefined, "AccessDenied", "Client.UnauthorizedOperation", "NoSuchKey"),
    eventTime: fc.constantFrom("2026-11-24T09:00:00Z", "2026-11-24T09:00:01Z", "2026-11-30T00:00:00Z", "redacted"),
    sourceIPAddress: fc.constantFrom("203.0.113.10", "192.0.2.7", "s3.amazonaws.com"),
    userAgent: fc.constantFrom("aws-cli/2.0", "console"),
    awsRegion: fc.constantFrom("eu-central-1", "us-west-2"),
    eventType: fc.constantFrom("AwsApiCall", "AwsApiCall", "AwsApiCall", "AwsServiceEvent"),
    eventID: fc.uuid(),
  })
  .map(({ identity, call: [name, requestParameters], ...rest }) =>
    event(name, { userIdentity: identity, requestParameters, ...rest }),
  );

export const ABOUT: About = { before: "b", after: "a", changes: [], trail: ["t"], assumptions: [], filters: [] };

/** As `readTrail` would give them. */
export function itemsOf(
  events: readonly unknown[],
  outline: (event: never, place: never) => Outline,
): TrailItem<Outline>[] {
  return events.map((event, record) => {
    const place = { file: "log.json", record, line: null, offset: null, size: 1 };
    return { kind: "event", event: outline(event as never, place as never), place };
  });
}

export function totalsOf(events: number): TrailTotals {
  const files = { log: 1, insight: 0, digest: 0, empty: 0, elsewhere: 0, unreadable: 0, found: 1 };
  const bytes = { stored: events, text: events, events, unreadable: 0, between: 0 };
  return { files, bytes, events, unreadable: new Map() };
}

/** Two worlds, ready. */
export class Pair {
  readonly bundle: Uint8Array;
  readonly first: Engine;
  readonly second: Engine | null;

  constructor(
    readonly before: World,
    readonly after: World | null,
  ) {
    this.bundle = compile(before);
    this.first = Engine.loadSync(this.bundle);
    this.second = after === null ? null : Engine.loadSync(compile(after));
  }

  /** On the fast road. */
  report(events: readonly unknown[], limits?: TallyLimits): Report {
    const engines = this.second === null ? [this.first] : [this.first, this.second];
    const requiredKeys = [...new Set(engines.flatMap((engine) => engine.requiredKeys))];
    const assumptions = { untaggedSessions: false, assumedSessions: false };
    const outline = outliner({ bundle: this.bundle, requiredKeys, assumptions, filter: NO_FILTER });
    const tally = new Tally(this.first, this.second, limits);
    for (const item of itemsOf(events, outline)) tally.add(item);
    return tally.report(ABOUT, totalsOf(events.length));
  }
}

/** What an event's request is answered, in words; each event's by itself, with all that the record says. */
export interface Naive {
  readonly notDerivable: number;
  readonly calls: number;
  /** `allowed → implicitDeny`, with how many requests. */
  readonly transitions: Readonly<Record<string, number>>;
  readonly refused: number;
  /** Of calls without gaps and refusals: `allowed/succeeded`. */
  readonly agreement: Readonly<Record<string, number>>;
  readonly days: Readonly<Record<string, number>>;
}

export function countedOneByOne({ before, after }: Pair, events: readonly Event[]): Naive {
  const transitions: Record<string, number> = {};
  const agreement: Record<string, number> = {};
  const days: Record<string, number> = {};
  let [notDerivable, calls, refused] = [0, 0, 0];
  for (const one of events) {
    const assumptions = { untaggedSessions: false, assumedSessions: false };
    const derived = derive(one, { directory: directoryOf(before), assumptions });
    if (derived.kind === "none") {
      notDerivable += 1;
      continue;
    }
    calls += 1;
    const answers = derived.requests.map(
      ({ request }) => [wordOf(before, request), wordOf(after ?? before, request)] as const,
    );
    for (const [first, then] of answers) {
      if (first === null || then === null) refused += 1;
      else {
        add(transitions, `${first} → ${then}`);
        if (after === null || kindOf(first) !== kindOf(then)) add(days, dayOf(one["eventTime"]));
      }
    }
    if (answers.some((pair) => pair.includes(null))) continue;
    const words = answers.map(([first]) => kindOf(first!));
    const verdict = words.includes("denied")
      ? "denied"
      : words.includes("uncertain") || derived.gaps.length > 0
        ? "uncertain"
        : "allowed";
    const code = one["errorCode"];
    const outcome = code === undefined ? "succeeded" : code === "NoSuchKey" ? "failed" : "denied";
    add(agreement, `${verdict}/${outcome}`);
  }
  return { notDerivable, calls, transitions, refused, agreement, days };
}

/** The same counts, from a report. */
export function countsOf(report: Report): Naive {
  const transitions: Record<string, number> = {};
  for (const [before, row] of Object.entries(report.matrix)) {
    for (const [after, count] of Object.entries(row)) if (count > 0) transitions[`${before} → ${after}`] = count;
  }
  const agreement: Record<string, number> = {};
  for (const [verdict, row] of Object.entries(report.agreement.table)) {
    for (const [outcome, count] of Object.entries(row)) if (count > 0) agreement[`${verdict}/${outcome}`] = count;
  }
  const sum = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  const days: Record<string, number> = {};
  for (const { day, marks } of report.days) days[day ?? "?"] = sum(marks);
  return {
    notDerivable: sum(report.read.notDerivable),
    calls: report.read.calls,
    transitions,
    refused: report.requests.refused.reduce((total, { count }) => total + count, 0),
    agreement,
    days,
  };
}

/** Null: it cannot be asked. */
function wordOf(world: World, request: Request): string | null {
  try {
    return decide(world, request).decision;
  } catch (error) {
    if (error instanceof RequestError) return null;
    throw error;
  }
}

function kindOf(word: string): string {
  if (word === "allowed") return word;
  return word === "indeterminate" ? "uncertain" : "denied";
}

function dayOf(time: unknown): string {
  return typeof time === "string" && time.startsWith("2026") ? time.slice(0, 10) : "?";
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
