/** `userIdentity` → principal, and what is not known of it. */
import { describe, expect, test } from "vitest";
import { resolve } from "../../src/request/resolve.js";
import { type DeriveOptions, NO_ASSUMPTIONS } from "../../src/trail/derive.js";
import { type Event, event, NOBODY, reasonOf, requestOf, requestsOf, SESSION, USER } from "./events.js";

const CALL = "ec2 DescribeInstances";
const by = (userIdentity: unknown, changes: Event = {}) => event(CALL, { userIdentity, ...changes });
const slotsOf = (of: Event, options?: DeriveOptions) => {
  const { context } = resolve(requestOf(of, options), options?.directory ?? NOBODY);
  return (key: string) => context.get(key);
};
const single = (value: string) => ({ state: "single", value });
const UNKNOWN = { state: "unknown" };
const ABSENT = { state: "absent" };

describe("users", () => {
  test("with long-term keys have no MFA keys and no token (§10)", () => {
    const request = requestOf(by(USER));
    expect(request.principal).toEqual({
      arn: "arn:aws:iam::111111111111:user/team/ana",
      uniqueId: "AIDAAAAAAAAAAAAAAAAAA",
      credentials: "longTerm",
    });
    const slot = slotsOf(by(USER));
    expect(slot("aws:multifactorauthpresent")).toEqual(ABSENT);
    expect(slot("aws:tokenissuetime")).toEqual(ABSENT);
    expect(slot("aws:userid")).toEqual(single("AIDAAAAAAAAAAAAAAAAAA"));
  });

  const withSession = (mfaAuthenticated: string) => ({
    ...USER,
    accessKeyId: "ASIAAAAAAAAAAAAAAAAA",
    sessionContext: { attributes: { creationDate: "2026-01-02T03:00:00Z", mfaAuthenticated } },
  });

  test("with a session token: the MFA key is what the record says, its age counts from the token (MFA-3)", () => {
    const slot = slotsOf(by(withSession("true")));
    expect(slot("aws:multifactorauthpresent")).toEqual(single("true"));
    expect(slot("aws:multifactorauthage")).toEqual(single("245"));
    expect(slot("aws:tokenissuetime")).toEqual(single("2026-01-02T03:00:00Z"));
    expect(slotsOf(by(withSession("false")))("aws:multifactorauthpresent")).toEqual(single("false"));
  });

  test("in the console: when they were authenticated is not recorded", () => {
    const slot = slotsOf(by(withSession("true"), { sessionCredentialFromConsole: "true" }));
    expect(slot("aws:multifactorauthpresent")).toEqual(single("true"));
    expect(slot("aws:multifactorauthage")).toEqual(UNKNOWN);
    // A call through a proxy of the console has no TLS details.
    expect(slotsOf(by(withSession("true"), { tlsDetails: undefined }))("aws:multifactorauthage")).toEqual(UNKNOWN);
    expect(slotsOf(by(withSession("true"), { tlsDetails: null }))("aws:multifactorauthage")).toEqual(UNKNOWN);
  });

  test("with temporary keys and no attributes: nothing is known of MFA", () => {
    const slot = slotsOf(by({ ...USER, accessKeyId: "ASIAAAAAAAAAAAAAAAAA" }));
    expect(slot("aws:multifactorauthpresent")).toEqual(UNKNOWN);
    expect(slot("aws:tokenissuetime")).toEqual(UNKNOWN);
  });

  test("on whose behalf a service calls (MFA-8): the principal stays, the service is on the way", () => {
    const forwarded = by(
      { ...withSession("false"), invokedBy: "athena.amazonaws.com" },
      { sourceIPAddress: "athena.amazonaws.com" },
    );
    expect(requestOf(forwarded).via).toEqual({ fas: { calledVia: ["athena.amazonaws.com"] } });
    const slot = slotsOf(forwarded);
    expect(slot("aws:viaawsservice")).toEqual(single("true"));
    expect(slot("aws:calledvialast")).toEqual(single("athena.amazonaws.com"));
    // Others may have been on the way before it.
    expect(slot("aws:calledvia")).toEqual(UNKNOWN);
    expect(slot("aws:calledviafirst")).toEqual(UNKNOWN);
    expect(slot("aws:multifactorauthpresent")).toEqual(single("false"));
    expect(slot("aws:tokenissuetime")).toEqual(UNKNOWN);
    expect(slot("aws:sourceip")).toEqual(UNKNOWN);
  });

  test("on whose behalf a service calls that `aws:CalledVia` does not speak of", () => {
    const slot = slotsOf(by({ ...withSession("false"), invokedBy: "ssm.amazonaws.com" }));
    expect(slot("aws:viaawsservice")).toEqual(single("true"));
    expect(slot("aws:calledvialast")).toEqual(UNKNOWN);
  });

  test("through AWS's own inside: whether a service called for them is not certain", () => {
    const slot = slotsOf(by({ ...withSession("false"), invokedBy: "AWS Internal" }));
    expect(slot("aws:viaawsservice")).toEqual(UNKNOWN);
    expect(slot("aws:tokenissuetime")).toEqual(UNKNOWN);
  });

  test("without an ARN are not known", () => {
    expect(reasonOf(by({ ...USER, arn: undefined }))).toBe("principal-malformed");
    expect(reasonOf(by({ ...USER, arn: "arn:aws:iam::123:user/ana" }))).toBe("principal-malformed");
  });
});

