/** Context keys: cardinality (REQ-3), values (REQ-2, REQ-7…9), unknown keys (3V-1, 3V-2), limits. */
import { describe, expect, it } from "vitest";
import { CONTEXT_KEYS_MAX, cardinalityOf, contextOf, VALUES_PER_KEY_MAX } from "../../src/request/context.js";
import type { Slot } from "../../src/request/question.js";
import type { ContextInput, Request, RequestOptions } from "../../src/request/request.js";
import { VALUE_BYTES_MAX } from "../../src/request/text.js";
import { ask, keyOf, refusalOf } from "./ask.js";

function refusal(context: Readonly<Record<string, ContextInput>>, options: Partial<RequestOptions> = {}): string {
  return refusalOf(() => ask({ context }, options));
}

function given(key: string, input: ContextInput, options: Partial<RequestOptions> = {}): Slot {
  return ask({ context: { [key]: input } }, options).context.get(key.toLowerCase());
}

describe("REQ-3: cardinality belongs to the key", () => {
  it.each([
    ["aws:tagkeys", "multi"],
    ["aws:calledvia", "multi"],
    ["aws:principalorgpaths", "multi"],
    ["aws:resourceorgpaths", "multi"],
    ["aws:sourceorgpaths", "multi"],
    ["aws:vpceorgpaths", "multi"],
    ["aws:principalservicenameslist", "multi"],
    ["sts:transitivetagkeys", "multi"],
    ["sts:identitytokenaudience", "multi"],
    ["kms:grantoperations", "multi"],
    ["kms:encryptioncontextkeys", "multi"],
    ["dynamodb:attributes", "multi"],
    ["dynamodb:leadingkeys", "multi"],
    ["saml:edupersonaffiliation", "multi"],
    ["cognito-identity.amazonaws.com:amr", "multi"],
    ["idp.example.org/realm:amr", "multi"],
    ["events:metadata/a", "multi"],
    ["aws:sourceip", "single"],
    ["aws:neverheardof", "single"],
    ["aws:requesttag/k", "single"],
    ["aws:resourcetag/tagkeys", "single"],
    ["aws:principaltag/k", "single"],
    ["s3:existingobjecttag/k", "single"],
    ["s3:prefix", "single"],
    ["kms:encryptioncontext:app", "single"],
    ["events:metadata/a/matcher", "single"],
    ["identitystore:userid", "single"],
    ["token.actions.githubusercontent.com:repository", "single"],
    ["my:key", "unlisted"],
    ["s3:existingobjecttag/", "unlisted"],
    ["__proto__", "unlisted"],
    ["constructor", "unlisted"],
  ])("%s is %s", (key, cardinality) => {
    expect(cardinalityOf(key)).toBe(cardinality);
  });

  it("a bare value and a list of one mean the same", () => {
    for (const input of ["a", ["a"]]) {
      expect(given("aws:TagKeys", input)).toEqual({ state: "multi", values: ["a"] });
      expect(given("s3:prefix", input)).toEqual({ state: "single", value: "a" });
      expect(given("my:key", input)).toEqual({ state: "single", value: "a" });
    }
  });

  it("a single-valued key has one value", () => {
    expect(refusal({ "aws:SourceIp": ["192.0.2.1", "192.0.2.2"] })).toBe("too-many-values");
    expect(refusal({ "aws:SourceIp": [] })).toBe("too-many-values");
    const two = given("aws:SourceIp", ["192.0.2.1", "192.0.2.2"], { extraValues: "multi" });
    expect(two).toEqual({ state: "multi", values: ["192.0.2.1", "192.0.2.2"] });
    expect(given("s3:prefix", [], { extraValues: "multi" })).toEqual({ state: "multi", values: [] });
  });

  it("keys of no table go by what is given", () => {
    expect(given("my:key", ["a", "b"])).toEqual({ state: "multi", values: ["a", "b"] });
    expect(given("my:key", [])).toEqual({ state: "multi", values: [] });
    expect(given("my:key", { card: "multi", values: ["a"] })).toEqual({ state: "multi", values: ["a"] });
    expect(refusal({ "my:key": { card: "single", values: ["a", "b"] } })).toBe("too-many-values");
    expect(refusal({ "my:key": { card: "single", values: ["a", "b"] } }, { extraValues: "multi" })).toBe(
      "too-many-values",
    );
  });

  it("a declared cardinality may not contradict the table", () => {
    expect(refusal({ "aws:TagKeys": { card: "single", values: ["a"] } })).toBe("cardinality-contradiction");
    expect(refusal({ "s3:prefix": { card: "multi", values: ["a"] } })).toBe("cardinality-contradiction");
    expect(given("aws:TagKeys", { card: "multi", values: ["a"] })).toEqual({ state: "multi", values: ["a"] });
  });

  it("3V-1: under extraValues=multi every key may turn out to be anything", () => {
    expect(ask({}, { extraValues: "multi" }).context.cardinality("aws:sourceip")).toBe("unlisted");
    expect(ask().context.cardinality("aws:sourceip")).toBe("single");
  });
});

