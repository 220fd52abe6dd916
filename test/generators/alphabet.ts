/** The few names and values that everything is made of, chosen so that they collide. */

export const ACCOUNTS = ["111111111111", "222222222222", "333333333333"] as const;
export const [CALLER_ACCOUNT, OTHER_ACCOUNT, MANAGEMENT_ACCOUNT] = ACCOUNTS;

/** An account is of one partition. */
export const MANAGEMENT_PARTITION = "aws-cn";

export const ORGANIZATION = "o-a";
export const ORG_PATHS = ["o-a/r-b/", "o-a/r-b/ou-b-c/", "o-a/r-b/ou-b-c/ou-b-d/"] as const;

/** 64 hexadecimal digits each (GRAM-23). */
export const CANONICAL_IDS = { "111111111111": "a".repeat(64), "222222222222": "b".repeat(64) } as const;

export const SERVICES = ["s3.amazonaws.com", "sns.amazonaws.com", "ec2.amazonaws.com"] as const;
export const SAML_PROVIDER = "arn:aws:iam::111111111111:saml-provider/idp";
export const OIDC_PROVIDER = "arn:aws:iam::111111111111:oidc-provider/token.example.com";
export const ORIGIN_ACCESS_IDENTITY = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1";

export const TAG_KEYS = ["team", "Team", "env", "__proto__"] as const;
export const VPC_ENDPOINTS = ["vpce-1", "vpce-2"] as const;
export const TASK_POLICY = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy";

/** Printable in any strict policy (GRAM-10). */
export const PLAIN_TEXTS = [
  ...["a", "b", "ab", "A", "", "aa", "a:b", "a/b", "a\nb", "é", "e", "s", "S", "k", "K", "i", "true", "1"],
  ...["constructor", "111111111111", "o-a", "o-a/r-b/ou-b-c/", "us-east-1", "vpce-1", "arn:aws:s3:::b", "10.0.0.1"],
] as const;

/** Case folding that is not ASCII's, characters of two units, combining marks, control characters (COND-20, COND-21). */
export const STRANGE_TEXTS = [
  ...["Σ", "ς", "σ", "ΟΣ", "ος", "οσ", "ΟΣΑ", "\u212a", "ſ", "İ", "i\u0307", "ß", "ẞ", "SS"],
  ...["𐐀", "𐐨", "x𐐀", "a😀b", "e\u0301", "\u2028", "a\u0000b", "\ufffd", "\u{10ffff}"],
] as const;

/** Texts that look like syntax: they come in as values and stay what they are (VAR-9). */
export const SYNTAX_TEXTS = [
  "*",
  "a*",
  "?",
  "a?b",
  "${aws:username}",
  "${*}",
  "$",
  "a.b",
  "[ab]",
  "}",
  "'",
  ", '",
] as const;

export const LIKE_PATTERNS = [
  ...["*", "a*", "*b", "a?b", "?", "??", "a*b*", "**", "*a*", "a", "${*}", "a${?}b", "${$}", "*${*}", "?*", "a\n*"],
  ...["o-a/*", "us-*-1", "111111111111", "arn:aws:*", "*/a", "*:b"],
] as const;

/** Variables over keys of every kind; some always resolve, some never do (VAR-5, VAR-7, VAR-10). */
export const VARIABLES = [
  ...["${aws:username}", "${AWS:UserId}", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'a'}", "${x:s}"],
  ...["${x:s, 'b'}", "${x:s, ''}", "${aws:TagKeys, 'a'}", "${aws:PrincipalAccount}", "${x:t, 'a}, b'}"],
] as const;

/** Each value, and whether strict mode stores it (GRAM-18). */
export interface Literal {
  readonly text: string;
  readonly valid: boolean;
}

function literals(valid: readonly string[], invalid: readonly string[]): readonly Literal[] {
  return [...valid.map((text) => ({ text, valid: true })), ...invalid.map((text) => ({ text, valid: false }))];
}

/** Many spellings of few values (COND-30, COND-31, COND-32). */
export const NUMBERS = literals(
  ["1", "2", "1.0", "01", "+1", "-1", "1e0", "10", "0.5", ".5", "0", "-0", "1000", "1e3", "1.", "100e-2", "-.5"].concat(
    [
      "9007199254740992",
      "9007199254740993",
      "9007199254740993.0000000000000000000001",
      "1e400",
      "12345678901234567890",
    ],
  ),
  ["", "a", " 1", "1 ", "0x1", "1_0", "NaN", "Infinity", "1e10000", "1e", "+", ".", "--1", "１"],
);

