import { expect, it } from 'vitest';
import { diskEnforcement } from '../../src/http/disk-enforcement.ts';
import type { EngineInfo } from '../../src/ports/container-runtime.ts';
import { memoryRuntime } from '../../src/runtime/memory/memory-runtime.ts';
import { manualClock } from '../support/manual-clock.ts';

const MINUTE_MS = 60_000;

it('waits for the first answer of the engine, and never again', async () => {
  const clock = manualClock();
  const { runtime } = memoryRuntime({ clock, serviceId: 'sg_test' });
  const info = await runtime.info();
  const answers: ((diskEnforced: boolean) => void)[] = [];
  const asking = {
    ...runtime,
    info: () =>
      new Promise<EngineInfo>((resolve) => answers.push((diskEnforced) => resolve({ ...info, diskEnforced }))),
  };
  const isEnforced = diskEnforcement({ runtime: asking, clock });
  const first = isEnforced();
  const beside = isEnforced();
  answers[0]?.(true);
  expect([await first, await beside]).toEqual([true, true]);
  await clock.advance(MINUTE_MS);
  expect(await isEnforced()).toBe(true);
  expect(answers).toHaveLength(2);
  answers[1]?.(false);
  await clock.advance(0);
  expect(await isEnforced()).toBe(false);
  expect(answers).toHaveLength(2);
});

it('says what was last known while the engine does not answer, and asks again', async () => {
  const clock = manualClock();
  const { runtime } = memoryRuntime({ clock, serviceId: 'sg_test' });
  let isUp = true;
  let asked = 0;
  const asking = {
    ...runtime,
    async info() {
      asked += 1;
      if (!isUp) throw new Error('the engine is gone');
      return { ...(await runtime.info()), diskEnforced: true };
    },
  };
  const isEnforced = diskEnforcement({ runtime: asking, clock });
  expect(await isEnforced()).toBe(true);
  isUp = false;
  await clock.advance(MINUTE_MS);
  expect([await isEnforced(), await isEnforced()]).toEqual([true, true]);
  await clock.advance(0);
  expect(await isEnforced()).toBe(true);
  expect(asked).toBeGreaterThan(2);
});
