/** A world's answers about the parties of a request. */
import { describe, expect, it } from "vitest";
import { directoryOf } from "../../src/world/directory.js";
import { A1, A2, ALICE, account, principal, ROLE, resource, world } from "./build.js";

const ORGANIZATION = { id: "o-a", path: "o-a/r-b/", managementAccount: A2 };

const DIRECTORY = directoryOf(
  world({
    accounts: new Map([account(A1, { organization: ORGANIZATION }), account(A2, { organization: "unknown" })]),
    principals: new Map([principal("user", ALICE), principal("role", ROLE, { uniqueId: "AROA1" })]),
    resources: new Map([resource("arn:aws:s3:::b", { owner: A1, tags: new Map([["env", "prod"]]) })]),
  }),
);

describe("directory of a world", () => {
  it("tells an organization that is not known from none", () => {
    expect(DIRECTORY.account(A1)?.organization).toEqual(ORGANIZATION);
    expect(DIRECTORY.account(A2)?.organization).toEqual({ id: null, path: null, managementAccount: null });
    expect(DIRECTORY.account("333333333333")).toBeNull();
  });

  it("finds roles by name, users by ARN, and neither as the other", () => {
    expect(DIRECTORY.role(A1, "Deploy")).toMatchObject({ arn: ROLE, uniqueId: "AROA1" });
    expect(DIRECTORY.role(A2, "Deploy")).toBeNull();
    expect(DIRECTORY.user(ALICE)?.arn).toBe(ALICE);
    expect(DIRECTORY.user(ROLE)).toBeNull();
  });

  it("gives a bucket's owner to its objects, but not its tags", () => {
    expect(DIRECTORY.resource("arn:aws:s3:::b")).toEqual({
      arn: "arn:aws:s3:::b",
      owner: A1,
      tags: new Map([["env", "prod"]]),
    });
    expect(DIRECTORY.resource("arn:aws:s3:::b/k")).toEqual({ arn: "arn:aws:s3:::b", owner: A1, tags: null });
    expect(DIRECTORY.resource("arn:aws:s3:::bb")).toBeNull();
  });

  it("treats names of object prototypes as ordinary names", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect(DIRECTORY.account(name)).toBeNull();
      expect(DIRECTORY.role(A1, name)).toBeNull();
      expect(DIRECTORY.session(name)).toBeNull();
      expect(DIRECTORY.endpoint(name)).toBeNull();
    }
  });
});
