/**
 * Texts that are read while deciding: numbers, dates, addresses, booleans, base64 and patterns, at their edges. Each world has a
 * statement for every operator and operand, so that one explanation shows what all of them make of a value.
 */

import type { Request } from "../../src/request/request.js";
import type { JsonObject } from "../generators/scenario-json.js";
import type { Trial, TrialAsk } from "./trial.js";
import { allow, cross, deny, named, type Statement, USER, world } from "./worlds.js";

export function* literalTrials(): Generator<Trial> {
  yield values("numbers", NUMERIC, NUMBER_OPERANDS, NUMBERS);
  yield values("dates", DATE, DATE_OPERANDS, DATES);
  yield values("addresses", ["IpAddress", "NotIpAddress"], RANGES, ADDRESSES);
  yield values("booleans", ["Bool"], BOOLEAN_OPERANDS, BOOLEANS);
  yield values("binaries", ["BinaryEquals"], BINARY_OPERANDS, BINARIES);
  yield values("texts", STRING, PATTERNS, TEXTS);
  yield values("ARNs", ARN, ARN_PATTERNS, ARNS);
  yield resources("resources", "segment-aware");
  yield resources("plain resources", "plain");
}

const NUMERIC = ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"];
const NUMBER_OPERANDS = [
  "0",
  "1",
  "-1",
  "10",
  "0.1",
  "-0.5",
  "1e3",
  "123.456",
  "1e-3",
  "-100",
  "9007199254740993",
  "12",
  "no number",
];
const NUMBERS = [
  ...words(`
    0 -0 +0 00 0.0 0e5 1 +1 -1 01 1.0 1. .1 -.5 . - + e e1 1e 1e+ 1e- 1e1 1E1 1e+1 1e-1 10e-1 1000 1000.0 999.999
    1000.001 0.001 1e3 1e003 0.1e4 0.001e0 10e2 123.456 123.4560 0123.456 1234.56e-1 12345.6e-2 1.2.3 1..2 1a a1 --1
    +-1 1- 9 11 100 -100 -10 -1000 -99 9007199254740993 9007199254740992 9007199254740994 1e100 1e999 1e1000 1e1001
    1e9999 1e10000 1e100000 1e-1000 1e-99999 1e1000000 1e1000001 1e999999 1e-1000000 1e-1000001 12 120 1.2 0.12 13
    -0.5 -0.50 -0.05 -5e-1 0/ 0: 1/ 1: / : ,5 1e5e 1e1.0 10000000000e-10 0.00000 0.000001e6 1e0
    1e00000000000000000000 1e/ 1e: 1e1/ 1e1: 1.e1 .e1
  `),
  ...["", "1 ", " 1"],
  ...around("-12.5e+12", "100e-2"),
];

