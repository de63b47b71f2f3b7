import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SandboxInfo } from '../../src/domain/sandbox-info.ts';
import { silentLog } from '../../src/observe/logger.ts';
import type { LiveStore } from '../../src/ports/live-store.ts';
import { memoryLiveStore } from '../../src/store/live/memory/memory-live-store.ts';
import { redisLiveStore } from '../../src/store/live/redis/redis-live-store.ts';
import { type PrivateRedis, privateRedis } from '../support/live-store/private-redis.ts';
import { realClock } from '../support/live-store/real-clock.ts';
import { sandboxInfo } from '../support/live-store/sandbox-info.ts';

let redis: PrivateRedis;
beforeAll(async () => {
  redis = await privateRedis();
});
afterAll(() => redis.cleanUp());

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const instant = fc.nat({ max: 2_000_000_000_000 });
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const id = fc.constantFrom('a', 'b', 'c');
const incarnation = fc.constantFrom(2, 9, 10);

const change: fc.Arbitrary<Partial<SandboxInfo>> = fc.record(
  {
    state: fc.constantFrom('pending', 'running', 'paused'),
    tenant: orNull(text),
    address: orNull(text),
    labels: fc.dictionary(text, text, { maxKeys: 3 }),
    resources: fc.record({
      cpus: fc.constantFrom(0.25, 1, 2),
      memoryMb: fc.nat(),
      diskMb: orNull(fc.nat()),
      pids: fc.nat(),
    }),
    network: fc.record({ internet: fc.boolean() }),
    autoResume: fc.boolean(),
    stopAtMs: orNull(instant),
    lastActivityAtMs: orNull(instant),
  },
  { requiredKeys: [] },
);

type Step = (store: LiveStore) => Promise<unknown>;
const step: fc.Arbitrary<{ readonly said: string; readonly run: Step }> = fc.oneof(
  fc.tuple(id, incarnation, change).map(([id, incarnation, change]) => {
    const info = sandboxInfo({ ...change, id, incarnation });
    return { said: `seed ${JSON.stringify(info)}`, run: (store: LiveStore) => store.seed(info) };
  }),
  fc.tuple(id, incarnation, change).map(([id, incarnation, change]) => ({
    said: `patch ${id} ${incarnation} ${JSON.stringify(change)}`,
    run: (store: LiveStore) => store.patch(id, incarnation, change),
  })),
  fc.tuple(id, incarnation, instant).map(([id, incarnation, atMs]) => ({
    said: `touch ${id} ${incarnation} ${atMs}`,
    run: (store: LiveStore) => store.touch(id, incarnation, atMs),
  })),
  fc.tuple(id, incarnation).map(([id, incarnation]) => ({
    said: `evict ${id} ${incarnation}`,
    run: (store: LiveStore) => store.evict(id, incarnation),
  })),
  id.map((id) => ({ said: `get ${id}`, run: (store: LiveStore) => store.get(id) })),
);

it('memory and Redis answer every sequence of calls alike', async () => {
  const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31);
  console.info(`FAST_CHECK_SEED=${seed}`);
  const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), async (steps) => {
    const memory = memoryLiveStore();
    const inRedis = await redisLiveStore({ url: redis.url, serviceId: randomUUID(), clock: realClock, log: silentLog });
    try {
      for (const { said, run } of steps) expect(await run(inRedis), said).toEqual(await run(memory));
      expect(await contents(inRedis)).toEqual(await contents(memory));
    } finally {
      await inRedis.close();
    }
  });
  await fc.assert(property, { seed, numRuns: 200 });
});

async function contents(store: LiveStore): Promise<Record<string, SandboxInfo | undefined>> {
  const held: Record<string, SandboxInfo | undefined> = {};
  for await (const page of store.ids()) for (const id of page) held[id] = await store.get(id);
  return held;
}
