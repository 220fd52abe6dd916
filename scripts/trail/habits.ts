/** What the people and machines of the example organization do in two days, and what comes of it under its policies. */
import type { Random } from "../../bench/random.js";
import {
  assumption,
  bucket,
  type Call,
  denied,
  type Failure,
  global,
  hex,
  INSTANCES,
  instanceArn,
  instances,
  key,
  listing,
  ORDERS_KEY,
  ORDERS_QUEUE,
  object,
  plain,
  queue,
  run,
  secret,
  secretArn,
} from "./calls.js";
import {
  AUDIT,
  AUDITOR,
  by,
  type Caller,
  DATA,
  DEPLOY,
  HOTEL,
  instance,
  MANAGEMENT,
  NEW_OFFICE,
  OFFICE,
  OFFICE_IPV6,
  PIPELINE,
  REPORTS,
  roleArn,
  root,
  SHOP,
  STRANGER,
  service,
  session,
  throughEndpoint,
  user,
  userSession,
} from "./cast.js";

/** A call that somebody made; `null`: it went well. */
export type Deed = readonly [caller: Caller, call: Call, failure: Failure | null];

export interface Habit {
  /** How often in the two days. */
  readonly times: number;
  /** Hours between which it happens, from the first midnight. */
  readonly between: readonly [from: number, to: number];
  readonly deed: (random: Random, at: Date) => Deed;
}

const ALL_THE_TIME = [0, 48] as const;
const MORNING_OF_THE_SECOND = [30, 36] as const;
const WORK: readonly (readonly [number, number])[] = [
  [8, 17],
  [32, 41],
];

const IDENTITY_DENY = "with an explicit deny in an identity-based policy";
const NO_IDENTITY_ALLOW = "because no identity-based policy allows the {action} action";

/** The revocation of examples/world took effect at 18:00 of the first day; until then older sessions were good. */
const BEFORE_THE_REVOCATION = [15, 17.9] as const;
const AFTER_THE_REVOCATION = [18.1, 20] as const;

export const HABITS: readonly Habit[] = [
  ...theShop(),
  ...theDevelopers(),
  ...theOperator(),
  ...theFinances(),
  ...theDeployments(),
  ...theReports(),
  ...theStrangers(),
  ...theManagement(),
];

function theShop(): Habit[] {
  const order = (random: Random, at: Date): string => `${day(at)}/${hex(random, 8)}.json`;
  const shop = (random: Random, at: Date): Caller =>
    instance(random.pick(INSTANCES.slice(0, 2)), `10.20.0.${10 + random.below(2)}`, hourOf(at));
  return [
    always(430, (random, at) => [
      throughEndpoint(shop(random, at)),
      object("PutObject", "bookshop-orders", order(random, at)),
      null,
    ]),
    always(380, (random, at) => [
      throughEndpoint(shop(random, at)),
      object("GetObject", "bookshop-orders", order(random, at)),
      null,
    ]),
    always(260, (random, at) => [shop(random, at), queue("SendMessage"), null]),
    always(90, (random, at) => [
      by("s3.amazonaws.com", shop(random, at)),
      key(random.chance(0.5) ? "GenerateDataKey" : "Decrypt", {
        encryptionContext: { "aws:s3:arn": "arn:aws:s3:::bookshop-orders" },
      }),
      null,
    ]),
    always(8, (random, at) => [
      throughEndpoint(shop(random, at)),
      object("GetObject", "bookshop-orders", order(random, at)),
      { errorCode: "NoSuchKey", errorMessage: "The specified key does not exist." },
    ]),
    always(3, (random, at) => {
      const caller = shop(random, at);
      return [caller, queue("DeleteMessage"), denied(caller, "sqs:deletemessage", ORDERS_QUEUE, NO_IDENTITY_ALLOW)];
    }),
    always(60, () => [service("s3.amazonaws.com", SHOP), queue("SendMessage"), null]),
  ];
}

