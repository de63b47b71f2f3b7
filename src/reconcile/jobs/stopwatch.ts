import type { Clock } from '../../ports/clock.ts';

export interface Stopwatch {
  /** Runs the work and adds its duration to the stage of that name. */
  stage<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Milliseconds per stage so far. */
  stages(): Readonly<Record<string, number>>;
  totalMs(): number;
}

export function stopwatch(clock: Pick<Clock, 'monotonicMs'>): Stopwatch {
  const beganMs = clock.monotonicMs();
  const stages: Record<string, number> = {};
  return {
    async stage(name, work) {
      const stageBeganMs = clock.monotonicMs();
      try {
        return await work();
      } finally {
        stages[name] = round((stages[name] ?? 0) + clock.monotonicMs() - stageBeganMs);
      }
    },
    stages: () => ({ ...stages }),
    totalMs: () => round(clock.monotonicMs() - beganMs),
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
