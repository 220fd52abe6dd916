/** The facts about AWS that requests need: condition keys, and the short lists. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { conditionKeyFacts } from "../../src/catalog/condition-keys.js";
import { mayCarryResourcePolicy, resourcePolicyServices } from "../../src/catalog/resource-policy-services.js";
import { scpExemptActions } from "../../src/catalog/scp-exempt.js";
import { rcpServices } from "../../src/policy/rcp-services.js";

const ROOT = join(import.meta.dirname, "..", "..");

describe("condition keys", () => {
  it("have the types of the Service Authorization Reference", () => {
    expect(conditionKeyFacts("s3:prefix")).toEqual({ type: "String", multi: false });
    expect(conditionKeyFacts("dynamodb:leadingkeys")).toEqual({ type: "String", multi: true });
    expect(conditionKeyFacts("lambda:functionarn")).toEqual({ type: "ARN", multi: false });
    expect(conditionKeyFacts("aws:securetransport")).toEqual({ type: "Bool", multi: false });
    expect(conditionKeyFacts("aws:requesttag/a/b")).toEqual({ type: "String", multi: false });
    expect(conditionKeyFacts("s3:nosuchkey")).toBeNull();
    expect(conditionKeyFacts("S3:Prefix")).toBeNull();
  });

  it("are as the script writes them", () => {
    const folder = mkdtempSync(join(tmpdir(), "iamb-"));
    try {
      const written = join(folder, "keys.ts");
      execFileSync(process.execPath, [join(ROOT, "scripts", "update-condition-keys.mjs"), written]);
      const kept = join(ROOT, "src", "catalog", "condition-keys.data.ts");
      expect(readFileSync(written, "utf8")).toBe(readFileSync(kept, "utf8"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("lists", () => {
  it("EVAL-15: RCPs reach 62 services", () => {
    expect(rcpServices).toHaveLength(62);
    expect(rcpServices).toEqual([...rcpServices].sort());
    expect(rcpServices).toEqual(expect.arrayContaining(["s3", "sts", "kms", "sqs", "secretsmanager", "ecr-public"]));
    expect(rcpServices).not.toContain("ec2");
  });

  it("EVAL-11: exempt tasks are globs over actions", () => {
    expect(scpExemptActions).toContainEqual({ action: "mechanicalturk:*", rootOnly: false });
  });

  it("some services, and some types of them, carry resource policies", () => {
    expect(resourcePolicyServices.has("rds")).toBe(false);
    expect(mayCarryResourcePolicy("rds", "db:x")).toBe(false);
    expect(mayCarryResourcePolicy("s3", "b")).toBe(true);
    expect(mayCarryResourcePolicy("ec2", "instance/i")).toBe(false);
    expect(mayCarryResourcePolicy("ec2", "verified-access-group/g")).toBe(true);
    expect(mayCarryResourcePolicy("iam", "role/r")).toBe(true);
    expect(mayCarryResourcePolicy("iam", "user/u")).toBe(false);
  });
});
