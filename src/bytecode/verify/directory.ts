/** Accounts, principals, sessions, resources and endpoints: sorted, complete, and with the documents that they can have. */
import {
  AccountRecord,
  EndpointRecord,
  PrincipalBits,
  PrincipalRecord,
  ResourceBits,
  ResourceRecord,
  RoleRecord,
  Section,
  SessionRecord,
} from "../layout.js";
import { type BundleReader, NONE, TIMELESS } from "../reader.js";
import { fail } from "../refusal.js";
import { type Bounds, DATE_MAX } from "./bounds.js";
import { Place } from "./places.js";
import type { SetCheck } from "./sets.js";

export class DirectoryCheck {
  private readonly reader: BundleReader;

  constructor(
    private readonly bundle: Bounds,
    private readonly sets: SetCheck,
  ) {
    this.reader = bundle.reader;
  }

  run(): void {
    this.bundle.sorted(Section.Accounts, AccountRecord.Size);
    this.bundle.sorted(Section.Principals, PrincipalRecord.Size);
    this.bundle.sorted(Section.Roles, RoleRecord.Size);
    this.bundle.sorted(Section.Sessions, SessionRecord.Size);
    this.bundle.sorted(Section.Resources, ResourceRecord.Size);
    this.bundle.sorted(Section.Endpoints, EndpointRecord.Size);
    this.bundle.each(Section.Accounts, AccountRecord.Size, (field, what) => this.account(field, what));
    this.bundle.each(Section.Principals, PrincipalRecord.Size, (field, what) => this.principal(field, what));
    this.roles();
    this.bundle.each(Section.Sessions, SessionRecord.Size, (field, what) => this.session(field, what));
    this.bundle.each(Section.Resources, ResourceRecord.Size, (field, what) => this.resource(field, what));
    this.bundle.each(Section.Endpoints, EndpointRecord.Size, (field, what) => this.endpoint(field, what));
  }

  private account(field: (offset: number) => number, what: string): void {
    if (field(AccountRecord.Bits) > 15) fail(`${what} has bits that are not known`);
    for (const offset of [
      AccountRecord.OrganizationId,
      AccountRecord.OrganizationPath,
      AccountRecord.ManagementAccount,
      AccountRecord.CanonicalUserId,
    ]) {
      this.bundle.idOrNone(field(offset), "strings", what);
    }
    this.sets.levelsAt(field(AccountRecord.Scps), Place.Scp, what);
    this.sets.levelsAt(field(AccountRecord.Rcps), Place.Rcp, what);
    this.bundle.poolRun(field(AccountRecord.CompleteStart), field(AccountRecord.CompleteCount), 1, what);
    this.bundle.poolStrings(field(AccountRecord.CompleteStart), field(AccountRecord.CompleteCount), what);
  }

  private principal(field: (offset: number) => number, what: string): void {
    if (field(PrincipalRecord.Bits) > 3) fail(`${what} has bits that are not known`);
    this.bundle.id(field(PrincipalRecord.Account), "strings", what);
    this.bundle.id(field(PrincipalRecord.Name), "strings", what);
    this.principalArn(field, what);
    this.bundle.idOrNone(field(PrincipalRecord.UniqueId), "strings", what);
    this.sets.setAt(field(PrincipalRecord.Identity), Place.Caller, what);
    this.sets.setAtOrNone(field(PrincipalRecord.Boundary), Place.Caller, what);
    this.tags(field(PrincipalRecord.TagStart), field(PrincipalRecord.TagCount), what);
  }

  /** Of a user or role: `arn:P:iam::A:user/…` with the record's account; a federated user is known under its session's ARN. */
  private principalArn(field: (offset: number) => number, what: string): void {
    const parts = this.reader.string(field(PrincipalRecord.Arn)).split(":");
    const kind = field(PrincipalRecord.Bits) & PrincipalBits.Role ? "role" : "user";
    const account = this.reader.string(field(PrincipalRecord.Account));
    const isItsOwn = parts[0] === "arn" && parts[4] === account;
    const isNamed = parts[2] === "iam" && parts[5]?.startsWith(`${kind}/`);
    const isFederated = parts[2] === "sts" && kind === "user" && parts[5]?.startsWith("federated-user/");
    if (!isItsOwn || !(isNamed || isFederated)) fail(`${what} has another ARN than its own`);
  }

