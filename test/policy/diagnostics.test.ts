/** What people read of a faulty policy: every finding in full, with the place underlined, and with its help. */
import { expect, test } from "vitest";
import type { Mode, PolicyType } from "../../src/policy/model.js";
import { parsePolicy } from "../../src/policy/parse.js";
import { renderDiagnostic } from "../../src/text/excerpt.js";

const A1 = "111111111111";
const ROLE = `arn:aws:iam::${A1}:role/r`;
const GITHUB = `arn:aws:iam::${A1}:oidc-provider/token.actions.githubusercontent.com`;

/** A document, or one statement of it with what it leaves out. */
type Case = readonly [type: PolicyType, statement: object | string, mode?: Mode];

const DOCUMENTS: readonly Case[] = [
  ["identity", '"text"'],
  ["identity", "{}"],
  ["identity", '{"Version": "2012-10-17", "Statement": []}'],
  ["identity", '{"Version": 2012, "Statement": 1, "Id": 1}'],
  ["identity", '{"Version": "2013", "Statements": [1], "Identifier": 2}'],
  ["managed", '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'],
  ["scp", '{"Version": "2008-10-17", "Id": "x", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'],
  [
    "session",
    '{"Statement": [{"Sid": "a", "Effect": "Deny"}, {"Sid": "a", "Effect": "Deny"}, {"Sid": ""}, {"Sid": ""}]}',
  ],
  [
    "rcp",
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}',
  ],
  [
    "rcp",
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": ["*"], "Resource": "*", "Sid": "s"}}',
  ],
  [
    "rcp",
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": ["*", "s3:*"], "Resource": "*"}}',
  ],
  ["rcp", "{}"],
  ["resource", '{"Id": "x", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}'],
];

