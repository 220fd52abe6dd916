/** Texts of one hash are so to the evaluator too: otherwise the trials with them would show nothing. */
import { expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { dictionaryColumn, utf8Column } from "../../src/engine/columns.js";
import { Engine } from "../../src/engine/engine.js";
import { collisionTrials, hashOf } from "./collisions.js";
import { MAP_LAYOUT } from "./trial.js";

it("the evaluator remembers actions, callers and resources under the hash that the trials reckon with", () => {
  const { world, asks } = collisionTrials()[0]!;
  const engine = Engine.loadSync(compile(world), { seed: MAP_LAYOUT.seed });
  for (const { request } of asks.slice(0, 4)) {
    engine.decide(request);
    for (const text of [request.action, request.principal as string]) {
      const { words, frame } = engine["machine"];
      const found = words.indexOf(hashOf(text), frame >>> 2);
      expect(found, text).toBeGreaterThan(0);
      expect([words[found + 1], words[found + 2]], text).toContain(text.length);
    }
  }
});

it("pairs differ and have one hash", () => {
  const names = collisionTrials().flatMap(({ asks }) =>
    asks.slice(0, 2).map(({ request }) => [request.principal as string, request.action, request.resource]),
  );
  expect(names).toHaveLength(6);
  for (let at = 0; at < names.length; at += 2) {
    const changed = names[at]!.flatMap((text, part) =>
      text === names[at + 1]![part] ? [] : [[text, names[at + 1]![part]!]],
    );
    expect(changed).toHaveLength(1);
    for (const [one, other] of changed) expect(hashOf(one!)).toBe(hashOf(other!));
  }
});

it.each(collisionTrials().map((trial) => [trial.name, trial] as const))(
  "%s: a batch tells them apart as well",
  (_, trial) => {
    const requests = trial.asks.map(({ request }) => request);
    const engine = Engine.loadSync(compile(trial.world), { seed: MAP_LAYOUT.seed });
    const words = requests.map((request) => engine.decide(request).decision);
    expect(new Set(words).size).toBe(2);
    for (const form of [utf8Column, dictionaryColumn]) {
      const fresh = Engine.loadSync(compile(trial.world), { seed: MAP_LAYOUT.seed });
      const { decisions } = fresh.decideBatch({
        rows: requests.length,
        principal: form(requests.map(({ principal }) => principal as string)),
        action: form(requests.map(({ action }) => action)),
        resource: form(requests.map(({ resource }) => resource)),
        resourceAccount: form(requests.map(({ resourceAccount }) => resourceAccount ?? null)),
      });
      expect([...decisions]).toEqual(words.map((word) => (word === "allowed" ? 1 : 2)));
    }
  },
);
