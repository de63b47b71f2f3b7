import type { Interleaved } from '../interleaved.ts';
import type { Measurement } from '../measurement.ts';
import { quantile } from '../quantiles.ts';

/** A main process that is up this long after its start counts as ready, while there is no agent to ask. */
const READY_HOLD_MS = 50;
const BAR_MS = 25;

type Described = Pick<Measurement, 'row' | 'timedFrom' | 'timedTo' | 'conditions'> & {
  readonly ours: string;
  readonly raw: string;
};

/** What the service adds to the engine's own time, judged by the median of the rounds. */
export function overheadMeasurement(described: Described, taken: Interleaved): Measurement {
  const { row, timedFrom, timedTo, conditions } = described;
  const added = taken.differences.map((ms) => ms - READY_HOLD_MS);
  const ofMedians = quantile(taken.ours.samples, 0.5) - quantile(taken.raw.samples, 0.5) - READY_HOLD_MS;
  return {
    row,
    timedFrom,
    timedTo,
    conditions,
    concurrency: 1,
    ours: { what: described.ours, unit: 'ms', samples: taken.ours.samples, errors: taken.ours.errors },
    baseline: { what: described.raw, unit: 'ms', samples: taken.raw.samples, errors: taken.raw.errors },
    stages: { ...taken.ours.stages, ...taken.raw.stages, 'overhead by round': added },
    judged: {
      what: `overhead: ours minus raw minus the ${READY_HOLD_MS} ms hold, median of the rounds`,
      unit: 'ms',
      value: quantile(added, 0.5),
      bar: { kind: 'at most', value: BAR_MS },
    },
    notes: [`the difference of the two medians, minus the hold, is ${ofMedians.toFixed(1)} ms`],
  };
}
