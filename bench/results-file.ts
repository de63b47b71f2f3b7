import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const unit = z.enum(['ms', 'transitions/s', 'requests/s', 'MB/s', 'MiB', 'KiB', 'x', '%', 'sandboxes', 'count']);
const samples = z.array(z.number()).readonly();
const summary = z.object({
  n: z.number(),
  min: z.number().nullable(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  max: z.number().nullable(),
});
const side = z.object({ what: z.string(), unit, summary, errors: z.array(z.string()), samples });
const bar = z.object({ kind: z.enum(['at most', 'at least', 'exactly']), value: z.number() });

const judged = z.object({ what: z.string(), unit, value: z.number().nullable(), bar: bar.nullable() });

const rowSchema = z.object({
  row: z.string(),
  verdict: z.enum(['pass', 'FAIL', 'not measured', 'reported', 'not judged']),
  /** Why it was not measured. */
  error: z.string().nullable(),
  measured: z
    .object({
      timedFrom: z.string(),
      timedTo: z.string(),
      conditions: z.array(z.string()),
      concurrency: z.number(),
      judged,
      /** Further bars of the row; results written before there were any have none. */
      alsoJudged: z.array(judged).default([]),
      /** Median of ours over median of the baseline. */
      ratio: z.number().nullable(),
      notes: z.array(z.string()),
      ours: side,
      baseline: side.nullable(),
      stages: z.record(z.string(), z.object({ summary, samples })),
    })
    .nullable(),
});

const resultsSchema = z.object({
  format: z.literal(1),
  date: z.string(),
  isQuick: z.boolean(),
  machine: z.object({
    cpu: z.string(),
    cores: z.number(),
    memoryGib: z.number(),
    os: z.string(),
    kernel: z.string(),
    node: z.string(),
    engine: z.string(),
    storageDriver: z.string(),
    cgroup: z.string(),
    commit: z.string(),
    loadBefore: z.number(),
  }),
  rows: z.array(rowSchema),
  rowsToCome: z.array(z.string()),
});

export type ResultRow = z.infer<typeof rowSchema>;
export type MeasuredRow = NonNullable<ResultRow['measured']>;
export type ResultJudged = z.infer<typeof judged>;
export type ResultSide = z.infer<typeof side>;
export type ResultSummary = z.infer<typeof summary>;
export type Results = z.infer<typeof resultsSchema>;

export function writeResults(file: string, results: Results): void {
  mkdirSync(dirname(file), { recursive: true });
  const rounded = JSON.stringify(results, (_key, value) => (typeof value === 'number' ? round(value) : value), 1);
  // Samples on one line: a change of the results stays readable.
  const text = rounded.replace(/\[\s+(-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*)\s+\]/g, (_all, numbers: string) => {
    return `[${numbers.replace(/\s+/g, '')}]`;
  });
  writeFileSync(file, `${text}\n`);
}

export function readResults(file: string): Results {
  return resultsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