const DATE = ["DateEquals", "DateLessThan", "DateGreaterThanEquals", "DateNotEquals"];
const DATE_OPERANDS = [
  ...[
    "2024-02-29T12:30:45Z",
    "1970-01-01T00:00:00Z",
    "2000-03-01",
    "1969-12-31T23:59:59.999Z",
    "1709209845",
    "2024",
    "0",
  ],
  ...["2023-12-31T23:59:00Z", "1900-03-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "soon"],
];
const DATES = [
  ...words(`
    2024 2024-02 2024-02-29 2024-02-28 2024-02-30 2023-02-28 2023-02-29 1900-02-28 1900-02-29 2000-02-29 2000-02-30
    1900-03-01 2000-03-01 2000-02-29T24:00Z 2024-01-31 2024-01-32 2024-04-30 2024-04-31 2024-06-30 2024-06-31
    2024-09-30 2024-09-31 2024-11-30 2024-11-31 2024-12-31 2024-12-32 2024-03-31 2024-05-31 2024-07-31 2024-08-31
    2024-10-31 2024-03-32 2024-00-01 2024-13-01 2024-12-01 2024-01-00 2024-01-01 2024-1-1 2024-01-1 2024-01-011
    2024- 2024-0 2024-01- 2024/01/01 2024-01/01 20240101 0000-01-01 0000 0001 9999 9999-12-31 0400-02-29
    2024-02-29T12:30:45Z 2024-02-29t12:30:45z 2024-02-29T12:30:45 2024-02-29T12:30Z 2024-02-29T12:30
    2024-02-29T12:30:45.0Z 2024-02-29T12:30:45.000Z 2024-02-29T12:30:45.001Z 2024-02-29T12:30:45.0009Z
    2024-02-29T12:30:45.9Z 2024-02-29T12:30:45.99Z 2024-02-29T12:30:45.999Z 2024-02-29T12:30:44.999Z
    2024-02-29T12:30:45.Z 2024-02-29T12:30:45. 2024-02-29T12:30:45.1 2024-02-29T12:30:45,1Z 2024-02-29T12
    2024-02-29T12: 2024-02-29T12:3 2024-02-29T12:30: 2024-02-29T12:30:4 2024-02-29T12:30:45:Z 2024-02-29T
    2024-02-29T24:30:45Z 2024-02-29T23:59:59Z 2024-02-29T23:60:00Z 2024-02-29T23:59:60Z 2024-02-29T00:00:00Z
    2024-02-29T12:30:45+00:00 2024-02-29T13:30:45+01:00 2024-02-29T11:30:45-01:00 2024-02-29T13:31:45+01:01
    2024-02-29T11:29:45-01:01 2024-02-29T12:30:45+1:00 2024-02-29T12:30:45+01 2024-02-29T12:30:45+01:0
    2024-02-29T12:30:45+0100 2024-02-29T12:30:45+23:59 2024-02-29T12:30:45+24:00 2024-02-29T12:30:45+23:60
    2024-02-29T12:30:45-23:59 2024-02-29T12:30:45Zx 2024-02-29T12:30:45x 2024-02-29Z 2024-02-29T12:30+00:00
    2024-02-29T12:30-00:01 2024-02-29T1a:30Z 2024-02-29T12:a0Z 2024-02-29T12-30Z 2024-02-29T12:30:a5Z
    2024-02-29T12:30:45+0a:00 2024-02-29T12:30:45+00:a0 2024-02-29T12:30:45+00-00 2024-02-29T12:30:45+00:000
    2024-02-29T12:30:45.12345678901234567890Z 2024-02-29T12:30:45.00000000000000000009Z 2a24-02-29 2024-a2-29
    2024-02-a9 2024-0a 202a 2/24 2:24 2024-02-2/ 2024-02-2: /024 :024 1970-01-01T00:00:00Z 1969-12-31T23:59:59.999Z
    1969-12-31T23:59:59Z 1970-01-01 1970-01-01T00:00:00.001Z 0 -0 +0 1 -1 00000 1709209845 +1709209845 1709209844
    1709209846 1709209845.0 1709209845.001 1709209844.999 1709209845.0001 1709209845. -0.001 -0.0001 0.001 .5 -.5 -
    + a 12345 999999999999 1000000000000 0000000000001 -999999999999 12a 1a 1.a 1.5a 1-5 -62135596800
    -62135596800.000 253402300799.999 253402300800 2024-02-29T12:30:45.0a 123 1234 -123 1/ 1: 1./ 1.:
    2023-12-31T23:59Z 2023-12-31T23:58Z 2024-01-01T00:59+01:00 0001-01-01T00:00:00Z 2024-02-29T09:30:45Z
    2024-02-29T19:39:49Z 2024-02-29T22:00:45+09:29 2024-02-28T17:31:45-19:00 2024-02-29T12:09:09Z 2024-02-29T12:30:45.909Z
  `),
  ...["2024-02-29 12:30:45Z", ""],
  ...around("2024-02-29T12:30:45.125+01:30", "2024-02-29T12:30Z", "1709209845.125", "-1709209845"),
];

const RANGES = [
  ...["10.0.0.0/8", "10.1.2.3", "10.1.2.128/25", "0.0.0.0/0", "192.168.0.0/15", "255.255.255.255/32", "10.1.2.2/31"],
  ...["2001:db8::/32", "::1", "::/0", "2001:db8:0:2::/63", "fe80::/10", "1:2:3:4:5:6:7:8", "2001:db8::ff00/121"],
  ...["no address", "1:2:3:4:5::10.1.2.3", "1:2:3:4:5:6:10.1.2.3"],
];
const ADDRESSES = [
  ...words(`
    10.1.2.3 10.1.2.2 10.1.2.4 10.1.2.127 10.1.2.128 10.1.2.255 11.0.0.0 9.255.255.255 0.0.0.0 255.255.255.255
    255.255.255.256 256.0.0.0 192.168.0.1 192.169.255.255 192.170.0.0 192.167.1.1 1.2.3 1.2.3.4.5 1.2.3. .1.2.3
    1..2.3 010.001.002.003 0010.1.2.3 10.1.2.3/32 a.b.c.d 10.1.2.a 10.1.2.0000003 10.1.2.300 10.1.2.26 10,1,2,3 1
    10.1.2.3. 10.1.2./ 10.1.2.: 10.1.2.9 :: ::1 ::2 1:: : ::: 1:2:3:4:5:6:7:8 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9
    1:2:3:4:5:6:7:9 2001:db8:: 2001:db8::1 2001:DB8::1 2001:db9:: 2001:db7:ffff:: 2001:db8:0:1:: 2001:db8:0:2::
    2001:db8:0:0::5 fe80::1 febf::1 fec0::1 ::ffff:10.1.2.3 ::ffff:a01:203 ::FFFF:10.1.2.4 ::fffe:10.1.2.3
    ::10.1.2.3 1:2:3:4:5:6:10.1.2.3 1:2:3:4:5:6:7:10.1.2.3 1:2:3:4:5:10.1.2.3 ::1:10.1.2.3 ::10.1.2.256 ::10.1.2
    ::10.1.2.3:1 1::2::3 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 ::1:2:3:4:5:6:7:8 1:2:3:4::5:6:7:8 1:2:3::5:6:7:8 1::8
    12345::1 g::1 ::g ::1g 1:::2 1::::2 :1::2 ::1: :1:2:3:4:5:6:7:8 :2:3:4:5:6:7:8 1:2:3:4:5:6:7:8: 1:2:3:4:5:6:7:
    1:2:3:4:5:6:7:8:: ::1:2:3:4:5:6:7 0:0:0:0:0:0:0:1 0:0:0:0:0:ffff:a01:203 0000:0:0:0:0:0:0:0001 00001:: 1:
    1:2:3:4:5::10.1.2.3 1:2:3:4::10.1.2.3 ::1:2:3:4:5:10.1.2.3 ::1:2:3:4:5:6:10.1.2.3 1:2:3:4:5:6::10.1.2.3
    1::10.1.2.3 1:2:3:4:5:0:10.1.2.3 1:2:3:4:0:0:10.1.2.3 2001:db8::ff00 2001:db8::ff7f 2001:db8::ff80 2001:db8::feff ::ffff ::ffff:0:0 ::ffff:0:1:2 ::/ :::1 1::: ::%eth0
    1::2: 1:2::3: ::1.2.3.4.5 abcd:ef01:2345:6789:ABCD:EF01:2345:6789 fe80::/10 /:: @:: G::
  `),
  ...["10.1.2.3 ", " 10.1.2.3", "", "`::"],
  ...around("10.1.2.30", "2001:db8:0:2:9:a:f:0", "::ffff:10.1.2.3"),
];

const BOOLEAN_OPERANDS = ["true", "false", "no boolean"];
const BOOLEANS = [
  "true",
  "True",
  "TRUE",
  "tRuE",
  "false",
  "False",
  "1",
  "0",
  "",
  "t",
  "tru",
  "truee",
  "true ",
  "tsue",
  "uRUE",
  "trud",
  "trve",
];

/** Bytes of lengths around those that are compared at once. */
const BYTES = [7, 8, 9, 15, 16, 17, 24].map((length) => Buffer.from("abcdefghijklmnopqrstuvwx".slice(0, length)));
const BINARY_OPERANDS = [
  ...["", "YQ==", "YWI=", "YWJj", "+/+/", "AAAA", "YWJjZGVm", "no base64!"],
  ...BYTES.map((bytes) => bytes.toString("base64")),
];
const BINARIES = [
  ...words(`
    YQ== YQ= YQ YR== YWI= YWJ= YWI YWJj YWJk +/+/ -_-_ AAAA AAAB AAA= AA== YWJjZGVm YWJjZGVn YWJjZGU= = == === ====
    Y=== YQ==YQ== YQ=a Y=Q= yWJj zzzz 9999 0000 aaaa ZZZZ @AAA [AAA {AAA /AAA :AAA AAA@ AAA[ YWJjYWJj
  `),
  ...["", "Y W=", "YWJj\n", "`AAA"],
  ...around("YWJj", "YWI=", "+/+/", "09Az"),
  // Each byte changed, wherever it stands.
  ...BYTES.flatMap((bytes) =>
    [...bytes.keys()].map((at) => Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)))),
  ).map((bytes) => bytes.toString("base64")),
  ...BYTES.map((bytes) => bytes.toString("base64")),
];

