/**
 * Long lists of statements: from twelve candidates on they have an index by the literal text behind a Resource pattern's
 * fifth colon (assembly/places.ts). Lists around every bound of it, resources of many shapes, and so many lists that the room
 * for them is given out anew.
 */
import { Random } from "../generators/random.js";
import type { ScenarioJson } from "../generators/scenario-json.js";
import type { Trial, TrialAsk } from "./trial.js";
import { A1, allow, cross, deny, named, type Statement, USER, world } from "./worlds.js";

export function* longListTrials(): Generator<Trial> {
  for (const [number, count] of [11, 12, 13, 24, 60, 150, 400].entries()) yield mixed(number, count);
  for (const count of [254, 255, 256, 257, 258]) yield alike(count);
  for (const count of [254, 255, 256, 257]) yield alwaysLookedAt(count);
  yield literalLengths();
  yield manyColons();
  yield fullRoom();
}

function trial(name: string, statements: readonly Statement[], asks: readonly TrialAsk[], more = {}): Trial {
  const part: Partial<ScenarioJson> = { policies: { identity: [named("list", statements)] }, ...more };
  return { name, world: world([part]), engine: {}, overlays: [], asks, every: Math.ceil(statements.length / 50) };
}

function asks(actions: readonly string[], resources: readonly string[]): TrialAsk[] {
  return cross(actions, resources).map(([action, resource]) => ({
    request: { principal: USER, action, resource },
    options: null,
  }));
}

/** Few letters and lengths around those of the index, so that texts share beginnings. */
function name(random: Random): string {
  const length = random.pick([1, 2, 3, 4, 4, 5, 7, 8, 8, 9, 12, 16, 36, 39, 40, 41, 44]);
  const letters = random.pick(["a", "ab", "abc"]);
  return Array.from({ length }, (_, at) => (at < length / 2 ? "a" : letters[random.below(letters.length)]!)).join("");
}

const HEADS = ["arn:aws:sqs:us-east-1:111111111111:", "arn:aws:logs:us-east-1:111111111111:", "arn:aws:s3:::"];

/** Patterns with stars and variables at every place, before and behind the text that they are filed under. */
function pattern(random: Random): string {
  const head = random.weighted([
    [8, random.pick(HEADS)],
    [1, "arn:aws:sqs:*:*:"],
    [1, "arn:*:sqs:us-*:?11111111111:"],
    [1, "arn:aws:sqs:*:"],
    [1, "arn:aws:s3::${aws:PrincipalAccount}:"],
  ]);
  const tail = random.weighted([
    [6, name(random)],
    [4, `${name(random)}*`],
    [2, `${name(random)}?${name(random)}`],
    [1, `*${name(random)}`],
    [1, `\${aws:username}${name(random)}`],
    [2, `${name(random)}/\${aws:username}`],
    [2, `${name(random)}:${name(random)}`],
    [1, "*"],
  ]);
  return random.chance(0.02) ? "*" : head + tail;
}

function filled(random: Random, text: string): string {
  const plain = text.replaceAll("${aws:username}", "u").replaceAll("${aws:PrincipalAccount}", "");
  const made = plain.replaceAll("*", () => random.pick(["", "a", "ab/c", "x:y"])).replaceAll("?", "a");
  const components = made.split(":");
  if (components.length < 6) return `${HEADS[0]}${name(random)}`;
  components[1] = "aws";
  if (components[2] !== "s3") [components[3], components[4]] = ["us-east-1", A1];
  else [components[3], components[4]] = ["", ""];
  return `${components.slice(0, 5).join(":")}:${components.slice(5).join(":") || "a"}`;
}

function mixed(number: number, count: number): Trial {
  const random = new Random(1, 77, number);
  const patterns: string[] = [];
  const statements = Array.from({ length: count }, (): Statement => {
    const own = random.list(1, random.pick([1, 1, 1, 2, 5]), () => pattern(random));
    patterns.push(...own);
    const action = random.pick<string | string[]>([
      "s3:GetObject",
      "*",
      "*",
      ["sqs:Send*", "s3:GetObject"],
      "sqs:*",
      "logs:*",
    ]);
    const resources: Statement = random.chance(0.04) ? { NotResource: own } : { Resource: own };
    return { Effect: random.chance(0.3) ? "Deny" : "Allow", Action: action, ...resources };
  });
  const resources = Array.from({ length: 150 }, () => filled(random, random.pick(patterns)));
  const edges = ["*", "arn:aws:sqs:us-east-1:111111111111:a", `arn:aws:s3:::${"a".repeat(300)}`];
  const actions = ["s3:GetObject", "sqs:SendMessage", "logs:Get"];
  const other = number % 2 === 1 ? { options: { resourceGlob: "plain" as const } } : {};
  return trial(`list of ${count}`, statements, asks(actions, [...edges, ...resources]), other);
}

