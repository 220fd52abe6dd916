/** Reports: what they count is what one counts by hand, and what they blame is to blame. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { Engine } from "../../src/engine/engine.js";
import type { Request } from "../../src/request/request.js";
import { derive, NO_ASSUMPTIONS } from "../../src/trail/derive.js";
import { Canonical } from "../../src/whatif/canonical.js";
import { type Change, type ChangeableWorld, changeWorld } from "../../src/whatif/changes.js";
import { Judge } from "../../src/whatif/judge.js";
import { Memo } from "../../src/whatif/memo.js";
import { reconcile, Unreconciled } from "../../src/whatif/report.js";
import type { TallyLimits } from "../../src/whatif/tally.js";
import { directoryOf } from "../../src/world/directory.js";
import { loadWorld } from "../../src/world/load.js";
import { event, USER } from "../trail/events.js";
import { countedOneByOne, countsOf, EVENTS, Pair } from "./trails.js";

const SHOP = "arn:aws:iam::111111111111";
const OPERATE = `${SHOP}:policy/OperateInstances`;

let bookshop: ChangeableWorld;
let pairs: readonly Pair[];

beforeAll(async () => {
  const { world, attachments } = await loadWorld("examples/world");
  bookshop = { world: world!, attachments };
  pairs = [
    new Pair(bookshop.world, null),
    new Pair(bookshop.world, bookshop.world),
    changed(guardrail({ Effect: "Deny", Action: ["s3:Get*", "ec2:*"], Resource: "*" })),
    changed(
      { kind: "detach", from: `${SHOP}:group/Operators`, policy: OPERATE },
      {
        kind: "attach",
        principal: `${SHOP}:group/Developers`,
        policy: { kind: "document", name: "all", source: source({ Effect: "Allow", Action: "*", Resource: "*" }) },
      },
    ),
    changed({
      kind: "attach",
      principal: `${SHOP}:user/ines`,
      policy: {
        kind: "document",
        name: "tags",
        source: source({
          Effect: "Deny",
          Action: "*",
          Resource: "*",
          Condition: { StringEquals: { "aws:ResourceTag/secret": "yes" } },
        }),
      },
    }),
  ];
});

function source(...statements: readonly object[]) {
  return { name: "new.json", text: JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2) };
}

function guardrail(...statements: readonly object[]): Change {
  return {
    kind: "guardrail",
    type: "scp",
    target: "ou-book-workload1",
    policy: { kind: "document", name: "new", source: source(...statements) },
  };
}

function changed(...changes: readonly Change[]): Pair {
  return new Pair(bookshop.world, changeWorld(bookshop, changes).world);
}

describe("counts", () => {
  const LIMITS: fc.Arbitrary<TallyLimits> = fc.record({
    distinctMax: fc.constantFrom(1, 2, 5, 1000),
    distinctTextMax: fc.constantFrom(1, 2000, 1_000_000),
    groupsMax: fc.constantFrom(1, 3, 1000),
  });

  test("are those of the reference, asked one by one with all that the records say", () => {
    fc.assert(
      fc.property(fc.nat(4), fc.array(EVENTS, { maxLength: 40 }), LIMITS, (which, events, limits) => {
        const pair = pairs[which]!;
        expect(countsOf(pair.report(events, limits))).toEqual(countedOneByOne(pair, events));
      }),
      { numRuns: 150 },
    );
  });

  test("do not depend on how much is remembered, but for the number of distinct requests", () => {
    fc.assert(
      fc.property(fc.nat(4), fc.array(EVENTS, { maxLength: 40 }), (which, events) => {
        const pair = pairs[which]!;
        const all = pair.report(events);
        const few = pair.report(events, { distinctMax: 3, distinctTextMax: 1_000_000, groupsMax: 1000 });
        expect(few.requests.distinct).toBeGreaterThanOrEqual(all.requests.distinct);
        const sums = ({ requests, causes, ...rest }: typeof all) => ({
          ...rest,
          agreement: { ...rest.agreement, disagreements: null },
          requests: { ...requests, distinct: 0, distinctIsExact: true },
          causes: causes.groups.map(({ mark, count, before, after, first, last }) => ({
            mark,
            count,
            before,
            after,
            first,
            last,
          })),
        });
        expect(sums(few)).toEqual(sums(all));
      }),
      { numRuns: 100 },
    );
  });

  test("add up whatever a log holds", () => {
    const field = fc.constantFrom(
      ...[
        "userIdentity",
        "eventTime",
        "eventName",
        "eventSource",
        "requestParameters",
        "errorCode",
        "eventID",
        "resources",
      ],
      ...[
        "awsRegion",
        "sourceIPAddress",
        "vpcEndpointId",
        "recipientAccountId",
        "userAgent",
        "tlsDetails",
        "eventType",
      ],
    );
    const hostile = fc.oneof(fc.anything(), fc.string({ unit: "binary" }), fc.constant("x".repeat(70_000)), fc.json());
    const broken = fc
      .tuple(EVENTS, fc.array(fc.tuple(field, hostile), { minLength: 1, maxLength: 3 }))
      .map(([one, changes]) => ({ ...one, ...Object.fromEntries(changes) }));
    fc.assert(
      fc.property(fc.nat(4), fc.array(fc.oneof(EVENTS, broken, fc.object()), { maxLength: 20 }), (which, events) => {
        expect(pairs[which]!.report(events).read.events).toBe(events.length);
      }),
      { numRuns: 300 },
    );
  });

  test("two equal worlds flip nothing", () => {
    fc.assert(
      fc.property(fc.array(EVENTS, { maxLength: 40 }), (events) => {
        const { marks, causes } = pairs[1]!.report(events);
        expect(Object.values(marks).every((count) => count === 0)).toBe(true);
        expect(causes.groups).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test("a report whose sums do not agree is refused", () => {
    const report = pairs[0]!.report([start()]);
    expect(() => reconcile(report)).not.toThrow();
    expect(() => reconcile({ ...report, marks: { ...report.marks, allowed: 7 } })).toThrow(Unreconciled);
    expect(() => reconcile({ ...report, read: { ...report.read, items: 7 } })).toThrow(/items: 7 in all, 1/);
  });

  test("a request of which the address is not known does not answer for one of which it is", () => {
    const world = changed({
      kind: "attach",
      principal: `${SHOP}:user/ines`,
      policy: {
        kind: "document",
        name: "office",
        source: source({
          Effect: "Deny",
          Action: "s3:*",
          Resource: "*",
          Condition: { NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
        }),
      },
    }).after!;
    const judge = new Judge(Engine.loadSync(compile(world)), null);
    const canonical = new Canonical(["aws:sourceip"]);
    const request: Request = { principal: `${SHOP}:user/ines`, action: "s3:ListAllMyBuckets", resource: "*", now: 0 };
    const unknown: Request = { ...request, context: {}, unknown: ["aws:SourceIp"] };
    const known: Request = { ...request, context: { "aws:SourceIp": "203.0.113.1" } };
    const texts = [unknown, known].map((one) => canonical.textsOf(one));
    expect(texts[0]!.settled).toBe(texts[1]!.settled);
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const memo = new Memo(judge, { distinctMax: 100, distinctTextMax: 100_000 });
      const verdicts = order.map((at) => {
        const { judgement } = memo.of(texts[at]!.settled, texts[at]!.volatile);
        return [at, judgement.kind === "judged" ? judgement.before : null];
      });
      expect(new Map(verdicts as [number, string][])).toEqual(
        new Map([
          [0, "indeterminate"],
          [1, "explicitDeny"],
        ]),
      );
    }
  });

  test("repeated requests are decided once", () => {
    const report = pairs[1]!.report(Array.from({ length: 50 }, (_, number) => start({ userAgent: `agent ${number}` })));
    expect(report.requests).toMatchObject({ total: 50, distinct: 1, distinctIsExact: true });
  });
});

/** Omar starts an instance. */
function start(changes: object = {}, name = "omar") {
  return event("ec2 StartInstances", {
    userIdentity: { ...USER, arn: `${SHOP}:user/${name}`, principalId: undefined },
    requestParameters: { instancesSet: { items: [{ instanceId: "i-1" }] } },
    awsRegion: "eu-central-1",
    eventID: "e-1",
    ...changes,
  });
}

