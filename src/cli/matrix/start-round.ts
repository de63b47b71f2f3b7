import { quantile } from '../../observe/quantile.ts';
import { milliseconds } from '../milliseconds.ts';

/** One start of a round: what it took from the call to the answer, milliseconds. */
export type StartTry =
  | { readonly id: string; readonly path: string; readonly ms: number }
  | { readonly error: unknown; readonly ms: number };

export interface Round {
  readonly atOnce: number;
  /** Which kind of start is measured; another kind is counted and not mixed in. */
  readonly path: string;
  readonly measured: number;
  readonly otherPaths: Readonly<Record<string, number>>;
  readonly errors: number;
  readonly leftovers: number;
  /** Ready latency of the measured; null of none. */
  readonly ms: { readonly p50: number; readonly p95: number; readonly max: number } | null;
}

export function roundOf(path: string, tries: readonly StartTry[], leftovers: number): Round {
  const started = tries.flatMap((one) => ('path' in one ? [one] : []));
  const measured = started.filter((one) => one.path === path).map(({ ms }) => ms);
  const otherPaths: Record<string, number> = {};
  for (const one of started) if (one.path !== path) otherPaths[one.path] = (otherPaths[one.path] ?? 0) + 1;
  const at = (share: number) => quantile(measured, share);
  return {
    ...{ atOnce: tries.length, path, measured: measured.length, otherPaths, leftovers },
    errors: tries.length - started.length,
    ms: measured.length === 0 ? null : { p50: at(0.5), p95: at(0.95), max: at(1) },
  };
}

/** `p50 3.1 / p95 3.9 / max 4.2 ms, 0 errors, 0 left`. */
export function roundWords({ errors, leftovers, ms, otherPaths }: Round): string {
  const times =
    ms === null ? 'none' : `p50 ${milliseconds(ms.p50)} / p95 ${milliseconds(ms.p95)} / max ${milliseconds(ms.max)} ms`;
  const others = Object.entries(otherPaths).map(([path, count]) => `, ${count} ${path}`);
  return `${times}${others.join('')}, ${errors} errors, ${leftovers} left`;
}
