/** What a bundle says of accounts, principals, sessions, resources and AWS's tables is refused if it cannot be. */
import { describe, expect, it } from "vitest";
import {
  AccountRecord,
  EndpointRecord,
  PrincipalRecord,
  ProvenanceRecord,
  ResourceBits,
  ResourceRecord,
  RoleRecord,
  ScpExemptRecord,
  Section,
  SessionRecord,
} from "../../src/bytecode/layout.js";
import { Mark, PatternKind } from "../../src/bytecode/opcodes.js";
import { NONE } from "../../src/bytecode/reader.js";

import { cut, type LieTable, patternOf, refusal, roleId, setAt, setField, swap, userId } from "./lies.js";

const TABLE: LieTable = {
  accounts: [
    ["out of order", "Accounts 1 is out of order", (bundle) => swap(bundle, Section.Accounts, 0, 1)],
    ["no such name", "last of strings", setField(Section.Accounts, AccountRecord.Id, 1 << 20)],
    ["bits that are not known", "has bits that are not known", setField(Section.Accounts, AccountRecord.Bits, 16)],
    ["no such organization", "last of strings", setField(Section.Accounts, AccountRecord.OrganizationId, 1 << 20)],
    ["no such levels", "last of levels", setField(Section.Accounts, AccountRecord.Scps, 99)],
    ["SCPs for RCPs", "has documents of another place", setField(Section.Accounts, AccountRecord.Rcps, 0)],
    ["types behind the pool", "beyond the pool", setField(Section.Accounts, AccountRecord.CompleteCount, 999)],
    [
      "no such type",
      "last of strings",
      (bundle) => {
        bundle.set(Section.Accounts, 0, AccountRecord.CompleteStart, bundle.append(Section.Pool, [9999]));
        bundle.set(Section.Accounts, 0, AccountRecord.CompleteCount, 1);
      },
    ],
  ],
  "users and roles": [
    ["bits that are not known", "has bits that are not known", setField(Section.Principals, PrincipalRecord.Bits, 4)],
    ["no such account", "last of strings", setField(Section.Principals, PrincipalRecord.Account, 9999)],
    ["no such name", "last of strings", setField(Section.Principals, PrincipalRecord.Name, 9999)],
    ["no such unique id", "last of strings", setField(Section.Principals, PrincipalRecord.UniqueId, 9999)],
    [
      "another account than its ARN's",
      "has another ARN than its own",
      (bundle) =>
        bundle.set(Section.Principals, userId(bundle), PrincipalRecord.Account, bundle.string("222222222222")),
    ],
    [
      "a user with a role's ARN",
      "has another ARN than its own",
      (bundle) => bundle.set(Section.Principals, roleId(bundle), PrincipalRecord.Bits, 0),
    ],
    [
      "an SCP for an identity policy",
      "has documents of another place",
      (bundle) => bundle.set(Section.Principals, userId(bundle), PrincipalRecord.Identity, setAt(bundle, "scps[0]")),
    ],
    [
      "a trust policy for a boundary",
      "has documents of another place",
      (bundle) =>
        bundle.set(
          Section.Principals,
          userId(bundle),
          PrincipalRecord.Boundary,
          setAt(bundle, "resource policy of arn:aws:iam"),
        ),
    ],
    ["no identity policies", "last of sets", setField(Section.Principals, PrincipalRecord.Identity, NONE)],
    ["tags behind the pool", "beyond the pool", setField(Section.Principals, PrincipalRecord.TagCount, 999)],
    ["no such role", "last of principals", setField(Section.Roles, RoleRecord.Principal, 99)],
    [
      "a role that is a user",
      "role 0 is another principal",
      (bundle) => bundle.set(Section.Roles, 0, RoleRecord.Principal, userId(bundle)),
    ],
    [
      "a role by another name",
      "role 0 is another principal",
      (bundle) => bundle.set(Section.Roles, 0, RoleRecord.Key, bundle.string("111111111111/Admin")),
    ],
    [
      "a role that no session can find",
      "is a role that cannot be found",
      (bundle) => cut(bundle, Section.Roles, "all"),
    ],
  ],
  sessions: [
    [
      "policies of another place",
      "of another place",
      (bundle) => bundle.set(Section.Sessions, 0, SessionRecord.Policies, 0),
    ],
    ["tags behind the pool", "beyond the pool", setField(Section.Sessions, SessionRecord.TagStart, 9999)],
    ["an issuer that is not known", "was issued by nothing", setField(Section.Sessions, SessionRecord.IssuedBy, 5)],
    [
      "a time out of range",
      "was issued out of range",
      setField(Section.Sessions, SessionRecord.IssueTimeHigh, 0x7fff_0000),
    ],
    ["no such provider", "last of strings", setField(Section.Sessions, SessionRecord.FederatedProvider, 9999)],
    ["no such source identity", "last of strings", setField(Section.Sessions, SessionRecord.SourceIdentity, 9999)],
    ["no such parent", "last of strings", setField(Section.Sessions, SessionRecord.Parent, 9999)],
  ],
  resources: [
    ["bits that are not known", "has bits that are not known", setField(Section.Resources, ResourceRecord.Bits, 32)],
    ["a role and a key at once", "has bits that are not known", setField(Section.Resources, ResourceRecord.Bits, 3)],
    ["no such owner", "last of strings", setField(Section.Resources, ResourceRecord.Owner, 9999)],
    [
      "a trust policy for a bucket policy",
      "has documents of another place",
      (bundle) => {
        const role = bundle.find(Section.Resources, (field) => (field(ResourceRecord.Bits) & ResourceBits.Trust) !== 0);
        bundle.set(Section.Resources, role, ResourceRecord.Bits, 0);
      },
    ],
    ["no such bucket behind", "last of strings", setField(Section.Resources, ResourceRecord.Behind, 9999)],
    ["SCPs for its RCPs", "has documents of another place", setField(Section.Resources, ResourceRecord.Rcps, 0)],
  ],
  endpoints: [
    ["no such VPC", "last of strings", setField(Section.Endpoints, EndpointRecord.Vpc, 9999)],
    ["no such account", "last of strings", setField(Section.Endpoints, EndpointRecord.Account, 9999)],
    ["no kind", "is of no kind", setField(Section.Endpoints, EndpointRecord.Gateway, 2)],
    [
      "an SCP for its policy",
      "has documents of another place",
      setField(Section.Endpoints, EndpointRecord.Policies, 0),
    ],
  ],
  "AWS's tables": [
    ["services out of order", "RcpServices 1 is out of order", (bundle) => swap(bundle, Section.RcpServices, 0, 1)],
    ["no such action", "last of patterns", setField(Section.ScpExempt, ScpExemptRecord.Pattern, 99)],
    [
      "an action with a variable",
      "is no action",
      (bundle) => {
        const pattern = patternOf(bundle, PatternKind.Variables, (bytes) => bytes.includes(Mark.One));
        bundle.set(Section.ScpExempt, 0, ScpExemptRecord.Pattern, pattern);
      },
    ],
    ["for nobody that is known", "is for nobody", setField(Section.ScpExempt, ScpExemptRecord.RootOnly, 2)],
  ],
  provenance: [
    ["a statement without a place", "not every statement has a place", (bundle) => cut(bundle, Section.Provenance, 24)],
    [
      "a file behind the end",
      "reaches beyond its bytes",
      setField(Section.Provenance, ProvenanceRecord.FileOffset, 999),
    ],
    ["a Sid behind the end", "reaches beyond its bytes", setField(Section.Provenance, ProvenanceRecord.SidLength, 999)],
    [
      "an ill-formed name",
      "is not well-formed",
      (bundle) => {
        bundle.sections[Section.ProvenanceBytes]![0] = 0xff;
      },
    ],
  ],
};

describe.each(Object.entries(TABLE))("%s", (_, rows) => {
  it.each(rows)("%s", (_what, message, lie) => {
    expect(refusal(lie)).toContain(message);
  });
});
