import { tmpdir } from 'node:os';
import { errorMessage } from '../src/domain/errors.ts';
import { quantile } from '../src/observe/quantile.ts';
import type { Bench, BenchSetup } from './bench.ts';
import { type Judged, type Measurement, type Side, verdictOf } from './measurement.ts';
import type { ResultJudged, ResultRow, ResultSide, ResultSummary } from './results-file.ts';
import { summaryOf } from './summary.ts';

/** One result for every row that was asked for, whatever happened; ends early, throwing, when somebody asked for the end. */
export async function runBenches(
  benches: readonly Bench[],
  isWanted: (row: string) => boolean,
  setup: BenchSetup,
  onRow: (row: ResultRow) => void,
): Promise<readonly ResultRow[]> {
  const results: ResultRow[] = [];
  for (const bench of benches) {
    const wanted = bench.rows.filter(isWanted);
    if (wanted.length === 0) continue;
    for (const result of await runBench(bench, wanted, setup)) {
      results.push(result);
      onRow(result);
    }
  }
  return results;
}

async function runBench(bench: Bench, wanted: readonly string[], setup: BenchSetup): Promise<readonly ResultRow[]> {
  const measured = new Map<string, Measurement>();
  let error = 'the bench returned no such row';
  try {
    for (const measurement of await bench.run(setup)) measured.set(measurement.row, measurement);
  } catch (thrown) {
    setup.ending.check();
    error = withoutPaths(errorMessage(thrown));
  }
  return wanted.map((row) => {
    const measurement = measured.get(row);
    if (measurement === undefined) return { row, verdict: 'not measured', error, measured: null };
    return resultOf(measurement, setup.isQuick);
  });
}

function resultOf(measurement: Measurement, isQuick: boolean): ResultRow {
  const { row, timedFrom, timedTo, concurrency, judged, ours, baseline } = measurement;
  const ratio = baseline === null ? null : finite(quantile(ours.samples, 0.5) / quantile(baseline.samples, 0.5));
  const verdict = verdictOf(measurement, isQuick);
  const stages = Object.entries(measurement.stages).map(
    ([name, samples]) => [name, { summary: finiteSummary(samples), samples: [...samples] }] as const,
  );
  return {
    row,
    verdict,
    error: verdict === 'not measured' ? withoutPaths(ours.errors[0] ?? 'there is no sample') : null,
    measured: {
      ...{ timedFrom, timedTo, concurrency, ratio },
      conditions: [...measurement.conditions],
      judged: judgedOf(judged),
      alsoJudged: (measurement.alsoJudged ?? []).map(judgedOf),
      notes: [...measurement.notes],
      ours: sideOf(ours),
      baseline: baseline === null ? null : sideOf(baseline),
      stages: Object.fromEntries(stages),
    },
  };
}

function judgedOf(judged: Judged): ResultJudged {
  return { ...judged, value: finite(judged.value) };
}

function sideOf({ what, unit, samples, errors }: Side): ResultSide {
  return { what, unit, summary: finiteSummary(samples), errors: errors.map(withoutPaths), samples: [...samples] };
}

function finiteSummary(samples: readonly number[]): ResultSummary {
  const { n, min, p50, p95, p99, max } = summaryOf(samples);
  return { n, min: finite(min), p50: finite(p50), p95: finite(p95), p99: finite(p99), max: finite(max) };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Results are published: they say nothing about where on the machine they were made. */
function withoutPaths(text: string): string {
  return text.replaceAll(process.cwd(), '.').replaceAll(tmpdir(), 'TMP');
}