const STRING = ["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIgnoreCase"];
const PATTERNS = [
  ...words(`
    a abc ABC abcdefgh abcdefghi a* *a * ** ? ?? a?c a*c *b* a*b*c ?*? abcdefghijklmnopqrstuvwxyz abcdefghijklmnop*
    *klmnopqrstuvwxyz a*z *aab a*a*a*b abcdefghijklmnopqrstuvwxyz0123456 *abcdefghijklmnopqrst* ab?defgh* *? ?* a?
    ?a
  `),
  ...["", "é?", "${aws:username}", "${aws:username}*", "*${aws:username}", "x${aws:username}y"],
  ...["${aws:PrincipalTag/t, 'd'}", "${aws:PrincipalTag/t}", "u${*}", "${?}", "${$}a"],
];
const TEXTS = [
  ...words(`
    a b A ab abc ABC Abc abd xbc abcd ac aXc aXYc abbc aab aaab aaa ba abcdefgh abcdefgx xbcdefgh abcdefghi
    abcdefghj abcdefg abcdefghijklmnopqrstuvwxyz ABCDEFGH abXdefghi abcdefghijklmnopqrstuvwxyy abcdefghijklmnop
    abcdefghijklmno klmnopqrstuvwxyz zklmnopqrstuvwxyz z az zz u uu xu xuy ux xy d u* * ? $a aabab abababc b*
    abcdefghijklmnopqrstuvwxyz0123456 abcdefghijklmnopqrstuvwxyz0123457 xabcdefghijklmnopqrstx abcdefghijklmnopqrst
    abcdefghijklmnox @ [ { aaaaaaaab aaaaaaaaa
  `),
  ...["", "é", "éa", "éé", "e\u0301", "𐐀", "\u{40000}", "\u{10ffff}a"],
  ...["a𐐀", "`", "b".repeat(40), "a".repeat(1000)],
];

