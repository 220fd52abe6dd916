import { describe, expect, test } from "vitest";
import { disassemble, listing, policyNames } from "../../src/bytecode/disassemble.js";
import type { BundleReader } from "../../src/bytecode/reader.js";
import { verifyBundle } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import { readScenarios } from "../../src/world/scenario.js";

/** Every kind of element, principal, operand and modifier once. */
const EVERYTHING = {
  id: "everything",
  request: {
    principal: "arn:aws:iam::111111111111:user/ana",
    action: "s3:GetObject",
    resource: "arn:aws:s3:::reports/a.csv",
    resourceAccount: "222222222222",
    via: { vpcEndpoint: { id: "vpce-1" } },
  },
  organization: { id: "o-1", managementAccount: "999999999999" },
  policies: {
    scps: [
      [{ name: "everything", policy: statement({ Effect: "Allow", Action: "*", Resource: "*" }) }],
      [
        {
          name: "our regions",
          policy: statement({
            Sid: "OurRegions",
            Effect: "Deny",
            NotAction: ["iam:*", "sts:Assume?ole"],
            Resource: "*",
            Condition: { StringNotEqualsIfExists: { "aws:RequestedRegion": ["eu-west-1", "eu-central-1"] } },
          }),
        },
        "unknown",
      ],
    ],
    identity: [
      statement({
        Sid: "Own",
        Effect: "Allow",
        Action: ["s3:Get*", "s3:List*"],
        Resource: [
          "arn:aws:s3:::home/${aws:username}/*",
          "arn:aws:s3:*:11*1:a*b/c?d",
          "arn:aws:s3:::odd/${*}${?}${$}{x}\\",
        ],
        Condition: {
          StringLike: { "s3:prefix": ["a*", "${aws:PrincipalTag/team, 'none'}/?"] },
          StringEqualsIgnoreCase: { "aws:PrincipalTag/Team": ["RED", "${aws:username}"] },
          "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] },
          "ForAnyValue:StringNotLikeIfExists": { "aws:TagKeys": "x*" },
          NumericLessThan: { "s3:max-keys": ["10", "-0.05", "1e30", "120.50"] },
          DateGreaterThan: { "aws:CurrentTime": "2026-01-02T03:04:05Z" },
          Bool: { "aws:SecureTransport": "true" },
          BinaryEquals: { "kms:key": "aGVsbG8=" },
          NotIpAddress: { "aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"] },
          ArnNotEquals: { "aws:SourceArn": "arn:aws:sns:*:111111111111:topic-*" },
          Null: { "aws:TokenIssueTime": "false" },
        },
      }),
    ],
    resource: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            AWS: ["111111111111", "arn:aws:iam::111111111111:user/ana", "arn:aws:iam::111111111111:role/r"],
            Service: "sns.amazonaws.com",
            CanonicalUser: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
          },
          Action: "s3:GetObject",
          Resource: "arn:aws:s3:::reports/*",
        },
        {
          Effect: "Deny",
          NotPrincipal: { AWS: "111111111111" },
          Action: "s3:*",
          NotResource: "arn:aws:s3:::reports/*",
        },
        { Effect: "Deny", Principal: "*", Action: "s3:PutObjectAcl", Resource: "arn:aws:s3:::reports/*" },
      ],
    },
    vpcEndpoint: [statement({ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" })],
  },
  expect: "indeterminate",
};

function statement(content: object): object {
  return { Version: "2012-10-17", Statement: [content] };
}

function bundleOf(scenario: object): BundleReader {
  const source = { name: "everything.json", text: JSON.stringify(scenario, null, 1) };
  const { scenarios, diagnostics } = readScenarios(source);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return verifyBundle(compile(scenarios[0]!.world));
}

describe("disassemble", () => {
  test("the listing of everything", async () => {
    await expect(disassemble(bundleOf(EVERYTHING))).toMatchFileSnapshot("../golden/disassemble.txt");
  });

  test("the listing is its lines", () => {
    const reader = bundleOf(EVERYTHING);
    const lines = [...listing(reader)];
    expect(lines.join("")).toBe(disassemble(reader));
    expect(lines.filter((line) => line.indexOf("\n") !== line.length - 1)).toEqual([]);
  });

  test("one policy by its name", () => {
    const reader = bundleOf(EVERYTHING);
    expect(policyNames(reader)).toContain("our regions");
    const alone = disassemble(reader, { policy: "our regions" });
    expect(alone.match(/^policy /gm)).toHaveLength(1);
    expect(alone).not.toContain("directory:");
  });

  test("under `unresolvedVariable=statement` an Allow names what must resolve", () => {
    const text = disassemble(bundleOf({ ...EVERYTHING, options: { unresolvedVariable: "statement" } }));
    expect(text).toContain("must resolve: ${aws:username}");
  });

  test("lenient entries that match nothing, and operands that cannot be read", () => {
    const identity = [
      statement({ Effect: "Allow", Action: [], Resource: "*" }),
      statement({
        Effect: "Allow",
        Action: "s3:*",
        Resource: "*",
        Condition: { NumericEquals: { "s3:max-keys": "ten" } },
      }),
    ];
    const text = disassemble(bundleOf({ ...EVERYTHING, options: { mode: "lenient" }, policies: { identity } }));
    expect(text).toContain("    Action       matches nothing\n");
    expect(text).toContain("NumericEquals  s3:max-keys  <invalid>\n");
  });

  test("text of users stays on its line", () => {
    const name = 'a\nb\u001b[2J\u202e"c';
    const policies = { identity: [{ name, policy: statement({ Effect: "Allow", Action: "s3:*", Resource: "*" }) }] };
    const text = disassemble(bundleOf({ ...EVERYTHING, policies }));
    expect(text).toContain('policy 0 identity "a\\u{a}b\\u{1b}[2J\\u{202e}\\"c"\n');
  });

  test("literal wildcards are told from live ones", () => {
    const policies = {
      identity: [
        statement({
          Effect: "Allow",
          Action: "s3:*",
          Resource: "arn:aws:s3:::a*",
          Condition: { StringEquals: { "aws:x": "a*{?}" } },
        }),
      ],
    };
    expect(disassemble(bundleOf({ ...EVERYTHING, policies }))).toContain('"a\\*\\{\\?}"');
  });
});