/** As many statements under one text as may be selected, and one more. */
function alike(count: number): Trial {
  const same = Array.from({ length: count }, (_, at) => allow("sqs:*", `${HEADS[0]}queue${at % 2 === 0 ? "" : "*"}`));
  const others = Array.from({ length: 20 }, (_, at) => deny("sqs:*", `${HEADS[0]}other-${at}`));
  const resources = ["queue", "queues", "other-1", "other-10", "que"].map((tail) => HEADS[0] + tail);
  return trial(`${count} alike`, [...same, ...others], asks(["sqs:SendMessage"], resources));
}

/** The same with statements that the index cannot file, beside a filed one. */
function alwaysLookedAt(count: number): Trial {
  const open = Array.from({ length: count }, (_, at) => allow("sqs:*", at % 3 === 0 ? "*" : `${HEADS[0]}*${at}`));
  const filed = [deny("sqs:*", `${HEADS[0]}filed`), allow("sqs:*", [`${HEADS[0]}filed`, `${HEADS[0]}filedtoo`])];
  const resources = ["filed", "filedtoo", "x7", "other"].map((tail) => HEADS[0] + tail);
  return trial(
    `${count} always looked at`,
    [...open.slice(0, 9), ...filed, ...open.slice(9)],
    asks(["sqs:Get"], resources),
  );
}

/** Text of every length up to two steps more than are told apart, whole and cut short. */
function literalLengths(): Trial {
  const text = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP";
  const lengths = Array.from({ length: text.length }, (_, at) => at + 1);
  const statements = lengths.flatMap((length) => {
    const start = HEADS[0] + text.slice(0, length);
    return [allow("sqs:*", start), deny("sqs:*", `${start}-*`)];
  });
  const resources = lengths.flatMap((length) => {
    const start = HEADS[0] + text.slice(0, length);
    return [start, `${start}-`, `${start}-x`, `${start}x`];
  });
  return trial("literal lengths", statements, asks(["sqs:SendMessage"], resources));
}

/** ARNs with colons up to two more than are followed. */
function manyColons(): Trial {
  const parts = Array.from({ length: 14 }, (_, at) => `part${at}`);
  const upTo = (count: number) => `arn:aws:logs:us-east-1:${A1}:${parts.slice(0, count).join(":")}`;
  const statements = parts.flatMap((part, at) => [
    allow("logs:*", upTo(at + 1)),
    deny("logs:*", `${upTo(at + 1)}:end`),
    allow("logs:*", `arn:aws:*:*:*:${part}*`),
    allow("logs:*", `arn:aws:logs:*:${part}`),
    deny("logs:*", `arn:*:*:*:*:*:${part}:deny`),
  ]);
  const resources = parts.flatMap((_, at) => [
    upTo(at + 1),
    `${upTo(at + 1)}:`,
    `${upTo(at + 1)}:end`,
    `${upTo(at + 1)}:deny`,
  ]);
  const actions = ["logs:GetLogEvents"];
  return { ...trial("many colons", statements, [...asks(actions, resources), ...asks(["logs:Put"], resources)]) };
}

/** Half a million words hold the lists of some twenty actions of this world; then they begin anew. */
function fullRoom(): Trial {
  const statements = Array.from({ length: 2000 }, (_, at) => {
    const resources = [0, 1, 2].map((step) => `${HEADS[0]}queue-${(at + step).toString().padStart(4, "0")}`);
    return at % 7 === 0 ? deny("*", resources) : allow(at % 5 === 0 ? "sqs:*" : "*", resources);
  });
  const actions = Array.from({ length: 45 }, (_, at) => `sqs:Action${at}`);
  const resources = ["0000", "0777", "1999"].map((tail) => `${HEADS[0]}queue-${tail}`);
  const once = asks(actions, resources);
  const again = [...once, ...once.slice(-40), ...once.slice(0, 6)];
  return { ...trial("full room", statements, again), about: ["candidates", "memory", "places"] };
}
