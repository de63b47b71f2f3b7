/** How much of everything a run does. */
export interface Sizes {
  readonly requests: number;
  readonly cycles: { readonly warmUp: number; readonly count: number; readonly atOnce: number };
  readonly poolCreates: number;
  readonly bursts: { readonly atOnce: readonly number[]; readonly rounds: number };
  readonly mixed: { readonly starts: number; readonly paced: number };
  readonly endpointRounds: number;
  readonly spike: number;
  /** Sandboxes that are used before anything else, for what one of them takes. */
  readonly active: number;
  /** Before an RSS is read: the collector's time. */
  readonly settleMs: number;
  /** Warm containers of the base template that the step finds. */
  readonly floor: { readonly few: number; readonly many: number };
}

export const FULL: Sizes = {
  requests: 10,
  cycles: { warmUp: 50, count: 200, atOnce: 4 },
  poolCreates: 30,
  bursts: { atOnce: [10, 50, 100], rounds: 2 },
  mixed: { starts: 5, paced: 20 },
  endpointRounds: 10,
  spike: 30,
  active: 5,
  settleMs: 3_000,
  floor: { few: 4, many: 50 },
};

/** Finds what crashes in a few seconds a step; proves nothing about numbers. */
export const QUICK: Sizes = {
  requests: 10,
  cycles: { warmUp: 1, count: 2, atOnce: 2 },
  poolCreates: 2,
  bursts: { atOnce: [1, 2, 4], rounds: 1 },
  mixed: { starts: 5, paced: 2 },
  endpointRounds: 1,
  spike: 2,
  active: 1,
  settleMs: 0,
  floor: { few: 1, many: 3 },
};
