/** Workload → World: the policy texts parsed, and the records that the compiler and the reference read. */

import type { Policy, PolicyType } from "../../src/policy/model.js";
import { DEFAULT_WORLD_OPTIONS } from "../../src/policy/options.js";
import { parsePolicy } from "../../src/policy/parse.js";
import { InvalidInput } from "../../src/text/diagnostic.js";
import type { Account, Document, DocumentSet, PrincipalRecord, World } from "../../src/world/model.js";
import type { Workload, WorkloadPrincipal } from "./workload.js";

const MANAGEMENT_ACCOUNT = "999999999999";
const ORGANIZATION = "o-bench00000";

/** Throws InvalidInput if a policy is refused, which would be an error of the generator. */
export function worldOf(workload: Workload): World {
  return {
    options: DEFAULT_WORLD_OPTIONS,
    accounts: new Map([[workload.account, accountOf(workload)]]),
    principals: new Map(workload.principals.map((principal) => [principal.arn, recordOf(workload, principal)])),
    sessions: new Map(),
    resources: new Map(),
    endpoints: new Map(),
    bindings: new Map(),
    closed: true,
  };
}

/** A policy that must be good. */
export function mustParse(name: string, text: string, type: PolicyType): Policy {
  const { policy, diagnostics } = parsePolicy({ name, text }, { type, name });
  if (policy === null) throw new InvalidInput(diagnostics);
  return policy;
}

function accountOf(workload: Workload): Account {
  const inOrganization = workload.scps.length > 0;
  return {
    id: workload.account,
    held: true,
    organization: inOrganization
      ? { id: ORGANIZATION, path: `${ORGANIZATION}/r-0000/`, managementAccount: MANAGEMENT_ACCOUNT }
      : null,
    canonicalUserId: null,
    scps: workload.scps.map((texts, level) => documentSet(`scp level ${level}`, texts, "scp")),
    rcps: [],
    completeResourceTypes: [],
    mayAssumeRoot: false,
  };
}

function recordOf(workload: Workload, principal: WorkloadPrincipal): PrincipalRecord {
  return {
    kind: principal.kind,
    arn: principal.arn,
    account: workload.account,
    name: principal.name,
    uniqueId: null,
    tags: new Map(Object.entries(principal.tags)),
    serviceLinked: false,
    identity: documentSet(`identity of ${principal.arn}`, principal.policies, "identity"),
    boundary:
      principal.boundary === null
        ? null
        : documentSet(`permissions boundary of ${principal.arn}`, [principal.boundary], "boundary"),
  };
}

export function documentSet(label: string, texts: readonly string[], type: PolicyType): DocumentSet {
  const documents = texts.map(
    (text, index): Document => ({ policy: mustParse(`${label}[${index}]`, text, type), use: "policy" }),
  );
  return { label, documents, missing: [] };
}
