/** A small directory in memory: an organization with two accounts, some users, roles, sessions, buckets and endpoints. */
import { DEFAULT_WORLD_OPTIONS, type WorldOptions } from "../../src/policy/options.js";
import type {
  AccountFacts,
  Directory,
  EndpointFacts,
  PrincipalFacts,
  ResourceFacts,
  SessionFacts,
} from "../../src/request/directory.js";
import { resourceHolders } from "../../src/request/holder.js";

export const A1 = "111111111111";
export const A2 = "222222222222";
/** In no organization. */
export const A3 = "333333333333";
/** In an organization of which only the id is known. */
export const A4 = "444444444444";
/** Of which nothing is known. */
export const A9 = "999999999999";

export const ORGANIZATION = { id: "o-abc", path: "o-abc/r-ab12/ou-ab12-1111/", managementAccount: A2 };

const ACCOUNTS: readonly AccountFacts[] = [
  { id: A1, organization: ORGANIZATION, canonicalUserId: "c1" },
  { id: A2, organization: { ...ORGANIZATION, path: "o-abc/r-ab12/" }, canonicalUserId: null },
  { id: A3, organization: null, canonicalUserId: null },
  { id: A4, organization: { id: "o-half", path: null, managementAccount: null }, canonicalUserId: null },
];

const USERS: readonly PrincipalFacts[] = [
  {
    arn: `arn:aws:iam::${A1}:user/staff/alice`,
    uniqueId: "AIDAALICE",
    tags: new Map([["Team", "x"]]),
    serviceLinked: false,
  },
];

const ROLES: readonly PrincipalFacts[] = [
  {
    arn: `arn:aws:iam::${A1}:role/svc/app/R`,
    uniqueId: "AROAR",
    tags: new Map([
      ["Team", "x"],
      ["Cost", "7"],
    ]),
    serviceLinked: false,
  },
  {
    arn: `arn:aws:iam::${A1}:role/aws-service-role/ecs.amazonaws.com/Linked`,
    uniqueId: null,
    tags: new Map(),
    serviceLinked: true,
  },
];

const NO_SESSION = {
  tags: new Map<string, string>(),
  issueTime: null,
  issuedBy: null,
  federatedProvider: null,
  sourceIdentity: null,
  parentArn: null,
};

const SESSIONS: readonly SessionFacts[] = [
  {
    ...NO_SESSION,
    arn: `arn:aws:sts::${A1}:assumed-role/R/known`,
    tags: new Map([["team", "y"]]),
    issueTime: Date.UTC(2026, 10, 24, 9),
    sourceIdentity: "ann",
  },
  {
    ...NO_SESSION,
    arn: `arn:aws:sts::${A1}:assumed-role/R/web`,
    issuedBy: "WebIdentity",
    federatedProvider: "accounts.google.com",
  },
  { ...NO_SESSION, arn: `arn:aws:sts::${A1}:federated-user/bob`, parentArn: `arn:aws:iam::${A1}:user/staff/alice` },
];

const RESOURCES: readonly ResourceFacts[] = [
  { arn: "arn:aws:s3:::listed", owner: A2, tags: new Map([["stage", "prod"]]) },
  { arn: "arn:aws:s3:::untold", owner: null, tags: null },
];

const ENDPOINTS: readonly EndpointFacts[] = [{ id: "vpce-1", vpc: "vpc-1", account: A1, kind: "gateway" }];

/** `closed`: a scenario; else a world that does not hold everything. */
export function directory(closed = true, options: Partial<WorldOptions> = {}): Directory {
  return {
    options: { ...DEFAULT_WORLD_OPTIONS, ...options },
    closed,
    account: (id) => ACCOUNTS.find((account) => account.id === id) ?? null,
    user: (arn) => USERS.find((user) => user.arn === arn) ?? null,
    role: (account, name) =>
      ROLES.find((role) => role.arn.startsWith(`arn:aws:iam::${account}:`) && role.arn.endsWith(`/${name}`)) ?? null,
    session: (arn) => SESSIONS.find((session) => session.arn === arn) ?? null,
    resource: (arn) => {
      const holders = resourceHolders(arn);
      return RESOURCES.find((resource) => holders.includes(resource.arn)) ?? null;
    },
    endpoint: (id) => ENDPOINTS.find((endpoint) => endpoint.id === id) ?? null,
  };
}
