import { quantile } from '../../observe/quantile.ts';
import { type ConnectionOptions, Sandbox } from '../../sdk/index.ts';
import type { ProgramContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { explainError } from '../explain-error.ts';
import { inTurns } from '../in-turns.ts';
import { milliseconds } from '../milliseconds.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';

export interface BenchFlags extends ConnectionFlags {
  readonly count: number;
  readonly concurrency: number;
  readonly template?: string;
  readonly json?: boolean;
}

/** Milliseconds of every try that went well, in the order in which a sandbox goes through them. */
interface Samples {
  readonly start: number[];
  readonly exec: number[];
  readonly delete: number[];
}

interface Bench {
  readonly flags: BenchFlags;
  readonly options: ConnectionOptions;
  readonly samples: Samples;
  /** How many starts took which path: `warm`, `cold`. */
  readonly paths: Map<string, number>;
  readonly errors: unknown[];
}

/** A sandbox that is left behind, because this program was killed, goes away by itself. */
const LIFETIME = { timeoutSeconds: 300, onTimeout: 'delete' } as const;

/**
 * Starts sandboxes, runs `true` in each, deletes them, and prints how long that took as its callers feel it. One that fails
 * is counted and explained; the program then ends with the code of the first that did. Ctrl-C deletes what was started.
 */
export async function bench(context: ProgramContext, flags: BenchFlags): Promise<void> {
  const { env, output } = context;
  const over = new AbortController();
  const end = () => over.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const samples: Samples = { start: [], exec: [], delete: [] };
  const run: Bench = { flags, options: connectionOptions(flags, env), samples, paths: new Map(), errors: [] };
  try {
    await inTurns(Array(flags.count).keys(), flags.concurrency, async (number) => {
      if (over.signal.aborted) return;
      output.status(`sandbox ${number + 1} of ${flags.count}`);
      await live(run).catch((error: unknown) => run.errors.push(error));
    });
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
  output.result(flags.json ? JSON.stringify(shown(run), null, 2) : listing(run, output));
  if (run.errors.length > 0) context.endWith(explainError(run.errors[0], output));
}

/** One sandbox from its start to its end. */
async function live({ flags, options, samples, paths }: Bench): Promise<void> {
  const wish = { ...(flags.template === undefined ? {} : { template: flags.template }), lifetime: LIFETIME };
  const sandbox = await timed(samples.start, () => Sandbox.start(wish, options));
  try {
    const path = sandbox.view.start?.path ?? 'unknown';
    paths.set(path, (paths.get(path) ?? 0) + 1);
    const { exitCode } = await timed(samples.exec, () => sandbox.exec(['true']));
    if (exitCode !== 0) throw new Error(`true ended with ${exitCode} in sandbox ${sandbox.id}.`);
  } finally {
    await timed(samples.delete, () => sandbox.delete({ force: true }));
  }
}

async function timed<T>(samples: number[], work: () => Promise<T>): Promise<T> {
  const beganMs = performance.now();
  const result = await work();
  samples.push(performance.now() - beganMs);
  return result;
}

function shown({ flags, samples, paths, errors }: Bench) {
  const steps = Object.entries(samples).map(([step, ms]: [string, number[]]) => [step, summary(ms)]);
  return {
    ...{ count: flags.count, concurrency: flags.concurrency, errors: errors.length },
    ...{ paths: Object.fromEntries(paths), milliseconds: Object.fromEntries(steps) },
  };
}

function summary(ms: readonly number[]) {
  if (ms.length === 0) return { n: 0, p50: null, p95: null, p99: null, max: null };
  const at = (share: number) => quantile(ms, share);
  return { n: ms.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function listing({ flags, samples, paths, errors }: Bench, output: Output): string {
  const head = ['STEP', 'N', 'P50', 'P95', 'P99', 'MAX'].map((word) => output.paint('bold', word));
  const rows = Object.entries(samples).map(([step, ms]: [string, number[]]) => {
    const { n, ...times } = summary(ms);
    return [step, String(n), ...Object.values(times).map((time) => (time === null ? '-' : `${milliseconds(time)} ms`))];
  });
  const started = [...paths].map(([path, count]) => `${count} ${path}`).join(', ') || 'none';
  return `${table([head, ...rows])}\nstarts: ${started}; at once: ${flags.concurrency}; errors: ${errors.length}`;
}
