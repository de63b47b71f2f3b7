import type { StartPath, StartReport } from '../../domain/sandbox.ts';
import type { Clock } from '../../ports/clock.ts';

export interface Stopwatch {
  /** Runs the work and adds its duration to the stage of that name. */
  stage<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** What the agent says that it took, as a part of a stage. */
  agentTook(ms: number | undefined): void;
  report(path: StartPath): StartReport;
}

export function stopwatch(clock: Pick<Clock, 'monotonicMs'>): Stopwatch {
  const beganMs = clock.monotonicMs();
  const stages: Record<string, number> = {};
  let agentMs: number | undefined;
  return {
    async stage(name, work) {
      const stageBeganMs = clock.monotonicMs();
      try {
        return await work();
      } finally {
        stages[name] = round((stages[name] ?? 0) + clock.monotonicMs() - stageBeganMs);
      }
    },
    agentTook(ms) {
      agentMs = ms;
    },
    report: (path) => ({
      ...{ path, durationMs: round(clock.monotonicMs() - beganMs), stages: { ...stages } },
      ...(agentMs === undefined ? {} : { agentMs }),
    }),
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
