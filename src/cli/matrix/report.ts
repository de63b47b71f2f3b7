import { loadavg } from 'node:os';
import type { Row } from './cell.ts';
import type { Leftovers } from './leftovers.ts';
import type { Run } from './run.ts';

/** The raw JSON. */
export interface Report {
  readonly schema_version: 1;
  /** ISO 8601: the begin of the run. */
  readonly captured_at: string;
  readonly duration_ms: number;
  readonly run: string;
  readonly options: ReportOptions;
  readonly service: { readonly version: string };
  readonly engine: Run['engine'];
  /** Load of this machine at the begin, one minute; null where the service is not on it. */
  readonly load: number | null;
  readonly rows: readonly Row[];
  readonly leftovers: Leftovers;
  readonly notes: readonly string[];
}

export interface ReportOptions {
  readonly runtimes: readonly string[];
  readonly startup: readonly number[];
  readonly timeout_seconds: number;
  /** Whether they were given. */
  readonly restart_command: boolean;
  readonly orphan_command: boolean;
}

/** The mean over the last minute. */
export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

export function reportOf(
  run: Run,
  end: { readonly beganMs: number; readonly load: number | null; readonly nowMs: number } & Pick<
    Report,
    'rows' | 'leftovers'
  >,
): Report {
  const { beganMs, load, leftovers, nowMs, rows } = end;
  return {
    ...{ schema_version: 1, captured_at: new Date(beganMs).toISOString(), duration_ms: nowMs - beganMs, run: run.id },
    options: {
      ...{ runtimes: rows.map(({ runtime }) => runtime), startup: run.atOnce, timeout_seconds: run.timeoutMs / 1000 },
      restart_command: run.restartCommand !== undefined,
      orphan_command: run.orphanCommand !== undefined,
    },
    ...{ service: { version: run.service.version }, engine: run.engine, load, rows, leftovers },
    notes: notesOf(load, run.engine.cpus),
  };
}

function notesOf(load: number | null, cpus: number): readonly string[] {
  return [
    'Startup is the time from the call to the answer that the sandbox runs, as the caller feels it.',
    'Warm starts are claims of the pool, which the run fills first; cold ones are without internet, which the pool of the run does not keep.',
    'Capacity is the working set of idle sandboxes after the largest cold round: a capacity signal, not exclusive memory.',
    ...(load !== null && load > cpus ? [`The machine was busy: load ${load} on ${cpus} CPUs at the begin.`] : []),
  ];
}
