import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxInfo, sandboxInfoFields } from '../../src/domain/sandbox-info.ts';
import type { LiveStore } from '../../src/ports/live-store.ts';
import { fieldsOfTheRowAlone, sandboxInfo } from '../support/live-store/sandbox-info.ts';

/** What every live store promises. `open` gives an empty one for each test; it is closed afterwards. */
export function liveStoreSuite(name: string, open: () => Promise<LiveStore>): void {
  describe(name, () => {
    let store: LiveStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const stores = { store: () => store };
    describe('seed', () => seedPromises(stores));
    describe('patch', () => patchPromises(stores));
    describe('touch', () => touchPromises(stores));
    describe('evict', () => evictPromises(stores));
    describe('ids', () => idsPromises(stores));
    describe('the whole store', () => storePromises(stores));
  });
}

interface Stores {
  store(): LiveStore;
}

function seedPromises({ store }: Stores): void {
  it('gives back every field as it was seeded', async () => {
    expect(await store().seed(sandboxInfo())).toBe(true);
    expect(await store().get('sandbox1')).toEqual(sandboxInfo());
  });

  it('keeps nulls, empty texts, fractions and labels of any script', async () => {
    const labels = { 'sprache/Größe': '大 🏖️ "quoted"\n\t\\', '': '', constructor: 'x', ключ: 'значение' };
    const info = sandboxInfo({
      labels,
      tenant: null,
      address: '',
      stopAtMs: null,
      lastActivityAtMs: null,
      createdAtMs: 1.5,
    });
    await store().seed(info);
    expect(await store().get('sandbox1')).toEqual(info);
  });

  it('answers undefined for an id that was never seeded', async () => {
    expect(await store().get('sandbox1')).toBeUndefined();
  });

  it('replaces an entry of its own incarnation whole', async () => {
    await store().seed(sandboxInfo());
    const next = sandboxInfo({ state: 'paused', address: null, labels: {} });
    expect(await store().seed(next)).toBe(true);
    expect(await store().get('sandbox1')).toEqual(next);
  });

  it.each([
    { first: 9, second: 10, winner: 10 },
    { first: 10, second: 9, winner: 10 },
    { first: 2, second: 2, winner: 2 },
  ])('incarnation $second after $first leaves $winner', async ({ first, second, winner }) => {
    await store().seed(sandboxInfo({ incarnation: first }));
    expect(await store().seed(sandboxInfo({ incarnation: second }))).toBe(second >= first);
    expect((await store().get('sandbox1'))?.incarnation).toBe(winner);
  });

  it('leaves the highest incarnation whole when many seed at once in any order', async () => {
    const runs = [7, 12, 3, 9, 1, 10, 2, 11, 8, 100, 20, 4];
    await Promise.all(runs.map((run) => store().seed(sandboxInfo({ incarnation: run, address: `10.0.0.${run}` }))));
    expect(await store().get('sandbox1')).toEqual(sandboxInfo({ incarnation: 100, address: '10.0.0.100' }));
  });

  it('keeps the fields of the schema and nothing else', async () => {
    await store().seed({ ...sandboxInfo(), ...fieldsOfTheRowAlone });
    const held = await store().get('sandbox1');
    expect(Object.keys(held ?? {}).sort()).toEqual([...sandboxInfoFields].sort());
  });

  it('refuses an entry without a field that every sandbox has, and writes nothing', async () => {
    const { image: _image, ...broken } = sandboxInfo();
    // What a caller with an unchecked row would hand over: the type says it is whole.
    await expect(store().seed(broken as SandboxInfo)).rejects.toThrow();
    expect(await store().get('sandbox1')).toBeUndefined();
  });

  it('is not changed by what the caller does with the object later', async () => {
    const info = sandboxInfo();
    await store().seed(info);
    info.labels['late'] = 'change';
    const held = await store().get('sandbox1');
    if (held !== undefined) held.labels['later'] = 'change';
    expect(await store().get('sandbox1')).toEqual(sandboxInfo());
  });
}

function patchPromises({ store }: Stores): void {
  it('changes the given fields and keeps the others', async () => {
    await store().seed(sandboxInfo());
    expect(await store().patch('sandbox1', 1, { state: 'paused', stopAtMs: null, labels: { a: 'b' } })).toBe(true);
    expect(await store().get('sandbox1')).toEqual(sandboxInfo({ state: 'paused', stopAtMs: null, labels: { a: 'b' } }));
  });

  it('gives a field that was null its value', async () => {
    await store().seed(sandboxInfo({ address: null }));
    expect(await store().patch('sandbox1', 1, { address: '10.0.0.9' })).toBe(true);
    expect((await store().get('sandbox1'))?.address).toBe('10.0.0.9');
  });

  it('makes no entry where there is none', async () => {
    expect(await store().patch('sandbox1', 1, { state: 'paused' })).toBe(false);
    expect(await store().get('sandbox1')).toBeUndefined();
  });

  it.each([1, 3, 20])('leaves an entry of incarnation 2 alone when asked for %i', async (incarnation) => {
    await store().seed(sandboxInfo({ incarnation: 2 }));
    expect(await store().patch('sandbox1', incarnation, { state: 'paused' })).toBe(false);
    expect(await store().get('sandbox1')).toEqual(sandboxInfo({ incarnation: 2 }));
  });

  it('drops what is not of the schema, of another type, undefined, or says whose entry it is', async () => {
    await store().seed(sandboxInfo());
    const careless = { ...fieldsOfTheRowAlone, id: 'other', incarnation: 9, idleSeconds: 'soon', address: undefined };
    // What unchecked input looks like at run time; its type would not let it in.
    const change = { ...careless, state: 'paused' } as unknown as Partial<SandboxInfo>;
    expect(await store().patch('sandbox1', 1, change)).toBe(true);
    expect(await store().get('sandbox1')).toEqual(sandboxInfo({ state: 'paused' }));
  });

  it('has nothing to write when nothing of a change is kept', async () => {
    await store().seed(sandboxInfo());
    expect(await store().patch('sandbox1', 1, {})).toBe(false);
    expect(await store().get('sandbox1')).toEqual(sandboxInfo());
  });
}

