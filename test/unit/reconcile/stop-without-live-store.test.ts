import { expect, it } from 'vitest';
import { sandboxInfoOf } from '../../../src/domain/sandbox-info-of.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { adminCaller, memoryLifecycle } from '../../support/memory-lifecycle.ts';

const wait = { seconds: 10 };

it('45: a stop that cannot read the live store archives what the row knew, its end included', async () => {
  const system = await memoryLifecycle();
  try {
    const request = { wish: { labels: { team: 'blue' } }, idempotencyKey: null };
    const { row: running } = await startSandbox(system.operations, adminCaller, request, wait);
    expect(running.stopAtMs).not.toBeNull();
    const live: { get: typeof system.live.get } = system.live;
    live.get = () => Promise.reject(new Error('connection lost'));
    const { row } = await stopSandbox(system.operations, adminCaller, { id: running.id }, wait);
    expect(row.snapshot).toEqual({ ...sandboxInfoOf(running), state: 'stopped' });
    expect(row.stopAtMs).toBeNull();
  } finally {
    await system.close();
  }
});
