/** `iamb whatif` and `iamb replay` as commands: worlds and changes, exit codes, formats, filters, and what is refused. */
import { writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Report } from "../../src/whatif/report.js";
import { event, USER } from "../trail/events.js";
import { EXPORT, folderWith, run } from "./run.js";

const SHOP = "arn:aws:iam::111111111111";
const WORLD = "examples/world";
const OPERATE = `${SHOP}:policy/OperateInstances`;

function start(name: string, changes: object = {}) {
  return event("ec2 StartInstances", {
    userIdentity: { ...USER, arn: `${SHOP}:user/${name}`, userName: name, principalId: undefined },
    requestParameters: { instancesSet: { items: [{ instanceId: "i-1" }] } },
    awsRegion: "eu-central-1",
    ...changes,
  });
}

const RECORDS = [
  start("omar"),
  start("omar", { eventTime: "2026-02-01T00:00:00Z" }),
  start("maya", { errorCode: "Client.UnauthorizedOperation" }),
  { eventType: "AwsConsoleSignIn", eventSource: "signin.amazonaws.com", eventName: "ConsoleLogin" },
];

const folder = folderWith({
  "log.json.gz": gzipSync(JSON.stringify({ Records: RECORDS })),
  "broken.json": '{"Records":[{"eventSource":"a","eventName":',
  "deny.json": policy({ Sid: "NoInstances", Effect: "Deny", Action: "ec2:*", Resource: "*" }),
  "unsure.json": policy({
    Effect: "Deny",
    Action: "ec2:*",
    Resource: "*",
    Condition: { StringEquals: { "aws:ResourceTag/secret": "yes" } },
  }),
  "all.json": policy({ Effect: "Allow", Action: "*", Resource: "*" }),
});
const LOG = `${folder}/log.json.gz`;
const OU = "ou-book-workload1";

function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2);
}

function whatif(...args: readonly string[]) {
  return run(["whatif", "--world", WORLD, "--trail", LOG, "--threads", "0", ...args]);
}

async function json(...args: readonly string[]): Promise<Report> {
  const { out } = await whatif("--format", "json", ...args);
  return JSON.parse(out) as Report;
}

describe("replay", () => {
  test("says how far the log agrees", async () => {
    const { exit, out, err } = await run(["replay", "--world", WORLD, "--trail", LOG, "--threads", "0"]);
    expect(err).toBe("");
    expect(exit).toBe(0);
    expect(out).toContain("Replay: 3 calls, 2026-01-02T03:04:05Z … 2026-02-01T00:00:00Z");
    expect(out).toContain("3 calls compared, 3 agree (100.0%), 0 uncertain, 0 disagree");
    expect(out).toContain("sign-in 1");
    expect(out.endsWith("all sums agree\n")).toBe(true);
  });

  test("reads with threads what it reads without, and from standard input", async () => {
    const args = ["replay", "--world", WORLD, "--format", "json", "--trail"];
    const here = await run([...args, LOG, "--threads", "0"]);
    expect((await run([...args, LOG, "--threads", "1"])).out).toBe(here.out);
    const piped = await run([...args, "-", "--threads", "0"], { stdin: await readFile(LOG) });
    expect((JSON.parse(piped.out) as Report).matrix).toEqual((JSON.parse(here.out) as Report).matrix);
  });

  test("takes a bundle", async () => {
    const bundle = `${folder}/world.iamb`;
    await run(["compile", WORLD, "-o", bundle]);
    const { exit, out } = await run(["replay", "--world", bundle, "--trail", LOG, "--threads", "0"]);
    expect(exit).toBe(0);
    expect(out).toContain("3 agree");
    const { exit: refused } = await run(["replay", "--world", bundle, "--trail", LOG, "--mode", "lenient"]);
    expect(refused).toBe(2);
  });
});

