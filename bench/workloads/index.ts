/** The named workloads of docs/performance.md: W1, W2 and W3, each the same on every machine. */
import { type Random, randomFrom } from "../random.js";
import { ACCOUNT, PROJECTS, REGIONS, TEAMS } from "./services.js";
import { type DraftStatement, draftRequest, draftStatement, type StatementMix } from "./statements.js";
import {
  policyText,
  type StatementJson,
  type Workload,
  type WorkloadPrincipal,
  type WorkloadRequest,
} from "./workload.js";

export type { Workload, WorkloadPrincipal, WorkloadRequest } from "./workload.js";

export const DEFAULT_SEED = 20261124;
const STATEMENTS_PER_POLICY = 5;

/** One user, ten statements, conditions on three keys. */
export function w1(requestCount: number, seed = DEFAULT_SEED): Workload {
  const mix: StatementMix = {
    teams: TEAMS,
    names: 4,
    variables: false,
    everythingShare: 0.04,
    denyShare: 0.2,
    conditionKeys: ["sourceIp", "secureTransport", "requestTag"],
    conditionsPerStatement: [1, 3],
  };
  return onePrincipal("W1", 10, requestCount, mix, randomFrom(seed));
}

/** One user with this many statements. */
export function w3(statementCount: number, requestCount: number, seed = DEFAULT_SEED): Workload {
  const mix: StatementMix = {
    teams: teamsOf(Math.max(TEAMS.length, statementCount / 50)),
    names: 8,
    variables: false,
    everythingShare: Math.min(0.04, 2 / statementCount),
    denyShare: 0.1,
    conditionKeys: ["sourceIp", "secureTransport", "region", "requestTag", "resourceTag", "userAgent"],
    conditionsPerStatement: [0, 2],
  };
  return onePrincipal("W3", statementCount, requestCount, mix, randomFrom(seed + 3));
}

/**
 * A hundred users and roles with twenty policies of five statements each, under two levels of SCPs, each with a
 * permissions boundary; tag variables in resources and conditions.
 */
export function w2(requestCount: number, seed = DEFAULT_SEED): Workload {
  const random = randomFrom(seed + 2);
  const mix: StatementMix = {
    teams: TEAMS,
    names: 12,
    variables: true,
    everythingShare: 0.02,
    denyShare: 0.1,
    conditionKeys: ["sourceIp", "secureTransport", "region", "requestTag", "resourceTag", "userAgent"],
    conditionsPerStatement: [0, 2],
  };
  const drafts: DraftStatement[][] = [];
  const principals: WorkloadPrincipal[] = [];
  for (let index = 0; index < 100; index++) {
    const own = Array.from({ length: 20 * STATEMENTS_PER_POLICY }, () => draftStatement(random, mix));
    drafts.push(own);
    principals.push({
      ...(index < 60 ? user(index) : role(index)),
      tags: { team: random.pick(TEAMS), project: random.pick(PROJECTS), "cost-center": `cc-${random.below(40)}` },
      policies: policyTexts(own),
      boundary: BOUNDARIES[index % BOUNDARIES.length]!,
    });
  }
  const requests = Array.from({ length: requestCount }, () => {
    const at = random.below(principals.length);
    return draftRequest(random, principals[at]!, random.pick(drafts[at]!), mix, 0.95);
  });
  return {
    name: "W2",
    account: ACCOUNT,
    principals,
    scps: SCPS,
    requests,
    statementCount: 100 * 20 * STATEMENTS_PER_POLICY,
  };
}

function onePrincipal(
  name: string,
  statementCount: number,
  requestCount: number,
  mix: StatementMix,
  random: Random,
): Workload {
  const drafts = Array.from({ length: statementCount }, () => draftStatement(random, mix));
  const principal: WorkloadPrincipal = {
    ...user(0),
    tags: { team: "payments", project: "atlas" },
    policies: policyTexts(drafts),
    boundary: null,
  };
  const requests = Array.from(
    { length: requestCount },
    (): WorkloadRequest => draftRequest(random, principal, random.pick(drafts), mix, 0.92),
  );
  return { name, account: ACCOUNT, principals: [principal], scps: [], requests, statementCount };
}

