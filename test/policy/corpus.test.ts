/** Policies that AWS and its users wrote: all parse, but for the places listed here. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PolicyType } from "../../src/policy/model.js";
import { parsePolicy, parsePolicyValue } from "../../src/policy/parse.js";
import { printPolicy } from "../../src/policy/print.js";
import { type JsonObject, type JsonValue, member, parseJson } from "../../src/text/json.js";
import type { Source } from "../../src/text/span.js";
import { corpusPath, readCorpusLines, readCorpusText } from "../corpus-data.js";
import { meaningOf } from "./meaning.js";

/** Why a real document is refused: its code, a part of the text underlined, and what is wrong with it. */
const REFUSALS: readonly (readonly [code: string, fragment: string, why: string])[] = [
  ["invalid-ip", "<my-corporate-cidr>", "placeholder"],
  ["invalid-number", "[MAX_SIGNATURE_AGE_IN_MILLISECONDS]", "placeholder"],
  ["invalid-action", "<action>", "placeholder"],
  ["invalid-action", '"action"', "a sketch of a policy's structure"],
  ["invalid-effect", '"effect"', "the same sketch"],
  ["unknown-operator", '"condition"', "the same sketch"],
  ["invalid-resource", '"arn"', "the same sketch"],
  ["invalid-action", "A list of the permissions", "prose"],
  ["invalid-resource", "A list of the resources", "prose"],
  ["invalid-resource", "third-party-resource", "placeholder"],
  ["invalid-resource", "Bucket ARN", "placeholder"],
  ["invalid-resource", "AWS KMS key", "prose"],
  ["invalid-resource", "aws:arn:sns", "a misprint"],
  ["invalid-resource", "-arn", "placeholder"],
  ["invalid-resource", "-ARN", "placeholder"],
  ["invalid-resource", "SecretARN", "placeholder"],
  ["invalid-resource", "FunctionARN", "placeholder"],
  ["invalid-resource", "SecretId", "placeholder"],
  ["invalid-partition", "arn:partition:", "placeholder"],
  ["invalid-principal", "Account", "placeholder for an account"],
  ["invalid-principal", "account", "placeholder for an account"],
  ["invalid-principal", "ACCOUNT-", "placeholder for an account"],
  ["invalid-principal", "source-bucket-acct-ID", "placeholder for an account"],
  ["invalid-principal", "arn:aws:iam::111122223333:JohnDoe", "a misprint: no user/"],
  ["invalid-principal", "arn:aws:iam:123456789012:user/MyUser", "a misprint: a colon is missing"],
  ["invalid-principal", "<replaceable>service</replaceable>", "placeholder"],
  ["invalid-principal", "arn:aws:iam::12345667789012:root", "an account of 14 digits"],
  ["invalid-principal", "arn:aws:iam::99999999999:role/my-role", "an account of 11 digits"],
  ["invalid-principal", '"arn:aws:iam::123456789012:', "an ARN as Principal without `AWS`"],
  ["invalid-principal", "arn:aws:iam::111111111111:role/testing", "an ARN as Principal without `AWS`"],
  ["invalid-principal", "(Include IAM Principals)", "placeholder"],
  ["wrong-type", "[", "a list as Principal"],
  ["malformed-variable", "${", "prose in a variable"],
  ["odd-action", " ", "a blank in an action"],
  ["invalid-sid", " ", "a Sid that is a remark"],
  ["duplicate-sid", "Stmt1466440042000", "copied statement"],
  ["missing-statement", "[", "an empty policy of a test"],
  ["missing-element", "{", "a fragment without Principal or Resource"],
  ["rcp-action", '"*"', "not an RCP: a policy of API Gateway"],
  ["rcp-allow", "Allow", "not an RCP: a trust policy that goes with one"],
  ["policy-size", "{", "larger than its type permits"],
  ["invalid-condition-key", '"accounts.google.com"', "a provider without a claim"],
];

const corpus = corpusPath();
const usedRefusals = new Set<string>();

