/** `iamb who-can` and `iamb what-can`. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvLine } from "../../src/cli/csv.js";
import { EXPORT, folderWith, run } from "./run.js";

const WORLD = join(import.meta.dirname, "../../examples/world");
const INSTANCE = "arn:aws:ec2:eu-west-1:111111111111:instance/i-1";
const REPORT = "arn:aws:s3:::reports/a.csv";

describe("who-can", () => {
  test("lists who may, and who perhaps; those who may not with --all", async () => {
    const { exit, out } = await run(["who-can", "ec2:TerminateInstances", INSTANCE, "--world", WORLD]);
    expect(exit).toBe(0);
    expect(out).toContain(`ec2:TerminateInstances on ${INSTANCE}: 1 allowed, 1 indeterminate, 8 denied`);
    expect(out).toMatch(/allowed\n {2}arn:aws:iam::111111111111:user\/ines {2}IDENTITY {2}\S+:\d+:\d+ \(Everything\)/);
    expect(out).toContain("user/omar  depends on aws:multifactorauthpresent");
    expect(out).not.toContain("user/maya");
    const all = await run(["who-can", "ec2:TerminateInstances", INSTANCE, "--world", WORLD, "--all"]);
    expect(all.out).toContain("user/maya  no allow in IDENTITY");
  });

  const folder = folderWith({ "account.json": EXPORT });
  const account = ["--world", join(folder, "account.json")];
  const own = [...account, "--resource-account", "111111111111"];

  test.each<[string, readonly string[], number]>([
    ["somebody", ["ec2:TerminateInstances", INSTANCE, "--world", WORLD], 0],
    ["nobody", ["s3:DeleteObject", REPORT, ...own], 1],
    // Of an account by itself, service control policies and the bucket's policy are not known.
    ["perhaps somebody", ["s3:GetObject", REPORT, ...own], 4],
  ])("exits for %s", async (_, args, exit) => {
    expect((await run(["who-can", ...args, "--now", "2026-01-02T03:04:05Z"])).exit).toBe(exit);
  });

  test("as JSON and CSV", async () => {
    const json = await run(["who-can", "s3:GetObject", REPORT, ...own, "--format", "json", "--all"]);
    expect(JSON.parse(json.out)).toMatchObject({
      action: "s3:GetObject",
      principals: [{ arn: "arn:aws:iam::111111111111:user/ana", kind: "user" }],
    });
    const csv = await run(["who-can", "s3:DeleteObject", REPORT, ...own, "--format", "csv", "--all"]);
    expect(csv.out.split("\r\n").slice(0, 2)).toEqual([
      '"principal","kind","outcome","decision","decidedBy","statements","dependsOn"',
      '"arn:aws:iam::111111111111:user/ana","user","denied","explicitDeny","IDENTITY","arn:aws:iam::111111111111:user/ana/inline/Reports#3",',
    ]);
  });

  test("from a bundle, by both engines", async () => {
    const bundle = join(folder, "world.iamb");
    expect((await run(["compile", WORLD, "-o", bundle])).exit).toBe(0);
    const [one, other] = await Promise.all(
      ["wasm", "both"].map((engine) =>
        run(["who-can", "ec2:TerminateInstances", INSTANCE, "--bundle", bundle, "--engine", engine, "--all"]),
      ),
    );
    expect(one!.exit).toBe(0);
    expect(other).toEqual(one);
  });

  test.each<[readonly string[], string]>([
    [["s3:GetObject", REPORT], "either --bundle or --world"],
    [["s3:*", REPORT, ...account], "without wildcards"],
    [["s3:GetObject", REPORT, ...account, "--context", "x"], "--context takes"],
    [["s3:GetObject", REPORT, ...account, "--context", "aws:PrincipalArn=x"], "aws:PrincipalArn"],
    [["s3:GetObject", REPORT, ...account, "--kind", "group"], "--kind"],
  ])("%j cannot be used", async (args, message) => {
    const { exit, err } = await run(["who-can", ...args]);
    expect(exit).toBe(2);
    expect(err).toContain(message);
  });

  test("help has examples", async () => {
    const { exit, out } = await run(["who-can", "--help"]);
    expect(exit).toBe(0);
    expect(out).toContain("$ iamb who-can ec2:TerminateInstances");
  });
});

describe("what-can", () => {
  const maya = "arn:aws:iam::111111111111:user/maya";
  const ask = (...args: readonly string[]) =>
    run(["what-can", maya, "--world", WORLD, "--region", "eu-west-1", ...args]);

  test("lists actions by service and pattern, and what they depend on", async () => {
    const { exit, out } = await ask();
    expect(exit).toBe(0);
    expect(out).toMatch(/^arn:aws:iam::111111111111:user\/maya: \d+ allowed, \d+ indeterminate, \d+ denied\n/);
    expect(out).toContain("s3 on arn:aws:s3:::bookshop-homes/${aws:username}/*: DeleteObject, GetObject, PutObject\n");
    expect(out).toContain("s3 on arn:aws:s3:::bookshop-homes: ListBucket  depends on s3:prefix\n");
    expect(out).toMatch(/sqs on \S+: AddPermission, .* and \d+ more\n/);
    expect(out).not.toContain("denied\n  ");
  });

  test("as JSON and CSV, with what is denied", async () => {
    const json = await ask("--action", "sqs:PurgeQueue", "--all", "--format", "json");
    expect(json.exit).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      counts: { allowed: 0, indeterminate: 0, denied: 1 },
      actions: [{ action: "sqs:PurgeQueue", outcome: "denied", decision: { decision: "explicitDeny" } }],
    });
    const csv = await ask("--action", "sqs:PurgeQueue", "--all", "--format", "csv");
    expect(csv.out.split("\r\n")[1]).toMatch(
      /^"sqs:PurgeQueue","arn:\S+","arn:\S+","denied","explicitDeny","IDENTITY","\S+#\d+",$/,
    );
  });

  test("on one resource", async () => {
    const { exit, out } = await ask("--resource", "arn:aws:sqs:eu-west-1:111111111111:orders");
    expect(exit).toBe(0);
    expect(out).toContain("sqs on arn:aws:sqs:eu-west-1:111111111111:orders: ");
  });

  test("of somebody who is not there", async () => {
    const { exit, err } = await run(["what-can", "arn:aws:iam::111111111111:user/nobody", "--world", WORLD]);
    expect(exit).toBe(2);
    expect(err).toContain("error[unknown-principal]: the world does not hold the principal");
  });

  test("help has examples", async () => {
    expect((await run(["what-can", "--help"])).out).toContain("$ iamb what-can arn:aws:iam::111111111111:user/omar");
  });
});

test("cells of tables are texts, whatever they look like", () => {
  expect(csvLine(["a", 7, "", "b,c", 'd"e', "=1+1", " @x", "\u001b[2J"])).toBe(
    `"a",7,,"b,c","d""e","'=1+1","' @x","\\u{1b}[2J"\r\n`,
  );
});
