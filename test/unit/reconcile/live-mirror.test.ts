import { describe, expect, it } from 'vitest';
import { sandboxInfoFields } from '../../../src/domain/sandbox-info.ts';
import { sandboxInfoOf } from '../../../src/domain/sandbox-info-of.ts';
import { archiveLiveInfo, restoreLiveInfo } from '../../../src/reconcile/live-mirror.ts';
import { runningRow, START_MS } from '../../support/rows.ts';

describe('archiving live info at a stop', () => {
  const row = runningRow({ state: 'stopping', stopAtMs: null });

  it('keeps the last live info and adds the final facts', () => {
    const live = { ...sandboxInfoOf(runningRow()), lastActivityAtMs: START_MS + 9_000, agentVersion: '1.2' };
    expect(archiveLiveInfo(row, live)).toEqual({ ...live, state: 'stopped' });
  });

  it('loses no field when the live store cannot be read', () => {
    const snapshot = archiveLiveInfo({ ...row, snapshot: { ...sandboxInfoOf(row), agentVersion: '1.1' } }, undefined);
    expect(Object.keys(snapshot).sort()).toEqual([...sandboxInfoFields].sort());
    expect(snapshot).toMatchObject({ state: 'stopped', address: row.address, lastActivityAtMs: START_MS });
  });

  it('does not take live info of another incarnation for its own', () => {
    const old = { ...sandboxInfoOf(row), incarnation: 0, image: 'other' };
    expect(archiveLiveInfo(row, old)).toMatchObject({ incarnation: 1, image: row.image });
  });
});

describe('restoring live info at a restart', () => {
  it('refreshes the snapshot by what the row says now', () => {
    const snapshot = archiveLiveInfo(runningRow(), undefined);
    const again = restoreLiveInfo(runningRow({ incarnation: 2, snapshot, startedAtMs: START_MS + 60_000 }));
    expect(again).toMatchObject({ state: 'running', incarnation: 2, startedAtMs: START_MS + 60_000 });
  });
});
