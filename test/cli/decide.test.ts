import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { EXPORT, folderWith, run } from "./run.js";

const ANA = "arn:aws:iam::111111111111:user/ana";
const REPORT = "arn:aws:s3:::reports/a.csv";

let world: string;
let bundle: string;

beforeAll(async () => {
  const folder = folderWith({ "export.json": EXPORT });
  world = join(folder, "export.json");
  bundle = join(folder, "world.iamb");
  expect((await run(["compile", world, "-o", bundle])).exit).toBe(0);
});

function asking(action: string, ...more: readonly string[]): readonly string[] {
  const request = ["--principal", ANA, "--action", action, "--resource", REPORT, "--resource-account", "111111111111"];
  return [...request, ...more];
}

/** The bucket's policy is not in an account export, so that an answer that it could change is `indeterminate` (3V-8). */
describe.each(["wasm", "reference", "both"])("decide with the engine %s", (engine) => {
  test.each([
    ["s3:GetObject", [], "indeterminate: allowed or explicitDeny", 4],
    ["s3:DeleteObject", [], "explicitDeny by IDENTITY", 1],
    ["s3:ListBucket", ["--unknown", "aws:PrincipalTag/*"], "indeterminate: ", 4],
    ["iam:CreateUser", [], "implicitDeny by IDENTITY", 1],
  ])("%s: %s", async (action, more, headline, exit) => {
    for (const side of [
      ["--world", world],
      ["--bundle", bundle],
    ]) {
      const resource = action.startsWith("iam:") ? ["--resource", "arn:aws:iam::111111111111:user/new"] : [];
      const result = await run(["decide", ...side, "--engine", engine, ...asking(action, ...more, ...resource)]);
      expect(result).toMatchObject({ exit, err: "" });
      expect(result.out.split("\n")[0]).toContain(headline);
    }
  });

  test("places of statements come from the files that were compiled", async () => {
    const args = ["--engine", engine, "--format", "json", ...asking("s3:DeleteObject")];
    const fromWorld = JSON.parse((await run(["decide", "--world", world, ...args])).out);
    const fromBundle = JSON.parse((await run(["decide", "--bundle", bundle, ...args])).out);
    expect(fromBundle).toEqual(fromWorld);
    expect(fromBundle.statements).toMatchObject([{ sid: "Never", file: world, line: 1 }]);
    expect(fromBundle.message).toContain("explicit deny in an identity-based policy");
  });

  test("explain says why", async () => {
    const args = ["explain", "--bundle", bundle, "--engine", engine, ...asking("s3:PutObject")];
    const text = await run(args);
    expect(text.out).toContain("(Home): StringEquals `aws:principaltag/team` `a`: the request does not have the key");
    const { layers } = JSON.parse((await run([...args, "--format", "json"])).out);
    expect(layers.map(({ layer }: { layer: string }) => layer)).toEqual(["RESOURCE", "IDENTITY"]);
  });
});

test("an allowed request ends with 0", async () => {
  const scenario = { principal: ANA, action: "sts:GetCallerIdentity", resource: "*" };
  const result = await run(["decide", "--bundle", bundle, "--request", "-"], { stdin: JSON.stringify(scenario) });
  expect(result).toMatchObject({ exit: 0, out: "allowed by SERVICE\n" });
});

test("the decision alone is coloured, and only on a terminal", async () => {
  const args = ["decide", "--bundle", bundle, ...asking("s3:DeleteObject")];
  expect((await run(args, { isTerminal: true })).out).toMatch(/^\u001b\[31mexplicitDeny\u001b\[39m by IDENTITY\n/);
  expect((await run(args)).out).not.toContain("\u001b");
});

test("context keys: repeated for more values, names of prototypes are names", async () => {
  const values = ["--context", "aws:TagKeys=a", "--context", "aws:TagKeys=b=c", "--context", "__proto__=x"];
  const result = await run(["decide", "--bundle", bundle, ...asking("s3:DeleteObject", ...values)]);
  expect(result).toMatchObject({ exit: 1, err: "" });
});

test.each([
  ["no side", ["--action", "s3:GetObject"], "either --bundle or --world"],
  ["both sides", ["--bundle", "b", "--world", "w"], "either --bundle or --world"],
  ["no request", ["--world", "W"], "a request needs --principal, --action and --resource"],
  [
    "two requests",
    ["--world", "W", "--request", "-", "--resource-account", "1"],
    "--resource-account cannot be given too",
  ],
  ["flags for a bundle", ["--bundle", "B", ...asking("s3:GetObject"), "--mode", "lenient"], "compiled in"],
  ["no pair", ["--world", "W", ...asking("s3:GetObject", "--context", "aws:SourceIp")], "takes `key=value`"],
  ["a wrong action", ["--world", "W", ...asking("GetObject")], "error[invalid-action]"],
  ["a wrong flag", ["--world", "W", ...asking("s3:GetObject"), "-O", "denyKind=both"], "error[invalid-value]"],
  ["an unknown flag", ["--world", "W", ...asking("s3:GetObject"), "-O", "denyKnd=merge"], "did you mean `denyKind`?"],
  [
    "a user who is not there",
    ["--world", "W", ...asking("s3:GetObject"), "--principal", `${ANA}2`],
    "invalid-principal",
  ],
  ["an option that does not exist", ["--wrld", "W"], "Did you mean --world?"],
])("%s is refused", async (_, args, message) => {
  const given = args.map((arg) => (arg === "W" ? world : arg === "B" ? bundle : arg));
  const result = await run(["decide", ...given]);
  expect(result).toMatchObject({ exit: 2, out: "" });
  expect(result.err).toContain(message);
});

describe("requests in files", () => {
  const cases: readonly [string, string, string][] = [
    ["r.yaml", `principal: ${ANA}\naction: s3:DeleteObject\nresource: ${REPORT}\n`, ""],
    ["r.json", `{"principal": "${ANA}", "action": 5}`, "error[wrong-type]"],
    ["r.json", `{"principal": "${ANA}", "acton": "s3:GetObject"}`, "did you mean `action`?"],
    ["r.json", '{"principal": "\\ud800"}', "error[lone-surrogate]"],
    ["r.json", "", "error["],
    ["r.yaml", "a: 1\n---\nb: 2\n", "holds 2 requests"],
  ];
  test.each(cases)("%s: %s", async (name, content, message) => {
    const folder = folderWith({ [name]: content });
    const result = await run(["decide", "--bundle", bundle, "--request", join(folder, name)]);
    expect(result.exit).toBe(message === "" ? 1 : 2);
    expect(result.err).toContain(message);
  });
});

test("a bundle that is damaged is refused", async () => {
  const damaged = join(folderWith(), "damaged.iamb");
  const bytes = (await run(["compile", world, "-o", "-"])).bytes;
  bytes[100]! ^= 1;
  writeFileSync(damaged, bytes);
  const result = await run(["decide", "--bundle", damaged, ...asking("s3:GetObject")]);
  expect(result).toMatchObject({ exit: 2, out: "" });
  expect(result.err).toContain("error[wrong-checksum]");
});
