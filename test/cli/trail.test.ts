/** `iamb trail explain`. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { event } from "../trail/events.js";
import { EXPORT, folderWith, run } from "./run.js";

const CALL = event("s3 GetObject", {
  eventID: "e-1",
  requestParameters: { bucketName: "reports", key: "a.csv" },
  resources: [{ ARN: "arn:aws:s3:::reports/a.csv" }, { ARN: "arn:aws:s3:::reports", accountId: "111111111111" }],
});
const SIGN_IN = event("signin ConsoleLogin", { eventType: "AwsConsoleSignIn" });

describe("a record", () => {
  test("is explained part by part", async () => {
    const { exit, out } = await run(["trail", "explain", "-"], { stdin: JSON.stringify(CALL) });
    expect(exit).toBe(0);
    expect(out).toContain("request 1: s3:GetObject on arn:aws:s3:::reports/a.csv");
    expect(out).toContain("principal.arn = arn:aws:iam::111111111111:user/team/ana  <- userIdentity.arn");
    expect(out).toContain("resource = arn:aws:s3:::reports/a.csv  <- resources[0].ARN; s3 object");
    expect(out).toContain("aws:SourceIp = 192.0.2.7  <- sourceIPAddress");
    expect(out).toContain("unknown: aws:referer");
  });

  test("that is none says why", async () => {
    const { exit, out } = await run(["trail", "explain", "-"], { stdin: JSON.stringify(SIGN_IN) });
    expect(exit).toBe(0);
    expect(out).toContain("no request: sign-in: signing in is not decided by policies");
  });

  test("of a terminal's nightmares is escaped", async () => {
    const stdin = JSON.stringify({ ...CALL, eventName: "GetObject\u001b[2J" });
    expect((await run(["trail", "explain", "-"], { stdin })).out).not.toContain("\u001b");
  });
});

describe("a log file", () => {
  const folder = folderWith({
    "log.json.gz": gzipSync(JSON.stringify({ Records: [CALL, SIGN_IN] })),
    "broken.json": "{",
    "account.json": EXPORT,
  });
  const log = join(folder, "log.json.gz");

  test("as JSON", async () => {
    const { exit, out } = await run(["trail", "explain", "--format", "json", log]);
    expect(exit).toBe(0);
    const [first, second] = JSON.parse(out) as Record<string, unknown>[];
    expect(first).toMatchObject({
      eventId: "e-1",
      derived: true,
      requests: [{ request: { action: "s3:GetObject", resourceAccount: "111111111111" }, assumptions: [] }],
      gaps: [],
    });
    expect(second).toMatchObject({ derived: false, reason: "sign-in" });
  });

  test("one record of it, with a world and an assumption", async () => {
    const { exit, out } = await run([
      ...["trail", "explain", "--record", "2", "--format", "json"],
      ...["--world", join(folder, "account.json"), "--assume", "untagged-sessions", log],
    ]);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toHaveLength(1);
  });

  test.each([
    [["--record", "3", log], "--record takes a number from 1 to 2, not `3`"],
    [["--assume", "luck", log], "--assume knows untagged-sessions and assumed-sessions, not `luck`"],
    [[join(folder, "missing.json")], "there is no file"],
    [[join(folder, "broken.json")], "broken.json"],
  ])("%j cannot be used", async (args, message) => {
    const { exit, err } = await run(["trail", "explain", ...args]);
    expect(exit).toBe(2);
    expect(err).toContain(message);
  });

  test("help shows the subcommand", async () => {
    const { exit, out } = await run(["trail", "--help"]);
    expect(exit).toBe(0);
    expect(out).toContain("explain [options] <event>");
  });
});
