/** Work counted in steps, so that no input can take longer than its bound says. */

/** More than 32 bits can hold, so that counting never wraps around. */
let taken: u64 = 0;
let stepsMax: u32 = 0xffffffff;

export function resetSteps(): void {
  taken = 0;
}

export function limitSteps(max: u32): void {
  stepsMax = max;
}

export function addSteps(count: u32): void {
  taken += count;
}

/** Steps since `resetSteps`; at most what 32 bits hold. */
export function steps(): u32 {
  return taken > 0xffffffff ? 0xffffffff : <u32>taken;
}

export function outOfSteps(): bool {
  return taken > stepsMax;
}
