/** When a signature was used of late, and whether that makes it hot. */
export interface UseWindow {
  add(nowMs: number): void;
  /** Uses within the window. */
  count(nowMs: number): number;
}

export interface HotSettings {
  readonly windowMs: number;
  /** So many uses within the window make a signature hot. */
  readonly uses: number;
  /** Slots kept for a hot signature. */
  readonly floor: number;
}

export const hotDefaults: HotSettings = { windowMs: 600_000, uses: 3, floor: 1 };

/** Remembers no more instants than it takes to be hot. */
export function useWindow({ windowMs, uses }: Pick<HotSettings, 'windowMs' | 'uses'>): UseWindow {
  let instants: number[] = [];
  return {
    add(nowMs) {
      instants.push(nowMs);
      if (instants.length > uses) instants = instants.slice(-uses);
    },
    count(nowMs) {
      instants = instants.filter((atMs) => nowMs - atMs < windowMs);
      return instants.length;
    },
  };
}
