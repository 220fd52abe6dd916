/** Who acts in the example trail: the people and roles of examples/world, as CloudTrail's `userIdentity` shows them. */

export type Json = { readonly [name: string]: unknown };

/** A caller of a call, with what the record says of the way it came. */
export interface Caller {
  readonly userIdentity: Json;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  /** Whose trail has the record. */
  readonly account: string;
  /** How the caller is called in AWS's messages. */
  readonly name: string;
  /** Beside the usual fields: the VPC endpoint. */
  readonly extra?: Json;
}

export const SHOP = "111111111111";
export const DATA = "222222222222";
export const AUDITORS = "333333333333";
export const MANAGEMENT = "999999999999";

export const OFFICE = "203.0.113.24";
export const NEW_OFFICE = "203.0.113.201";
export const OFFICE_IPV6 = "2001:db8:77::18";
export const HOTEL = "198.51.100.23";
const RUNNER = "192.0.2.44";

const CLI = "aws-cli/2.31.4 md/awscrt#0.28.0 ua/2.1 os/linux md/arch#x86_64 lang/python#3.13.7";
const SDK = "aws-sdk-java/2.34.0 ua/2.1 os/Linux lang/java#21.0.8 md/OpenJDK_64-Bit_Server_VM";
const CONSOLE = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

type UserName = "maya" | "omar" | "fiona" | "ines" | "dana" | "treasurer";

const USERS: Readonly<Record<UserName, { readonly account: string; readonly id: string; readonly key: string }>> = {
  maya: { account: SHOP, id: "AIDABOOKSHOPMAYA00000", key: "BOOKSHOPMAYA0000" },
  omar: { account: SHOP, id: "AIDABOOKSHOPOMAR00000", key: "BOOKSHOPOMAR0000" },
  fiona: { account: SHOP, id: "AIDABOOKSHOPFIONA0000", key: "BOOKSHOPFIONA000" },
  ines: { account: SHOP, id: "AIDABOOKSHOPINES00000", key: "BOOKSHOPINES0000" },
  dana: { account: DATA, id: "AIDABOOKSHOPDANA00000", key: "BOOKSHOPDANA0000" },
  treasurer: { account: MANAGEMENT, id: "AIDABOOKSHOPTREASURER", key: "BOOKSHOPTREASURE" },
};

/** With long-term access keys: nothing is said of MFA. */
export function user(name: UserName, address: string = OFFICE): Caller {
  const { account, id, key } = USERS[name];
  const arn = `arn:aws:iam::${account}:user/${name}`;
  const userIdentity = {
    type: "IAMUser",
    principalId: id,
    arn,
    accountId: account,
    accessKeyId: `AKIA${key}`,
    userName: name,
  };
  return { userIdentity, sourceIPAddress: address, userAgent: CLI, account, name: arn };
}

/** With a session token that was got at `since`, with MFA or without. */
export function userSession(name: UserName, since: string, mfa: boolean, address: string = OFFICE): Caller {
  const caller = user(name, address);
  const attributes = { creationDate: since, mfaAuthenticated: String(mfa) };
  const userIdentity = {
    ...caller.userIdentity,
    accessKeyId: `ASIA${USERS[name].key}`,
    sessionContext: { sessionIssuer: {}, webIdFederationData: {}, attributes },
  };
  return { ...caller, userIdentity, userAgent: CONSOLE };
}

interface Role {
  readonly account: string;
  readonly name: string;
  /** With slashes around it. */
  readonly path?: string;
  readonly id: string;
}

export const WEB_SHOP: Role = { account: SHOP, name: "EC2RoleForWebShop", id: "AROABOOKSHOPWEBSHOP00" };
export const DEPLOY: Role = { account: SHOP, name: "Deploy", path: "/pipelines/", id: "AROABOOKSHOPDEPLOY000" };
export const AUDIT: Role = { account: SHOP, name: "TrustWithExternalID", id: "AROABOOKSHOPTRUST0000" };
export const REPORTS: Role = { account: DATA, name: "ReportBuilder", id: "AROABOOKSHOPREPORTS00" };

