import { expect, it } from 'vitest';
import { restartSandbox } from '../../../src/operations/restart-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { adminCaller, memoryLifecycle } from '../../support/memory-lifecycle.ts';

const wait = { seconds: 10 };
const noWait = { seconds: 0 };

it.each(['first', 'second'] as const)(
  'a stop during the %s start leaves the healer nothing to make good',
  async (run) => {
    const system = await memoryLifecycle();
    const { control, lifecycle, live, operations, store } = system;
    try {
      const request = { wish: { id: 'one' }, idempotencyKey: null };
      if (run === 'second') {
        await startSandbox(operations, adminCaller, request, wait);
        await stopSandbox(operations, adminCaller, { id: 'one' }, wait);
      }
      const open = control.hangNext('start');
      if (run === 'first') await startSandbox(operations, adminCaller, request, noWait);
      else await restartSandbox(operations, adminCaller, { id: 'one' }, noWait);
      await stopSandbox(operations, adminCaller, { id: 'one' }, noWait);
      expect((await store.find('one'))?.state).toBe('stopping');
      await lifecycle.heal();
      expect(await live.get('one')).toBeUndefined();
      open();
      await eventually('stopped', async () => (await store.find('one'))?.state === 'stopped');
      await lifecycle.heal();
      expect(system.corrections).toEqual([]);
    } finally {
      await system.close();
    }
  },
);