describe("causes", () => {
  test("a detached Allow: its statement before, the layer after", () => {
    const pair = changed({ kind: "detach", from: `${SHOP}:group/Operators`, policy: OPERATE });
    const report = pair.report([start(), start({ eventTime: "2026-01-03T00:00:00Z" })]);
    const [cause] = report.causes.groups;
    expect(report.causes.groups).toHaveLength(1);
    expect(cause).toMatchObject({
      count: 2,
      first: "2026-01-02T03:04:05Z",
      last: "2026-01-03T00:00:00Z",
      principals: [{ name: `${SHOP}:user/omar`, count: 2 }],
      actions: [{ name: "ec2:StartInstances", count: 2 }],
      resources: [{ name: "arn:aws:ec2:eu-central-1:111111111111:instance/*", count: 2 }],
    });
    expect(cause!.before.cause).toMatchObject({ kind: "statements", near: false, statements: [{ policy: OPERATE }] });
    expect(cause!.samples[0]).toMatchObject({ eventId: "e-1", file: "log.json", record: 0 });
  });

  test("a new Deny: its place in its file, with its Sid", () => {
    const pair = changed(guardrail({ Sid: "NoInstances", Effect: "Deny", Action: "ec2:*", Resource: "*" }));
    const [cause] = pair.report([start()]).causes.groups;
    expect(cause!.after).toMatchObject({
      verdict: "explicitDeny",
      cause: {
        kind: "statements",
        statements: [{ layer: "SCP", policy: "scp/new", sid: "NoInstances", file: "new.json", line: 4, column: 5 }],
      },
    });
  });

  test("of two Denies only the new one", () => {
    const deny = { Effect: "Deny", Action: "ec2:*", Resource: "*" };
    const old = changeWorld(bookshop, [
      guardrail({ Sid: "Old", ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } }),
    ]).world;
    const later = changeWorld(bookshop, [
      guardrail(
        { Sid: "Old", ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } },
        { Sid: "New", ...deny },
      ),
    ]).world;
    const [cause] = new Pair(old, later).report([start()]).causes.groups;
    expect(cause!.after!.cause).toMatchObject({ statements: [{ sid: "New" }] });
  });

  test("a narrowed Allow: the nearest miss after", () => {
    const grant = (resource: string) =>
      source({ Sid: "Operate", Effect: "Allow", Action: "ec2:StartInstances", Resource: resource });
    const worlds = ["*", "arn:aws:ec2:*:*:instance/i-2"].map(
      (resource) => changeWorld(bookshop, [{ kind: "replace", policy: OPERATE, source: grant(resource) }]).world,
    );
    const [cause] = new Pair(worlds[0]!, worlds[1]!).report([start()]).causes.groups;
    expect(cause!.before).toMatchObject({ verdict: "allowed", cause: { statements: [{ sid: "Operate" }] } });
    expect(cause!.after).toMatchObject({
      verdict: "implicitDeny",
      cause: { near: true, statements: [{ sid: "Operate", policy: OPERATE }] },
    });
  });

  test("an SCP that no longer allows: the statement of that level before, the level after", () => {
    const pair = changed({ kind: "detach", from: "ou-book-workload1", policy: "scp/FullAWSAccess" });
    const [cause] = pair.report([start()]).causes.groups;
    expect(cause!.before.cause).toMatchObject({ statements: [{ layer: "SCP", policy: "FullAWSAccess" }] });
    expect(cause!.after!.cause).toMatchObject({ kind: "layer", layer: "SCP", target: "ou-book-workload1" });
  });

  test("by the side that made the difference", () => {
    const deny = changed(guardrail({ Sid: "NoInstances", Effect: "Deny", Action: "ec2:*", Resource: "*" }));
    const detach = changed({ kind: "detach", from: `${SHOP}:group/Operators`, policy: OPERATE });
    const back = new Pair(detach.after!, detach.before);
    const decisive = (pair: Pair) => pair.report([start(), start()]).statements.groups;
    expect(decisive(deny)).toMatchObject([
      { side: "after", count: 2, marks: { newlyDenied: 2 }, cause: { statements: [{ sid: "NoInstances" }] } },
    ]);
    expect(decisive(detach)).toMatchObject([{ side: "before", cause: { statements: [{ policy: OPERATE }] } }]);
    expect(decisive(back)).toMatchObject([
      { side: "after", marks: { newlyAllowed: 2 }, cause: { statements: [{ policy: OPERATE }] } },
    ]);
    expect(decisive(new Pair(deny.after!, deny.before))).toMatchObject([
      { side: "before", marks: { newlyAllowed: 2 }, cause: { statements: [{ sid: "NoInstances" }] } },
    ]);
  });

  test("a condition on what no record holds: the key", () => {
    const condition = { StringEquals: { "aws:ResourceTag/secret": "yes" } };
    const pair = changed(guardrail({ Effect: "Deny", Action: "ec2:*", Resource: "*", Condition: condition }));
    const report = pair.report([start()]);
    expect(report.causes.groups[0]).toMatchObject({
      mark: "newlyUncertain",
      after: { verdict: "indeterminate", cause: { kind: "unknown", dependsOn: ["aws:resourcetag/secret"] } },
    });
    expect(report.uncertain.after!.groups).toEqual([{ name: "aws:resourcetag/secret", count: 1 }]);
  });
});

