/** Records for tests: a whole one, of which a test changes what it is about. */
import type { Directory } from "../../src/request/directory.js";
import type { Request } from "../../src/request/request.js";
import { resolve } from "../../src/request/resolve.js";
import type { DeriveOptions } from "../../src/trail/derive.js";
import { derive } from "../../src/trail/derive.js";
import type { Derived } from "../../src/trail/derived.js";

export type Event = Readonly<Record<string, unknown>>;

export const USER = {
  type: "IAMUser",
  principalId: "AIDAAAAAAAAAAAAAAAAAA",
  arn: "arn:aws:iam::111111111111:user/team/ana",
  accountId: "111111111111",
  accessKeyId: "AKIAAAAAAAAAAAAAAAAA",
  userName: "ana",
};

/** A session of a role with a path. */
export const SESSION = {
  type: "AssumedRole",
  principalId: "AROAAAAAAAAAAAAAAAAAA:ci",
  arn: "arn:aws:sts::111111111111:assumed-role/Deploy/ci",
  accountId: "111111111111",
  accessKeyId: "ASIAAAAAAAAAAAAAAAAA",
  sessionContext: {
    sessionIssuer: {
      type: "Role",
      principalId: "AROAAAAAAAAAAAAAAAAAA",
      arn: "arn:aws:iam::111111111111:role/path/Deploy",
      accountId: "111111111111",
      userName: "Deploy",
    },
    webIdFederationData: {},
    attributes: { creationDate: "2026-01-02T03:00:00Z", mfaAuthenticated: "false" },
  },
};

/** `s3 GetObject`: the service and the name of the event. */
export function event(call: string, changes: Event = {}): Event {
  const [service, name] = call.split(" ");
  return {
    eventVersion: "1.08",
    userIdentity: USER,
    eventTime: "2026-01-02T03:04:05Z",
    eventSource: `${service}.amazonaws.com`,
    eventName: name,
    awsRegion: "eu-west-1",
    sourceIPAddress: "192.0.2.7",
    userAgent: "aws-cli/2.0",
    requestParameters: null,
    responseElements: null,
    eventType: "AwsApiCall",
    recipientAccountId: "111111111111",
    tlsDetails: { tlsVersion: "TLSv1.3" },
    ...changes,
  };
}

/** An open world that knows nobody. */
export const NOBODY: Directory = {
  options: {
    roleMfaKey: "false",
    assumeSameAccount: false,
  } as Directory["options"],
  closed: false,
  account: () => null,
  user: () => null,
  role: () => null,
  session: () => null,
  resource: () => null,
  endpoint: () => null,
};

/** The requests of an event, each of which can be asked. Fails where there are none. */
export function requestsOf(of: Event, options?: DeriveOptions): readonly Request[] {
  const derived = derive(of, options);
  if (derived.kind === "none") throw new Error(`no request: ${derived.reason} ${derived.missing}`);
  return derived.requests.map(({ request }) => {
    resolve(request, options?.directory ?? NOBODY);
    return request;
  });
}

export function requestOf(of: Event, options?: DeriveOptions): Request {
  const requests = requestsOf(of, options);
  if (requests.length !== 1) throw new Error(`${requests.length} requests`);
  return requests[0]!;
}

/** Action and resource of every request. */
export function asksOf(of: Event): readonly string[] {
  return requestsOf(of).map(({ action, resource }) => `${action} ${resource}`);
}

export function reasonOf(of: unknown): string | null {
  const derived: Derived = derive(of);
  return derived.kind === "none" ? derived.reason : null;
}

export function gapsOf(of: unknown): readonly string[] {
  const derived = derive(of);
  return derived.kind === "none"
    ? []
    : derived.gaps.map(({ action, reason, missing }) => [action, reason, ...missing].join(" "));
}
