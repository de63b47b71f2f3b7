import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lifetime } from '../../../src/domain/sandbox.ts';
import { deleteSandbox } from '../../../src/operations/delete-sandbox.ts';
import { patchSandbox } from '../../../src/operations/patch-sandbox.ts';
import { pauseSandbox } from '../../../src/operations/pause-sandbox.ts';
import { restartSandbox } from '../../../src/operations/restart-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { shiftingClock } from '../../support/shifting-clock.ts';

const DAY_MS = 86_400_000;
const wait = { seconds: 10 };

describe('the reconciler', () => {
  const clock = shiftingClock();
  let system: MemoryLifecycle;
  beforeEach(async () => {
    system = await memoryLifecycle({ clock });
    await system.lifecycle.boot();
  });
  afterEach(() => system.close());

  const start = async (lifetime: Partial<Lifetime> = {}, seconds = 10) => {
    const request = { wish: { lifetime }, idempotencyKey: null };
    return (await startSandbox(system.operations, adminCaller, request, { seconds })).row;
  };
  const stop = (id: string, graceSeconds?: number) =>
    stopSandbox(system.operations, adminCaller, { id, graceSeconds }, wait);
  const row = async (id: string) => {
    const found = await system.store.find(id);
    if (found === undefined) throw new Error(`no row ${id}`);
    return found;
  };
  const reaches = (id: string, state: string) =>
    eventually(`${id} ${state}`, async () => (await row(id)).state === state);

  describe('with a slow engine', () => {
    it('21: accepts a stop at once while a start is under way, and leaves nothing', async () => {
      system.control.delay('start', 400);
      const { id } = await start({}, 0);
      await eventually('starting', async () => system.control.count('start') > 0);
      const begun = performance.now();
      const asked = await stopSandbox(system.operations, adminCaller, { id }, { seconds: 0 });
      expect(performance.now() - begun).toBeLessThan(200);
      expect(asked.row.state).toBe('stopping');
      await reaches(id, 'stopped');
      expect(system.control.containers()).toEqual([]);
      expect((await row(id)).reason?.code).toBe('requested');
    });

    it('a start that takes long still ends running', async () => {
      system.control.delay('start', 900);
      expect((await start()).state).toBe('running');
    });

    it('a start past its own deadline is failed', async () => {
      const open = system.control.hangNext('start');
      const { id } = await start({}, 0);
      await eventually('starting', async () => system.control.count('start') > 0);
      clock.advance(301_000);
      await system.lifecycle.scanDeadlines(['startBy']);
      expect(await row(id)).toMatchObject({ state: 'stopping', reason: { code: 'start_failed' } });
      open();
      await reaches(id, 'stopped');
      expect(system.control.containers()).toEqual([]);
    });
  });

  describe('stopping', () => {
    it('kills at once when a force delete comes during a long grace', async () => {
      const { id } = await start();
      system.control.ignoreTerm(id);
      const stopping = stop(id, 300);
      await reaches(id, 'stopping');
      const begun = performance.now();
      const deleted = await deleteSandbox(system.operations, adminCaller, { id, force: true }, wait);
      expect(performance.now() - begun).toBeLessThan(2_000);
      expect(deleted.row.state).toBe('deleted');
      expect((await stopping).row.state).toBe('deleted');
    });

    it('is shortened by a stop with less grace, and not lengthened by one with more', async () => {
      const { id } = await start();
      system.control.ignoreTerm(id);
      const first = stop(id, 300);
      await reaches(id, 'stopping');
      const killAtMs = (await row(id)).killAtMs;
      const longer = stop(id, 299.9999 + 10);
      expect((await row(id)).killAtMs).toBe(killAtMs);
      const begun = performance.now();
      await stop(id, 0.2);
      expect(performance.now() - begun).toBeLessThan(2_000);
      expect((await first).row.state).toBe('stopped');
      expect((await longer).row.state).toBe('stopped');
    });
  });

  describe('without the engine', () => {
    it('refuses a start before anything is written, and takes a stop, which ends when the engine is back', async () => {
      const { id } = await start();
      system.control.goDown();
      await expect(start()).rejects.toMatchObject({ code: 'engine_unavailable' });
      expect(await system.store.countByState()).toEqual({ running: 1 });
      const begun = performance.now();
      const asked = await stop(id);
      expect(asked.isSettled).toBe(false);
      expect(asked.row.state).toBe('stopping');
      expect(performance.now() - begun).toBeLessThan(2_000);
      system.control.comeUp();
      await reaches(id, 'stopped');
    });

    it('12: a delete that the engine refuses is tried until the container is really gone', async () => {
      const { id } = await start();
      await stop(id);
      for (let count = 0; count < 3; count += 1) system.control.failNext('remove');
      const asked = await deleteSandbox(system.operations, adminCaller, { id, force: false }, { seconds: 0.05 });
      expect(asked).toMatchObject({ isSettled: false, row: { state: 'deleting' } });
      await reaches(id, 'deleted');
      expect(system.control.count('remove')).toBe(4);
      expect(system.control.containers()).toEqual([]);
    });

    it('29: an error during a pass removes and declares nothing', async () => {
      const { id } = await start();
      system.control.failNext('list');
      expect(await system.lifecycle.pass()).toBeUndefined();
      expect((await row(id)).state).toBe('running');
      expect(system.control.containers()).toHaveLength(1);
    });

    it('22, 23: finds what ended while it could not be reached, and says so', async () => {
      const { id } = await start();
      const silent = await start();
      system.control.goDown();
      await eventually('noticed', async () => !system.lifecycle.isEngineReachable());
      system.control.killOutside(id);
      system.control.comeUp();
      await reaches(id, 'stopped');
      expect((await row(id)).reason?.code).toBe('engine_lost');
      expect((await row(silent.id)).state).toBe('running');
      const { row: again } = await restartSandbox(system.operations, adminCaller, { id }, wait);
      expect(again).toMatchObject({ state: 'running', incarnation: 2 });
    });
  });

  describe('after a hand from outside', () => {
    it('43: a stopped sandbox whose container was started is stopped again, counted', async () => {
      const { id } = await start();
      await stop(id);
      system.control.startOutside(id);
      await system.lifecycle.pass();
      await eventually('stopped again', async () => system.control.containers()[0]?.status === 'exited');
      expect(system.corrections).toContain('up_while_stopped');
      expect((await row(id)).state).toBe('stopped');
    });

    it('43: a stopped sandbox whose container was removed is told as lost, and cannot be restarted', async () => {
      const { id } = await start();
      await stop(id);
      system.control.removeOutside(id);
      await system.lifecycle.pass();
      await eventually('lost', async () => (await row(id)).reason?.code === 'container_lost');
      await expect(restartSandbox(system.operations, adminCaller, { id }, wait)).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(system.control.containers()).toEqual([]);
    });

    it('a paused one that was thawed is frozen again, a running one that was frozen is thawed', async () => {
      const paused = await start();
      await pauseSandbox(system.operations, adminCaller, paused.id, wait);
      const running = await start();
      system.control.unpauseOutside(paused.id);
      system.control.pauseOutside(running.id);
      await system.lifecycle.pass();
      const statuses = () => system.control.containers().map(({ sandboxId, status }) => [sandboxId, status]);
      await eventually('corrected', async () => {
        const now = Object.fromEntries(statuses());
        return now[paused.id] === 'paused' && now[running.id] === 'running';
      });
      expect([...system.corrections].sort()).toEqual(['frozen_outside', 'thawed_outside']);
    });

    it('one that was restarted behind our back has lost its processes: it is stopped, and restartable', async () => {
      const { id } = await start();
      system.control.cutEvents();
      system.control.killOutside(id);
      system.control.startOutside(id);
      await system.lifecycle.pass();
      await reaches(id, 'stopped');
      const { row: again } = await restartSandbox(system.operations, adminCaller, { id }, wait);
      expect(again.state).toBe('running');
    });
  });

  describe('deadlines', () => {
    it('24: an extension that races the expiry either wins or comes too late; nothing is immortal, nothing early', async () => {
      for (let round = 0; round < 100; round += 1) {
        const { id, stopAtMs } = await start({ timeoutSeconds: 60 });
        clock.advance(60_000);
        const patch = { lifetime: { timeoutSeconds: 60 }, labels: {}, resources: {} };
        const patched = patchSandbox(system.operations, adminCaller, id, patch).then(
          () => 'extended',
          () => 'late',
        );
        const [outcome] = await Promise.all([patched, system.lifecycle.scanDeadlines(['stopAt'])]);
        const after = await row(id);
        if (outcome === 'extended') expect([after.state, after.stopAtMs !== stopAtMs]).toEqual(['running', true]);
        else expect(['stopping', 'stopped']).toContain(after.state);
        await stop(id, 0);
      }
    });

    it('an idle deadline is a lower bound: the live store knows of later activity', async () => {
      const { id } = await start({ timeoutSeconds: null, idleSeconds: 60 });
      clock.advance(50_000);
      await system.live.touch(id, 1, clock.nowMs());
      clock.advance(30_000);
      await system.lifecycle.scanDeadlines(['idleStopAt']);
      expect((await row(id)).state).toBe('running');
      clock.advance(31_000);
      await system.lifecycle.scanDeadlines(['idleStopAt']);
      await reaches(id, 'stopped');
      expect((await row(id)).reason?.code).toBe('idle');
    });

    it('activity that only the live store knows is flushed into SQL', async () => {
      const { id } = await start({ idleSeconds: 60 });
      clock.advance(5_000);
      const atMs = clock.nowMs();
      await system.live.touch(id, 1, atMs);
      await system.lifecycle.flushActivity();
      expect(await row(id)).toMatchObject({ lastActivityAtMs: atMs, idleStopAtMs: atMs + 60_000 });
    });

    it('25: a jump of the wall clock expires nothing', async () => {
      const { id } = await start({ timeoutSeconds: 600 });
      clock.jump(DAY_MS);
      const [report] = await system.lifecycle.scanDeadlines(['stopAt']);
      expect(report).toMatchObject({ isPaused: true, moved: [] });
      expect((await row(id)).state).toBe('running');
      clock.jump(-DAY_MS);
      expect((await system.lifecycle.scanDeadlines(['stopAt']))[0]?.isPaused).toBe(false);
    });

    it('46: one paused for longer than allowed is stopped and restartable', async () => {
      const { id } = await start();
      await pauseSandbox(system.operations, adminCaller, id, wait);
      clock.advance(DAY_MS + 1_000);
      await system.lifecycle.scanDeadlines(['pausedUntil']);
      await reaches(id, 'stopped');
      expect((await row(id)).reason?.code).toBe('expired');
      expect((await restartSandbox(system.operations, adminCaller, { id }, wait)).row.state).toBe('running');
    });

    it('a stopped sandbox is deleted when its time is over, and purged when its tombstone is', async () => {
      const { id } = await start();
      await stop(id);
      clock.advance(3 * DAY_MS - 5_000);
      await system.lifecycle.scanDeadlines(['deleteAt']);
      expect((await row(id)).state).toBe('stopped');
      clock.advance(10_000);
      await system.lifecycle.scanDeadlines(['deleteAt']);
      await reaches(id, 'deleted');
      clock.advance(7 * DAY_MS + 1_000);
      expect(await system.lifecycle.purge()).toBe(1);
      expect(await system.store.find(id)).toBeUndefined();
    });

    it('16: exactly the due ones pass, oldest first, and one that fails does not block the rest', async () => {
      const rows = [];
      for (let count = 0; count < 12; count += 1) rows.push(await start({ timeoutSeconds: 60 + count * 10 }));
      clock.advance(60_000 + 55_000);
      const due = rows.filter(({ stopAtMs }) => (stopAtMs ?? 0) <= clock.nowMs()).map(({ id }) => id);
      expect(due.length).toBeGreaterThan(3);
      const [broken] = due;
      const { find } = system.store;
      const store: { find: typeof find } = system.store;
      store.find = (id) => (id === broken ? Promise.reject(new Error('disk on fire')) : find(id));
      const [report] = await system.lifecycle.scanDeadlines(['stopAt']);
      store.find = find;
      expect(report?.moved).toEqual(due.slice(1));
      expect(report?.failed).toEqual([{ id: broken, message: 'disk on fire' }]);
      expect((await system.lifecycle.scanDeadlines(['stopAt']))[0]?.moved).toEqual([broken]);
    });
  });

  describe('the live store', () => {
    it('19, 44: seeds what live rows lack and evicts what no live row owns, counted', async () => {
      const kept = await start();
      const stopped = await start();
      const info = await system.live.get(stopped.id);
      await stop(stopped.id);
      await system.live.evict(kept.id, 1);
      if (info !== undefined) await system.live.seed(info);
      await system.live.seed({ ...(info ?? raise()), id: 'nobody' });
      await system.lifecycle.heal();
      expect(await system.live.get(kept.id)).toMatchObject({ state: 'running', incarnation: 1 });
      expect(await system.live.get(stopped.id)).toBeUndefined();
      expect(await system.live.get('nobody')).toBeUndefined();
      expect([...system.corrections].sort()).toEqual(['live_evicted', 'live_evicted', 'live_seeded']);
    });

    it('in a healthy system nothing is ever corrected', async () => {
      const { id } = await start();
      await stop(id);
      await restartSandbox(system.operations, adminCaller, { id }, wait);
      await system.lifecycle.pass();
      await system.lifecycle.heal();
      await deleteSandbox(system.operations, adminCaller, { id, force: true }, wait);
      await system.lifecycle.pass();
      await system.lifecycle.heal();
      expect(system.corrections).toEqual([]);
    });
  });
});

function raise(): never {
  throw new Error('no live info');
}
