/** Work counted in steps, so that no input can take longer than its bound says. */

export let steps: u32 = 0;
let stepsMax: u32 = 0xffffffff;

export function resetSteps(): void {
  steps = 0;
}

export function limitSteps(max: u32): void {
  stepsMax = max;
}

export function addSteps(count: u32): void {
  const sum = steps + count;
  steps = sum < steps ? 0xffffffff : sum;
}

export function outOfSteps(): bool {
  return steps > stepsMax;
}