describe("values", () => {
  it("REQ-2: numbers and booleans are their JSON text", () => {
    expect(given("my:n", 5)).toEqual({ state: "single", value: "5" });
    expect(given("my:n", [1.5, true, "x"])).toEqual({ state: "multi", values: ["1.5", "true", "x"] });
    expect(refusal({ "my:n": Number.NaN })).toBe("invalid-context");
    expect(refusal({ "my:n": Number.POSITIVE_INFINITY })).toBe("invalid-context");
  });

  it("REQ-7, REQ-8: an empty text is present, and so is an empty list", () => {
    expect(given("aws:RequestTag/x", "")).toEqual({ state: "single", value: "" });
    expect(given("aws:TagKeys", [])).toEqual({ state: "multi", values: [] });
  });

  it.each([[null], [{}], [[["a"]]], [[null]], [{ card: "many", values: ["a"] }], [{ card: "multi", values: "a" }]])(
    "refuses %j",
    (input) => {
      expect(refusal({ "my:key": input as unknown as ContextInput })).toBe("invalid-context");
    },
  );

  it.each([
    ["aws:SourceIp", "AWS Internal"],
    ["aws:SourceIp", "192.0.2.1/32"],
    ["aws:SourceIp", ""],
    ["aws:SourceIp", "192.0.2.256"],
    ["aws:SecureTransport", "yes"],
    ["aws:SecureTransport", "True"],
    ["aws:ViaAWSMCPService", ""],
    ["aws:ChatbotSourceArn", "arn:aws:chatbot"],
    ["aws:SignInSessionArn", "x"],
  ])("REQ-9: %s cannot be %j, unless malformed values are let through", (key, value) => {
    expect(refusal({ [key]: value })).toBe("malformed-value");
    expect(given(key, value, { allowMalformedContext: true })).toEqual({ state: "single", value });
  });

  it.each([
    ["aws:PrincipalArn", "alice"],
    ["aws:SourceVpcArn", "arn:aws:ec2"],
    ["aws:VpcSourceIp", "10.0.0.0/8"],
    ["aws:TokenIssueTime", "yesterday"],
    ["aws:CurrentTime", "2026-02-30"],
    ["aws:EpochTime", "1e9x"],
    ["aws:PrincipalIsAWSService", "1"],
  ])("REQ-9: a trusted %s cannot be %j either", (key, value) => {
    expect(refusal({ [key]: value }, { trustContext: true })).toBe("malformed-value");
    expect(refusal({ [key]: value }, { deriveContext: false })).toBe("malformed-value");
  });

  it("REQ-9 is about global keys, not about tags or services", () => {
    expect(given("aws:RequestTag/SourceArn", "x")).toEqual({ state: "single", value: "x" });
    expect(given("ec2:SourceInstanceArn", "x")).toEqual({ state: "single", value: "x" });
  });

  it("refuses ill-formed text in keys and values, and keeps every other character", () => {
    expect(refusal({ "my:key": "\ud800" })).toBe("ill-formed-text");
    expect(refusal({ "my:key": "\udc00\ud800" })).toBe("ill-formed-text");
    expect(refusal({ "my:\udfff": "a" })).toBe("ill-formed-text");
    for (const text of ["k\0", "\ufeff", "\u202e", "e\u0301", "\u00e9", "😀", "\u2028"]) {
      expect(given("my:key", text)).toEqual({ state: "single", value: text });
    }
  });

  it("refuses what is too large", () => {
    const many = Object.fromEntries(Array.from({ length: CONTEXT_KEYS_MAX + 1 }, (_, index) => [`my:${index}`, "v"]));
    expect(refusal(many)).toBe("too-large");
    expect(refusal({ "my:key": Array.from({ length: VALUES_PER_KEY_MAX + 1 }, () => "v") })).toBe("too-large");
    expect(refusal({ "my:key": "v".repeat(VALUE_BYTES_MAX + 1) })).toBe("too-large");
    expect(refusal({ "my:key": "é".repeat(VALUE_BYTES_MAX / 2 + 1) })).toBe("too-large");
    expect(refusal({ [`my:${"k".repeat(VALUE_BYTES_MAX)}`]: "v" })).toBe("too-large");
    expect(refusal({ "my:key": "v".repeat(VALUE_BYTES_MAX) })).toBe("not refused");
    expect(refusal({ "my:key": "é".repeat(VALUE_BYTES_MAX / 2) })).toBe("not refused");
  });
});

