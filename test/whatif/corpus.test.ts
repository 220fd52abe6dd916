/**
 * A real trail through a real account: the managed policies of AWS as they were a year ago against those of today. The account
 * takes the trail's number, and the trail's principals join it with the policies that have changed.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import { readTrail } from "../../src/trail/read.js";
import { type Change, type ChangeableWorld, changeWorld } from "../../src/whatif/changes.js";
import { NO_FILTER } from "../../src/whatif/filter.js";
import type { Report } from "../../src/whatif/report.js";
import { reconcile, sumOf } from "../../src/whatif/report.js";
import { type Loaded, replayTrail } from "../../src/whatif/run.js";
import { loadWorld } from "../../src/world/load.js";
import type { World } from "../../src/world/model.js";
import { folderWith } from "../cli/run.js";
import { corpusPath, readCorpusLines, readCorpusText } from "../corpus-data.js";
import { countedOneByOne, countsOf, Pair } from "./trails.js";

const corpus = corpusPath();
const ACCOUNT = "123837392027";
const NAME = `arn:aws:iam::${ACCOUNT}`;

interface Managed {
  readonly Arn: string | null;
  readonly PolicyName: string;
  readonly Document: object;
}

describe.runIf(corpus !== null)("the corpus", () => {
  const trail = `${corpus}/cloudtrail/AWSLogs`;
  const assumptions = { untaggedSessions: false, assumedSessions: false };
  let account: ChangeableWorld;
  let today: ReadonlyMap<string, Managed>;
  let before: World;
  let after: World;
  let report: Report;

  beforeAll(async () => {
    today = managedIn("managed-policies.ndjson.gz");
    const { world, attachments } = await loadWorld(accountOfTrail());
    account = { world: world!, attachments };
    const year = managedIn("one-year-earlier.ndjson.gz");
    const held = [...year.keys()].filter((arn) => attachments.managed.has(arn));
    expect(held.length).toBeGreaterThanOrEqual(7);
    const replacing = (policies: ReadonlyMap<string, Managed>) =>
      held.map((policy): Change => ({ kind: "replace", policy, source: sourceOf(policies.get(policy)!) }));
    before = changeWorld(account, replacing(year)).world;
    after = changeWorld(account, replacing(today)).world;
    report = await runOn(before, after);
  }, 120_000);

  function sourceOf({ PolicyName, Document }: Managed) {
    return { name: `${PolicyName}.json`, text: JSON.stringify(Document, null, 1) };
  }

  function managedIn(file: string): ReadonlyMap<string, Managed> {
    const policies = readCorpusLines(`${corpus}/managed-policies/${file}`).map((line) => JSON.parse(line) as Managed);
    return new Map(policies.flatMap((policy) => (policy.Arn === null ? [] : [[policy.Arn, policy]])));
  }

  function accountOfTrail(): string {
    const text = readCorpusText(`${corpus}/gaad/account-large.json.gz`).replaceAll("200611803367", ACCOUNT);
    const details = JSON.parse(text) as Record<string, { Arn: string }[]>;
    const ofAccount = (list: readonly { Arn: string }[]) =>
      list.filter(({ Arn }) => Arn.startsWith(NAME) || Arn.includes("::aws:policy/"));
    for (const list of ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"]) {
      details[list] = ofAccount(details[list]!);
    }
    const attached = (...names: readonly string[]) =>
      names.map((name) => ({ PolicyName: name.split("/").at(-1), PolicyArn: `arn:aws:iam::aws:policy/${name}` }));
    const user = (name: string, ...names: readonly string[]) => ({
      UserName: name,
      Arn: `${NAME}:user/${name}`,
      GroupList: [],
      UserPolicyList: [],
      AttachedManagedPolicies: attached(...names),
    });
    details["UserDetailList"]!.push(
      user("bert-jan", "SecurityAudit"),
      user("benjamin", "job-function/ViewOnlyAccess", "ReadOnlyAccess"),
    );
    const folder = folderWith({ "account.json": JSON.stringify(details) });
    return `${folder}/account.json`;
  }

  async function runOn(first: World, second: World | null, threads = 1): Promise<Report> {
    const loaded = (world: World): Loaded => {
      const bundle = compile(world);
      return { bundle, engine: Engine.loadSync(bundle) };
    };
    const about = { before: "a year ago", after: "today", changes: [], trail: [trail], assumptions: [], filters: [] };
    const options = { paths: [trail], assumptions, filter: NO_FILTER, about, threads };
    const { report: made } = await replayTrail({
      ...options,
      before: loaded(first),
      after: second === null ? null : loaded(second),
    });
    return made;
  }

  test("every record is accounted for", () => {
    expect(() => reconcile(report)).not.toThrow();
    const { read, requests } = report;
    expect([read.files, read.events, sumOf(read.unreadable)]).toEqual([55, 2900, 0]);
    expect(read.calls / read.events).toBeGreaterThan(0.9);
    expect(requests.judged).toBeGreaterThan(2500);
    expect(requests.distinct).toBeLessThan(requests.total);
  });

  test("a year of changes in AWS's policies flips nothing in a trail that is older", async () => {
    expect(JSON.stringify(before.principals.get(`${NAME}:user/benjamin`)!.identity)).not.toBe(
      JSON.stringify(after.principals.get(`${NAME}:user/benjamin`)!.identity),
    );
    const { marks, matrix } = report;
    expect([marks.newlyDenied, marks.newlyAllowed, marks.newlyUncertain]).toEqual([0, 0, 0]);
    expect(Math.min(matrix.allowed.allowed, matrix.implicitDeny.implicitDeny)).toBeGreaterThan(0);
    await expectReference(before, after);
  }, 120_000);

  test("an administrator who becomes a power user: what flips, and that the log agrees with the administrator", async () => {
    const admin = attaching("bert-jan", "AdministratorAccess");
    const power = attaching("bert-jan", "PowerUserAccess");
    const made = await runOn(admin, power);
    const { marks, agreement, causes } = made;
    expect(marks.newlyDenied).toBeGreaterThan(100);
    expect(marks.newlyAllowed).toBe(0);
    expect(agreement.agreed / (agreement.compared - agreement.uncertain)).toBeGreaterThan(0.97);
    expect(causes.groups.map(({ before: { cause } }) => JSON.stringify(cause))).toContainEqual(
      expect.stringContaining("policy/AdministratorAccess"),
    );
    await expectReference(admin, power);
  }, 120_000);

  function attaching(name: string, policy: string): World {
    const arn = `arn:aws:iam::aws:policy/${policy}`;
    const source = sourceOf(today.get(arn)!);
    const isHeld = account.attachments.managed.has(arn);
    return changeWorld({ ...account, world: after }, [
      isHeld ? { kind: "replace", policy: arn, source } : { kind: "add", policy: arn, source },
      { kind: "attach", principal: `${NAME}:user/${name}`, policy: { kind: "held", name: arn } },
    ]).world;
  }

  /** Every fifth record by itself, with all that it says; the reference does not know how the log's calls ended. */
  async function expectReference(first: World, second: World): Promise<void> {
    const pair = new Pair(first, second);
    const sample = (await events()).filter((_, index) => index % 5 === 0);
    const { agreement: _, days: __, ...one } = countedOneByOne(pair, sample);
    const { agreement: ___, days: ____, ...counted } = countsOf(pair.report(sample));
    expect(counted).toEqual(one);
  }

  async function events(): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    for await (const item of readTrail([trail], { threads: 0 }))
      if (item.kind === "event") found.push({ ...item.event });
    return found;
  }

  test("does not depend on threads", async () => {
    expect(await runOn(before, after, 0)).toEqual(report);
  }, 120_000);
});
