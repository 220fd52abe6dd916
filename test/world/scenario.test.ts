/** Scenario files: formats, what they become, and what is refused where. */
import { describe, expect, it } from "vitest";
import { readScenarios } from "../../src/world/scenario.js";
import { A1, A2, A9, ALICE, findingsOf, layersOfScenario, ROLE, SESSION, scenario } from "./build.js";

const REQUEST = `request: { principal: "${ALICE}", action: s3:GetObject, resource: "arn:aws:s3:::b/k" }`;
const ALLOW = `{ Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }`;
const OPEN_BUCKET = `{ Version: "2012-10-17", Statement: { Effect: Allow, Principal: "*", Action: "s3:*", Resource: "*" } }`;

function of(...lines: string[]): string {
  return ["id: x", ...lines, "expect: allowed"].join("\n");
}

describe("formats", () => {
  const one = JSON.stringify({
    id: "a",
    request: { principal: ALICE, action: "s3:X", resource: "*" },
    expect: "denied",
  });
  const two = one.replace('"a"', '"b"');
  const idsOf = (name: string, text: string) => {
    const { scenarios, diagnostics } = readScenarios({ name, text });
    expect(diagnostics).toEqual([]);
    return scenarios.map(({ id }) => id);
  };

  it.each([
    ["one.json", one],
    ["list.json", `[${one}]`],
    ["lines.jsonl", `${one}\n\n`],
    ["lines.ndjson", `${one}\r\n`],
    ["a.yaml", one],
    ["a.yml", `- ${one}`],
    ["-", one],
    ["-", `[${one}]`],
    ["-", JSON.stringify(JSON.parse(one), null, 2)],
    ["-", "id: a\nrequest: { principal: '*', action: 's3:X', resource: '*' }\nexpect: denied\n"],
  ])("%s", (name, text) => {
    expect(idsOf(name, text)).toEqual(["a"]);
  });

  it("reads several, in order", () => {
    expect(idsOf("a.jsonl", `${one}\n${two}`)).toEqual(["a", "b"]);
    expect(idsOf("-", `${one}\n${two}\n`)).toEqual(["a", "b"]);
    expect(idsOf("a.yaml", `---\n${one}\n---\n- ${two}\n`)).toEqual(["a", "b"]);
  });

  it("names the line of JSON Lines, and goes on behind a broken one", () => {
    const { scenarios, diagnostics } = readScenarios({ name: "a.jsonl", text: `${one}\n{"id" 1}\n${two}` });
    expect(scenarios.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(diagnostics[0]?.source.name).toBe("a.jsonl:2");
  });

  it("warns of an id that occurs twice", () => {
    const { scenarios, diagnostics } = readScenarios({ name: "a.jsonl", text: `${one}\n${one}` });
    expect(scenarios).toHaveLength(2);
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([["repeated-id", "warning"]]);
  });
});

describe("what is refused", () => {
  it.each([
    ["an unknown field", of(REQUEST, "polices: {}"), ["unknown-field 3:1"]],
    ["an unknown layer", of(REQUEST, `policies: { scp: [] }`), ["unknown-field 3:13"]],
    ["an unknown flag", of(REQUEST, `options: { modus: strict }`), ["unknown-field 3:12"]],
    ["an unknown mode", of(REQUEST, `options: { mode: strickt }`), ["invalid-value 3:18"]],
    ["a flag in quotes", of(REQUEST, `options: { deriveContext: "true" }`), ["invalid-value 3:27"]],
    ["a level that is no list", of(REQUEST, `policies: { scps: [${ALLOW}] }`), ["wrong-type 3:20"]],
    [
      "an account of 11 digits",
      of(REQUEST, `organization: { managementAccount: "12345678901" }`),
      ["invalid-account 3:36"],
    ],
    ["a version to come", of("version: 2", REQUEST), ["unsupported-version 2:10"]],
    [
      "two policies of one name",
      of(REQUEST, `policies: { identity: [{name: p, policy: ${ALLOW}}], resource: {name: p, policy: ${OPEN_BUCKET}} }`),
      ["repeated-policy-name 3:160"],
    ],
    [
      "a statement without action",
      of(REQUEST, `policies: { identity: { Version: "2012-10-17", Statement: { Effect: Allow, Resource: "*" } } }`),
      ["missing-element 3:59"],
    ],
    [
      "settings that contradict",
      of(REQUEST, `resourceSettings: { objectOwnership: BucketOwnerEnforced, objectOwner: "${A2}" }`),
      ["contradicting-settings 3:72"],
    ],
    ["nothing at all", "{}", ["missing-field 1:1", "missing-field 1:1", "missing-field 1:1"]],
    ["no object", "- 1", ["wrong-type 1:3"]],
  ])("%s", (_, text, expected) => {
    expect(findingsOf(text)).toEqual(expected);
  });

  it("suggests the nearest field", () => {
    const { diagnostics } = readScenarios({ name: "a.yaml", text: of(REQUEST, "polices: {}") });
    expect(diagnostics[0]?.help).toBe("did you mean `policies`?");
  });

  it("leaves a refused policy to a scenario that expects an error", () => {
    const text = `id: x\n${REQUEST}\npolicies: { identity: { Version: "2012-10-18", Statement: [] } }\nexpect: { decision: error }`;
    const { refused, expect: expected } = scenario(text);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ severity }) => severity === "error")).toBe(true);
    expect(expected.decision).toBe("error");
  });

  it("leaves a request that cannot be read to one that expects an error, and no scenario that is wrong itself", () => {
    expect(scenario("id: x\nrequest: { action: 7 }\nexpect: error").refused.length).toBeGreaterThan(0);
    expect(findingsOf("id: x\nrequest: { action: 7 }\nexpect: error\nfoo: 1")).toEqual(["unknown-field 4:1"]);
  });
});