describe("changes", () => {
  const CHANGES: readonly (readonly [name: string, args: readonly string[], denied: number, allowed: number])[] = [
    ["an SCP", ["--scp", `${OU}=${folder}/deny.json`], 2, 0],
    ["an RCP of a service that RCPs do not reach", ["--rcp", `r-book=${folder}/rcp.json`], 0, 0],
    ["a policy replaced", ["--replace", `${OPERATE}=${folder}/deny.json`], 2, 0],
    ["a policy detached", ["--detach", `${SHOP}:group/Operators=${OPERATE}`], 2, 0],
    ["a policy attached by ARN", ["--attach", `${SHOP}:user/maya=${OPERATE}`], 0, 1],
    ["a document attached", ["--attach", `${SHOP}:user/maya=${folder}/all.json`], 0, 1],
    [
      "a new policy",
      ["--policy", `${SHOP}:policy/N=${folder}/all.json`, "--attach", `${SHOP}:user/maya=${SHOP}:policy/N`],
      0,
      1,
    ],
    ["the policy of a resource", ["--resource-policy", "arn:aws:s3:::bookshop-site=none"], 0, 0],
    ["a boundary", ["--boundary", `${SHOP}:user/omar=${folder}/deny.json`], 2, 0],
    ["an SCP detached", ["--detach", `${OU}=scp/FullAWSAccess`], 2, 0],
  ];

  writeFileSync(`${folder}/rcp.json`, policy({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" }));

  test.each(CHANGES)("%s", async (_, args, denied, allowed) => {
    const { marks, requests, about } = await json(...args);
    expect(requests.judged).toBe(3);
    expect([marks.newlyDenied, marks.newlyAllowed, marks.newlyUncertain]).toEqual([denied, allowed, 0]);
    expect(about.changes).toEqual(args.flatMap((arg, index) => (index % 2 === 0 ? [`${arg} ${args[index + 1]}`] : [])));
  });

  test("two worlds", async () => {
    const { exit, out } = await run(["whatif", "--before", WORLD, "--after", WORLD, "--trail", LOG, "--threads", "0"]);
    expect(exit).toBe(0);
    expect(out).toMatch(/newly denied +0/);
  });

  test("the text names place, Sid and sample", async () => {
    const { out } = await whatif("--scp", `${OU}=${folder}/deny.json`);
    expect(out).toContain("2 × allowed → explicitDeny, ");
    expect(out).toContain(`after     ${folder}/deny.json:4:5 (NoInstances)`);
    expect(out).toContain(`${LOG}#1`);
  });
});

describe("exit codes", () => {
  const CASES: readonly (readonly [exit: number, args: readonly string[]])[] = [
    [0, ["--scp", `${OU}=${folder}/deny.json`]],
    [1, ["--scp", `${OU}=${folder}/deny.json`, "--fail-on", "newly-denied"]],
    [0, ["--scp", `${OU}=${folder}/deny.json`, "--fail-on", "newly-allowed"]],
    [1, ["--scp", `${OU}=${folder}/deny.json`, "--fail-on", "any"]],
    [1, ["--attach", `${SHOP}:user/maya=${folder}/all.json`, "--fail-on", "newly-allowed"]],
    [0, ["--attach", `${SHOP}:user/maya=${folder}/all.json`, "--fail-on", "newly-denied"]],
    [4, ["--scp", `${OU}=${folder}/unsure.json`, "--fail-on", "newly-denied"]],
    [1, ["--scp", `${OU}=${folder}/unsure.json`, "--fail-on", "any"]],
    [0, ["--scp", `${OU}=${folder}/unsure.json`]],
    [2, []],
    [2, ["--scp", `${OU}`]],
    [2, ["--scp", `${OU}=-`]],
    [2, ["--scp", `nowhere=${folder}/deny.json`]],
    [2, ["--scp", `${OU}=${folder}/absent.json`]],
    [2, ["--scp", `${OU}=${LOG}`]],
    [2, ["--before", WORLD, "--scp", `${OU}=${folder}/deny.json`]],
    [2, ["--scp", `${OU}=${folder}/deny.json`, "--assume", "nothing"]],
    [2, ["--scp", `${OU}=${folder}/deny.json`, "--from", "yesterday"]],
    [2, ["--scp", `${OU}=${folder}/deny.json`, "--top", "many"]],
    [2, ["--scp", `${OU}=${folder}/deny.json`, "--threads", "1000"]],
    [2, ["--scp", `${OU}=${folder}/deny.json`, "--from", "2027-01-01T00:00:00Z"]],
  ];

  test.each(CASES)("%i: %j", async (exit, args) => {
    expect((await whatif(...args)).exit).toBe(exit);
  });

  test("a principal that is gone is no flip for certain, and no good news", async () => {
    const root = { type: "Root", arn: `${SHOP}:root`, accountId: "111111111111", principalId: "111111111111" };
    const ana = { ...USER, arn: `${SHOP}:user/ana`, principalId: undefined };
    const worlds = folderWith({
      "before.json": EXPORT,
      "after.json": EXPORT.replaceAll("user/ana", "user/bea").replaceAll('"ana"', '"bea"'),
      "log.json": JSON.stringify({
        Records: [
          event("sts GetSessionToken", { userIdentity: ana }),
          event("sts GetSessionToken", { userIdentity: root }),
        ],
      }),
    });
    const args = [
      "whatif",
      "--before",
      `${worlds}/before.json`,
      "--after",
      `${worlds}/after.json`,
      "--trail",
      `${worlds}/log.json`,
    ];
    const exits = ["newly-denied", "newly-allowed", "any"].map((flip) =>
      run([...args, "--threads", "0", "--fail-on", flip]),
    );
    expect((await Promise.all(exits)).map(({ exit }) => exit)).toEqual([4, 4, 1]);
    expect((await run([...args, "--threads", "0"])).out).toContain("invalid-principal (after) 1");
  });

  test("denials that are merged are denials", async () => {
    const { marks, matrix } = await json("--scp", `${OU}=${folder}/deny.json`, "-O", "denyKind=merge");
    expect(marks.newlyDenied).toBe(2);
    expect(matrix.allowed.explicitDeny + matrix.allowed.denied).toBe(2);
  });

  test("a change that does not apply says why, and nothing is read", async () => {
    const { exit, out, err } = await whatif("--replace", `${SHOP}:policy/OperateInstance=${folder}/deny.json`);
    expect(exit).toBe(2);
    expect(out).toBe("");
    expect(err).toContain("iamb: error[unknown-policy]: the world has no policy");
    expect(err).toContain("did you mean");
  });

  test("a trail that is not there, and one that cannot be read", async () => {
    const absent = await run(["replay", "--world", WORLD, "--trail", `${folder}/absent`, "--threads", "0"]);
    expect(absent.exit).toBe(2);
    expect(absent.err).toContain("error[path-not-found]");
    const broken = await run(["replay", "--world", WORLD, "--trail", `${folder}/broken.json`, "--threads", "0"]);
    expect(broken.exit).toBe(2);
    expect(broken.out).toContain("truncated 1");
    expect(broken.err).toContain("error[nothing-judged]");
  });
});

describe("filters", () => {
  test.each([
    [["--principal", "*/maya"], 1, 2],
    [["--action", "EC2:Start*"], 3, 0],
    [["--action", "s3:*"], 0, 3],
    [["--from", "2026-02-01T00:00:00Z"], 1, 3],
    [["--to", "2026-02-01T00:00:00Z"], 2, 2],
  ] as const)("%j", async (args, calls, leftOut) => {
    const { read, about } = await json("--scp", `${OU}=${folder}/deny.json`, ...args);
    expect([read.calls, read.leftOut]).toEqual([calls, leftOut]);
    expect(about.filters).toEqual([args.join(" ").slice(2)]);
  });
});

describe("output", () => {
  test("to a file, of which nothing but the whole is there", async () => {
    const { exit, out } = await whatif(
      "--scp",
      `${OU}=${folder}/deny.json`,
      "--format",
      "json",
      "-o",
      `${folder}/report.json`,
    );
    expect([exit, out]).toEqual([0, ""]);
    expect(JSON.parse(await readFile(`${folder}/report.json`, "utf8"))).toMatchObject({ version: 1, kind: "whatif" });
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("progress on terminals only", async () => {
    const args = ["replay", "--world", WORLD, "--trail", LOG, "--threads", "0"];
    expect((await run(args, { isTerminal: true })).err).toMatch(
      /\r4 records, 3 requests, [\d,]+ records\/s, 100%, 0:00 left/,
    );
    expect((await run([...args, "--no-progress"], { isTerminal: true })).err).toBe("");
    expect((await run(args)).err).toBe("");
  });
});
