/** P11: the work of a single decision grows no faster than its input, whatever the pattern. */
import { compile } from "../src/compiler/compile.js";
import { Engine } from "../src/engine/engine.js";
import type { Request } from "../src/request/request.js";
import { type Result, resultOf } from "./goals.js";
import { logSlope } from "./measure.js";
import { ACCOUNT } from "./workloads/services.js";
import { policyText, type StatementJson, type Workload } from "./workloads/workload.js";
import { worldOf } from "./workloads/world.js";

interface Adversary {
  readonly name: string;
  readonly statement: StatementJson;
  readonly request: (length: number) => Partial<Request>;
}

const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
const BUCKET = "arn:aws:s3:::b";
/** Up to the limit of a request value (8 KiB), and long beside the patterns: the run-up to a pattern would bend the line. */
const LENGTHS = [1_000, 2_000, 4_000, 8_000] as const;

/** Each makes a backtracking matcher work hardest: many stars, long runs that almost match. */
const ADVERSARIES: readonly Adversary[] = [
  {
    name: "stars in a condition",
    statement: allow("*", { StringLike: { "aws:UserAgent": [`${"*a".repeat(40)}*b`] } }),
    request: (length) => ({ context: { "aws:UserAgent": "a".repeat(length) } }),
  },
  {
    name: "long runs in a condition",
    statement: allow("*", { StringLike: { "aws:UserAgent": [`*${"a".repeat(60)}b*`] } }),
    request: (length) => ({ context: { "aws:UserAgent": "a".repeat(length) } }),
  },
  {
    name: "question marks in a condition",
    statement: allow("*", { StringLike: { "aws:UserAgent": [`*${"?a".repeat(30)}b`] } }),
    request: (length) => ({ context: { "aws:UserAgent": "a".repeat(length) } }),
  },
  {
    name: "stars in a resource",
    statement: allow(`${BUCKET}/${"*a".repeat(40)}*b`),
    request: (length) => ({ resource: `${BUCKET}/${"a".repeat(length)}` }),
  },
  {
    name: "stars in every segment of a resource",
    statement: allow("arn:aws:s3:*:*:*a*a*a*a*a*a*a*b"),
    request: (length) => ({ resource: `${BUCKET}/${"a:".repeat(length / 2)}` }),
  },
  {
    name: "many values",
    statement: allow("*", { StringLike: { "aws:UserAgent": Array.from({ length: 100 }, (_, at) => `*${at}*x*y`) } }),
    request: (length) => ({ context: { "aws:UserAgent": "0123456789".repeat(length / 10) } }),
  },
];

export async function measureEffort(): Promise<Result> {
  const slopes = [];
  for (const adversary of ADVERSARIES) slopes.push({ name: adversary.name, slope: await slopeOf(adversary) });
  const steepest = slopes.reduce((worst, each) => (each.slope > worst.slope ? each : worst));
  return resultOf("P11", steepest.slope, {
    steepest: steepest.name,
    ...Object.fromEntries(slopes.map(({ name, slope }) => [name, Number(slope.toFixed(3))])),
  });
}

async function slopeOf(adversary: Adversary): Promise<number> {
  const engine = await Engine.load(compile(worldOf(workloadOf(adversary.statement))));
  return logSlope(
    LENGTHS.map((length) => {
      engine.decide({
        principal: ALICE,
        action: "s3:GetObject",
        resource: `${BUCKET}/k`,
        resourceAccount: ACCOUNT,
        ...adversary.request(length),
      });
      return { x: length, y: engine.steps };
    }),
  );
}

function allow(resource: string, condition?: StatementJson["Condition"]): StatementJson {
  return {
    Effect: "Allow",
    Action: "s3:GetObject",
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

function workloadOf(statement: StatementJson): Workload {
  const alice = { kind: "user", arn: ALICE, name: "alice", callers: [ALICE], tags: {}, boundary: null } as const;
  return {
    name: "P11",
    account: ACCOUNT,
    principals: [{ ...alice, policies: [policyText([statement])] }],
    scps: [],
    requests: [],
    statementCount: 1,
  };
}