  private tags(start: number, count: number, what: string): void {
    this.bundle.poolRun(start, count, 2, what);
    this.bundle.poolStrings(start, count * 2, what);
  }

  /** Exactly the principals that are roles, by account and name. */
  private roles(): void {
    const count = this.reader.count(Section.Roles, RoleRecord.Size);
    const found = new Set<number>();
    for (let id = 0; id < count; id++) {
      const principal = this.reader.field(Section.Roles, RoleRecord.Size, id, RoleRecord.Principal);
      this.bundle.id(principal, "principals", `role ${id}`);
      const field = (offset: PrincipalRecord) =>
        this.reader.field(Section.Principals, PrincipalRecord.Size, principal, offset);
      const key = `${this.reader.string(field(PrincipalRecord.Account))}/${this.reader.string(field(PrincipalRecord.Name))}`;
      const name = this.reader.string(this.reader.field(Section.Roles, RoleRecord.Size, id, RoleRecord.Key));
      if (!(field(PrincipalRecord.Bits) & PrincipalBits.Role) || key !== name) fail(`role ${id} is another principal`);
      found.add(principal);
    }
    for (let id = 0; id < this.bundle.counts.principals; id++) {
      const bits = this.reader.field(Section.Principals, PrincipalRecord.Size, id, PrincipalRecord.Bits);
      if (bits & PrincipalBits.Role && !found.has(id)) fail(`principal ${id} is a role that cannot be found`);
    }
  }

  private session(field: (offset: number) => number, what: string): void {
    this.sets.setAtOrNone(field(SessionRecord.Policies), Place.Caller, what);
    this.tags(field(SessionRecord.TagStart), field(SessionRecord.TagCount), what);
    if (field(SessionRecord.IssuedBy) > 4) fail(`${what} was issued by nothing that is known`);
    const low = field(SessionRecord.IssueTimeLow);
    const high = field(SessionRecord.IssueTimeHigh);
    if (!(low === TIMELESS && high === TIMELESS) && Math.abs((high | 0) * 2 ** 32 + low) > DATE_MAX) {
      fail(`${what} was issued out of range`);
    }
    this.bundle.idOrNone(field(SessionRecord.FederatedProvider), "strings", what);
    this.bundle.idOrNone(field(SessionRecord.SourceIdentity), "strings", what);
    this.bundle.idOrNone(field(SessionRecord.Parent), "strings", what);
  }

  private resource(field: (offset: number) => number, what: string): void {
    const bits = field(ResourceRecord.Bits);
    if (bits > 31 || (bits & 3) === 3) fail(`${what} has bits that are not known`);
    this.bundle.idOrNone(field(ResourceRecord.Owner), "strings", what);
    this.tags(field(ResourceRecord.TagStart), field(ResourceRecord.TagCount), what);
    this.sets.setAt(field(ResourceRecord.Policies), bits & ResourceBits.Trust ? Place.Trust : Place.Resource, what);
    if (field(ResourceRecord.Rcps) !== NONE) this.sets.levelsAt(field(ResourceRecord.Rcps), Place.Rcp, what);
    this.bundle.idOrNone(field(ResourceRecord.Behind), "strings", what);
  }

  private endpoint(field: (offset: number) => number, what: string): void {
    this.bundle.idOrNone(field(EndpointRecord.Vpc), "strings", what);
    this.bundle.idOrNone(field(EndpointRecord.Account), "strings", what);
    if (field(EndpointRecord.Gateway) > 1) fail(`${what} is of no kind`);
    this.sets.setAtOrNone(field(EndpointRecord.Policies), Place.Endpoint, what);
  }
}
