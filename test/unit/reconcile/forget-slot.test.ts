import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transitionTo } from '../../../src/domain/decide.ts';
import type { Sandbox } from '../../../src/domain/sandbox.ts';
import { silentLog } from '../../../src/observe/logger.ts';
import type { SandboxStore } from '../../../src/ports/sandbox-store.ts';
import { forgetSlot } from '../../../src/reconcile/jobs/take-over-slot.ts';
import { openSqlite } from '../../../src/store/sql/sqlite/connection.ts';
import { sqliteSandboxStore } from '../../../src/store/sql/sqlite/sandbox-store.ts';
import { testRow } from '../../support/rows.ts';

let store: SandboxStore;
beforeEach(() => {
  store = sqliteSandboxStore(openSqlite({ path: ':memory:', migrationsFolder: 'migrations/sqlite' }));
});
afterEach(() => store.close());

/** A row that was a slot until it was claimed. */
async function claimed(): Promise<Sandbox> {
  const container = { containerId: 'c1', containerStartedAt: 'run-1', agentEndpoint: '10.0.0.2:1', agentVersion: 'a1' };
  const row = testRow({ ...container, address: '10.0.0.2' });
  const transition = transitionTo(row, null, 'CLAIMED', { atMs: row.createdAtMs, actor: 'key_1' });
  await store.create({ row, transition, idempotency: null, quota: null });
  return row;
}
async function change(row: Sandbox, how: Partial<Sandbox>): Promise<Sandbox> {
  const next = { ...row, ...how, version: row.version + 1 };
  const replaced = await store.replace({ next, expectedVersion: row.version, transition: null });
  if (replaced.outcome !== 'replaced') throw new Error(`not changed: ${replaced.outcome}`);
  return next;
}
const forget = (row: Sandbox, of: SandboxStore = store) => forgetSlot({ store: of, log: silentLog }, row);
const NOTHING = { containerId: null, containerStartedAt: null, agentEndpoint: null, agentVersion: null };

describe('a slot that is unfit', () => {
  it('is forgotten by the row of its sandbox, which keeps its address', async () => {
    const forgotten = await forget(await claimed());
    expect(forgotten).toMatchObject({ ...NOTHING, state: 'pending', address: '10.0.0.2' });
    expect(await store.find(forgotten.id)).toEqual(forgotten);
  });

  it('is forgotten with what a PATCH has changed meanwhile', async () => {
    const asked = await claimed();
    await change(asked, { labels: { a: 'b' } });
    const forgotten = await forget(asked);
    expect(forgotten).toMatchObject({ ...NOTHING, labels: { a: 'b' } });
    expect(await store.find(forgotten.id)).toEqual(forgotten);
  });

  it('leaves a sandbox alone that was stopped meanwhile', async () => {
    const asked = await claimed();
    const stopping = await change(asked, { state: 'stopping' });
    await expect(forget(asked)).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.find(asked.id)).toEqual(stopping);
  });

  it('is no reason to try for ever where the row moves on and on', async () => {
    const asked = await claimed();
    let row = asked;
    const moving = {
      ...store,
      async replace(replacement: Parameters<SandboxStore['replace']>[0]) {
        row = await change(row, { labels: { at: `${row.version}` } });
        return store.replace(replacement);
      },
    };
    await expect(forget(asked, moving)).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.find(asked.id)).toMatchObject({ containerId: 'c1' });
  });
});