describe.skipIf(corpus === null)("real policies", () => {
  const root = corpus ?? "";

  test.each(["managed-policies.ndjson.gz", "one-year-earlier.ndjson.gz"])(
    "AWS's managed policies parse: %s",
    (file) => {
      const lines = readCorpusLines(join(root, "managed-policies", file));
      expect(lines.length).toBeGreaterThan(100);
      for (const line of lines) {
        const source = { name: file, text: line };
        const { policy, diagnostics } = parsePolicyValue(source, document(source, "Document"), { type: "identity" });
        expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
        expect(policy).not.toBeNull();
      }
    },
  );

  test("AWS's managed policies survive printing", () => {
    for (const line of readCorpusLines(join(root, "managed-policies/one-year-earlier.ndjson.gz"))) {
      const source = { name: "policy", text: line };
      const { policy } = parsePolicyValue(source, document(source, "Document"), { type: "identity" });
      const again = parsePolicy({ name: "policy", text: JSON.stringify(printPolicy(policy!)) }, { type: "identity" });
      expect(meaningOf(again.policy!)).toEqual(meaningOf(policy!));
    }
  });

  test.each<[string, PolicyType]>([
    ["identity", "identity"],
    ["resource", "resource"],
    ["trust", "trust"],
  ])("policies of AWS's documentation: %s", (file, type) => {
    for (const line of readCorpusLines(join(root, `policy-examples/aws-docs/${file}.ndjson.gz`))) {
      const source = { name: file, text: line };
      expectExplained(source, document(source, "document"), type);
    }
  });

  test("policies of support forums", () => {
    for (const path of jsonFiles(join(root, "policy-examples/quacky"))) {
      if (path.endsWith("domain.json")) continue;
      const source = { name: path, text: readCorpusText(path) };
      expectExplained(source, parseJson(source).value, source.text.includes("Principal") ? "resource" : "identity");
    }
  });

  test("policies of organizations", () => {
    for (const path of jsonFiles(join(root, "org-policies"))) {
      const source = { name: path, text: readCorpusText(path) };
      expectExplained(source, parseJson(source).value, organizationType(path));
    }
  });

  test("policies of account exports", () => {
    const exports = [join(root, "gaad/account-large.json.gz"), ...jsonFiles(join(root, "gaad/small"))];
    for (const path of exports) {
      const source = { name: path, text: readCorpusText(path) };
      const value = parseJson(source).value!;
      for (const [key, found] of documentsIn(value)) {
        const type = key === "AssumeRolePolicyDocument" ? "trust" : key === "Policy" ? "resource" : "identity";
        expectExplained(source, found, type);
      }
    }
  });

  test("what people paste that is no JSON is refused at a place", () => {
    const lines = readCorpusLines(join(root, "policy-examples/aws-docs/not-json.ndjson.gz"));
    expect(lines).toHaveLength(64);
    for (const line of lines) {
      const { id, text } = JSON.parse(line) as { id: string; text: string };
      const { policy, diagnostics } = parsePolicy({ name: id, text }, { type: "identity" });
      expect(policy).toBeNull();
      expect(diagnostics.length).toBeGreaterThan(0);
      for (const { span } of diagnostics) {
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeLessThanOrEqual(text.length);
      }
    }
  });

  test("every refusal listed above occurs", () => {
    expect(REFUSALS.map(([code, fragment]) => `${code} ${fragment}`).filter((row) => !usedRefusals.has(row))).toEqual(
      [],
    );
  });
});

/** Parses, or is refused for reasons that the list explains. */
function expectExplained(source: Source, value: JsonValue | null, type: PolicyType): void {
  const { policy, diagnostics } = parsePolicyValue(source, value!, { type });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(policy === null).toBe(errors.length > 0);
  for (const { code, span, message } of errors) {
    const underlined = source.text.slice(span.start, span.end);
    const row = REFUSALS.find(([known, fragment]) => known === code && underlined.includes(fragment));
    expect(row, `${source.name}: ${code}: ${message}: ${underlined}`).toBeDefined();
    usedRefusals.add(`${row![0]} ${row![1]}`);
  }
}

function document(source: Source, key: string): JsonValue {
  return member(parseJson(source).value as JsonObject, key)!;
}

/** Every policy document of an export, with the key under which it stands. */
function* documentsIn(root: JsonValue): Generator<[key: string, document: JsonValue]> {
  const waiting: JsonValue[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === "array") waiting.push(...node.items);
    if (node.kind !== "object") continue;
    for (const { key, value } of node.members) {
      if (["AssumeRolePolicyDocument", "PolicyDocument", "Document", "Policy"].includes(key)) yield [key, value];
      else waiting.push(value);
    }
  }
}

function organizationType(path: string): PolicyType {
  if (path.includes("endpoint_policies")) return "vpce";
  return path.includes("/rcp/") || path.includes("resource_control") ? "rcp" : "scp";
}

function jsonFiles(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".json")).map((name) => join(folder, name));
}
