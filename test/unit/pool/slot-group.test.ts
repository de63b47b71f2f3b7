import { describe, expect, it } from 'vitest';
import {
  missingIn,
  rememberClaim,
  rememberFailure,
  slotGroup,
  targetOf,
  tierOf,
} from '../../../src/pool/slot-group.ts';
import { hotDefaults } from '../../../src/pool/use-window.ts';
import { startOf } from './pool-room.ts';

const hot = { ...hotDefaults, floor: 2 };
const group = (change: Partial<ReturnType<typeof slotGroup>> = {}) => ({
  ...slotGroup('s', startOf(), hot),
  ...change,
});
const slot = { id: 'a', readySinceMs: 0, createdAtMs: 0 };

describe('the slots of one signature', () => {
  it('are made with nothing of what one claim asked for', () => {
    const asked = { env: { SECRET: '1' }, labels: { a: 'b' }, user: 'root', workdir: '/tmp', command: ['sleep', '1'] };
    const { make } = slotGroup('s', startOf(asked), hot);
    expect(make.labels).toEqual({});
    expect(make.spec).toMatchObject({ env: {}, user: null, workdir: null, command: null });
    expect(JSON.stringify(make)).not.toContain('SECRET');
  });

  it('are of the tier that keeps them longest', () => {
    expect(tierOf(group())).toBe('cold');
    expect(tierOf(group({ isHot: true }))).toBe('hot');
    expect(tierOf(group({ floor: 1 }))).toBe('permanent');
    expect(tierOf(group({ floor: 1, isHot: true }))).toBe('permanent');
  });

  it('are to be as many as the larger of both floors', () => {
    expect(targetOf(group(), hot)).toBe(0);
    expect(targetOf(group({ isHot: true }), hot)).toBe(2);
    expect(targetOf(group({ isHot: true, floor: 1 }), hot)).toBe(2);
    expect(targetOf(group({ isHot: true, floor: 5 }), hot)).toBe(5);
  });

  it('lack what is neither ready nor on its way', () => {
    expect(missingIn(group({ floor: 5, ready: [slot], starting: new Set(['b', 'c']) }), hot)).toBe(2);
    expect(missingIn(group({ ready: [slot] }), hot)).toBe(-1);
  });

  it('that could not be started are tried again after 1, 2, 4 and so on up to 60 seconds', () => {
    const failing = group();
    const waits = Array.from({ length: 9 }, () => {
      rememberFailure(failing, 1_000);
      return failing.notBeforeMs - 1_000;
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('tell of their last 200 claims', () => {
    const busy = group();
    for (let ms = 0; ms < 250; ms += 1) rememberClaim(busy, ms);
    expect([busy.claimMs.length, busy.claimMs[0], busy.claimMs.at(-1)]).toEqual([200, 50, 249]);
  });
});
