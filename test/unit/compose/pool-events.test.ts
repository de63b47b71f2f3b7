import { beforeEach, describe, expect, it } from 'vitest';
import { type PoolEvents, poolEvents } from '../../../src/compose/pool-events.ts';
import { slotGroup } from '../../../src/pool/slot-group.ts';
import { hotDefaults } from '../../../src/pool/use-window.ts';
import type { Change, ServiceChange } from '../../../src/ports/change-feed.ts';
import { type RecordingLog, recordingLog } from '../../support/live-store/recording-log.ts';
import { startOf } from '../pool/pool-room.ts';

const SIGNATURE = `12345678${'f'.repeat(56)}`;
const SHORT = { signature: '12345678', tier: 'hot' };
const slot = { id: 'theslot', signature: SIGNATURE, tier: 'hot', readySinceMs: 0, createdAtMs: 0 } as const;

let log: RecordingLog;
let published: (Change | ServiceChange)[];
let counted: (readonly string[])[];
let events: PoolEvents;

beforeEach(() => {
  log = recordingLog();
  published = [];
  counted = [];
  const count =
    (what: string) =>
    (...labels: string[]) => {
      counted.push([what, ...labels]);
    };
  events = poolEvents({
    log,
    feed: { publish: (change) => void published.push(change) },
    metrics: { onClaim: count('claim'), onTierChange: count('tier'), onReaped: count('reaped') },
  });
});

const notices = () =>
  published.map((change) => (change.row === null ? [change.notice, change.about] : ['a row', change.row.id]));

describe('what happens in the pool', () => {
  it('is counted, logged once and told: a hit, a miss, a discard', () => {
    events.onClaim('hit', { signature: SIGNATURE, tier: 'hot', durationMs: 7.1234 });
    events.onClaim('miss', { signature: null, tier: 'cold', durationMs: 0 });
    events.onClaim('discard', { signature: SIGNATURE, tier: 'hot', durationMs: 500 });
    expect(counted).toEqual([
      ['claim', 'hit'],
      ['claim', 'miss'],
      ['claim', 'discard'],
    ]);
    expect(log.events('info')).toEqual(['pool.claim', 'pool.claim', 'pool.claim']);
    expect(notices()).toEqual([
      ['claimed', { ...SHORT, durationMs: 7.12 }],
      ['missed', { signature: null, tier: 'cold', durationMs: 0 }],
      ['discarded', { ...SHORT, durationMs: 500 }],
    ]);
  });

  it('is told of tiers, with one line each', () => {
    const group = slotGroup(SIGNATURE, startOf(), hotDefaults);
    group.isHot = true;
    events.onTierChange('promoted', group);
    group.isHot = false;
    events.onTierChange('demoted', group);
    expect(counted).toEqual([
      ['tier', 'promoted'],
      ['tier', 'demoted'],
    ]);
    expect(log.events('info')).toEqual(['pool.promoted', 'pool.demoted']);
    expect(notices()).toEqual([
      ['promoted', SHORT],
      ['demoted', { ...SHORT, tier: 'cold' }],
    ]);
  });

  it('is told of closed slots with the reason and without their ids', () => {
    events.onReaped(slot, 'idle');
    events.onEvicted(slot);
    expect(counted).toEqual([['reaped', 'hot', 'idle']]);
    expect(notices()).toEqual([
      ['reaped', { ...SHORT, why: 'idle' }],
      ['evicted', { ...SHORT, why: 'room' }],
    ]);
    expect(JSON.stringify(published)).not.toContain('theslot');
  });
});
