/**
 * The derivation over real logs, and over the examples of AWS's documentation. The counts that it is held to are those of a
 * plain reading of the same events: parameters matched to ARN formats by name.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { actionOf } from "../../src/catalog/catalog.js";
import { resolve } from "../../src/request/resolve.js";
import { derive, NO_ASSUMPTIONS } from "../../src/trail/derive.js";
import { type ExplainedEvent, explainEvent } from "../../src/trail/explain.js";
import { REASONS } from "../../src/trail/reasons.js";
import { corpusPath, readCorpusText } from "../corpus-data.js";
import { type Event, NOBODY } from "./events.js";

const corpus = corpusPath();

describe.skipIf(corpus === null)("real events", () => {
  const root = join(corpus ?? "", "cloudtrail");
  const trail = corpus === null ? [] : trailOf(join(root, "AWSLogs"));
  const examples = corpus === null ? [] : recordsOf(join(root, "shapes/aws-docs-examples.json.gz"));
  const handEdited = corpus === null ? [] : recordsOf(join(root, "shapes/detection-rule-tests.json.gz"));

  test("give requests that can be asked, or a reason that is counted", () => {
    for (const event of [...trail, ...examples, ...handEdited]) {
      const derived = derive(event);
      if (derived.kind === "none") {
        expect(Object.keys(REASONS)).toContain(derived.reason);
        continue;
      }
      for (const { request } of derived.requests) {
        expect(() => resolve(request, NOBODY)).not.toThrow();
        expect(actionOf(request.action)).not.toBeNull();
      }
    }
  });

  test("of a trail: nearly all calls have an action, and more than nine in ten a resource", () => {
    const explained = trail.map(explain);
    const calls = explained.filter(({ derived }) => derived.kind !== "none" || !NO_CALLS.has(derived.reason));
    const withAction = calls.filter(({ derived }) => derived.kind !== "none" || derived.action !== null);
    const withResource = withAction.filter(({ derived }) => derived.kind !== "none");
    const origins = withResource.map(originsOf);
    const share = (count: number) => count / withAction.length;
    expect(trail).toHaveLength(2900);
    expect(calls).toHaveLength(2855);
    expect(withAction.length).toBeGreaterThanOrEqual(2851);
    // All that the plain reading finds, and what an answer, a message, the caller or the kind of the call names.
    expect(share(withResource.length)).toBeGreaterThan(0.97);
    expect(share(origins.filter((from) => from.some((each) => each !== NO_TYPE)).length)).toBeGreaterThan(0.62);
    expect(share(origins.filter((from) => from.some(isListed)).length)).toBeGreaterThan(0.242);
    // Of any request of the call: the first is often on what the call creates, which no parameter names yet.
    expect(share(origins.filter((from) => from.some(isParameter)).length)).toBeGreaterThan(0.308);
    expect(share(origins.filter((from) => from.includes(NO_TYPE)).length)).toBeLessThan(0.352);
  });

  test("of a trail: what is not derived, and why", () => {
    expect(reasonsOf(trail)).toEqual({
      "parameters-missing": 64,
      "resource-not-named": 14,
      "service-event": 42,
      "sign-in": 3,
      "unknown-action": 4,
    });
  });

  test("of a trail: a denied call is asked for what AWS's message says it was denied", () => {
    const denied = trail.map(deniedOf).filter((each) => each !== null);
    // All others carry a message that EC2 encoded.
    expect(denied).toHaveLength(14);
    for (const { event, asked } of denied) {
      const derived = derive(event);
      const requests = derived.kind === "none" ? [] : derived.requests.map(({ request }) => request);
      const same = requests.filter(({ action }) => action === asked.action);
      expect(same.map(({ action }) => action)).toContain(asked.action);
      if (asked.resource !== null) expect(same.map(({ resource }) => resource)).toContain(asked.resource);
    }
  });

  test("of the documentation are about what they list", () => {
    const wrong = examples.flatMap((event) => {
      const listed = listedIn(event);
      const derived = derive(event);
      if (listed.length === 0 || derived.kind === "none") return [];
      const asked = derived.requests.map(({ request }) => request.resource);
      return asked.filter((arn) => arn !== "*" && !listed.some((each) => arn === each || arn.startsWith(`${each}/`)));
    });
    expect(wrong).toEqual([]);
  });

  test("of the documentation: what is not derived, and why", () => {
    expect(reasonsOf(examples)).toEqual({
      // Users with ARNs of sessions, sessions with ARNs of the account, an account of 13 digits.
      "principal-malformed": 17,
      "principal-hidden": 1,
      // Names that were edited out, and a device of the root user.
      "resource-not-named": 7,
      "service-event": 9,
      "service-unnamed": 1,
      "sign-in": 12,
    });
  });
});

const NO_CALLS: ReadonlySet<string> = new Set(["service-event", "sign-in"]);

function trailOf(folder: string): Event[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return names.filter((name) => name.endsWith(".json.gz")).flatMap((name) => recordsOf(join(folder, name)));
}

function recordsOf(path: string): Event[] {
  return (JSON.parse(readCorpusText(path)) as { Records: Event[] }).Records;
}

function explain(event: Event): ExplainedEvent {
  return explainEvent(event, { directory: null, assumptions: NO_ASSUMPTIONS });
}

const NO_TYPE = "the action has no resource type (REQ-30)";

/** Where the resources of its requests come from. */
function originsOf({ own }: ExplainedEvent): readonly string[] {
  return own.flatMap((notes) => notes.flatMap(({ kind, from }) => (kind === "resource" ? [from] : [])));
}

const isListed = (from: string) => from.startsWith("resources[");
const isParameter = (from: string) => from.startsWith("requestParameters.");

function reasonsOf(events: readonly Event[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of events) {
    const derived = derive(event);
    if (derived.kind === "none") counts[derived.reason] = (counts[derived.reason] ?? 0) + 1;
  }
  return counts;
}

function listedIn(event: Event): readonly string[] {
  const entries = (event["resources"] ?? []) as readonly { ARN?: string }[];
  return entries.flatMap(({ ARN }) => (ARN === undefined ? [] : [ARN]));
}

interface Denied {
  readonly event: Event;
  readonly asked: { readonly action: string; readonly resource: string | null };
}

/** "User: … is not authorized to perform: iam:GetUser on resource: user ana because …" */
function deniedOf(event: Event): Denied | null {
  const message = String(event["errorMessage"] ?? "");
  const [, action, resource] = /not authorized to perform: (\w+:\w+)(?: on resource: (\S+))?/.exec(message) ?? [];
  if (action === undefined) return null;
  const isArn = resource?.startsWith("arn:") === true || resource === "*";
  return { event, asked: { action, resource: isArn ? resource! : null } };
}