function theDevelopers(): Habit[] {
  const maya = user("maya");
  const ines = user("ines");
  const home = (name: string, random: Random): string => `${name}/notes-${random.below(40)}.md`;
  const homeArn = (path: string): string => `arn:aws:s3:::bookshop-homes/${path}`;
  return [
    ...atWork(90, () => [maya, queue("ReceiveMessage"), null]),
    ...atWork(60, () => [maya, queue("DeleteMessage"), null]),
    ...atWork(24, () => [maya, queue("GetQueueAttributes"), null]),
    ...atWork(3, () => [maya, queue("PurgeQueue"), denied(maya, "sqs:purgequeue", ORDERS_QUEUE, IDENTITY_DENY)]),
    ...atWork(28, () => [maya, secret("payment-token-AbCdEf"), null]),
    ...atWork(4, () => [
      maya,
      secret("scanner-token-GhIjKl"),
      denied(maya, "secretsmanager:GetSecretValue", secretArn("scanner-token-GhIjKl"), NO_IDENTITY_ALLOW),
    ]),
    ...atWork(36, () => [maya, listing("bookshop-homes", "maya/"), null]),
    ...atWork(50, (random) => [maya, object("GetObject", "bookshop-homes", home("maya", random)), null]),
    ...atWork(30, (random) => [maya, object("PutObject", "bookshop-homes", home("maya", random)), null]),
    ...atWork(5, (random) => [maya, object("DeleteObject", "bookshop-homes", home("maya", random)), null]),
    ...atWork(6, (random) => {
      const path = home("omar", random);
      return [
        maya,
        object("GetObject", "bookshop-homes", path),
        denied(maya, "s3:GetObject", homeArn(path), NO_IDENTITY_ALLOW),
      ];
    }),
    ...atWork(4, () => [
      maya,
      assumption(roleArn(DEPLOY), "maya"),
      denied(maya, "sts:AssumeRole", roleArn(DEPLOY), NO_IDENTITY_ALLOW),
    ]),
    ...atWork(20, () => [maya, plain("sts", "GetCallerIdentity"), null]),
    ...atWork(40, () => [ines, plain("ec2", "DescribeInstances", { instancesSet: {}, filterSet: {} }), null]),
    ...atWork(24, (random) => [ines, object("PutObject", "bookshop-site", `books/${random.below(300)}.html`), null]),
    ...atWork(12, () => [ines, global("iam", "ListUsers"), null]),
    ...atWork(5, (random) => {
      const userName = `helper-${random.below(9)}`;
      const arn = `arn:aws:iam::${SHOP}:user/${userName}`;
      const because = "because no permissions boundary allows the {action} action";
      return [ines, global("iam", "CreateUser", { userName }), denied(ines, "iam:CreateUser", arn, because)];
    }),
  ];
}

function theOperator(): Habit[] {
  const omar = user("omar");
  const instanceOf = (random: Random): string => random.pick(INSTANCES);
  return [
    ...atWork(120, () => [omar, plain("ec2", "DescribeInstances", { instancesSet: {}, filterSet: {} }), null]),
    ...atWork(30, () => [omar, plain("ec2", "DescribeSubnets", { subnetSet: {}, filterSet: {} }), null]),
    ...atWork(6, () => [
      omar,
      plain("ec2", "DescribeInstances", { instancesSet: {}, filterSet: {} }),
      { errorCode: "Client.RequestLimitExceeded", errorMessage: "Request limit exceeded." },
    ]),
    ...atWork(26, (random) => [omar, instances("StartInstances", [instanceOf(random)]), null]),
    ...atWork(22, (random) => [omar, instances("StopInstances", [instanceOf(random)]), null]),
    ...atWork(10, (random) => [omar, run(random, null), null]),
    ...atWork(8, (random) => [omar, run(random, "EC2RoleForWebShop"), null]),
    ...atWork(5, (random) => {
      const id = instanceOf(random);
      const failure = denied(omar, "ec2:TerminateInstances", instanceArn(id), IDENTITY_DENY);
      return [omar, instances("TerminateInstances", [id]), failure];
    }),
    ...atWork(9, (random, at) => [
      userSession("omar", minutesBefore(at, 20), true),
      instances("TerminateInstances", [instanceOf(random)]),
      null,
    ]),
    ...atWork(4, (random) => {
      const id = instanceOf(random);
      const because = "with an explicit deny in a service control policy";
      const failure = denied(omar, "ec2:StartInstances", instanceArn(id, "us-west-2"), because);
      return [omar, instances("StartInstances", [id], "us-west-2"), failure];
    }),
    ...atWork(2, (_, at) => [
      userSession("omar", minutesBefore(at, 2), true),
      bucket("DeleteBucket", "bookshop-site-preview"),
      null,
    ]),
    ...atWork(2, (_, at) => {
      const caller = userSession("omar", minutesBefore(at, 50), true);
      const failure = denied(caller, "kms:ScheduleKeyDeletion", ORDERS_KEY, NO_IDENTITY_ALLOW);
      return [caller, key("ScheduleKeyDeletion", { pendingWindowInDays: 7 }), failure];
    }),
  ];
}

