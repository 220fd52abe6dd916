/** A world's answers about the parties of a request (`src/request/directory.ts`). */
import type {
  AccountFacts,
  Directory,
  EndpointFacts,
  OrganizationFacts,
  PrincipalFacts,
  ResourceFacts,
  SessionFacts,
} from "../request/directory.js";
import { resourceHolders } from "../request/holder.js";
import type { Account, PrincipalRecord, ResourceRecord, World } from "./model.js";

const directories = new WeakMap<World, Directory>();

/** The directory of a world; made once for each world, so that it may be asked for with every request. */
export function directoryOf(world: World): Directory {
  let directory = directories.get(world);
  if (directory === undefined) {
    directory = makeDirectory(world);
    directories.set(world, directory);
  }
  return directory;
}

/** The record of a resource: that of this very ARN, else of the nearest resource that holds it; null: the world has none. */
export function resourceRecordOf(world: World, arn: string): ResourceRecord | null {
  for (const holder of resourceHolders(arn)) {
    const record = world.resources.get(holder);
    if (record !== undefined) return record;
  }
  return null;
}

function makeDirectory(world: World): Directory {
  const roles = rolesByName(world);
  return {
    options: world.options,
    closed: world.closed,
    account: (id) => accountFacts(world.accounts.get(id)),
    user: (arn) => principalFacts(world.principals.get(arn), "user"),
    role: (account, name) => principalFacts(roles.get(roleKey(account, name)), "role"),
    session: (arn): SessionFacts | null => world.sessions.get(arn) ?? null,
    resource: (arn) => resourceFacts(world, arn),
    endpoint: (id): EndpointFacts | null => world.endpoints.get(id) ?? null,
  };
}

/** Role names are unique in an account, whatever their paths (REQ-11). */
function rolesByName(world: World): ReadonlyMap<string, PrincipalRecord> {
  const roles = new Map<string, PrincipalRecord>();
  for (const principal of world.principals.values()) {
    if (principal.kind === "role") roles.set(roleKey(principal.account, principal.name), principal);
  }
  return roles;
}

function roleKey(account: string, name: string): string {
  return `${account}/${name}`;
}

const UNKNOWN_ORGANIZATION: OrganizationFacts = { id: null, path: null, managementAccount: null };

function accountFacts(account: Account | undefined): AccountFacts | null {
  if (account === undefined) return null;
  const { id, canonicalUserId } = account;
  return { id, organization: organizationFacts(account), canonicalUserId };
}

function organizationFacts(account: Account): OrganizationFacts | null {
  return account.organization === "unknown" ? UNKNOWN_ORGANIZATION : account.organization;
}

function principalFacts(record: PrincipalRecord | undefined, kind: PrincipalRecord["kind"]): PrincipalFacts | null {
  return record?.kind === kind ? record : null;
}

/** The owner of a bucket is asked for its objects too; its tags are not theirs. */
function resourceFacts(world: World, arn: string): ResourceFacts | null {
  const record = resourceRecordOf(world, arn);
  if (record === null) return null;
  return { arn: record.arn, owner: record.owner, tags: record.arn === arn ? record.tags : null };
}