const ARN = ["ArnEquals", "ArnNotEquals", "ArnLike"];
const ARN_PATTERNS = [
  ...[
    "arn:aws:sqs:us-east-1:1:q",
    "arn:aws:sqs:*:*:q",
    "arn:*:*:*:*:*",
    "arn:aws:sqs:us-*:1:q*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b",
  ],
  ...[
    "arn:aws:sqs:us-east-?:1:*:x",
    "arn:aws:sqs:${aws:username}:1:q",
    "arn:aws:s3:::${aws:username}/*",
    "arn:aws:logs:::a:b",
  ],
];
const ARNS = [
  ...words(`
    arn:aws:sqs:us-east-1:1:q arn:aws:sqs:us-east-2:1:q arn:aws:sqs:us-east-1:2:q arn:aws:sqs:us-east-1:1:q:x
    arn:aws:s3:::b arn:aws:s3:::b/ arn:aws:s3:::b/k arn:aws:s3:::b/k:x arn:aws:s3::b arn:aws:s3: arn: arn a *
    arn::::: arn:aws:sqs:u:1:q arn:aws:sqs:x:1:q arn:aws:s3:::u/k arn:aws:s3:::u/ arn:aws:s3:::x/k
    arn:aws:logs:::a:b arn:aws:logs:::a arn:aws:logs:::a:b:c arn:aws:sqs:us-east-1:1:qq arn:aws:sqs:us-east-12:1:q:x
    brn:aws:s3:::b arn:aws:sqs:us:east:1:1:q
  `),
  ...[""],
];