function touchPromises({ store }: Stores): void {
  it.each([
    { held: 1_000, atMs: 1_001, left: 1_001 },
    { held: 1_000, atMs: 1_000, left: 1_000 },
    { held: 1_000, atMs: 999, left: 1_000 },
    { held: 999, atMs: 1_000, left: 1_000 },
    { held: null, atMs: 5, left: 5 },
    { held: 1_000, atMs: Number.NaN, left: 1_000 },
  ])('moves $held to $left at $atMs', async ({ held, atMs, left }) => {
    await store().seed(sandboxInfo({ lastActivityAtMs: held }));
    expect(await store().touch('sandbox1', 1, atMs)).toBe(left !== held);
    expect(await store().get('sandbox1')).toEqual(sandboxInfo({ lastActivityAtMs: left }));
  });

  it('leaves the latest instant when many touch at once', async () => {
    await store().seed(sandboxInfo({ lastActivityAtMs: null }));
    await Promise.all([500, 900, 100, 1_000, 70].map((atMs) => store().touch('sandbox1', 1, atMs)));
    expect((await store().get('sandbox1'))?.lastActivityAtMs).toBe(1_000);
  });

  it('makes no entry where there is none', async () => {
    expect(await store().touch('sandbox1', 1, 5)).toBe(false);
    expect(await store().get('sandbox1')).toBeUndefined();
  });

  it.each([1, 3])('leaves an entry of incarnation 2 alone when asked for %i', async (incarnation) => {
    await store().seed(sandboxInfo({ incarnation: 2, lastActivityAtMs: 1 }));
    expect(await store().touch('sandbox1', incarnation, 5)).toBe(false);
    expect((await store().get('sandbox1'))?.lastActivityAtMs).toBe(1);
  });
}

function evictPromises({ store }: Stores): void {
  it('removes nothing where nothing is', async () => {
    expect(await store().evict('sandbox1', 1)).toBe(false);
  });

  it.each([
    { held: 2, asked: 1, isRemoved: false },
    { held: 10, asked: 9, isRemoved: false },
    { held: 2, asked: 2, isRemoved: true },
    { held: 9, asked: 10, isRemoved: true },
  ])('of incarnation $held up to $asked: removed is $isRemoved', async ({ held, asked, isRemoved }) => {
    await store().seed(sandboxInfo({ incarnation: held }));
    expect(await store().evict('sandbox1', asked)).toBe(isRemoved);
    expect((await store().get('sandbox1')) === undefined).toBe(isRemoved);
  });

  it('removes one entry once', async () => {
    await store().seed(sandboxInfo());
    await store().seed(sandboxInfo({ id: 'other' }));
    const removals = await Promise.all([1, 2, 3].map(() => store().evict('sandbox1', 1)));
    expect(removals.filter(Boolean)).toHaveLength(1);
    expect(await store().get('other')).toEqual(sandboxInfo({ id: 'other' }));
  });
}

function idsPromises({ store }: Stores): void {
  it('has no page when there is no entry', async () => {
    expect(await pagesOf(store())).toEqual([]);
  });

  it('lists each of more than a thousand entries once, in pages', async () => {
    const ids = Array.from({ length: 1_250 }, (_, index) => `sandbox${index}`);
    await Promise.all(ids.map((id) => store().seed(sandboxInfo({ id }))));
    const pages = await pagesOf(store());
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat().sort()).toEqual(ids.sort());
  });

  it('lists an entry until it is evicted', async () => {
    await store().seed(sandboxInfo());
    expect((await pagesOf(store())).flat()).toEqual(['sandbox1']);
    await store().evict('sandbox1', 1);
    expect(await pagesOf(store())).toEqual([]);
  });
}

function storePromises({ store }: Stores): void {
  it('is up once it is open, and says how', () => {
    expect(store().status()).toMatchObject({ isUp: true });
    expect(store().status().detail).not.toBe('');
  });

  it('can be closed twice and answers storage_unavailable from then on', async () => {
    await store().seed(sandboxInfo());
    await store().close();
    await store().close();
    const calls = await Promise.allSettled([
      store().seed(sandboxInfo()),
      store().patch('sandbox1', 1, { state: 'paused' }),
      store().touch('sandbox1', 1, 2_000_000_000_000),
      store().get('sandbox1'),
      store().evict('sandbox1', 1),
      pagesOf(store()),
    ]);
    const refused = { status: 'rejected', reason: { code: 'storage_unavailable' } };
    expect(calls).toMatchObject(calls.map(() => refused));
    expect(store().status().isUp).toBe(false);
  });
}

async function pagesOf(store: LiveStore): Promise<(readonly string[])[]> {
  const pages: (readonly string[])[] = [];
  for await (const page of store.ids()) pages.push(page);
  return pages;
}
