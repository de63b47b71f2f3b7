import { describe, expect, it } from 'vitest';
import { newSlot } from '../../../src/domain/new-sandbox.ts';
import type { Sandbox } from '../../../src/domain/sandbox.ts';
import type { SlotGroup } from '../../../src/pool/slot-group.ts';
import { slotTable } from '../../../src/pool/slot-table.ts';
import { hotDefaults } from '../../../src/pool/use-window.ts';
import { startOf } from './pool-room.ts';

function setUp() {
  const world = { digest: 'sha256:a' as string | undefined, agentVersion: 'agent-1' as string | null };
  const digestOf = () => world.digest;
  const table = slotTable({ hot: hotDefaults, digestOf, agentVersion: () => world.agentVersion });
  const groupFor = (...wish: Parameters<typeof startOf>): SlotGroup => {
    const group = table.groupFor(startOf(...wish));
    if (group === undefined) throw new Error('no group');
    return group;
  };
  return { world, table, groupFor };
}

/** A row as a start that has ended leaves it. */
function warm(id: string, change: Partial<Sandbox> = {}): Sandbox {
  const made = { imageDigest: 'sha256:a', agentVersion: 'agent-1', createdAtMs: 5 };
  return { ...newSlot({ id, engine: 'memory', atMs: 5 }, startOf()), state: 'warm', ...made, ...change };
}
const ids = ({ ready }: SlotGroup) => ready.map(({ id }) => id);

describe('the table of slots', () => {
  it('knows no group of an image whose content is not known, and makes one once it is', () => {
    const { table, world } = setUp();
    world.digest = undefined;
    expect(table.groupFor(startOf())).toBeUndefined();
    world.digest = 'sha256:a';
    expect(table.groupFor(startOf())).toBe(table.groupFor(startOf({ env: { A: '1' } })));
    expect(table.groups.size).toBe(1);
  });

  it('gives one group to two names of one content', () => {
    const { groupFor } = setUp();
    expect(groupFor({ image: 'one' })).toBe(groupFor({ image: 'two' }));
  });

  it('hands out those that have been ready longest first, and each once', () => {
    const { table, groupFor } = setUp();
    const group = groupFor();
    for (const id of ['a', 'b', 'c']) expect(table.adopt(warm(id), 10)).toBe(true);
    expect([table.pop(group)?.id, table.pop(group)?.id, table.pop(group)?.id, table.pop(group)]).toEqual([
      'a',
      'b',
      'c',
      undefined,
    ]);
  });

  it('puts one back in front of all others', () => {
    const { table, groupFor } = setUp();
    const group = groupFor();
    for (const id of ['a', 'b']) table.adopt(warm(id), 10);
    const first = table.pop(group);
    if (first !== undefined) table.putBack(first, group);
    expect(ids(group)).toEqual(['a', 'b']);
  });

  it('takes no slot in twice', () => {
    const { table, groupFor } = setUp();
    const group = groupFor();
    table.begin('a', group);
    table.adopt(warm('a'), 10);
    table.adopt(warm('a'), 20);
    expect([ids(group), group.starting.size]).toEqual([['a'], 0]);
  });

  it.each([
    ['another image', { imageDigest: 'sha256:b' }],
    ['an agent of before', { agentVersion: 'agent-0' }],
    ['another network', { internet: false }],
    ['another runtime', { runtime: 'runsc' }],
    ['no image that is known', { imageDigest: null }],
    ['a spec that cannot be read', { spec: 'no' }],
  ])('refuses a row of %s', (_, change) => {
    const { table, groupFor } = setUp();
    const group = groupFor();
    expect(table.adopt(warm('a', change), 10)).toBe(false);
    expect([ids(group), table.groupOf('a')]).toEqual([[], undefined]);
  });

  it('counts a start of the process before among those on their way, by what it will become', () => {
    const { table, groupFor } = setUp();
    const group = groupFor();
    const warming = warm('a', { state: 'warming', imageDigest: null, agentVersion: null });
    expect(table.expect(warming)).toBe(true);
    expect([[...group.starting], table.groupOf('a')]).toEqual([['a'], group]);
    expect(table.expect(warm('b', { state: 'warming', internet: false }))).toBe(false);
    table.adopt(warm('a'), 10);
    expect([[...group.starting], ids(group)]).toEqual([[], ['a']]);
  });

  it('forgets one wherever it is, and one it never had', () => {
    const { table, groupFor } = setUp();
    const group = groupFor();
    table.begin('a', group);
    table.adopt(warm('b'), 10);
    for (const id of ['a', 'b', 'never']) table.forget(id);
    expect([group.starting.size, ids(group), table.groupOf('a'), table.groupOf('b')]).toEqual([
      0,
      [],
      undefined,
      undefined,
    ]);
  });

  it('makes new groups once the image or the agent has changed, and keeps those that were', () => {
    const { table, groupFor, world } = setUp();
    const before = groupFor();
    table.adopt(warm('a'), 10);
    world.digest = 'sha256:b';
    expect(groupFor()).toBe(before);
    table.reread();
    const after = groupFor();
    expect([after === before, ids(before), ids(after)]).toEqual([false, ['a'], []]);
    world.agentVersion = 'agent-2';
    table.reread();
    expect(groupFor()).not.toBe(after);
  });

  it('calls those cold that are beyond the target, the oldest of them', () => {
    const { table, groupFor } = setUp();
    groupFor().floor = 1;
    for (const id of ['a', 'b', 'c']) table.adopt(warm(id), 10);
    expect(table.idle().map(({ id, tier }) => `${id} ${tier}`)).toEqual(['a cold', 'b cold', 'c permanent']);
  });

  it('tells of each idle one what the janitor asks for', () => {
    const { table, groupFor } = setUp();
    const { signature } = groupFor();
    table.adopt(warm('a'), 10);
    expect(table.idle()).toEqual([{ id: 'a', signature, tier: 'cold', readySinceMs: 10, createdAtMs: 5 }]);
  });
});
