import { expect, it } from 'vitest';
import { transitionTo } from '../../../src/domain/decide.ts';
import { memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { runningRow } from '../../support/rows.ts';
import { shiftingClock } from '../../support/shifting-clock.ts';

const COUNT = 5_000;
const BOUND_MS = 20_000;

it('16: of 5,000 with 2,500 due exactly the due ones move, oldest first, in bounded time, past one that fails', async () => {
  const clock = shiftingClock();
  const system = await memoryLifecycle({ clock });
  const { store, lifecycle } = system;
  try {
    const nowMs = clock.nowMs();
    const due: string[] = [];
    // 7919 is prime to the count: every place once, out of order.
    for (let place = 0; place < COUNT; place += 1) {
      const rank = (place * 7919) % COUNT;
      const id = `s${String(rank).padStart(4, '0')}`;
      const isDue = rank % 2 === 0;
      const stopAtMs = isDue ? nowMs - COUNT + rank : nowMs + 3_600_000 + rank;
      if (isDue) due.push(id);
      const row = runningRow({ id, stopAtMs, version: 1, historyNumber: 1, address: null });
      const transition = transitionTo(row, null, 'START_REQUESTED', { atMs: nowMs, actor: 'key_1' });
      await store.create({ row, transition, idempotency: null, quota: null });
    }
    due.sort();
    const broken = due[700];
    const { find } = store;
    const failing: { find: typeof find } = store;
    failing.find = (id) => (id === broken ? Promise.reject(new Error('disk on fire')) : find(id));
    const begunMs = performance.now();
    const [report] = await lifecycle.scanDeadlines(['stopAt']);
    const tookMs = performance.now() - begunMs;
    failing.find = find;
    expect(report?.moved).toEqual(due.filter((id) => id !== broken));
    expect(report?.failed).toEqual([{ id: broken, message: 'disk on fire' }]);
    expect(tookMs).toBeLessThan(BOUND_MS);
    expect((await lifecycle.scanDeadlines(['stopAt']))[0]?.moved).toEqual([broken]);
    expect((await store.countByState()).running).toBe(COUNT / 2);
  } finally {
    await system.close();
  }
}, 60_000);