export function roleArn({ account, name, path = "/" }: Role): string {
  return `arn:aws:iam::${account}:role${path}${name}`;
}

/** A session of a role, from a build machine unless told otherwise. */
export function session(role: Role, sessionName: string, since: string): Caller {
  const arn = `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`;
  const userIdentity = {
    type: "AssumedRole",
    principalId: `${role.id}:${sessionName}`,
    arn,
    accountId: role.account,
    accessKeyId: "ASIABOOKSHOPSESSION0",
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: role.id,
        arn: roleArn(role),
        accountId: role.account,
        userName: role.name,
      },
      webIdFederationData: {},
      attributes: { creationDate: since, mfaAuthenticated: "false" },
    },
  };
  return { userIdentity, sourceIPAddress: RUNNER, userAgent: SDK, account: role.account, name: arn };
}

/** The role of an instance, whose calls to S3 leave the network by a VPC endpoint. */
export function instance(id: string, address: string, since: string): Caller {
  const caller = session(WEB_SHOP, id, since);
  const context = caller.userIdentity["sessionContext"] as Json;
  const userIdentity = { ...caller.userIdentity, sessionContext: { ...context, ec2RoleDelivery: "2.0" } };
  return { ...caller, userIdentity, sourceIPAddress: address };
}

export function throughEndpoint(caller: Caller): Caller {
  return { ...caller, extra: { vpcEndpointId: "vpce-0b00c000000000001", vpcEndpointAccountId: SHOP } };
}

/** The same caller, for whom a service calls on. */
export function by(service: string, caller: Caller): Caller {
  const userIdentity = { ...caller.userIdentity, invokedBy: service };
  return { ...caller, userIdentity, sourceIPAddress: service, userAgent: service };
}

export function service(name: string, account: string): Caller {
  const userIdentity = { type: "AWSService", invokedBy: name };
  return { userIdentity, sourceIPAddress: name, userAgent: name, account, name };
}

export const AUDITOR: Caller = {
  userIdentity: { type: "AWSAccount", principalId: "AIDAAUDITORSAUDITOR00", accountId: AUDITORS },
  sourceIPAddress: "192.0.2.130",
  userAgent: CLI,
  account: SHOP,
  name: `arn:aws:iam::${AUDITORS}:user/auditor`,
};

export const STRANGER: Caller = {
  userIdentity: { type: "AWSAccount", principalId: "", accountId: "ANONYMOUS_PRINCIPAL" },
  sourceIPAddress: "198.51.100.199",
  userAgent: "curl/8.15.0",
  account: SHOP,
  name: "anonymous",
};

export function root(account: string): Caller {
  const userIdentity = {
    type: "Root",
    principalId: account,
    arn: `arn:aws:iam::${account}:root`,
    accountId: account,
    accessKeyId: "ASIABOOKSHOPROOT0000",
    sessionContext: {
      sessionIssuer: {},
      webIdFederationData: {},
      attributes: { creationDate: "2026-11-24T06:55:00Z", mfaAuthenticated: "true" },
    },
  };
  const name = `arn:aws:iam::${account}:root`;
  return { userIdentity, sourceIPAddress: OFFICE, userAgent: CONSOLE, account, name };
}

/** Somebody whom a code host vouches for. */
export const PIPELINE: Caller = {
  userIdentity: {
    type: "WebIdentityUser",
    principalId: "arn:aws:iam::111111111111:oidc-provider/code.bookshop.example:sts.amazonaws.com:repo:site",
    userName: "repo:site",
    identityProvider: "arn:aws:iam::111111111111:oidc-provider/code.bookshop.example",
  },
  sourceIPAddress: RUNNER,
  userAgent: SDK,
  account: SHOP,
  name: "repo:site",
};
