import type { MemoryLifecycle } from './memory-lifecycle.ts';

/** Ids of the slots that the rows tell of, and of those that the pool would serve, sorted: they should be the same. */
export async function slotsOf({ pool, store }: Pick<MemoryLifecycle, 'pool' | 'store'>) {
  const rows = (await store.inStates(['warm'], null, 5_000)).map(({ id }) => id).sort();
  const served = pool.idle().map(({ id }) => id);
  return { rows, served: served.sort() };
}
