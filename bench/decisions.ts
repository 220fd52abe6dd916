/** P6: one decision at a time, from strings that V8 has never hashed, against indexed JavaScript on strings it has. */
import { compile } from "../src/compiler/compile.js";
import { Engine } from "../src/engine/engine.js";
import { type Result, resultOf, shown } from "./goals.js";
import { contest } from "./measure.js";
import { compileRival } from "./rivals/indexed.js";
import type { Scale } from "./scale.js";
import { type Workload, type WorkloadRequest, w1, w2, w3 } from "./workloads/index.js";
import { worldOf } from "./workloads/world.js";

/** Requests a round; they are parsed anew for every round, outside the timed part. */
const CHUNK = 2_000;

export async function measureDecisions(scale: Scale): Promise<Result[]> {
  const requests = scale.requests;
  const results = [
    resultOf("P6-W1", ...(await race(w1(requests), scale))),
    resultOf("P6-W2", ...(await race(w2(requests), scale))),
  ];
  for (const statements of [10, 100, 1_000]) {
    const id = `W3-${statements}`;
    const title = `one decision from fresh strings, 1 principal, ${statements.toLocaleString("en")} statements`;
    results.push(
      shown(id, title, "x the rate of indexed JavaScript", ...(await race(w3(statements, requests), scale))),
    );
  }
  results.push(resultOf("P6-W3", ...(await race(w3(10_000, requests), scale))));
  return results;
}

async function race(workload: Workload, scale: Scale): Promise<[ratio: number, details: Result["details"]]> {
  const engine = await Engine.load(compile(worldOf(workload)));
  const rival = compileRival(workload);
  const texts = chunksOf(workload.requests).map((chunk) => JSON.stringify(chunk));
  const reused = chunksOf(workload.requests);
  let fresh: WorkloadRequest[] = [];
  let ours = 0;
  let theirs = 0;
  const result = contest(
    {
      prepare: (round) => {
        fresh = JSON.parse(texts[round % texts.length]!) as WorkloadRequest[];
      },
      ours: () => {
        for (const request of fresh) if (engine.decide(request).decision === "allowed") ours++;
      },
      theirs: (round) => {
        for (const request of reused[round % reused.length]!) if (rival(request)) theirs++;
      },
    },
    scale.rounds,
    // Every request once, so that both sides have seen all there is to see.
    Math.max(texts.length, 4),
  );
  if (ours !== theirs) throw new Error(`${workload.name}: we allow ${ours} requests and the rival ${theirs}`);
  const share = workload.requests.filter(rival).length / workload.requests.length;
  return [
    result.theirsOverOurs,
    {
      nsPerDecision: Math.round(result.ours / CHUNK),
      rivalNsPerDecision: Math.round(result.theirs / CHUNK),
      allowedShare: Number(share.toFixed(2)),
      statements: workload.statementCount,
    },
  ];
}

function chunksOf(requests: readonly WorkloadRequest[]): (readonly WorkloadRequest[])[] {
  const chunks: (readonly WorkloadRequest[])[] = [];
  for (let at = 0; at + CHUNK <= requests.length; at += CHUNK) chunks.push(requests.slice(at, at + CHUNK));
  return chunks;
}
