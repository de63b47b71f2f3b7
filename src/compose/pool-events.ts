import type { Log } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { IdleSlot } from '../pool/janitor-policy.ts';
import type { ClaimOutcome, PoolDeps } from '../pool/pool.ts';
import { shortSignature } from '../pool/signature.ts';
import { tierOf } from '../pool/slot-group.ts';
import type { SlotReaperDeps } from '../pool/slot-reaper.ts';
import type { ChangeFeed, PoolChange, PoolHappening } from '../ports/change-feed.ts';

export interface PoolEventDeps {
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'onClaim' | 'onTierChange' | 'onReaped'>;
  readonly feed: Pick<ChangeFeed, 'publish'>;
}

export type PoolEvents = Required<Pick<PoolDeps, 'onClaim' | 'onTierChange' | 'onEvicted'>> &
  Pick<SlotReaperDeps, 'onReaped'>;

const NOTICE_OF: Readonly<Record<ClaimOutcome, PoolHappening>> = {
  hit: 'claimed',
  miss: 'missed',
  discard: 'discarded',
};

/** What happens in the pool: counted, logged once, and told to administrators. Nobody is told the id of a slot. */
export function poolEvents({ log, metrics, feed }: PoolEventDeps): PoolEvents {
  const tell = (notice: PoolHappening, about: PoolChange['about']) =>
    feed.publish({ topic: 'pool', row: null, transition: null, notice, about });
  const short = ({ signature, tier }: Pick<IdleSlot, 'signature' | 'tier'>) => ({
    signature: shortSignature(signature),
    tier,
  });
  return {
    onClaim(outcome, { signature, tier, durationMs: exactMs }) {
      metrics.onClaim(outcome);
      const durationMs = Math.round(exactMs * 100) / 100;
      const about = { signature: signature === null ? null : shortSignature(signature), tier, durationMs };
      log.info({ event: 'pool.claim', outcome, ...about }, 'a start asked the pool');
      tell(NOTICE_OF[outcome], about);
    },
    onTierChange(change, group) {
      metrics.onTierChange(change);
      const about = { signature: shortSignature(group.signature), tier: tierOf(group) };
      const words = change === 'promoted' ? 'used often: slots are kept for it' : 'not used any more: no slots kept';
      log.info({ event: `pool.${change}`, ...about, image: group.make.image }, words);
      tell(change, about);
    },
    onReaped(slot, why) {
      metrics.onReaped(slot.tier, why);
      tell('reaped', { ...short(slot), why });
    },
    onEvicted: (slot) => tell('evicted', { ...short(slot), why: 'room' }),
  };
}
