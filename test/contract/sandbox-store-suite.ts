import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transitionTo } from '../../src/domain/decide.ts';
import type { Sandbox, SandboxState } from '../../src/domain/sandbox.ts';
import { sandboxInfoOf } from '../../src/domain/sandbox-info-of.ts';
import type { SandboxCreation, SandboxListQuery, SandboxStore } from '../../src/ports/sandbox-store.ts';
import { runningRow, START_MS, testRow } from '../support/rows.ts';
import { e2bListSuite } from './e2b-list-suite.ts';

const NO_QUOTA = { sandboxes: null, cpus: null, memoryMb: null };
const everything: SandboxListQuery = {
  tenant: null,
  states: ['pending', 'running', 'stopped', 'deleted'],
  labels: {},
  template: null,
  order: 'asc',
  limit: 100,
  after: null,
};

function creation(row: Sandbox, change: Partial<SandboxCreation> = {}): SandboxCreation {
  const transition = transitionTo(row, null, 'START_REQUESTED', { atMs: row.createdAtMs, actor: 'key_1' });
  return { row, transition, idempotency: null, quota: null, ...change };
}

/** What every sandbox store must do; `open` gives an empty one. */
export function sandboxStoreSuite(open: () => Promise<{ store: SandboxStore; close(): Promise<void> }>): void {
  let store: SandboxStore;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ store, close } = await open());
  });
  afterEach(() => close());

  const put = async (change: Partial<Sandbox>) => {
    const row = testRow(change);
    expect((await store.create(creation(row))).outcome).toBe('created');
    return row;
  };
  const move = async (row: Sandbox, state: SandboxState, change: Partial<Sandbox> = {}) => {
    const next = { ...row, ...change, state, version: row.version + 1, historyNumber: row.historyNumber + 1 };
    const transition = transitionTo(next, row.state, 'STOP_REQUESTED', { atMs: START_MS, actor: 'a' });
    return { next, replaced: await store.replace({ next, expectedVersion: row.version, transition }) };
  };

  describe('rows', () => {
    it('gives back every field of a row as it was written', async () => {
      const row = runningRow({
        labels: { 'a/b': 'ü "quoted"', empty: '' },
        reason: { code: 'crashed', message: 'm', exitCode: 3, signal: null, oomKilled: false, logTail: 'tail\n' },
        start: { path: 'cold', durationMs: 412.25, stages: { create: 30.5 } },
        snapshot: sandboxInfoOf(runningRow()),
        resources: { cpus: 0.5, memoryMb: 256, diskMb: 1024, pids: 64 },
        lifetime: { timeoutSeconds: 1.5, idleSeconds: null, onTimeout: 'pause', autoDeleteSeconds: 0 },
        internet: false,
        deleteAfterStop: true,
      });
      await store.create(creation(row));
      expect(await store.find(row.id)).toEqual(row);
    });

    it('does not know what was never written', async () => {
      expect(await store.find('nobody')).toBeUndefined();
    });

    it('refuses an id that is there, and leaves the first as it is', async () => {
      const row = await put({ tenant: 'first' });
      expect(await store.create(creation(testRow({ tenant: 'second' })))).toEqual({ outcome: 'id_taken' });
      expect((await store.find(row.id))?.tenant).toBe('first');
      expect(await store.history(row.id, 0, 10)).toHaveLength(1);
    });

    it('lets only the first of two writers at one version win', async () => {
      const row = await put({});
      const outcomes = await Promise.all([move(row, 'running'), move(row, 'stopping')]);
      expect(outcomes.map(({ replaced }) => replaced.outcome)).toEqual(['replaced', 'version_moved']);
      expect((await store.find(row.id))?.state).toBe('running');
      expect(await store.history(row.id, 0, 10)).toHaveLength(2);
    });

    it('moves the last activity forward only, and only for the present incarnation while it runs', async () => {
      const lifetime = { ...runningRow().lifetime, idleSeconds: 10 };
      const row = runningRow({ lifetime, idleStopAtMs: START_MS + 10_000 });
      await store.create(creation(row));
      await store.touch(row.id, 1, START_MS + 5_000);
      await store.touch(row.id, 1, START_MS + 2_000);
      await store.touch(row.id, 2, START_MS + 9_000);
      const touched = await store.find(row.id);
      expect(touched).toMatchObject({ lastActivityAtMs: START_MS + 5_000, idleStopAtMs: START_MS + 15_000 });
      expect(touched?.version).toBe(row.version);
    });
  });

  describe('history', () => {
    it('numbers each sandbox without gaps and all of them by a growing seq', async () => {
      const a = await put({ id: 'a' });
      const b = await put({ id: 'b', tenant: 'other' });
      const { next } = await move(a, 'running');
      await move(b, 'running');
      await move(next, 'stopping');
      const history = await store.history('a', 0, 10);
      expect(history.map(({ number, to }) => [number, to])).toEqual([
        [1, 'pending'],
        [2, 'running'],
        [3, 'stopping'],
      ]);
      const all = await store.transitionsAfter(0, { tenant: null, sandboxId: null }, 10);
      expect(all.map(({ seq }) => seq)).toEqual([...all.map(({ seq }) => seq)].sort((x, y) => x - y));
      expect(all.at(-1)?.seq).toBe(await store.lastSeq());
      const others = await store.transitionsAfter(0, { tenant: 'other', sandboxId: null }, 10);
      expect(others.map(({ sandboxId }) => sandboxId)).toEqual(['b', 'b']);
      expect(await store.transitionsAfter(history[0]?.seq ?? 0, { tenant: null, sandboxId: 'a' }, 1)).toHaveLength(1);
    });

    it('keeps the newest 1,000 of a sandbox', async () => {
      let row = await put({});
      for (let count = 0; count < 1_010; count += 1) ({ next: row } = await move(row, 'running'));
      const history = await store.history(row.id, 0, 2_000);
      expect(history).toHaveLength(1_000);
      expect(history[0]?.number).toBe(12);
      expect(history.at(-1)?.number).toBe(1_011);
    });
  });

  describe('lists for clients of E2B', () => e2bListSuite(() => store));

  describe('idempotency', () => {
    const record = { tenant: 'acme', key: 'k', requestHash: 'h', sandboxId: 'one', createdAtMs: START_MS };

    it('gives one key to one start only, in the same transaction as the row', async () => {
      await store.create(creation(testRow({ id: 'one' }), { idempotency: record }));
      const second = creation(testRow({ id: 'two' }), { idempotency: { ...record, sandboxId: 'two' } });
      expect(await store.create(second)).toEqual({ outcome: 'idempotency_key_taken' });
      expect(await store.find('two')).toBeUndefined();
      expect(await store.findIdempotency('acme', 'k', START_MS)).toEqual(record);
      expect(await store.findIdempotency('other', 'k', START_MS)).toBeUndefined();
    });

    it('gives one key to one sandbox that was there before, until its window is over', async () => {
      await store.create(creation(testRow({ id: 'one' })));
      expect(await store.rememberIdempotency(record)).toBe(true);
      expect(await store.rememberIdempotency({ ...record, requestHash: 'another' })).toBe(false);
      const second = creation(testRow({ id: 'two' }), { idempotency: { ...record, sandboxId: 'two' } });
      expect(await store.create(second)).toEqual({ outcome: 'idempotency_key_taken' });
      expect(await store.findIdempotency('acme', 'k', START_MS)).toEqual(record);
      const later = { ...record, createdAtMs: START_MS + 25 * 3_600_000 };
      expect(await store.rememberIdempotency(later)).toBe(true);
    });

    it('forgets a key after its window, and takes it again', async () => {
      await store.create(creation(testRow({ id: 'one' }), { idempotency: record }));
      const later = { ...record, sandboxId: 'two', createdAtMs: START_MS + 25 * 3_600_000 };
      expect(await store.findIdempotency('acme', 'k', START_MS + 1)).toBeUndefined();
      expect((await store.create(creation(testRow({ id: 'two' }), { idempotency: later }))).outcome).toBe('created');
      expect(await store.forgetIdempotency(later.createdAtMs + 1)).toBe(1);
    });
  });

  describe('quota', () => {
    const quota = { tenant: 'acme', quota: { ...NO_QUOTA, sandboxes: 2, memoryMb: 1_200 } };

    it('counts live sandboxes of the tenant in the transaction that adds one', async () => {
      await put({ id: 'a' });
      await put({ id: 'b', tenant: 'other' });
      await put({ id: 'c', state: 'stopped' });
      expect((await store.create(creation(testRow({ id: 'd' }), { quota }))).outcome).toBe('created');
      const refused = await store.create(creation(testRow({ id: 'e' }), { quota }));
      expect(refused).toMatchObject({ outcome: 'quota_exceeded', bound: 'sandboxes', usage: { sandboxes: 2 } });
      expect(await store.find('e')).toBeUndefined();
    });

    it('does not count a sandbox against itself when it changes', async () => {
      const row = await put({ id: 'a', state: 'stopped' });
      const next = { ...row, state: 'pending', version: 2, resources: { ...row.resources, memoryMb: 1_300 } } as const;
      const replaced = await store.replace({ next, expectedVersion: 1, transition: null, quota });
      expect(replaced).toMatchObject({ outcome: 'quota_exceeded', bound: 'memoryMb' });
      const fits = { ...next, resources: row.resources };
      expect((await store.replace({ next: fits, expectedVersion: 1, transition: null, quota })).outcome).toBe(
        'replaced',
      );
    });
  });

  describe('lists', () => {
    const ids = async (query: Partial<SandboxListQuery>) =>
      (await store.list({ ...everything, ...query })).map(({ id }) => id);

    it('pages by creation, stable under inserts, in both directions', async () => {
      for (const [place, id] of ['a', 'c', 'b', 'd'].entries())
        await put({ id, createdAtMs: START_MS + Math.floor(place / 2) });
      expect(await ids({ limit: 2 })).toEqual(['a', 'c']);
      await put({ id: 'aa', createdAtMs: START_MS });
      expect(await ids({ limit: 2, after: { createdAtMs: START_MS, id: 'c' } })).toEqual(['b', 'd']);
      expect(await ids({ order: 'desc' })).toEqual(['d', 'b', 'c', 'aa', 'a']);
      expect(await ids({ order: 'desc', after: { createdAtMs: START_MS, id: 'c' } })).toEqual(['aa', 'a']);
    });

    it('filters by state, tenant, template and all labels, and never shows pool slots', async () => {
      await put({ id: 'a', labels: { team: 'x', 'we"ird': '1' }, template: 'base' });
      await put({ id: 'b', labels: { team: 'x' }, template: null, state: 'stopped' });
      await put({ id: 'c', tenant: 'other', labels: { team: 'y' } });
      await put({ id: 'slot', tenant: null });
      expect(await ids({})).toEqual(['a', 'b', 'c']);
      expect(await ids({ states: ['stopped'] })).toEqual(['b']);
      expect(await ids({ tenant: 'other' })).toEqual(['c']);
      expect(await ids({ template: 'base' })).toEqual(['a', 'c']);
      expect(await ids({ labels: { team: 'x' } })).toEqual(['a', 'b']);
      expect(await ids({ labels: { team: 'x', 'we"ird': '1' } })).toEqual(['a']);
      expect(await ids({ labels: { team: '1' } })).toEqual([]);
    });
  });

  describe('deadlines', () => {
    it('finds exactly what is due, oldest first, in pages, and leaves out what the deadline cannot move', async () => {
      await put({ id: 'late', state: 'running', stopAtMs: START_MS - 1 });
      await put({ id: 'later', state: 'running', stopAtMs: START_MS });
      await put({ id: 'notyet', state: 'running', stopAtMs: START_MS + 1 });
      await put({ id: 'never', state: 'running', stopAtMs: null });
      await put({ id: 'stopping', state: 'stopping', stopAtMs: START_MS - 5 });
      expect(await store.due('stopAt', START_MS, 10, 0)).toEqual(['late', 'later']);
      expect(await store.due('stopAt', START_MS, 1, 0)).toEqual(['late']);
      expect(await store.due('stopAt', START_MS, 10, 1)).toEqual(['later']);
      await put({ id: 'old', state: 'stopped', deleteAtMs: START_MS, startByMs: null });
      expect(await store.due('deleteAt', START_MS, 10, 0)).toEqual(['old']);
    });
  });

  describe('tombstones', () => {
    it('purges the deleted with their history, and nothing else', async () => {
      const row = await put({ id: 'gone', state: 'deleted', purgeAtMs: START_MS });
      await put({ id: 'kept', state: 'stopped' });
      expect(await store.purgeable(START_MS, 10)).toEqual(['gone']);
      expect(await store.purge('kept')).toBe(false);
      expect(await store.purge(row.id)).toBe(true);
      expect(await store.purge(row.id)).toBe(false);
      expect(await store.find(row.id)).toBeUndefined();
      expect(await store.history(row.id, 0, 10)).toEqual([]);
    });
  });

  describe('standings', () => {
    it('walks rows by id and counts them by state', async () => {
      for (const id of ['c', 'a', 'b']) await put({ id });
      await put({ id: 'd', state: 'stopped' });
      const page = await store.inStates(['pending'], null, 2);
      expect(page).toEqual([
        { id: 'a', state: 'pending' },
        { id: 'b', state: 'pending' },
      ]);
      expect(await store.inStates(['pending'], 'b', 2)).toEqual([{ id: 'c', state: 'pending' }]);
      expect(await store.countByState()).toEqual({ pending: 3, stopped: 1 });
      expect([...(await store.storedStates())].sort()).toEqual(['pending', 'stopped']);
    });
  });

  describe('overdue', () => {
    it('counts working sandboxes that are past their own deadline, and no others', async () => {
      await put({ id: 'starts', state: 'pending', startByMs: START_MS });
      await put({ id: 'stops', state: 'stopping', killAtMs: START_MS });
      await put({ id: 'stopslater', state: 'stopping', killAtMs: START_MS + 1 });
      for (const state of ['pausing', 'resuming', 'deleting'] as const) await put({ id: state, state });
      await put({ id: 'rests', state: 'stopped', killAtMs: START_MS });
      const none = { pending: 0, stopping: 0, pausing: 0, resuming: 0, deleting: 0 };
      expect(await store.countOverdue(START_MS + 30_000)).toEqual(none);
      expect(await store.countOverdue(START_MS + 30_001)).toEqual({ ...none, pending: 1, stopping: 1 });
      expect(await store.countOverdue(START_MS + 60_001)).toEqual({
        ...{ pending: 1, stopping: 2, pausing: 1, resuming: 1, deleting: 1 },
      });
    });

    it('counts from the newest entry of the history', async () => {
      const row = await put({ id: 'late', state: 'stopped', createdAtMs: START_MS - 100_000 });
      await move(row, 'deleting');
      expect((await store.countOverdue(START_MS + 60_000)).deleting).toBe(0);
      expect((await store.countOverdue(START_MS + 60_001)).deleting).toBe(1);
    });
  });

  describe('addresses', () => {
    const pool = { network: 'open', firstIndex: 3, size: 5, quarantineMs: 600_000 } as const;
    const take = (id: string, atMs = START_MS) => store.takeAddress(id, pool, atMs);

    it('hands them out in ring order from the first index, each once', async () => {
      expect([await take('a'), await take('b'), await take('c')]).toEqual([3, 4, 0]);
      expect(await store.takeAddress('a', { ...pool, network: 'closed', firstIndex: 1 }, START_MS)).toBe(1);
    });

    it('waits for the quarantine before one is given again', async () => {
      for (const id of ['a', 'b', 'c', 'd', 'e']) await take(id);
      expect(await take('f')).toBeUndefined();
      await store.freeAddress('b', START_MS);
      await store.freeAddress('b', START_MS + 500_000);
      expect(await take('f', START_MS + 600_000)).toBeUndefined();
      expect(await take('f', START_MS + 600_001)).toBe(4);
    });
  });
}