describe("every cause", () => {
  test("is about requests that flip as it says, by statements that the decision names or that almost applied", () => {
    fc.assert(
      fc.property(fc.nat(2), fc.array(EVENTS, { minLength: 10, maxLength: 60 }), (which, events) => {
        const pair = pairs[which + 2]!;
        for (const group of pair.report(events).causes.groups) {
          const sample = group.samples[0]!;
          const derived = derive(events[sample.record!], {
            directory: directoryOf(pair.before),
            assumptions: NO_ASSUMPTIONS,
          });
          const requests = derived.kind === "none" ? [] : derived.requests.map(({ request }) => request);
          const request = requests.find(
            ({ action, resource }) => action === sample.action && resource === sample.resource,
          )!;
          for (const [side, engine] of [
            [group.before, pair.first],
            [group.after!, pair.second!],
          ] as const) {
            const { decision, layers } = engine.explain(request);
            expect(decision.decision).toBe(side.verdict);
            if (side.cause.kind !== "statements") continue;
            for (const statement of side.cause.statements) {
              const trace = layers
                .flatMap((layer) => layer.statements)
                .find(({ statement: { policy, index } }) => policy === statement.policy && index === statement.index)!;
              expect(trace.hit === "T").toBe(!side.cause.near);
              expect(statement.line).toBeGreaterThan(0);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("agreement with the log", () => {
  test("compares calls, and names the commonest disagreements with their causes", () => {
    const denied = { errorCode: "Client.UnauthorizedOperation" };
    const report = pairs[0]!.report([
      start(),
      start(denied),
      start(denied),
      start({ errorCode: "Client.InvalidInstanceID.NotFound" }),
      start({}, "fiona"),
      start(denied, "fiona"),
      start({ errorCode: "Client.DryRunOperation" }),
    ]);
    const { table, compared, agreed, uncertain, disagreements } = report.agreement;
    expect(table.allowed).toEqual({ succeeded: 2, denied: 2, failed: 1 });
    expect(table.denied).toEqual({ succeeded: 1, denied: 1, failed: 0 });
    expect([compared, agreed, uncertain]).toEqual([6, 3, 0]);
    expect(disagreements.groups).toMatchObject([
      { verdict: "allowed", outcome: "denied", count: 2, cause: { statements: [{ policy: OPERATE }] } },
      { outcome: "succeeded", action: "ec2:StartInstances", count: 1 },
    ]);
  });

  test("a call with a gap is not said to be allowed", () => {
    const launch = (profile: object) =>
      event("ec2 RunInstances", {
        userIdentity: { type: "Root", arn: `${SHOP}:root`, accountId: "111111111111", principalId: "111111111111" },
        requestParameters: { instancesSet: { items: [{ imageId: "ami-1" }] }, instanceType: "t3.micro", ...profile },
        awsRegion: "eu-west-1",
      });
    const { calls, requests, matrix, callMatrix, agreement } = pairs[0]!.report([
      launch({ iamInstanceProfile: { name: "p" } }),
    ]);
    expect(calls).toMatchObject({ judged: 1, withGaps: 1, gaps: { "resource-not-named": 1, "role-not-recorded": 1 } });
    expect(matrix.allowed.allowed).toBe(requests.total);
    expect(callMatrix.indeterminate.indeterminate).toBe(1);
    expect(agreement.table).toMatchObject({ allowed: { succeeded: 0 }, uncertain: { succeeded: 1 } });
  });

  test("a caller that is gone after is refused there, and counted as that", () => {
    const gone = new Map(bookshop.world.principals);
    gone.delete(`${SHOP}:user/omar`);
    const report = new Pair(bookshop.world, { ...bookshop.world, principals: gone }).report([
      start(),
      start({}, "maya"),
    ]);
    expect(report.requests).toMatchObject({
      judged: 1,
      refused: [{ code: "invalid-principal", where: "after", count: 1 }],
    });
    expect(report.calls).toMatchObject({ judged: 1, refused: 1 });
    expect(report.marks.newlyDenied).toBe(0);
  });

  test("a caller that the world does not have is refused, not denied", () => {
    const { requests, calls } = pairs[0]!.report([start({}, "nobody")]);
    expect(requests.refused).toMatchObject([{ code: "invalid-principal", where: "before", count: 1 }]);
    expect(calls).toMatchObject({ judged: 0, refused: 1 });
  });
});
