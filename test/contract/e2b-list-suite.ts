import { expect, it } from 'vitest';
import { transitionTo } from '../../src/domain/decide.ts';
import type { Sandbox } from '../../src/domain/sandbox.ts';
import type { SandboxListQuery, SandboxStore } from '../../src/ports/sandbox-store.ts';
import { START_MS, testRow } from '../support/rows.ts';

const everything: SandboxListQuery = {
  ...{ tenant: null, states: ['running', 'stopping', 'stopped'], labels: {}, template: null },
  ...{ order: 'asc', limit: 100, after: null },
};

/** What a list for clients of E2B asks of every sandbox store. */
export function e2bListSuite(store: () => SandboxStore): void {
  const put = async (change: Partial<Sandbox>) => {
    const row = testRow(change);
    const transition = transitionTo(row, null, 'START_REQUESTED', { atMs: row.createdAtMs, actor: 'key_1' });
    const created = await store().create({ row, transition, idempotency: null, quota: null });
    expect(created.outcome).toBe('created');
  };
  const lists = async (query: Partial<SandboxListQuery>) =>
    (await store().list({ ...everything, ...query })).map(({ id }) => id);

  it('finds by the name of the template or of the image', async () => {
    await put({ id: 'a', state: 'running', template: 'base', image: 'image:1' });
    await put({ id: 'b', state: 'running', template: null, image: 'image:1' });
    expect(await lists({ templateOrImage: 'base' })).toEqual(['a']);
    expect(await lists({ templateOrImage: 'image:1' })).toEqual(['a', 'b']);
    expect(await lists({ templateOrImage: undefined })).toEqual(['a', 'b']);
  });

  it('finds from an instant of the start on, or of the creation before the first start', async () => {
    await put({ id: 'a', state: 'running', startedAtMs: START_MS + 5 });
    await put({ id: 'b', state: 'stopped', startedAtMs: null, createdAtMs: START_MS + 6 });
    expect(await lists({ startedFromMs: START_MS + 5 })).toEqual(['a', 'b']);
    expect(await lists({ startedFromMs: START_MS + 6 })).toEqual(['b']);
  });

  it('leaves out what cannot be had back', async () => {
    const reason = { message: '', exitCode: null, signal: null, oomKilled: null, logTail: null };
    const { lifetime } = testRow();
    await put({ id: 'a', state: 'running' });
    await put({ id: 'b', state: 'stopped', deleteAtMs: START_MS + 1, reason: { code: 'requested', ...reason } });
    await put({ id: 'c', state: 'stopped', deleteAtMs: START_MS });
    await put({ id: 'd', state: 'stopped', reason: { code: 'container_lost', ...reason } });
    await put({ id: 'e', state: 'stopping', deleteAfterStop: true });
    await put({ id: 'f', state: 'stopping', lifetime: { ...lifetime, autoDeleteSeconds: 0 } });
    expect(await lists({ keptAtMs: START_MS })).toEqual(['a', 'b']);
    expect(await lists({})).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('finds labels by names and values of any characters', async () => {
    const labels = { 'a "b" \\ c': 'ü\n=&', '': 'empty', 'x.y[0]': '$' };
    await put({ id: 'a', state: 'running', labels });
    await put({ id: 'b', state: 'running', labels: { 'a "b"': 'ü' } });
    for (const [name, value] of Object.entries(labels))
      expect(await lists({ labels: { [name]: value } })).toEqual(['a']);
    expect(await lists({ labels })).toEqual(['a']);
  });
}
