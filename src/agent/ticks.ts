/** Time as the sandbox has lived it. All deadlines inside are counted with it. */
export interface Ticks {
  /** Milliseconds lived so far. */
  nowMs(): number;
  /** Calls back once, `ms` later; the returned function cancels it. Precise to a tick. */
  after(ms: number, callback: () => void): () => void;
}

const TICK_MS = 500;
/** CLOCK_MONOTONIC runs on in a frozen container: a longer gap than this was a pause, and counts as one tick. */
const LONGEST_GAP_MS = 2_000;

interface Alarm {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Ticks only while somebody waits, so that an idle sandbox does not wake up twice a second. */
export function startTicks(monotonicMs: () => number = () => performance.now()): Ticks {
  const alarms = new Set<Alarm>();
  let livedMs = 0;
  let seenMs = monotonicMs();
  let timer: NodeJS.Timeout | undefined;

  const look = () => {
    const nowMs = monotonicMs();
    const gapMs = nowMs - seenMs;
    // Without a timer nothing was seen for long by design: then the whole gap was lived, or nobody can tell.
    livedMs += timer !== undefined && gapMs > LONGEST_GAP_MS ? TICK_MS : gapMs;
    seenMs = nowMs;
  };
  const ring = () => {
    look();
    for (const alarm of [...alarms].filter(({ atMs }) => atMs <= livedMs)) {
      alarms.delete(alarm);
      alarm.callback();
    }
    schedule();
  };
  const schedule = () => {
    clearTimeout(timer);
    timer = undefined;
    if (alarms.size === 0) return;
    const nextMs = Math.min(...[...alarms].map(({ atMs }) => atMs)) - livedMs;
    timer = setTimeout(ring, Math.max(1, Math.min(TICK_MS, nextMs)));
  };
  return {
    nowMs() {
      look();
      return livedMs;
    },
    after(ms, callback) {
      look();
      const alarm = { atMs: livedMs + ms, callback };
      alarms.add(alarm);
      schedule();
      return () => {
        if (alarms.delete(alarm)) schedule();
      };
    },
  };
}