/** Qualifiers and modifiers on the first operand only: the parsers are the same below them. */
function values(
  name: string,
  operators: readonly string[],
  operands: readonly string[],
  given: readonly string[],
): Trial {
  // Strict grammar takes one boolean only.
  const together = operands === BOOLEAN_OPERANDS ? operands.slice(0, 1) : operands;
  const plain = cross(operators, operands).map(([operator, operand]) => ({ [operator]: { "x:v": operand } }));
  const several = operators.flatMap((operator) =>
    [
      `${operator}IfExists`,
      `ForAllValues:${operator}`,
      `ForAnyValue:${operator}`,
      `ForAnyValue:${operator}IfExists`,
    ].map((spelling) => ({ [spelling]: { "x:v": together.slice(0, 3) } })),
  );
  const both = operators.map((operator) => ({ [operator]: { "x:v": together }, Null: { "x:v": "false" } }));
  const conditions: JsonObject[] = [...plain, ...several, ...both];
  const statements = conditions.map(
    (Condition, at): Statement => (at % 4 === 3 ? deny("s3:*", "*", { Condition }) : allow("s3:*", "*", { Condition })),
  );
  const contexts: Partial<Request>[] = [
    ...given.map((value) => ({ context: { "x:v": value } })),
    ...given.slice(0, 20).map((value, at) => ({ context: { "x:v": [value, given[(at * 7 + 3) % given.length]!] } })),
    { context: { "x:v": [] } },
    { context: {} },
    { unknown: ["x:v"] },
    { context: { "x:v": given[0]! }, unknown: ["aws:username"] },
    { context: { "x:v": given[0]! }, unknown: ["aws:PrincipalTag/t"] },
  ];
  const asks = contexts.map(
    (part): TrialAsk => ({
      request: {
        principal: USER,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/k",
        resourceAccount: "111111111111",
        ...part,
      },
      options: {},
      explained: true,
    }),
  );
  const quick = given.map(
    (value): TrialAsk => ({
      request: { principal: USER, action: "s3:GetObject", resource: "*", context: { "x:v": value } },
      options: null,
    }),
  );
  // Decisions that hang on one statement at a time.
  return {
    name,
    world: world([{ policies: { identity: [named(name, statements)] } }]),
    engine: {},
    overlays: [],
    asks: [...asks, ...quick],
  };
}

