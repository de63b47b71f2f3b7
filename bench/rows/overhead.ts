import { quantile } from '../../src/observe/quantile.ts';
import type { Interleaved } from '../interleaved.ts';
import { atMost } from '../judge.ts';
import type { Measurement } from '../measurement.ts';

const BAR_MS = 25;

type Described = Pick<Measurement, 'row' | 'timedFrom' | 'timedTo' | 'conditions'> & {
  readonly ours: string;
  readonly raw: string;
};

/** What the service adds to the time of the engine and of the agent's own start, judged by the median of the rounds. */
export function overheadMeasurement(described: Described, taken: Interleaved): Measurement {
  const { row, timedFrom, timedTo, conditions } = described;
  const added = taken.differences;
  const ofMedians = quantile(taken.ours.samples, 0.5) - quantile(taken.raw.samples, 0.5);
  return {
    row,
    timedFrom,
    timedTo,
    conditions,
    concurrency: 1,
    ours: { what: described.ours, unit: 'ms', samples: taken.ours.samples, errors: taken.ours.errors },
    baseline: { what: described.raw, unit: 'ms', samples: taken.raw.samples, errors: taken.raw.errors },
    stages: { ...taken.ours.stages, ...taken.raw.stages, 'overhead by round': added },
    judged: atMost('overhead: ours minus raw, median of the rounds', 'ms', quantile(added, 0.5), BAR_MS),
    notes: [`the difference of the two medians is ${ofMedians.toFixed(1)} ms`],
  };
}
