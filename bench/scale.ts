/** How long to measure. */

export interface Scale {
  /** Rounds of each contest. */
  readonly rounds: number;
  /** Distinct requests of each workload: a multiple of 2,000. */
  readonly requests: number;
  /** Rounds of each compilation. */
  readonly compilations: number;
  /** Rows of each batch of ids, and of texts. */
  readonly rows: number;
  readonly textRows: number;
  /** Whether the world of a million statements is made, which takes a minute. */
  readonly large: boolean;
  /** Rounds of reading a trail. */
  readonly readings: number;
}

/** Under a minute on two cores. */
export const QUICK: Scale = {
  rounds: 41,
  requests: 8_000,
  compilations: 7,
  rows: 524_288,
  textRows: 131_072,
  large: false,
  readings: 9,
};
export const FULL: Scale = {
  rounds: 201,
  requests: 20_000,
  compilations: 31,
  rows: 524_288,
  textRows: 131_072,
  large: true,
  readings: 31,
};