const RESOURCE_PATTERNS = [
  ...words(`
    * arn:aws:s3:::b arn:aws:s3:::b/* arn:aws:s3:::* arn:aws:s3:::b? arn:aws:s3:::*/k arn:aws:s3:*:*:b/*
    arn:*:s3:::b/* arn:aws:s3:::?/k arn:aws:s3:::b*k arn:aws:s3:::b/*/k arn:aws:s3:::b/?* arn:aws:s3:::b/**
    arn:aws:sqs:*:111111111111:q arn:aws:sqs:us-*-1:*:q* arn:aws:sqs:??-east-1:111111111111:*q arn:aws:sqs:*:*:*:*
    arn:aws:sqs:us-east-1:111111111111:q arn:*:*:*:*:q arn:*:*:*:*:*q arn:aws:*:*:*:?:* arn:aws:s3:::?*?*?
    arn:aws:s3:::aaa*aab arn:aws:s3:::*aab*aab arn:aws:s3:::a?a*b?b arn:aws:sqs:us*east*1:1*1:* arn:aws:sqs:?*:?*:?*
  `),
  ...[
    "arn:aws:s3:::${aws:username}/*",
    "arn:aws:s3:::*${aws:username}*",
    "arn:aws:s3:::${aws:PrincipalTag/t}/k",
    "arn:aws:s3:::${aws:PrincipalTag/t, 'b'}/k",
    "arn:aws:s3:::b/${aws:username}k",
    "arn:aws:s3:::b/${*}",
  ],
  ...["arn:aws:sqs:${x:r}:*:q", "arn:aws:sqs:*${x:r}*:*:q*"],
];
const TARGETS = [
  ...words(`
    arn:aws:s3:::b arn:aws:s3:::b/ arn:aws:s3:::b/k arn:aws:s3:::c/k arn:aws:s3:::bb arn:aws:s3:::b/x/k
    arn:aws:s3:::bk arn:aws:s3:::b/x arn:aws:s3:::u/k arn:aws:s3:::b/uk arn:aws:s3:::b/* arn:aws:s3:::b/xu
    arn:aws:s3:::b:k arn:aws:s3:::b/a:b/k arn:aws-cn:s3:::b/k arn:aws:s3:us-east-1:111111111111:b/k
    arn:aws:s3:::aaaab arn:aws:s3:::aaaaab arn:aws:s3:::aabaab arn:aws:s3:::abaabbb arn:aws:s3:::aab
    arn:aws:s3:::aaab arn:aws:s3:::xyz arn:aws:s3:::xy arn:aws:s3:::xaabyaab arn:aws:sqs:us-east-1:111111111111:q
    arn:aws:sqs:us-east-1:111111111111:qq arn:aws:sqs:us-west-1:111111111111:q *
    arn:aws:sqs:us-east-1:222222222222:q arn:aws:sqs:eu-east-1:111111111111:xq
    arn:aws:sqs:us-east-1:111111111111:q:x arn:aws:sqs::111111111111:q arn:aws:sqs:us-east-1:111111111111:
    arn:aws:sqs:r:111111111111:q arn:aws:sqs:xry:111111111111:q:z arn:aws:sqs:useast1:111111111111:x
  `),
  ...["arn:aws:s3:::é/k"],
];

function resources(name: string, resourceGlob: string): Trial {
  const statements = RESOURCE_PATTERNS.flatMap((pattern, at): Statement[] => [
    at % 5 === 4 ? deny(`x:Do${at}`, pattern) : allow(`x:Do${at}`, pattern),
    { Effect: "Allow", Action: `x:No${at}`, NotResource: [pattern, "arn:aws:s3:::never"] },
  ]);
  const settings: Partial<Request>[] = [
    { context: { "x:r": "r" } },
    { context: {} },
    { context: { "x:r": ":" } },
    { unknown: ["x:r", "aws:username"] },
  ];
  const explained = cross(TARGETS, settings).map(
    ([resource, setting]): TrialAsk => ({
      request: { principal: USER, action: "x:Do1", resource, ...setting },
      options: {},
      explained: true,
    }),
  );
  const actions = RESOURCE_PATTERNS.flatMap((_, at) => [`x:Do${at}`, `x:No${at}`]);
  const decided = cross(actions, TARGETS).map(
    ([action, resource], at): TrialAsk => ({
      request: { principal: USER, action, resource, ...settings[at % 4]! },
      options: at % 4 === 3 ? {} : null,
    }),
  );
  return {
    name,
    world: world([{ options: { resourceGlob } as never, policies: { identity: [named(name, statements)] } }]),
    engine: {},
    overlays: [],
    asks: [...explained, ...decided],
    every: 11,
  };
}

/** A text with each of its places changed to what stands beside digits and letters in ASCII, and to its neighbours. */
function around(...texts: readonly string[]): string[] {
  const changed = texts.flatMap((text) =>
    [...text].flatMap((letter, at) => {
      const code = letter.charCodeAt(0);
      const others = ["/", ":", "@", "[", "`", "{", "g", String.fromCharCode(code - 1), String.fromCharCode(code + 1)];
      return others.map((other) => text.slice(0, at) + other + text.slice(at + 1));
    }),
  );
  return [...new Set(changed)];
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