describe("root users", () => {
  const ROOT = {
    type: "Root",
    principalId: "111111111111",
    arn: "arn:aws:iam::111111111111:root",
    accountId: "111111111111",
  };

  test("are principals of their own kind", () => {
    expect(slotsOf(by({ ...ROOT, accessKeyId: "AKIAAAAAAAAAAAAAAAAA" }))("aws:principaltype")).toEqual(
      single("Account"),
    );
  });

  test("of AssumeRoot sessions (SPEC-35)", () => {
    const sessionContext = {
      assumedRoot: "true",
      attributes: { creationDate: "2026-01-02T03:00:00Z", mfaAuthenticated: "false" },
    };
    const slot = slotsOf(by({ ...ROOT, sessionContext }));
    expect(slot("aws:assumedroot")).toEqual(single("true"));
    expect(slot("aws:tokenissuetime")).toEqual(single("2026-01-02T03:00:00Z"));
  });
});

describe("role sessions", () => {
  test("are of the role with its path, which the session's ARN has lost (REQ-11, REQ-20)", () => {
    const slot = slotsOf(by(SESSION));
    expect(slot("aws:principalarn")).toEqual(single("arn:aws:iam::111111111111:role/path/Deploy"));
    expect(slot("aws:userid")).toEqual(single("AROAAAAAAAAAAAAAAAAAA:ci"));
    expect(slot("aws:tokenissuetime")).toEqual(single("2026-01-02T03:00:00Z"));
    expect(slot("aws:sourceidentity")).toEqual(ABSENT);
  });

  const ROLE = {
    arn: "arn:aws:iam::111111111111:role/path/Deploy",
    uniqueId: null,
    tags: new Map([["team", "a"]]),
    serviceLinked: false,
  };
  const KNOWING = { ...NOBODY, role: () => ROLE };

  test("may have session tags, which win over the tags of the role (REQ-21)", () => {
    const unsure = { directory: KNOWING, assumptions: NO_ASSUMPTIONS };
    expect(slotsOf(by(SESSION), unsure)("aws:principaltag/team")).toEqual(UNKNOWN);
    expect(slotsOf(by(SESSION), unsure)("aws:principaltag/other")).toEqual(UNKNOWN);
    const sure = { directory: KNOWING, assumptions: { ...NO_ASSUMPTIONS, untaggedSessions: true } };
    expect(slotsOf(by(SESSION), sure)("aws:principaltag/team")).toEqual(single("a"));
    expect(slotsOf(by(SESSION), sure)("aws:principaltag/other")).toEqual(ABSENT);
  });

  test("may be of a SAML provider, whose sessions have no MFA key (MFA-4, MFA-5)", () => {
    expect(slotsOf(by(SESSION))("aws:multifactorauthpresent")).toEqual(UNKNOWN);
    const sure = { directory: null, assumptions: { ...NO_ASSUMPTIONS, assumedSessions: true } };
    expect(slotsOf(by(SESSION), sure)("aws:multifactorauthpresent")).toEqual(single("false"));
    const identityCenter = sessionOf("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef");
    expect(slotsOf(by(identityCenter))("aws:multifactorauthpresent")).toEqual(ABSENT);
  });

  /** A session of a role with this path and name. */
  function sessionOf(path: string, changes: Event = {}) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const { sessionContext } = SESSION;
    return {
      ...SESSION,
      arn: `arn:aws:sts::111111111111:assumed-role/${name}/s`,
      sessionContext: {
        ...sessionContext,
        sessionIssuer: { ...sessionContext.sessionIssuer, arn: `arn:aws:iam::111111111111:role/${path}` },
        ...changes,
      },
    };
  }

  test("of instances are issued by EC2, untagged, and say how they were delivered", () => {
    const request = requestOf(by(sessionOf("App", { ec2RoleDelivery: "2.0" })));
    expect(request.principal).toMatchObject({ issuedBy: "Service" });
    const slot = slotsOf(by(sessionOf("App", { ec2RoleDelivery: "2.0" })));
    expect(slot("ec2:roledelivery")).toEqual(single("2.0"));
    expect(slot("ec2:sourceinstancearn")).toEqual(UNKNOWN);
    expect(slot("aws:multifactorauthpresent")).toEqual(single("false"));
    expect(slot("lambda:sourcefunctionarn")).toEqual(ABSENT);
  });

  test("of instances in older records: how they were delivered is not known (REQ-14)", () => {
    const slot = slotsOf(by({ ...SESSION, arn: "arn:aws:sts::111111111111:assumed-role/Deploy/i-0123456789abcdef0" }));
    expect(slot("ec2:roledelivery")).toEqual(UNKNOWN);
    expect(slot("aws:ec2instancesourcevpc")).toEqual(UNKNOWN);
    expect(slotsOf(by(SESSION))("ec2:roledelivery")).toEqual(ABSENT);
  });

  test("say nothing by fields that are null, as tables of records write what is missing", () => {
    const empty = { ec2RoleDelivery: null, sourceIdentity: null, webIdFederationData: null };
    const { sessionContext } = SESSION;
    const nulls = { ...SESSION, invokedBy: null, sessionContext: { ...sessionContext, ...empty } };
    expect(requestOf(by(nulls))).toEqual(requestOf(by(SESSION)));
  });

  test("of a role whose path nothing tells: the role's ARN is not known", () => {
    const slot = slotsOf(by({ ...SESSION, sessionContext: {} }));
    expect(slot("aws:principalarn")).toEqual(UNKNOWN);
    const directory = { ...NOBODY, role: () => ROLE };
    const known = slotsOf(by({ ...SESSION, sessionContext: {} }), { directory, assumptions: NO_ASSUMPTIONS });
    expect(known("aws:principalarn")).toEqual(single(ROLE.arn));
  });

  test("that a service uses: their source identity is not recorded", () => {
    expect(slotsOf(by({ ...SESSION, invokedBy: "ssm.amazonaws.com" }))("aws:sourceidentity")).toEqual(UNKNOWN);
  });

  test("of service-linked roles are no forward access sessions", () => {
    const linked = {
      ...sessionOf("aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"),
      invokedBy: "rds.amazonaws.com",
    };
    const slot = slotsOf(by(linked, { sourceIPAddress: "rds.amazonaws.com" }));
    expect(slot("aws:viaawsservice")).toEqual(single("false"));
  });

  test("that a service uses: whether for a caller or for itself, the record does not say", () => {
    const slot = slotsOf(by({ ...SESSION, invokedBy: "cloudformation.amazonaws.com" }));
    expect(slot("aws:viaawsservice")).toEqual(UNKNOWN);
    expect(slot("aws:calledvia")).toEqual(UNKNOWN);
  });

  test("carry their source identity", () => {
    const { sessionContext } = SESSION;
    const named = { ...SESSION, sessionContext: { ...sessionContext, sourceIdentity: "ana" } };
    expect(slotsOf(by(named))("aws:sourceidentity")).toEqual(single("ana"));
  });

  test("of identity providers have the provider's keys, and no MFA key", () => {
    const { sessionContext } = SESSION;
    const provider = "arn:aws:iam::111111111111:oidc-provider/token.example.com";
    const webIdFederationData = {
      federatedProvider: provider,
      attributes: { "token.example.com:aud": "iamb", "aws:PrincipalOrgID": "o-forged", "other.example.com:aud": "x" },
    };
    const slot = slotsOf(by({ ...SESSION, sessionContext: { ...sessionContext, webIdFederationData } }));
    expect(slot("aws:federatedprovider")).toEqual(single(provider));
    expect(slot("token.example.com:aud")).toEqual(single("iamb"));
    expect(slot("token.example.com:sub")).toEqual(UNKNOWN);
    expect(slot("other.example.com:aud")).toEqual(ABSENT);
    expect(slot("aws:principalorgid")).toEqual(UNKNOWN);
    expect(slot("aws:multifactorauthpresent")).toEqual(ABSENT);
  });

  test("of a role that the world has at another path are of another role", () => {
    const directory = { ...NOBODY, role: () => ({ ...ROLE, arn: "arn:aws:iam::111111111111:role/other/Deploy" }) };
    const options = { directory, assumptions: NO_ASSUMPTIONS };
    expect(() => requestOf(by(SESSION), options)).toThrow("principal-contradicts-world");
  });

  test("without a session name, or with a slash in it, are not known", () => {
    expect(reasonOf(by({ ...SESSION, arn: "arn:aws:sts::111111111111:assumed-role/Deploy" }))).toBe(
      "principal-malformed",
    );
    expect(reasonOf(by({ ...SESSION, arn: "arn:aws:sts::111111111111:assumed-role/a/b/c" }))).toBe(
      "principal-malformed",
    );
  });
});

