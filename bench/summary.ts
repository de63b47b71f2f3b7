import { quantile } from '../src/observe/quantile.ts';

export interface Summary {
  readonly n: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export function summaryOf(samples: readonly number[]): Summary {
  return {
    n: samples.length,
    min: quantile(samples, 0),
    p50: quantile(samples, 0.5),
    p95: quantile(samples, 0.95),
    p99: quantile(samples, 0.99),
    max: quantile(samples, 1),
  };
}
