import { afterEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { testFloor } from '../../support/rows.ts';

const SLOTS = 8;
const WAIT_SECONDS = 3;
let system: MemoryLifecycle;
afterEach(() => system.close());

const claim = () =>
  startSandbox(system.operations, adminCaller, { wish: {}, idempotencyKey: null }, { seconds: WAIT_SECONDS }).then(
    ({ row }) => row.state,
    (error: { code: string }) => error.code,
  );

describe('claims where memory is nearly full', () => {
  it('do not hold their slots while they wait: as many run as there is room for once slots have given theirs', async () => {
    // Room for one sandbox of 512 MiB once some of the slots have gone.
    system = await memoryLifecycle({ memoryMb: SLOTS * 64 + 300, floors: [testFloor(SLOTS)] });
    await system.lifecycle.boot();
    await system.pool.begin();
    await eventually('the floor is warm', async () => system.pool.idle().length === SLOTS);
    const claims = Array.from({ length: SLOTS }, claim);
    const began = performance.now();
    expect(await Promise.race(claims), 'the first answer').toBe('running');
    expect(performance.now() - began, 'milliseconds until it').toBeLessThan(WAIT_SECONDS * 500);
    const answers = await Promise.all(claims);
    expect(answers.filter((answer) => answer === 'running')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'capacity_exhausted')).toHaveLength(SLOTS - 1);
  });
});