describe("others", () => {
  test("federated users have the policies of their parent (REQ-13)", () => {
    const federated = {
      type: "FederatedUser",
      principalId: "111111111111:guest",
      arn: "arn:aws:sts::111111111111:federated-user/guest",
      accountId: "111111111111",
      sessionContext: {
        sessionIssuer: { type: "IAMUser", arn: "arn:aws:iam::111111111111:user/team/ana" },
        attributes: { creationDate: "2026-01-02T03:00:00Z", mfaAuthenticated: "false" },
      },
    };
    expect(requestOf(by(federated)).principal).toMatchObject({ parent: "arn:aws:iam::111111111111:user/team/ana" });
    const slot = slotsOf(by(federated));
    expect(slot("aws:userid")).toEqual(single("111111111111:guest"));
    expect(slot("aws:multifactorauthpresent")).toEqual(ABSENT);
    expect(slot("aws:principaltag/team")).toEqual(UNKNOWN);
  });

  test("services call as themselves; for which resource, the record does not say (REQ-42)", () => {
    const service = { type: "AWSService", invokedBy: "ec2.amazonaws.com" };
    const of = event("sts AssumeRole", {
      userIdentity: service,
      sourceIPAddress: "ec2.amazonaws.com",
      requestParameters: { roleArn: "arn:aws:iam::111111111111:role/App", roleSessionName: "i-0" },
    });
    expect(requestOf(of).principal).toBe("ec2.amazonaws.com");
    const slot = slotsOf(of);
    expect(slot("aws:principalisawsservice")).toEqual(single("true"));
    expect(slot("aws:sourceaccount")).toEqual(UNKNOWN);
    expect(slot("aws:sourcearn")).toEqual(UNKNOWN);
    expect(reasonOf(by({ type: "AWSService", invokedBy: "AWS Internal" }))).toBe("service-unnamed");
  });

  test("records of services without a type are of services", () => {
    expect(requestOf(by({ accountId: "111111111111", invokedBy: "s3.amazonaws.com" })).principal).toBe(
      "s3.amazonaws.com",
    );
  });

  test("callers of AssumeRoleWithSAML are their provider", () => {
    const of = event("sts AssumeRoleWithSAML", {
      userIdentity: { type: "SAMLUser", principalId: "q:ana", userName: "ana", identityProvider: "q" },
      requestParameters: {
        principalArn: "arn:aws:iam::111111111111:saml-provider/Corp",
        roleArn: "arn:aws:iam::111111111111:role/App",
        roleSessionName: "ana",
      },
    });
    const request = requestOf(of);
    expect(request.principal).toEqual({ arn: "arn:aws:iam::111111111111:saml-provider/Corp" });
    expect(slotsOf(of)("saml:aud")).toEqual(UNKNOWN);
  });

  test("callers of AssumeRoleWithWebIdentity are their provider, with audience and subject", () => {
    const userIdentity = {
      type: "WebIdentityUser",
      principalId: "accounts.google.com:app.example.com:42",
      userName: "42",
      identityProvider: "accounts.google.com",
    };
    const requestParameters = { roleArn: "arn:aws:iam::111111111111:role/App", roleSessionName: "ana" };
    const of = event("sts AssumeRoleWithWebIdentity", { userIdentity, requestParameters });
    const slot = slotsOf(of);
    expect(slot("accounts.google.com:aud")).toEqual(single("app.example.com"));
    expect(slot("accounts.google.com:sub")).toEqual(single("42"));
    expect(slot("accounts.google.com:oaud")).toEqual(UNKNOWN);
    expect(slot("www.amazon.com:app_id")).toEqual(ABSENT);
    const provider = "arn:aws:iam::111111111111:oidc-provider/token.example.com";
    const configured = {
      ...userIdentity,
      identityProvider: provider,
      principalId: `${provider}:sts.amazonaws.com:repo:a:b`,
      userName: "repo:a:b",
    };
    const other = slotsOf(event("sts AssumeRoleWithWebIdentity", { userIdentity: configured, requestParameters }));
    expect(other("token.example.com:aud")).toEqual(single("sts.amazonaws.com"));
    expect(other("token.example.com:sub")).toEqual(single("repo:a:b"));
  });

  test("anonymous callers are anonymous; principals of other accounts are hidden", () => {
    const anonymous = { type: "AWSAccount", principalId: "", accountId: "ANONYMOUS_PRINCIPAL" };
    expect(requestsOf(by(anonymous)).map(({ principal }) => principal)).toEqual(["*"]);
    expect(reasonOf(by({ type: "AWSAccount", principalId: "AROAX:s", accountId: "222222222222" }))).toBe(
      "principal-hidden",
    );
  });

  test.each([
    [{ type: "Directory" }, "principal-outside-iam"],
    [{ type: "IdentityCenterUser", accountId: "111111111111" }, "principal-outside-iam"],
    [{ type: "Unknown" }, "principal-unknown"],
    [{ type: "Invented" }, "principal-unknown"],
    [{ type: "constructor" }, "principal-unknown"],
    [{}, "principal-missing"],
    [null, "principal-missing"],
    ["ana", "principal-missing"],
  ])("%j: %s", (identity, reason) => expect(reasonOf(by(identity))).toBe(reason));
});