const STATEMENTS: readonly Case[] = [
  ["identity", { Sid: 1, Effect: 1, Action: undefined, Resource: undefined }],
  ["identity", { Sid: "a-b", Effect: "allow", Acton: "s3:*", Foo: 1 }],
  ["identity", { Effect: "yes", NotAction: "s3:*", NotResource: "*", Principal: "*" }],
  ["resource", { NotPrincipal: "*", Sid: "any thing" }],
  ["resource", { Principal: undefined, NotPrincipal: { AWS: A1 } }],
  ["resource", { Principal: undefined }],
  ["trust", { Resource: "*" }],
  ["trust", { Principal: undefined, NotPrincipal: { AWS: A1 }, Effect: "Deny" }],
  ["identity", { Sid: "x".repeat(8193), Action: [1, "s3:*", { a: 1 }], Resource: null }],

  [
    "identity",
    { Action: ["s3", "s3:Get:Object", "s3*:Get", "s?:Get", "s_3:Get", ":Get", "s3.:Get", "s/3:Get", "s:3:x"] },
  ],
  ["identity", { Action: ["${aws:username}:Get", "@3:x", "[3:x", "`3:x", "{3:x", "az09-AZ:x"] }],
  [
    "identity",
    { Action: ["s3:", "s3:Get Object", "s3:Get,Put", "s3:Get\u00a0Object", " s3:x", "s3:\tx", "s3:!x", "s3:x "] },
  ],
  ["identity", { Action: [], Resource: [] }],
  ["identity", { Action: undefined, NotAction: [] }],
  ["rcp", { Action: ["*", "*:*", "ec2:*", "S3:*"] }],
  ["rcp", { Action: undefined, NotAction: ["s3:*"], Principal: undefined, NotPrincipal: "*" }],
  [
    "trust",
    { Action: ["sts:AssumeRole*", "sts:*", "*", "sts:GetCallerIdentity", "s3:*", "sts:Tag?ession", "STS:SetContext"] },
  ],

  [
    "identity",
    { Resource: ["", "b", "ARN:aws:s3:::b", "arn:", "arn:aws", "arn:awz:s3:::b", "arn:aws::x", "arn:a*s:s3:::b"] },
  ],
  [
    "identity",
    { Resource: ["arn:aws:s*:::b", "arn:aws:s3*", "arn:aws:s*3*", "arn:*:s3:::b", "arn:${aws:x}:s3:::b", "*"] },
  ],
  ["resource", { Resource: ["arn:aws:sns", "arn:aws:sns:eu-west-1", "arn:aws:sns:*", "arn:aws:sns:eu-west-1:1:t"] }],
  ["session", { Resource: ["arn:aws:sns:*", "arn:aws:sns:eu-west-1:1"] }],
  ["rcp", { Resource: "arn:aws:sns:*" }],
  [
    "vpce",
    {
      Resource: [
        "arn:aws:s3:::b",
        `arn:aws:sns:x:1*:t`,
        "arn:aws:sns:x:*:t",
        "arn:aws:sns:x:?:t",
        "arn:aws:sns:x:11?:t",
      ],
    },
  ],
  [
    "identity",
    { Resource: ["arn:aws:s3:::${aws:username", "arn:aws:s3:::${}", "arn:aws:s3:::${a:b ,'x'}", "arn:aws:s3:::${ab}"] },
  ],
  [
    "identity",
    { Resource: ["arn:aws:s3:::${a:${b}}", "arn:aws:s3:::${a: b}", "arn:aws:s3:::${a:'b}", "arn:aws:s3:::${a:*}"] },
  ],
  [
    "identity",
    { Resource: ["arn:aws:s3:::${a:b,x}", "arn:aws:s3:::${a:b,'x}", "arn:aws:s3:::${a:b,'x'y}", "x${a:b,  'x'}"] },
  ],
  [
    "identity",
    {
      Resource: [
        "arn:aws:s3:::${a:b, 'x' }",
        "arn:aws:s3:::${a:b, 'x'}",
        "arn:aws:s3:::${a ,'x'}",
        "arn:aws:s3:::${, 'x'}",
      ],
    },
  ],

  ["resource", { Principal: 1 }],
  ["resource", { Principal: { AWS: ["012345678901", "999999999999", "1".repeat(11), "1".repeat(13)] } }],
  ["resource", { Principal: { AWS: ["a11111111111", "11111111111a", "11111111111/", "11111111111:"] } }],
  ["resource", { Principal: { AWS: ["AIDAAZ09", "AIDA@", "AIDA[", "AIDA/", "AIDA:", "AIDAa"] } }],
  ["resource", { Principal: "everyone" }],
  ["resource", { Principal: "e".repeat(81) }],
  ["resource", { Principal: { Aws: A1, Services: "x.amazonaws.com", Nobody: ["a"], AWS: [] } }],
  [
    "resource",
    { Principal: { AWS: ["nobody", "arn:awz:iam::1:root", `arn:aws:iam::${A1}:user/*`, "AIDA", "AIDAx", "AROA1"] } },
  ],
  [
    "resource",
    {
      Principal: {
        AWS: [
          `arn:aws:iam:x:${A1}:root`,
          "arn:aws:iam::1:root",
          `arn:aws:iam::${A1}:user/`,
          `arn:aws:iam::${A1}:user//a`,
        ],
      },
    },
  ],
  [
    "resource",
    {
      Principal: {
        AWS: [
          `arn:aws:iam::${A1}:group/g`,
          `arn:aws:sts::${A1}:assumed-role/r`,
          `arn:aws:sts::${A1}:assumed-role/r/s/t`,
        ],
      },
    },
  ],
  [
    "resource",
    {
      Principal: {
        AWS: [
          `arn:aws:sts::${A1}:assumed-role//s`,
          `arn:aws:sts::${A1}:federated-user/a/b`,
          "arn:aws:sts::1:federated-user/a",
        ],
      },
    },
  ],
  [
    "resource",
    {
      Principal: {
        AWS: ["arn:aws:iam::cloudfront:user/x", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "],
      },
    },
  ],
  [
    "resource",
    {
      Principal: {
        Service: ["x", "X.amazonaws.com", "x..com", "x.y!", "x.amazonaws.com"],
        CanonicalUser: ["a", "g".repeat(64)],
      },
    },
  ],
  [
    "resource",
    {
      Principal: {
        Federated: [
          "accounts.google.com",
          "example.com",
          `arn:aws:iam::${A1}:saml-provider/`,
          `arn:aws:iam::${A1}:saml-provider/*`,
        ],
      },
    },
  ],
  [
    "trust",
    {
      Principal: {
        Federated: [
          `arn:aws:iam:x:${A1}:saml-provider/p`,
          "arn:aws:iam::1:saml-provider/p",
          `arn:aws:sts::${A1}:saml-provider/p`,
        ],
      },
    },
  ],
  ["trust", { Principal: "*" }],
  ["trust", { Principal: { CanonicalUser: "a".repeat(64) } }],
  ["rcp", { Principal: { AWS: ["*"] } }],
  ["rcp", { Principal: { AWS: "*", Service: "x.amazonaws.com" } }],
  ["rcp", { Principal: "nobody" }],

  ["identity", { Condition: 1 }],
  ["identity", { Condition: {} }],
  [
    "identity",
    { Condition: { StringEquals: {}, stringequals: { "aws:x": "y" }, StringLik: { "aws:x": "y" }, Bool: 1 } },
  ],
  [
    "identity",
    { Condition: { NullIfExists: { "aws:x": "true" }, "ForAllValues:Null": { "aws:x": "true" }, Nonsense: {} } },
  ],
  ["identity", { Condition: { StringEquals: { "aws:x": "y", "AWS:X": "z", "aws:TagKeys": "t" } } }],
  [
    "identity",
    {
      Condition: {
        StringEquals: { x: "y", ":x": "y", "x:": "y", "aws:RequestTag": "y", "aws:RequestTag/": "y", "aws:${x}": "y" },
      },
    },
  ],
  [
    "identity",
    { Condition: { StringEquals: { "aws:x": [], "aws:y": null, "aws:z": [1, true, {}, "x".repeat(8193)] } } },
  ],
  [
    "identity",
    {
      Condition: {
        NumericEquals: { "aws:x": ["${a:b}", "1", "x"] },
        Null: { "aws:x": "${a:b}" },
        Bool: { "aws:x": "yes" },
      },
    },
  ],
  [
    "identity",
    {
      Condition: {
        DateEquals: { "aws:x": ["yesterday", "2026"] },
        BinaryEquals: { "aws:x": "!" },
        Bool: { "aws:x": ["true", "false"] },
      },
    },
  ],
  [
    "identity",
    {
      Condition: {
        IpAddress: { "aws:x": ["1.2.3", "::1.2.3.4", "10.0.0.1/24", "2001:db8::1/32"], "aws:SourceIp": "10.1.0.0/16" },
      },
    },
  ],
  [
    "identity",
    {
      Condition: {
        NotIpAddress: { "aws:SourceIp": ["10.0.0.0/7", "192.168.0.1", "fd00::/8", "192.0.2.1", "172.32.0.0/16"] },
      },
    },
  ],
  [
    "identity",
    { Condition: { ArnLike: { "aws:x": ["*", "arn:aws:s3", "brn:aws:s3:::b", "arn:awz:s3:::b", "arn:aws:s3:::*"] } } },
  ],
  [
    "identity",
    {
      Condition: {
        StringEquals: { "aws:x": ["a*", "a?", "${*}${?}", "a"] },
        StringNotEqualsIgnoreCase: { "aws:x": "*" },
      },
    },
  ],
  [
    "identity",
    { Condition: { StringLike: { "aws:SourceAccount": "1*", "aws:PrincipalOrgID": "o-*", "aws:PrincipalArn": "*" } } },
  ],
  [
    "vpce",
    {
      Condition: {
        StringLike: {
          "aws:SourceAccount": "1*",
          "aws:x": ["abcde*", "abcdef*", "*abcdef", "abc*def", "**", "${a:b}*"],
        },
      },
    },
  ],
  [
    "vpce",
    {
      Condition: {
        NumericEquals: { "aws:SourceAccount": "1", "aws:x": "1" },
        ArnLike: { "aws:x": "arn:aws:s3:x:1*:b" },
      },
    },
  ],

  ["identity", { Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": "a" } } }],
  [
    "identity",
    { Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": "a" }, Null: { "aws:TagKeys": ["false", "true"] } } },
  ],
  ["identity", { Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": "a" }, Null: { "aws:TagKeys": [] } } }],
  ["scp", { Resource: ["*", "arn:aws:s3:::b"] }],
  ["scp", { Resource: undefined, NotResource: "*" }],
  [
    "identity",
    { Action: "iam:PassRole", Resource: [ROLE, "*"], Condition: { StringEquals: { "iam:ResourceTag/t": "x" } } },
  ],
  ["boundary", { Action: "iam:PassRole" }],
  ["trust", { Principal: { Federated: `arn:aws:iam::${A1}:saml-provider/p` } }],
  ["trust", { Principal: { AWS: A1, Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRoleWithSAML" }],
  ["trust", { Principal: { AWS: A1 }, Action: ["sts:TagSession", "s3.*"] }, "lenient"],
  ["trust", { Principal: { Federated: GITHUB }, Action: "sts:AssumeRoleWithWebIdentity" }],
  ...[
    { sub: "repo:*/x:*" },
    { sub: "repo:*" },
    { sub: "repo:a/*" },
    { sub: "repo:a" },
    { sub: "" },
    { sub: "repo:/x" },
    { sub: ["repo:a/b", "repo:?/b"] },
    { job_workflow_ref: "a/b" },
    { job_workflow_ref: "*/b" },
    { aud: "a/b" },
  ].map((claims): Case => {
    const [[name, value]] = Object.entries(claims) as [[string, unknown]];
    const Condition = { StringLike: { [`token.actions.githubusercontent.com:${name}`]: value } };
    return ["trust", { Principal: { Federated: GITHUB }, Action: "sts:AssumeRoleWithWebIdentity", Condition }];
  }),
  ...["StringEquals", "StringNotLike", "StringLikeIfExists", "ForAllValues:StringLike", "ForAnyValue:StringLike"].map(
    (operator): Case => {
      const Condition = { [operator]: { "token.actions.githubusercontent.com:sub": "repo:a*b/c" } };
      return ["trust", { Principal: { Federated: GITHUB }, Action: "sts:AssumeRoleWithWebIdentity", Condition }];
    },
  ),
  ["vpce", { Condition: { StringLike: { "aws:x": ["abcdef*?", "?*abcdef", "abcde?*", "a*?bcdefg"] } } }],
  ["trust", { Principal: undefined }],
  ["trust", { Effect: "Deny", Principal: { Federated: `arn:aws:iam::${A1}:saml-provider/p` } }],
  ["identity", { Action: "*" }],
  ["rcp", { Principal: { Service: "*" } }],
  ["resource", { Principal: { AWS: `arn:aws:s3::${A1}:assumed-role/r/s` } }],
  [
    "identity",
    { Condition: { StringEqualsIfExist: { "a:b": "x" }, NullIfExist: { "a:b": "x" }, StringEquals: { "a:b": "x" } } },
  ],
  [
    "identity",
    {
      Resource: ["arn:aws:s3:::${a:b,x'y'}", "arn:aws:s3:::${a:$b}", "arn:aws:s3:::${a:\nb}", "arn:aws:s3:::${a:\tb}"],
    },
  ],
  [
    "identity",
    { Resource: ["arn:aws:s3:::${a:\rb}", "arn:aws:s3:::${a:\u00a0b}", 'arn:aws:s3:::${a:"b}', "arn:aws:s3:::${a:?}"] },
  ],
  ["vpce", { Condition: { ArnLike: { "aws:x": ["arn:*:*:*:*:*", "arn:aws:s3:::?"] } } }],
  ["identity", { Resource: "arn:aws:s3:::\u0100" }],
  ["identity", { Resource: "arn:aws:s3:::\uffffx" }],
  ["identity", { Resource: "arn:aws:s3:::\u{1f600}x", Condition: { StringEquals: { "aws:\u007f\u00ff": "\u0001" } } }],
];

function textOf(type: PolicyType, statement: object | string): string {
  if (typeof statement === "string") return statement;
  const principal = { rcp: "*", vpce: "*", resource: "*", trust: { AWS: A1 } }[type as string];
  const full = {
    Effect: type === "rcp" ? "Deny" : "Allow",
    ...(principal === undefined ? {} : { Principal: principal }),
    Action: type === "trust" ? "sts:AssumeRole" : "s3:*",
    ...(type === "trust" ? {} : { Resource: "*" }),
    ...statement,
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: full });
}

test("every finding", async () => {
  const shown = [...DOCUMENTS, ...STATEMENTS].map(([type, statement, mode = "strict"]) => {
    const text = textOf(type, statement);
    const { diagnostics } = parsePolicy({ name: `${type}.json`, text }, { type, mode });
    const lines = diagnostics.map((one) => `${one.span.start} to ${one.span.end}: ${renderDiagnostic(one)}`);
    return [`# ${type}, ${mode}`, ...lines].join("\n");
  });
  await expect(`${shown.join("\n\n")}\n`).toMatchFileSnapshot("../golden/diagnostics.txt");
});