describe("policies", () => {
  it("are called by their places, or by name", () => {
    const found = layersOfScenario(
      of(
        `request: { principal: "${SESSION}", action: s3:GetObject, resource: "arn:aws:s3:::b/k", resourceAccount: "${A1}" }`,
        `policies: { identity: [${ALLOW}, {name: second, policy: ${ALLOW}}], boundary: ${ALLOW}, session: [${ALLOW}],`,
        `  scps: [[${ALLOW}], [${ALLOW}, ${ALLOW}]], resource: ${OPEN_BUCKET}, vpcEndpoint: [${OPEN_BUCKET}] }`,
      ),
    );
    const names = (set: { documents: readonly { policy: { name: string } }[] } | null | undefined) =>
      set?.documents.map(({ policy }) => policy.name);
    expect(names(found.identity)).toEqual(["identity[0]", "second"]);
    expect(names(found.boundary)).toEqual(["boundary"]);
    expect(names(found.session)).toEqual(["session[0]"]);
    expect(found.scp.map(names)).toEqual([["scps[0][0]"], ["scps[1][0]", "scps[1][1]"]]);
    expect(found.scp.map(({ label }) => label)).toEqual(["scps[0]", "scps[1]"]);
    expect(names(found.resource)).toEqual(["resource"]);
    expect(names(found.vpce)).toEqual(["vpcEndpoint[0]"]);
  });

  it("of one name and text are one policy, wherever they are attached", () => {
    const named = `{name: p, policy: ${ALLOW}}`;
    const { scp } = layersOfScenario(of(REQUEST, `policies: { scps: [[${named}], [${named}]] }`));
    expect(scp[0]?.documents[0]?.policy).toBe(scp[1]?.documents[0]?.policy);
  });

  it("`null` and an empty list attach nothing", () => {
    const found = layersOfScenario(
      of(REQUEST, "policies: { identity: [], boundary: null, session: [], vpcEndpoint: [], scps: [] }"),
    );
    expect(found).toMatchObject({ boundary: null, session: null, vpce: null, scp: [] });
    expect(found.identity.documents).toEqual([]);
  });

  it("3V-8: `unknown` is a whole layer, a level or a document", () => {
    const whole = layersOfScenario(
      of(
        REQUEST,
        "policies: { identity: unknown, boundary: unknown, scps: unknown, rcps: unknown, resource: unknown }",
      ),
    );
    expect(whole.identity.missing).toEqual([`identity policies of ${ALICE}`]);
    expect(whole.boundary?.missing).toEqual([`permissions boundary of ${ALICE}`]);
    expect(whole.scp[0]?.missing).toEqual([`SCPs of account ${A1}`]);
    expect(whole.rcp[0]?.missing).toEqual(["RCPs of the owner of arn:aws:s3:::b/k"]);
    expect(whole.resource.missing).toEqual(["resource policy of arn:aws:s3:::b"]);
    const parts = layersOfScenario(
      of(
        REQUEST,
        `policies: { identity: [${ALLOW}, unknown, {name: lost, policy: unknown}], scps: [unknown, [unknown]] }`,
      ),
    );
    expect(parts.identity).toMatchObject({ missing: ["identity[1]", "lost"] });
    expect(parts.identity.documents).toHaveLength(1);
    expect(parts.scp.map(({ missing }) => missing)).toEqual([["scps[0]"], ["scps[1][0]"]]);
  });

  it("may be JSON text", () => {
    const text = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" },
    });
    expect(layersOfScenario(of(REQUEST, `policies: { identity: ['${text}'] }`)).identity.documents).toHaveLength(1);
    const twice = text.replace('"Effect":"Allow"', '"Effect":"Deny","Effect":"Allow"');
    expect(findingsOf(of(REQUEST, `policies: { identity: ['${twice}'] }`))[0]).toMatch(/^duplicate-key/);
  });

  it("SPEC-1: of a role are trust policies", () => {
    const trust = `{ Version: "2012-10-17", Statement: { Effect: Allow, Principal: { AWS: "${A1}" }, Action: sts:AssumeRole } }`;
    const request = `request: { principal: "${ALICE}", action: sts:AssumeRole, resource: "${ROLE}" }`;
    expect(layersOfScenario(of(request, `policies: { resource: ${trust} }`)).resource.documents[0]?.policy.type).toBe(
      "trust",
    );
  });
});