function theFinances(): Habit[] {
  const ledger = (random: Random): string => `2026/${String(1 + random.below(11)).padStart(2, "0")}.csv`;
  const read = (address: string): ((random: Random) => Deed) => {
    return (random) => [user("fiona", address), object("GetObject", "bookshop-ledger", ledger(random)), null];
  };
  const hotel = user("fiona", HOTEL);
  return [
    ...atWork(44, read(OFFICE)),
    ...atWork(26, read(NEW_OFFICE)),
    ...atWork(12, read(OFFICE_IPV6)),
    {
      times: 9,
      between: [41, 46],
      deed: (random) => {
        const path = ledger(random);
        const failure = denied(hotel, "s3:GetObject", `arn:aws:s3:::bookshop-ledger/${path}`, IDENTITY_DENY);
        return [hotel, object("GetObject", "bookshop-ledger", path), failure];
      },
    },
  ];
}

function theDeployments(): Habit[] {
  const yesterday = session(DEPLOY, "ci-yesterday", "2026-11-23T16:40:00Z");
  const earlier = session(DEPLOY, "ci-yesterday", "2026-11-23T14:55:00Z");
  const today = session(DEPLOY, "ci-today", "2026-11-24T08:00:00Z");
  const page = (random: Random): string => `books/${random.below(300)}.html`;
  const pageArn = (path: string): string => `arn:aws:s3:::bookshop-site/${path}`;
  return [
    {
      times: 25,
      between: BEFORE_THE_REVOCATION,
      deed: (random) => [earlier, object("PutObject", "bookshop-site", page(random)), null],
    },
    {
      times: 18,
      between: AFTER_THE_REVOCATION,
      deed: (random) => {
        const path = page(random);
        const failure = denied(yesterday, "s3:PutObject", pageArn(path), IDENTITY_DENY);
        return [yesterday, object("PutObject", "bookshop-site", path), failure];
      },
    },
    {
      times: 60,
      between: [32.1, 33],
      deed: (random) => [today, object("PutObject", "bookshop-site", page(random)), null],
    },
    {
      times: 7,
      between: [32.5, 33],
      deed: (random) => {
        const path = page(random);
        const failure = denied(
          today,
          "s3:DeleteObject",
          pageArn(path),
          "because no session policy allows the {action} action",
        );
        return [today, object("DeleteObject", "bookshop-site", path), failure];
      },
    },
    {
      times: 2,
      between: [31, 32],
      deed: () => [
        PIPELINE,
        { ...plain("sts", "AssumeRoleWithWebIdentity", { roleArn: roleArn(DEPLOY), roleSessionName: "site" }) },
        { errorCode: "AccessDenied", errorMessage: "Not authorized to perform sts:AssumeRoleWithWebIdentity" },
      ],
    },
  ];
}

