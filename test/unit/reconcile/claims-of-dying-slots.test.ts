import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { adminCaller, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { testFloor } from '../../support/rows.ts';
import { shiftingClock } from '../../support/shifting-clock.ts';
import { slotsOf } from '../../support/slots-of.ts';

const CLAIMS = 500;
const AT_ONCE = 5;
const FLOOR = 8;
const floors = [testFloor(FLOOR)];

describe('slots that die at random, told or not', () => {
  it(`${CLAIMS} claims meanwhile: none fails, and each runs in a container that is up`, {
    timeout: 60_000,
  }, async () => {
    const heard = new Map<string, string[]>();
    const onInit = (endpoint: string, { env }: { readonly env: Readonly<Record<string, string>> }) => {
      if (env['WHO'] !== undefined) heard.set(endpoint, [...(heard.get(endpoint) ?? []), env['WHO']]);
    };
    const clock = shiftingClock(0.02);
    const system = await memoryLifecycle({ clock, floors, startConcurrency: 4, onInit });
    const { control, operations, pool } = system;
    await system.lifecycle.boot();
    await system.pool.begin();
    let kills = 0;
    const killOne = (at: number) => {
      // Every other death is news to nobody until somebody looks.
      if (at % 2 === 0) control.cutEvents();
      const up = control.containers().filter(({ status }) => status === 'running');
      const idle = pool.idle().filter(({ id }) => up.some(({ sandboxId }) => sandboxId === id));
      const victim = idle[(at * 7) % Math.max(idle.length, 1)];
      if (victim === undefined) return;
      control.killOutside(victim.id);
      kills += 1;
    };
    const paths = new Map<string, number>();
    const claimOne = async (at: number) => {
      if (at % 3 === 0) killOne(at);
      const request = { wish: { env: { WHO: `n${at}` } }, idempotencyKey: null, reuseKey: null };
      const { row } = await startSandbox(operations, adminCaller, request, { seconds: 20 });
      expect(row.state).toBe('running');
      expect(heard.get(row.agentEndpoint ?? '')?.at(-1), 'who its agent serves').toBe(`n${at}`);
      const container = control.containers().find(({ id }) => id === row.containerId);
      expect(container, `the container of n${at}`).toMatchObject({ status: 'running', sandboxId: row.id });
      paths.set(row.start?.path ?? '', (paths.get(row.start?.path ?? '') ?? 0) + 1);
    };
    for (let first = 0; first < CLAIMS; first += AT_ONCE) {
      // A refill waits for a pause between claims: there is one.
      clock.advance(1_000);
      await eventually('slots are ready', async () => pool.idle().length >= AT_ONCE);
      await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => claimOne(first + at)));
    }
    await system.lifecycle.pass();
    await eventually('the floor is warm', async () => pool.idle().length >= FLOOR);
    await system.lifecycle.pass();
    const slots = await slotsOf(system);
    expect(slots.served).toEqual(slots.rows);
    expect(kills).toBeGreaterThan(CLAIMS / 10);
    expect(paths.get('warm')).toBeGreaterThan(CLAIMS / 4);
    await system.close();
  });
});
