import { transitionTo } from '../../src/domain/decide.ts';
import type { SandboxEvent } from '../../src/domain/events.ts';
import type { Sandbox } from '../../src/domain/sandbox.ts';
import type { SandboxStore } from '../../src/ports/sandbox-store.ts';
import { archiveLiveInfo } from '../../src/reconcile/live-mirror.ts';
import { START_MS, testRow } from '../../test/support/rows.ts';

/** Rows that were just asked for, written through the store. */
export async function seedRows(store: SandboxStore, count: number): Promise<Sandbox[]> {
  const rows = Array.from({ length: count }, (_, index) => testRow({ id: `bench${String(index).padStart(6, '0')}` }));
  for (const row of rows) {
    const transition = transitionTo(row, null, 'START_REQUESTED', { atMs: START_MS, actor: 'key_1' });
    const created = await store.create({ row, transition, idempotency: null, quota: null });
    if (created.outcome !== 'created') throw new Error(`a row was not made: ${created.outcome}`);
  }
  return rows;
}

/** What moves a sandbox on in its round: start, stop, restart. */
export function nextEvent(row: Sandbox): SandboxEvent {
  switch (row.state) {
    case 'pending':
      return startSucceeded(row);
    case 'running':
      return { type: 'STOP_REQUESTED', graceSeconds: 10 };
    case 'stopping':
      return stopSucceeded(row);
    case 'stopped':
      return { type: 'RESTART_REQUESTED', lifetime: {} };
    default:
      throw new Error(`the round does not lead through ${row.state}`);
  }
}

function startSucceeded(row: Sandbox): SandboxEvent {
  const started = {
    containerId: 'c'.repeat(64),
    containerStartedAt: `run-${row.incarnation}`,
    address: '10.213.0.2',
    imageDigest: `sha256:${'d'.repeat(64)}`,
    agentVersion: null,
    agentEndpoint: null,
    limits: row.resources,
    report: {
      path: 'cold' as const,
      durationMs: 412.5,
      stages: { image: 1.2, create: 33.1, start: 321, ready: 50.2, verify: 1.1 },
    },
  };
  return { type: 'START_SUCCEEDED', incarnation: row.incarnation, started };
}

function stopSucceeded(row: Sandbox): SandboxEvent {
  return {
    type: 'STOP_SUCCEEDED',
    incarnation: row.incarnation,
    end: { exitCode: 143, signal: 'SIGTERM', oomKilled: false, logTail: 'one line of the log\n' },
    snapshot: archiveLiveInfo(row, undefined),
    isContainerKept: true,
  };
}