/** Around 2024-01-01T00:00:00Z and 2024-06-15 (COND-40, COND-43). */
export const DATES = literals(
  ["2024-01-01T00:00:00Z", "2024-01-01", "2024", "2024-01", "1704067200", "2024-01-01T01:00:00+01:00"].concat(
    ["2023-12-31T23:59:59.999Z", "2024-06-15T12:30:45.123Z", "2024-06-15T12:30:45.1239Z", "2024-06-15T12:30Z"],
    ["2024-06-15T12:30:45.123", "1718454645.123", "2024-02-29", "2024-01-01t00:00z", "0001-01-01", "9999-12-31"],
    ["+1704067200", "1704067200.0009", "20240101", "0", "2024-06-14T20:30:45-16:00"],
  ),
  ["", "yesterday", "2023-02-29", "2024-13-01", "2024-01-01T24:00:00Z", "2024-01-01T00:60Z", "2024-1-1", "2024-01-01 "],
);

export const BOOLEANS = literals(["true", "false", "TRUE", "False"], ["yes", "", " true ", "1"]);

/** `AR==` decodes to the byte of `AQ==` under a lax reader (COND-55). */
export const BINARIES = literals(
  ["AQ==", "AQI=", "AQID", "YWI=", "", "/+8="],
  ["AR==", "AQ", "YWI", "_-8=", "A", "AQ==\n", "é"],
);

/** Request values are bare addresses, operands ranges too (COND-60, COND-61). */
export const ADDRESSES = literals(
  [
    "10.0.0.1",
    "10.0.0.2",
    "10.1.2.3",
    "192.0.2.1",
    "255.255.255.255",
    "0.0.0.0",
    "2001:db8::1",
    "2001:db8:1::5",
  ].concat(["::1", "::", "2001:0db8:0:0::1"]),
  [
    "10.0.0.1/32",
    "",
    "a",
    "256.0.0.1",
    "10.0.0",
    "1:2",
    "::ffff:10.0.0.1",
    "010.0.0.1",
    "2001:db8:::1",
    ":2001:db8::1",
  ].concat(["10.0.0.1 ", "fe80::1%eth0", "::ffff:a00:1", "1::2::3"]),
);

export const RANGES = literals(
  [
    "10.0.0.0/8",
    "10.0.0.1",
    "10.0.0.1/32",
    "192.0.2.77/24",
    "0.0.0.0/0",
    "::/0",
    "2001:db8::/32",
    "2001:db8::1",
  ].concat(["10.0.0.0/31", "128.0.0.0/1", "::/1", "2001:db8::/127"]),
  [
    "2001:db8::1/32",
    "10.0.0.1/33",
    "::ffff:10.0.0.1",
    "::ffff:10.0.0.0/104",
    "10.0.0.0/08",
    "10.0.0.0/+8",
    "10.0.0.0/",
    "a",
  ].concat(["010.0.0.0/8", "10.0.0.0/-1", "2001:db8:::/32", ""]),
);

export const ARNS = literals(
  ["arn:aws:iam::111111111111:user/a", "arn:aws:iam::111111111111:role/R", "arn:aws:iam::111111111111:root"].concat(
    [
      "arn:aws:s3:::b",
      "arn:aws:s3:::b/k",
      "arn:aws:sns:us-east-1:111111111111:t",
      "arn:aws:sns:us-east-1:222222222222:t:u",
    ],
    ["arn:aws:sts::111111111111:assumed-role/R/s"],
  ),
  ["", "a", "arn:aws:s3", "ARN:aws:s3:::b", "arn:aws:sns:us-east-1:t"],
);

export const ARN_PATTERNS = literals(
  [
    "*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::111111111111:*",
    "arn:*:s3:::b",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::?",
  ].concat(
    ["arn:aws:iam::111111111111:role/${aws:PrincipalTag/team, 'R'}", "arn:aws:sns:us-*-1:*:t*", "arn:aws:s3:::${x:s}"],
    ["arn:aws:iam::1*1:user/a", "arn:aws:s3:::${*}", "arn:aws:s3:::b", "arn:aws:iam::111111111111:user/a"],
  ),
  ["arn:aws:sns:*", "a", "", "arn:aws:s3:::", "**", "arn:aws", "${x:s}"],
);
