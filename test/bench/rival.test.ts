/** The benchmark compares like with like: on its workloads the rival gives the reference's answers. */
import { describe, expect, test } from "vitest";
import { compileRival } from "../../bench/rivals/indexed.js";
import { type Workload, w1, w2, w3 } from "../../bench/workloads/index.js";
import { worldOf } from "../../bench/workloads/world.js";
import { decide } from "../../src/reference/authorize.js";

const WORKLOADS: readonly Workload[] = [w1(1_000), w2(1_000), w3(10, 500), w3(100, 500), w3(1_000, 200)];

describe.each(WORKLOADS)("$name with $statementCount statements", (workload) => {
  const rival = compileRival(workload);

  test("the rival allows what the reference allows", () => {
    const world = worldOf(workload);
    for (const request of workload.requests) {
      const { decision } = decide(world, request);
      expect({ request, decision }).not.toMatchObject({ decision: "indeterminate" });
      expect({ request, allowed: rival(request) }).toEqual({ request, allowed: decision === "allowed" });
    }
  });

  test("the mix is worth measuring", () => {
    const share = workload.requests.filter(rival).length / workload.requests.length;
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.85);
  });
});

test("a seed gives the same workload again", () => {
  expect(w2(50)).toEqual(w2(50));
  expect(w2(50, 1).requests).not.toEqual(w2(50, 2).requests);
});
