/**
 * A world that grows: principals who share policies, every policy layer, and eight texts a request. Each principal has some
 * forty statements, however many there are.
 */
import type { Document, PrincipalRecord, ResourceRecord, World } from "../../src/world/model.js";
import { randomFrom } from "../random.js";
import { BOUNDARIES, DEFAULT_SEED, SCPS } from "./index.js";
import { ACCOUNT, PROJECTS, TEAMS } from "./services.js";
import { type DraftStatement, draftRequest, draftStatement, type StatementMix } from "./statements.js";
import { policyText, type WorkloadPrincipal, type WorkloadRequest } from "./workload.js";
import { documentSet, mustParse, worldOf } from "./world.js";

export interface Scaled {
  readonly world: World;
  readonly requests: readonly WorkloadRequest[];
  readonly statements: number;
  readonly principals: number;
}

const STATEMENTS_PER_POLICY = 5;
const POLICIES_PER_PRINCIPAL = 8;

const MIX: StatementMix = {
  teams: TEAMS,
  names: 12,
  variables: true,
  everythingShare: 0.02,
  denyShare: 0.1,
  conditionKeys: ["sourceIp", "secureTransport", "region", "requestTag", "userAgent"],
  conditionsPerStatement: [0, 2],
};

/** How often each of a hundred principals asks something of its own, as long as there are not more than these in all. */
const TRIPLES_PER_PRINCIPAL = 20;
const TRIPLES_MAX = 24_000;

/**
 * Requests are drawn from triples of caller, action and resource, as the entries of logs are; what else they say is drawn
 * anew each time.
 */
export function scaled(statements: number, principals: number, requestCount: number, seed = DEFAULT_SEED): Scaled {
  const random = randomFrom(seed + statements);
  const policies = Array.from({ length: statements / STATEMENTS_PER_POLICY }, (_, index) => {
    const drafts = Array.from({ length: STATEMENTS_PER_POLICY }, () => draftStatement(random, MIX));
    const name = `policy-${index}`;
    const policy = mustParse(name, policyText(drafts.map(({ json }) => json)), "managed");
    return { drafts, document: { policy, use: "policy" } satisfies Document };
  });
  const boundaries = BOUNDARIES.map((text, index) => documentSet(`boundary-${index}`, [text], "boundary"));
  const records = new Map<string, PrincipalRecord>();
  const asked: { principal: WorkloadPrincipal; drafts: readonly DraftStatement[] }[] = [];
  for (let index = 0; index < principals; index++) {
    const name = `user-${String(index).padStart(6, "0")}`;
    const arn = `arn:aws:iam::${ACCOUNT}:user/people/${name}`;
    const own = random.sample(policies, POLICIES_PER_PRINCIPAL);
    const tags = { team: random.pick(TEAMS), project: random.pick(PROJECTS) };
    records.set(arn, {
      kind: "user",
      arn,
      account: ACCOUNT,
      name,
      uniqueId: null,
      tags: new Map(Object.entries(tags)),
      serviceLinked: false,
      identity: { label: `identity of ${arn}`, documents: own.map(({ document }) => document), missing: [] },
      boundary: boundaries[index % boundaries.length]!,
    });
    const principal = { kind: "user", arn, name, callers: [arn], tags, policies: [], boundary: null } as const;
    asked.push({ principal, drafts: own.flatMap(({ drafts }) => drafts) });
  }
  const triples = Array.from({ length: Math.min(principals * TRIPLES_PER_PRINCIPAL, TRIPLES_MAX) }, () => {
    const { principal, drafts } = random.pick(asked);
    const draft = random.pick(drafts);
    return { principal, draft, request: draftRequest(random, principal, draft, MIX, 0.95) };
  });
  const requests = Array.from({ length: requestCount }, (): WorkloadRequest => {
    const { principal, draft, request } = random.pick(triples);
    return { ...request, context: draftRequest(random, principal, draft, MIX, 0.95).context };
  });
  const base = worldOf({ name: "scaled", account: ACCOUNT, principals: [], scps: SCPS, requests, statementCount: 0 });
  const world = { ...base, principals: records, resources: bucketsOf(requests) };
  return { world, requests, statements, principals };
}

/** S3's ARNs do not say whose a bucket is: the world does. */
function bucketsOf(requests: readonly WorkloadRequest[]): ReadonlyMap<string, ResourceRecord> {
  const buckets = new Set(
    requests.flatMap(({ resource }) => (resource.startsWith("arn:aws:s3:::") ? [resource.split("/")[0]!] : [])),
  );
  return new Map(
    [...buckets].map((arn) => [
      arn,
      {
        arn,
        owner: ACCOUNT,
        tags: null,
        policyKind: "other",
        policies: documentSet(`resource policy of ${arn}`, [], "resource"),
        rcps: null,
        behind: null,
        publicAccessRestricted: false,
        awsManaged: false,
      },
    ]),
  );
}