describe("names", () => {
  it("REQ-4: compare without ASCII case", () => {
    expect(keyOf(ask({ context: { "AWS:SOURCEIP": "192.0.2.1" } }), "aws:sourceip")).toBe("192.0.2.1");
    const kelvin = ask({ context: { "my:\u212a": "sign" } });
    expect(kelvin.context.get("my:k").state).toBe("absent");
    expect(kelvin.context.get("my:\u212a").state).toBe("single");
  });

  it("REQ-43: two keys that are equal without case are refused", () => {
    expect(refusal({ "aws:SourceIp": "192.0.2.1", "AWS:sourceip": "192.0.2.1" })).toBe("duplicate-context-key");
    expect(refusal({ "aws:RequestTag/A": "1", "aws:RequestTag/a": "1" })).toBe("duplicate-context-key");
  });

  it("are ordinary texts", () => {
    const context = JSON.parse('{"__proto__":"p","constructor":"c","hasOwnProperty":"h"}') as Record<string, string>;
    const question = ask({ context });
    expect(["__proto__", "constructor", "hasownproperty"].map((key) => keyOf(question, key))).toEqual(["p", "c", "h"]);
    expect(keyOf(question, "tostring")).toBe("absent");
    expect(refusal({ "": "x" })).toBe("invalid-context");
  });
});

describe("3V-2: unknown keys", () => {
  const principal: Request["principal"] = { arn: "arn:aws:iam::111111111111:user/u", tags: { team: "a" } };

  it("a prefix covers what nobody gives", () => {
    const question = ask({ principal, unknown: ["aws:PrincipalTag/*", "S3:*"], context: { "s3:prefix": "p" } });
    expect(keyOf(question, "aws:PrincipalTag/team")).toBe("a");
    expect(keyOf(question, "aws:PrincipalTag/env")).toBe("unknown");
    expect(keyOf(question, "s3:prefix")).toBe("p");
    expect(keyOf(question, "s3:delimiter")).toBe("unknown");
    expect(keyOf(question, "aws:referer")).toBe("absent");
  });

  it("a prefix covers a key that derivation leaves without a value", () => {
    expect(keyOf(ask({ unknown: ["aws:*"] }), "aws:MultiFactorAuthPresent")).toBe("unknown");
    expect(keyOf(ask({ unknown: ["*"] }), "my:key")).toBe("unknown");
  });

  it("a name wins over derivation and not over the caller", () => {
    expect(keyOf(ask({ unknown: ["aws:PrincipalArn"] }), "aws:principalarn")).toBe("unknown");
    const context = { "aws:SourceIp": "192.0.2.1" };
    expect(refusalOf(() => ask({ context, unknown: ["AWS:SOURCEIP"] }))).toBe("unknown-and-given");
  });

  it("names keys once and sorted, without those of a prefix", () => {
    const slots = new Map<string, Slot>([
      ["b", { state: "unknown" }],
      ["a", { state: "single", value: "" }],
      ["c", { state: "absent" }],
    ]);
    const context = contextOf(slots, ["p/"]);
    expect(context.keys()).toEqual(["a", "b"]);
    expect(context.get("p/x").state).toBe("unknown");
    expect(context.get("c").state).toBe("absent");
  });

  it("refuses stars elsewhere, empty names and too many", () => {
    for (const entry of ["a*b", "**", ""]) {
      expect(refusalOf(() => ask({ unknown: [entry] }))).toBe("invalid-context");
    }
    const unknown = Array.from({ length: CONTEXT_KEYS_MAX + 1 }, () => "a:b");
    expect(refusalOf(() => ask({ unknown }))).toBe("too-large");
  });
});