describe("who has what", () => {
  it("gives a federated user's policies to its parent, or keeps them where nobody says who that is", () => {
    const arn = `arn:aws:sts::${A1}:federated-user/bob`;
    const ask = (principal: string) =>
      layersOfScenario(
        of(`request: { principal: ${principal}, action: s3:X, resource: "*" }`, `policies: { identity: [${ALLOW}] }`),
      );
    expect(ask(`{ arn: "${arn}", parent: "${ALICE}" }`).identity.label).toBe(`identity policies of ${ALICE}`);
    expect(ask(`"${arn}"`).identity.documents).toHaveLength(1);
  });

  it("assumes an endpoint for an endpoint policy", () => {
    const { request } = scenario(of(REQUEST, `policies: { vpcEndpoint: [${OPEN_BUCKET}] }`));
    expect(request.via).toEqual({ vpcEndpoint: {} });
    const named = layersOfScenario(
      of(
        `request: { principal: "${ALICE}", action: s3:X, resource: "*", via: { vpcEndpoint: { id: vpce-1 } } }`,
        "policies: { vpcEndpoint: unknown }",
      ),
    );
    expect(named.vpce?.missing).toEqual(["endpoint policy of vpce-1"]);
  });

  it("stands an access point before its bucket", () => {
    const point = `arn:aws:s3:eu-west-1:${A1}:accesspoint/ap/object/k`;
    const found = layersOfScenario(
      of(
        `request: { principal: "${ALICE}", action: s3:GetObject, resource: "${point}" }`,
        `policies: { resource: ${OPEN_BUCKET}, behind: { resource: "arn:aws:s3:::b/k", policies: [${OPEN_BUCKET}] } }`,
      ),
    );
    expect(found.behind?.resource).toBe("arn:aws:s3:::b/k");
    expect(found.behind?.documents.documents.map(({ policy }) => policy.name)).toEqual(["behind[0]"]);
    expect(found.resource.documents.map(({ policy }) => policy.name)).toEqual(["resource"]);
  });

  it("keeps bindings and canonical user ids", () => {
    const { world } = scenario(of(REQUEST, `canonicalUserIds: { "${A1}": c1 }`, `bindings: { "${ALICE}": AIDAX }`));
    expect(world.accounts.get(A1)?.canonicalUserId).toBe("c1");
    expect(world.bindings.get(ALICE)).toBe("AIDAX");
    expect(world.closed).toBe(true);
  });
});

