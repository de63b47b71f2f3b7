import { afterEach, describe, expect, it } from 'vitest';
import { SandboxError } from '../../../src/domain/errors.ts';
import type { StartWish } from '../../../src/domain/spec.ts';
import type { Wait } from '../../../src/operations/lifecycle-call.ts';
import { patchSandbox } from '../../../src/operations/patch-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { testFloor } from '../../support/rows.ts';
import { shiftingClock } from '../../support/shifting-clock.ts';

let system: MemoryLifecycle;
afterEach(() => system.close());

async function withFloor(slots: number): Promise<void> {
  system = await memoryLifecycle({ clock: shiftingClock(0.02), floors: [testFloor(slots)] });
  await system.lifecycle.boot();
  await system.pool.begin();
  await eventually('the floor is warm', async () => system.pool.idle().length === slots);
}
const claim = (wish: StartWish = {}, wait: Wait = { seconds: 30 }) =>
  startSandbox(system.operations, adminCaller, { wish, idempotencyKey: null }, wait);
const containersOf = (id: string) => system.control.containers().filter(({ sandboxId }) => sandboxId === id);
const running = (id: string) =>
  eventually(`${id} runs`, async () => {
    const row = await system.store.find(id);
    return row?.state === 'pending' ? undefined : row;
  });
const bigger = { resources: { memoryMb: 1_024, cpus: 2, pids: 99 } };
const NOTHING = { lifetime: {}, labels: {}, resources: {} };
const refused = new SandboxError('start_failed', 'The engine could not change the limits: no.');

describe('a claimed slot', () => {
  it('gets the limits that were asked for, and asks nothing of the engine where they are the default', async () => {
    await withFloor(2);
    const { row } = await claim();
    expect(system.control.count('update')).toBe(0);
    const other = await claim(bigger);
    expect([row.start?.path, other.row.start?.path]).toEqual(['warm', 'warm']);
    expect(containersOf(other.row.id)).toMatchObject([{ resources: bigger.resources }]);
  });

  it('whose agent is dead gives way to a fresh container of the same row', async () => {
    await withFloor(1);
    const [slot] = system.pool.idle();
    system.control.cutEvents();
    system.control.killOutside(slot?.id ?? '');
    const { row } = await claim();
    expect(row).toMatchObject({ id: slot?.id, state: 'running', incarnation: 1, start: { path: 'cold' } });
    expect(containersOf(row.id)).toMatchObject([{ id: row.containerId, status: 'running' }]);
    expect(system.claims).toEqual(['discard']);
  });

  it('is counted for what it came to, also for a caller who does not wait', async () => {
    await withFloor(2);
    const served = await claim({}, { seconds: 0 });
    await running(served.row.id);
    const [slot] = system.pool.idle();
    system.control.cutEvents();
    system.control.killOutside(slot?.id ?? '');
    const made = await claim({}, { seconds: 0 });
    expect(await running(made.row.id)).toMatchObject({ id: slot?.id, state: 'running', start: { path: 'cold' } });
    await eventually('both are counted', async () => system.claims.length === 2);
    expect(system.claims).toEqual(['hit', 'discard']);
  });

  it('whose limits cannot be changed gives way to a container that is made with them', async () => {
    await withFloor(1);
    const slots = system.control.containers().map(({ id }) => id);
    system.control.failNext('update', { error: refused });
    const { row } = await claim(bigger);
    expect([row.state, row.start?.path]).toEqual(['running', 'cold']);
    expect(containersOf(row.id)).toMatchObject([{ id: row.containerId, resources: bigger.resources }]);
    expect(slots).not.toContain(row.containerId);
  });

  it('never keeps the limits of the slot, also where its removal has to be tried again', async () => {
    await withFloor(1);
    system.control.failNext('update', { error: refused });
    system.control.failNext('remove', { times: 2 });
    const { row } = await claim(bigger, { seconds: 0 });
    expect(await running(row.id)).toMatchObject({ state: 'running' });
    expect(containersOf(row.id)).toMatchObject([{ resources: bigger.resources }]);
  });

  it('is no failed start because its row was patched while it turned out to be dead', async () => {
    await withFloor(1);
    const [slot] = system.pool.idle();
    system.control.cutEvents();
    system.control.killOutside(slot?.id ?? '');
    const answer = system.control.hangNext('agentInit');
    const { row } = await claim({}, { seconds: 0 });
    await eventually('the agent is asked', async () => system.control.count('agentInit') === 2);
    await patchSandbox(system.operations, adminCaller, row.id, { ...NOTHING, labels: { a: 'b' } });
    answer();
    expect(await running(row.id)).toMatchObject({ state: 'running', labels: { a: 'b' }, start: { path: 'cold' } });
    expect(containersOf(row.id)).toHaveLength(1);
  });

  it('runs with the limits of a patch that came while it was taken over', async () => {
    await withFloor(1);
    const answer = system.control.hangNext('agentInit');
    const { row } = await claim({}, { seconds: 0 });
    await eventually('the agent is asked', async () => system.control.count('agentInit') === 2);
    await patchSandbox(system.operations, adminCaller, row.id, { ...NOTHING, ...bigger });
    answer();
    expect(await running(row.id)).toMatchObject({ state: 'running', resources: bigger.resources });
    expect(containersOf(row.id)).toMatchObject([{ resources: bigger.resources }]);
  });

  it('that is stopped while it is taken over ends stopped, and nothing of it runs', async () => {
    await withFloor(1);
    const answer = system.control.hangNext('agentInit');
    const { row } = await claim({}, { seconds: 0 });
    await eventually('the agent is asked', async () => system.control.count('agentInit') === 2);
    const stopping = stopSandbox(system.operations, adminCaller, { id: row.id }, { seconds: 30 });
    answer();
    expect((await stopping).row.state).toBe('stopped');
    expect(containersOf(row.id).filter(({ status }) => status === 'running')).toEqual([]);
  });

  it('whose command ends at once is a failed start with its code, and the container is gone', async () => {
    await withFloor(1);
    const failed = claim({ command: ['sh', '-c', 'exit 7'] });
    await expect(failed).rejects.toMatchObject({ code: 'start_failed', details: { exitCode: 7 } });
    expect(system.control.containers().filter(({ status }) => status === 'running')).toHaveLength(0);
  });
});