/** The named teams, then numbered ones: an account grows by its teams. */
function teamsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const round = Math.floor(index / TEAMS.length);
    return `${TEAMS[index % TEAMS.length]!}${round === 0 ? "" : round + 1}`;
  });
}

function user(index: number): Pick<WorkloadPrincipal, "kind" | "arn" | "name" | "callers"> {
  const name = `user-${String(index).padStart(3, "0")}`;
  const arn = `arn:aws:iam::${ACCOUNT}:user/people/${name}`;
  return { kind: "user", arn, name, callers: [arn] };
}

function role(index: number): Pick<WorkloadPrincipal, "kind" | "arn" | "name" | "callers"> {
  const name = `role-${String(index).padStart(3, "0")}`;
  const callers = ["blue", "green", "canary"].map(
    (session) => `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`,
  );
  return { kind: "role", arn: `arn:aws:iam::${ACCOUNT}:role/services/${name}`, name, callers };
}

function policyTexts(drafts: readonly DraftStatement[]): string[] {
  const texts: string[] = [];
  for (let at = 0; at < drafts.length; at += STATEMENTS_PER_POLICY) {
    texts.push(policyText(drafts.slice(at, at + STATEMENTS_PER_POLICY).map((draft) => draft.json)));
  }
  return texts;
}

const FULL_ACCESS: StatementJson = { Effect: "Allow", Action: "*", Resource: "*" };

/** The root keeps Regions and transport in order, the organizational unit takes some actions away. */
export const SCPS: readonly (readonly string[])[] = [
  [
    policyText([FULL_ACCESS]),
    policyText([
      {
        Sid: "DenyOutsideOurRegions",
        Effect: "Deny",
        NotAction: ["iam:*", "sts:*", "organizations:*", "route53:*", "cloudfront:*", "support:*"],
        Resource: "*",
        Condition: { StringNotEquals: { "aws:RequestedRegion": REGIONS.slice(0, 5) } },
      },
    ]),
  ],
  [
    policyText([FULL_ACCESS]),
    policyText([
      {
        Sid: "DenyLossOfRecords",
        Effect: "Deny",
        Action: ["logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "kinesis:DeleteStream", "ecr:BatchDeleteImage"],
        Resource: "*",
      },
      {
        Sid: "DenyPlainTransport",
        Effect: "Deny",
        Action: ["s3:*", "secretsmanager:*"],
        Resource: "*",
        Condition: { Bool: { "aws:SecureTransport": ["false"] } },
      },
    ]),
  ],
];

/** Three boundaries, from wide to narrow. */
export const BOUNDARIES: readonly string[] = [
  policyText([
    FULL_ACCESS,
    { Sid: "NoPowerOverIdentities", Effect: "Deny", Action: ["iam:*", "organizations:*"], Resource: "*" },
  ]),
  policyText([
    {
      Sid: "OnlyTheseServices",
      Effect: "Allow",
      Action: ["s3:*", "dynamodb:*", "sqs:*", "sns:*", "lambda:*", "logs:*", "kinesis:*", "ssm:*", "states:*"],
      Resource: "*",
    },
  ]),
  policyText([
    {
      Sid: "ReadEverything",
      Effect: "Allow",
      Action: ["s3:Get*", "dynamodb:*", "sqs:*", "ec2:*", "ecr:*", "lambda:*", "logs:*", "ssm:Get*", "states:*"],
      Resource: "*",
    },
    {
      Sid: "WriteFromTheOffice",
      Effect: "Allow",
      Action: ["s3:*", "secretsmanager:*", "sns:*", "kinesis:*", "ssm:*"],
      Resource: "*",
      Condition: { IpAddress: { "aws:SourceIp": ["192.0.2.0/24", "198.51.100.0/24"] } },
    },
  ]),
];
