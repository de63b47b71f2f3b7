import { type ScheduledTask, schedule } from 'node-cron';
import type { Log } from '../observe/logger.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import { cronLine } from './cron-line.ts';

export interface ScheduleDeps {
  readonly reconciler: Reconciler;
  /** Looks at its floors and images again. */
  readonly pool: { refresh(): Promise<void> };
  readonly log: Log;
  readonly lifetimeScanMs: number;
  readonly autoDeleteScanSeconds: number;
  readonly reconcileSeconds: number;
  readonly purgeSeconds: number;
  /** After each run: name, whether it came to its end, how long it took, and how many sandboxes it moved. */
  readonly onScan: (scan: string, outcome: 'ok' | 'failed', durationMs: number, moved: number) => void;
}

const LIFETIMES = ['startBy', 'stopAt', 'idleStopAt', 'pausedUntil'] as const;
/** Losing the live store loses at most 15 s of activity. */
const POOL_SECONDS = 15;
const FLUSH_ACTIVITY_SECONDS = 10;

/** Starts all recurring work; each kind never overlaps itself. The returned function ends it and waits for what runs. */
export function startSchedules(deps: ScheduleDeps): () => Promise<void> {
  const { reconciler } = deps;
  const running = new Set<Promise<void>>();
  const run = (scan: string, work: () => Promise<number>) => {
    const one = timed(deps, scan, work);
    running.add(one);
    void one.finally(() => running.delete(one));
    return one;
  };
  const cron = (scan: string, everySeconds: number, work: () => Promise<number>): ScheduledTask =>
    schedule(cronLine(everySeconds), () => run(scan, work), { name: scan, noOverlap: true });

  const tasks = [
    cron('auto_delete', deps.autoDeleteScanSeconds, () => moved(reconciler, ['deleteAt'])),
    cron('pool', POOL_SECONDS, async () => {
      await deps.pool.refresh();
      return 0;
    }),
    cron('reconcile', deps.reconcileSeconds, async () => {
      const report = await reconciler.pass();
      await reconciler.heal();
      return report?.looked ?? 0;
    }),
    cron('purge', deps.purgeSeconds, () => reconciler.purge()),
    cron('flush_activity', FLUSH_ACTIVITY_SECONDS, () => reconciler.flushActivity().then(() => 0)),
  ];
  // node-cron has no steps below a second; an agent's client notices one.
  let lifetimeTimer: NodeJS.Timeout | undefined;
  const lifetimes = async () => {
    await run('lifetime', () => moved(reconciler, LIFETIMES));
    if (lifetimeTimer !== undefined) lifetimeTimer = setTimeout(() => void lifetimes(), deps.lifetimeScanMs);
  };
  lifetimeTimer = setTimeout(() => void lifetimes(), deps.lifetimeScanMs);

  return async () => {
    clearTimeout(lifetimeTimer);
    lifetimeTimer = undefined;
    for (const task of tasks) await task.destroy();
    await Promise.all(running);
  };
}

async function moved(reconciler: Reconciler, deadlines: Parameters<Reconciler['scanDeadlines']>[0]): Promise<number> {
  const reports = await reconciler.scanDeadlines(deadlines);
  return reports.reduce((sum, report) => sum + report.moved.length, 0);
}

async function timed(deps: ScheduleDeps, scan: string, work: () => Promise<number>): Promise<void> {
  const beganMs = performance.now();
  try {
    const count = await work();
    deps.onScan(scan, 'ok', performance.now() - beganMs, count);
  } catch (error) {
    deps.onScan(scan, 'failed', performance.now() - beganMs, 0);
    deps.log.warn({ event: 'scan.failed', scan, err: error }, 'a scan failed; the next one tries again');
  }
}