describe("organizations", () => {
  const scps = `policies: { scps: [[${ALLOW}]], rcps: [[]] }`;
  const owned = `request: { principal: "${ALICE}", action: s3:GetObject, resource: "arn:aws:s3:::b/k", resourceAccount: "${A2}" }`;
  const ask = (...lines: string[]) => {
    const text = of(owned, ...lines);
    const { world } = scenario(text);
    return { layers: layersOfScenario(text), facts: (id: string) => world.accounts.get(id)?.organization };
  };

  it("are not there unless something says so", () => {
    const { layers, facts } = ask();
    expect(layers).toMatchObject({ scp: [], rcp: [] });
    expect([facts(A1), facts(A2)]).toEqual([null, null]);
  });

  it("are proven by levels alone, without a name", () => {
    const { layers, facts } = ask(scps);
    expect([layers.scp.length, layers.rcp.length]).toEqual([1, 1]);
    const unnamed = { id: null, path: null, managementAccount: null };
    expect([facts(A1), facts(A2)]).toEqual([unnamed, unnamed]);
  });

  it("hold every account that the scenario names, below the root", () => {
    const { facts } = ask(`organization: { id: o-a, managementAccount: "${A9}", paths: { "${A2}": o-a/r-b/ou-c/ } }`);
    expect(facts(A1)).toEqual({ id: "o-a", path: "o-a/r-0000/", managementAccount: A9 });
    expect(facts(A2)).toEqual({ id: "o-a", path: "o-a/r-b/ou-c/", managementAccount: A9 });
    expect(facts(A9)).not.toBeNull();
  });

  it("EVAL-10, EVAL-12: reach members only, and not the management account", () => {
    const members = ask(scps, `organization: { id: o-a, accounts: ["${A2}"] }`);
    expect([members.layers.scp.length, members.layers.rcp.length]).toEqual([0, 1]);
    expect(members.facts(A1)).toBeNull();
    const caller = ask(scps, `organization: { id: o-a, managementAccount: "${A1}" }`);
    expect([caller.layers.scp.length, caller.layers.rcp.length]).toEqual([0, 1]);
    const owner = ask(scps, `organization: { id: o-a, managementAccount: "${A2}" }`);
    expect([owner.layers.scp.length, owner.layers.rcp.length]).toEqual([1, 0]);
  });

  it("EVAL-44: a disabled type has no levels", () => {
    const disabled = ask(scps, "organization: { id: o-a, scpsEnabled: false, rcpsEnabled: false }");
    expect(disabled.layers).toMatchObject({ scp: [], rcp: [] });
  });

  it("SPEC-35: the management account and delegated administrators may call AssumeRoot", () => {
    expect(ask("organization: { id: o-a }").layers.mayAssumeRoot).toBe(false);
    expect(ask(`organization: { managementAccount: "${A1}" }`).layers.mayAssumeRoot).toBe(true);
    expect(ask(`organization: { delegatedAdministrators: ["${A1}"] }`).layers.mayAssumeRoot).toBe(true);
  });
});

describe("names of object prototypes", () => {
  it("are ordinary names", () => {
    const { world } = scenario(of(REQUEST, `canonicalUserIds: { __proto__: a }`, `bindings: { constructor: b }`));
    expect(world.bindings.get("constructor")).toBe("b");
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(findingsOf(of(REQUEST, "constructor: 1"))).toEqual(["unknown-field 3:1"]);
  });
});
