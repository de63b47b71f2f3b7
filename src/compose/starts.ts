import type { Config } from '../config.ts';
import type { StartDefaults } from '../domain/spec.ts';
import type { Log } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { StartObservation } from '../operations/deps.ts';

/** What a start that says nothing gets. */
export function startDefaultsOf(config: Config): StartDefaults {
  return {
    runtime: 'runc',
    resources: {
      cpus: config.SANDGLASS_CPUS_DEFAULT,
      memoryMb: config.SANDGLASS_MEMORY_DEFAULT_MB,
      diskMb: null,
      pids: config.SANDGLASS_PIDS_DEFAULT,
    },
    timeoutSeconds: config.SANDGLASS_TIMEOUT_DEFAULT_SECONDS,
  };
}

/** Counts every start, and tells each with its stages at the level debug: `agent` is a part of `ready`. */
export function onStart(metrics: Pick<Metrics, 'onStart'>, log: Log): (report: StartObservation) => void {
  return (report) => {
    metrics.onStart(report);
    const { agentMs, durationMs, stages, ...about } = report;
    const all = Object.entries(agentMs === undefined ? stages : { ...stages, agent: agentMs });
    const rounded = Object.fromEntries(all.map(([name, ms]) => [name, hundredths(ms)]));
    const fields = { event: 'sandbox.start', ...about, durationMs: hundredths(durationMs), stages: rounded };
    log.debug(fields, 'a start and its stages, in milliseconds');
  };
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
