/** Requests and options as JSON: everything read, everything unknown refused with its place. */
import { describe, expect, it } from "vitest";
import { readRequest, readRequestOptions } from "../../src/request/json.js";
import { resolve } from "../../src/request/resolve.js";
import { placeOf } from "../../src/text/diagnostic.js";
import { parseJson } from "../../src/text/json.js";
import { keyOf } from "./ask.js";
import { A1, directory } from "./directory.js";

function readText(text: string) {
  const source = { name: "request.json", text };
  const parsed = parseJson(source);
  expect(parsed.diagnostics).toEqual([]);
  return readRequest(source, parsed.value!);
}

/** Findings as `place code: message (help)`. */
function findings(text: string): string[] {
  const { request, diagnostics } = readText(text);
  expect(request === null).toBe(diagnostics.length > 0);
  return diagnostics.map(({ source, span, code, message, help }) => {
    return `${placeOf(source, span.start)} ${code}: ${message}${help === null ? "" : ` (${help})`}`;
  });
}

const MINIMAL = '"principal": "*", "action": "s3:GetObject", "resource": "*"';

describe("reading a request", () => {
  it("reads every field", () => {
    const request = {
      principal: {
        arn: `arn:aws:sts::${A1}:assumed-role/R/s`,
        uniqueId: "AROA1",
        tags: { a: "1" },
        sessionTags: { b: "2" },
        transitiveTagKeys: ["b"],
        roleArn: `arn:aws:iam::${A1}:role/svc/app/R`,
        serviceLinked: false,
        credentials: "longTerm",
        issuedBy: "AssumeRole",
        federatedProvider: "p",
        sourceIdentity: "i",
        issueTime: "2026-11-24T00:00:00Z",
        mfa: { authenticatedAt: 5 },
        taskPolicy: "t",
        parent: "x",
        serviceNames: ["s"],
        onBehalf: { sourceArn: "a", sourceAccount: A1, sourceOrgId: "o", sourceOrgPaths: ["o/"] },
        claims: { "saml:sub": "s" },
      },
      action: "s3:GetObject",
      resource: "arn:aws:s3:::b/k",
      resourceAccount: A1,
      resourceTags: { t: "v" },
      resourcePolicyType: "s3",
      context: { "my:a": "x", "my:b": ["y", true], "my:c": { card: "multi", values: ["z"] } },
      unknown: ["aws:PrincipalTag/*"],
      via: {
        vpcEndpoint: {
          id: "i",
          vpc: "v",
          vpcArn: "a",
          privateIp: "10.0.0.1",
          account: A1,
          orgId: "o",
          orgPaths: ["o/"],
          kind: "gateway",
        },
        fas: { calledVia: ["athena.amazonaws.com"] },
      },
      now: 1500,
    };
    expect(JSON.parse(JSON.stringify(readText(JSON.stringify(request)).request))).toEqual(request);
  });

  it("REQ-2: keeps numbers of the context as they are written", () => {
    const { request } = readText(`{${MINIMAL}, "context": {"my:n": 1.50, "my:big": [9007199254740993, 1e2]}}`);
    expect(request?.context).toEqual(
      Object.assign(Object.create(null), { "my:n": "1.50", "my:big": ["9007199254740993", "1e2"] }),
    );
  });

  it("takes account ids that are written as numbers", () => {
    const { request } = readText(
      `{"principal": ${A1}, "action": "s3:GetObject", "resource": "*", "resourceAccount": ${A1}}`,
    );
    expect(request).toMatchObject({ principal: A1, resourceAccount: A1 });
  });

  it("names of members of objects are ordinary keys", () => {
    const { request } = readText(`{${MINIMAL}, "context": {"__proto__": "p", "constructor": "c"}}`);
    const question = resolve(request!, directory());
    expect(keyOf(question, "__proto__")).toBe("p");
    expect(keyOf(question, "constructor")).toBe("c");
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("refusing a request", () => {
  it.each([
    ["[]", ["request.json:1:1 wrong-type: expected an object, found an array"]],
    [
      "{}",
      [
        "request.json:1:1 missing-field: the field `principal` is missing",
        "request.json:1:1 missing-field: the field `action` is missing",
        "request.json:1:1 missing-field: the field `resource` is missing",
      ],
    ],
    [
      `{${MINIMAL},\n "contxt": {}}`,
      ["request.json:2:2 unknown-field: unknown field `contxt` (did you mean `context`?)"],
    ],
    [`{${MINIMAL}, "__proto__": 1}`, ["request.json:1:63 unknown-field: unknown field `__proto__`"]],
    [
      `{${MINIMAL},\n "context": {"a:b": null, "c:d": [["x"]], "e:f": {"card": "many"}}}`,
      [
        "request.json:2:21 wrong-type: expected a string, a number, a boolean or a list of these, found null",
        "request.json:2:35 wrong-type: expected a string, a number or a boolean, found an array",
        "request.json:2:59 unknown-word: unknown word `many` (one of `single`, `multi`)",
        "request.json:2:50 missing-field: the field `values` is missing",
      ],
    ],
    [
      '{"principal": {"arn": "*", "mfa": "yes", "tag": {}}, "action": ["s3:GetObject"], "resource": null}',
      [
        "request.json:1:35 wrong-type: expected `true` or `false`, found a string",
        "request.json:1:42 unknown-field: unknown field `tag` (did you mean `tags`?)",
        "request.json:1:64 wrong-type: expected a string, found an array",
        "request.json:1:94 wrong-type: expected a string, found null",
      ],
    ],
    [
      '{"principal": {"arn": "*", "issuedBy": "SMAL"}, "action": "a:b", "resource": "*"}',
      ["request.json:1:40 unknown-word: unknown word `SMAL` (did you mean `SAML`?)"],
    ],
  ])("%s", (text, expected) => {
    expect(findings(text)).toEqual(expected);
  });
});

describe("reading options", () => {
  const readOptions = (text: string) => readRequestOptions({ name: "o", text }, parseJson({ name: "o", text }).value!);

  it("leaves out what is left out", () => {
    expect(readOptions('{"trustContext": true, "extraValues": "multi"}').options).toEqual({
      trustContext: true,
      extraValues: "multi",
    });
    expect(readOptions("{}").options).toEqual({});
  });

  it("refuses what it does not know", () => {
    const { options, diagnostics } = readOptions(
      '{"trustContexts": true, "deriveContext": "yes", "extraValues": "most"}',
    );
    expect(options).toBeNull();
    expect(diagnostics.map(({ code }) => code)).toEqual(["unknown-field", "wrong-type", "unknown-word"]);
  });
});
