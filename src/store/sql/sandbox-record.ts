import { SandboxError } from '../../domain/errors.ts';
import {
  type Reason,
  type Sandbox,
  type SandboxState,
  type StartReport,
  sandboxStates,
  type TimeoutAction,
} from '../../domain/sandbox.ts';
import { type SandboxInfo, sandboxInfoSchema } from '../../domain/sandbox-info.ts';

/** A row as the tables of both dialects hold it: flat, JSON as text. */
export interface SandboxRecord
  extends Omit<Sandbox, 'state' | 'reason' | 'labels' | 'resources' | 'lifetime' | 'start' | 'snapshot'> {
  readonly state: string;
  readonly reason: string | null;
  readonly labels: string;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly diskMb: number | null;
  readonly pids: number;
  readonly timeoutSeconds: number | null;
  readonly idleSeconds: number | null;
  readonly onTimeout: string;
  readonly autoDeleteSeconds: number | null;
  readonly start: string | null;
  readonly snapshot: string | null;
}

export function toRecord(row: Sandbox): SandboxRecord {
  const { resources, lifetime, ...flat } = row;
  return {
    ...flat,
    ...resources,
    ...lifetime,
    reason: row.reason === null ? null : JSON.stringify(row.reason),
    labels: JSON.stringify(row.labels),
    start: row.start === null ? null : JSON.stringify(row.start),
    snapshot: row.snapshot === null ? null : JSON.stringify(row.snapshot),
  };
}

export function fromRecord(record: SandboxRecord): Sandbox {
  const { cpus, memoryMb, diskMb, pids, timeoutSeconds, idleSeconds, onTimeout, autoDeleteSeconds, ...flat } = record;
  return {
    ...flat,
    state: readState(record.state, record.id),
    // Our own writes: toRecord made both.
    reason: readJson(record.reason) as Reason | null,
    labels: readJson(record.labels) as Readonly<Record<string, string>>,
    resources: { cpus, memoryMb, diskMb, pids },
    lifetime: { timeoutSeconds, idleSeconds, onTimeout: onTimeout as TimeoutAction, autoDeleteSeconds },
    start: readJson(record.start) as StartReport | null,
    snapshot: readSnapshot(record.snapshot),
  };
}

function readState(state: string, id: string): SandboxState {
  const known = sandboxStates.find((candidate) => candidate === state);
  if (known === undefined)
    throw new SandboxError('internal', `Sandbox ${id} is stored in the unknown state "${state}".`);
  return known;
}

function readJson(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

function readSnapshot(text: string | null): SandboxInfo | null {
  if (text === null) return null;
  const parsed = sandboxInfoSchema.safeParse(readJson(text));
  return parsed.success ? parsed.data : null;
}