function theReports(): Habit[] {
  const dana = user("dana", "203.0.113.77");
  const nightly = (at: Date): Caller => session(REPORTS, "nightly", `${at.toISOString().slice(0, 10)}T01:00:00Z`);
  const nights: readonly (readonly [number, number])[] = [
    [1.1, 4],
    [25.1, 28],
  ];
  const order = (random: Random): string => `2026/11/${20 + random.below(4)}/${hex(random, 8)}.json`;
  return [
    ...during(nights, 170, (random, at) => [nightly(at), object("GetObject", "bookshop-orders", order(random)), null]),
    ...during(nights, 16, (_, at) => [nightly(at), listing("bookshop-orders", "2026/11/"), null]),
    ...during(nights, 50, (_, at) => [
      by("s3.amazonaws.com", nightly(at)),
      key("Decrypt", { encryptionAlgorithm: "SYMMETRIC_DEFAULT" }),
      null,
    ]),
    ...during(nights, 40, (random, at) => [
      nightly(at),
      object("PutObject", "bookshop-reports", `${day(at)}/${random.below(50)}.parquet`),
      null,
    ]),
    ...during(
      [
        [1, 1.05],
        [25, 25.05],
      ],
      2,
      () => [service("glue.amazonaws.com", DATA), assumption(roleArn(REPORTS), "nightly"), null],
    ),
    ...atWork(8, () => [dana, assumption(roleArn(REPORTS), "dana"), null]),
    ...atWork(40, (random, at) => [
      dana,
      object("GetObject", "bookshop-reports", `${day(at)}/${random.below(50)}.parquet`),
      null,
    ]),
    ...atWork(3, (random) => {
      const because = "because no service control policy allows the {action} action";
      return [
        dana,
        run(random, null),
        denied(dana, "ec2:RunInstances", `arn:aws:ec2:eu-west-1:${DATA}:instance/*`, because),
      ];
    }),
  ];
}

function theStrangers(): Habit[] {
  const auditing = session(AUDIT, "auditor", "2026-11-24T06:00:00Z");
  return [
    always(14, (random) => [
      STRANGER,
      object("GetObject", "bookshop-site", `books/${random.below(300)}.html`),
      { errorCode: "AccessDenied", errorMessage: "Access Denied" },
    ]),
    {
      times: 3,
      between: MORNING_OF_THE_SECOND,
      deed: () => [AUDITOR, assumption(roleArn(AUDIT), "auditor", { externalId: "bookshop-7391" }), null],
    },
    {
      times: 2,
      between: MORNING_OF_THE_SECOND,
      deed: () => [
        AUDITOR,
        assumption(roleArn(AUDIT), "auditor", { externalId: "cinema-0042" }),
        denied(
          AUDITOR,
          "sts:AssumeRole",
          roleArn(AUDIT),
          "because no identity-based policy allows the {action} action",
        ),
      ],
    },
    { times: 14, between: MORNING_OF_THE_SECOND, deed: () => [auditing, plain("config", "DescribeConfigRules"), null] },
    {
      times: 6,
      between: MORNING_OF_THE_SECOND,
      deed: () => [auditing, plain("cloudtrail", "LookupEvents", { maxResults: 50 }), null],
    },
  ];
}

function theManagement(): Habit[] {
  const owner = root(SHOP);
  const trail = `arn:aws:cloudtrail:eu-west-1:${SHOP}:trail/bookshop`;
  const because = "with an explicit deny in a service control policy";
  return [
    ...atWork(16, () => [user("treasurer"), global("ce", "GetCostAndUsage", { granularity: "DAILY" }), null]),
    ...atWork(2, () => [root(MANAGEMENT), global("iam", "GetAccountSummary"), null]),
    {
      times: 1,
      between: [31, 31.5],
      deed: () => [
        owner,
        plain("cloudtrail", "StopLogging", { name: trail }),
        denied(owner, "cloudtrail:StopLogging", trail, because),
      ],
    },
  ];
}

function always(times: number, deed: Habit["deed"]): Habit {
  return { times, between: ALL_THE_TIME, deed };
}

function atWork(times: number, deed: Habit["deed"]): Habit[] {
  return during(WORK, times, deed);
}

/** So often in all, spread over the spans as evenly as it goes. */
function during(spans: readonly (readonly [number, number])[], times: number, deed: Habit["deed"]): Habit[] {
  return spans.map((between, index) => ({
    times: Math.floor((times * (index + 1)) / spans.length) - Math.floor((times * index) / spans.length),
    between,
    deed,
  }));
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10).replaceAll("-", "/");
}

function hourOf(at: Date): string {
  return `${at.toISOString().slice(0, 13)}:00:00Z`;
}

function minutesBefore(at: Date, minutes: number): string {
  return `${new Date(at.getTime() - minutes * 60_000).toISOString().slice(0, 19)}Z`;
}
