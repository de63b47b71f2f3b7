import type { Clock } from '../ports/clock.ts';
import type { SlotGroup } from './slot-group.ts';
import type { HotSettings } from './use-window.ts';

export interface HeatDeps {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly hot: Pick<HotSettings, 'uses'>;
  readonly onTierChange: (change: 'promoted' | 'demoted', group: SlotGroup) => void;
}

/** Which groups are hot: those used often of late that have no floor of the configuration. */
export interface Heat {
  use(group: SlotGroup): void;
  cool(group: SlotGroup): void;
  /** Cools those whose window is empty. */
  coolUnused(groups: Iterable<SlotGroup>): void;
}

export function heat({ clock, hot, onTierChange }: HeatDeps): Heat {
  const cool = (group: SlotGroup) => {
    if (!group.isHot) return;
    group.isHot = false;
    onTierChange('demoted', group);
  };
  return {
    use(group) {
      const nowMs = clock.nowMs();
      group.uses.add(nowMs);
      // A floor is kept whatever its use.
      if (group.floor > 0 || group.isHot || group.uses.count(nowMs) < hot.uses) return;
      group.isHot = true;
      onTierChange('promoted', group);
    },
    cool,
    coolUnused(groups) {
      for (const group of groups) if (group.uses.count(clock.nowMs()) === 0) cool(group);
    },
  };
}
