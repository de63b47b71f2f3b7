/** Something that the process left behind holds its output open: its end is told after so much silence. */
const QUIET_MS = 500;
/** And after so much talk. */
const LONGEST_TAIL_MS = 2_000;

export interface Tail {
  /** Something came, or the hold has changed. */
  touch(): void;
  /** The process has ended: from now on its silence counts, and `over` is called once. Calling it twice is fine. */
  begin(over: () => void): void;
  stop(): void;
}

/**
 * Tells when the output of a process that has ended is over, where no end of file says so. Never while it is held: the
 * process waits for its readers then, however silent it is.
 */
export function watchTail(isHeld: () => boolean): Tail {
  let touchedMs = 0;
  let tailMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    clearTimeout(timer);
  };
  const look = (over: () => void) => {
    if (isStopped) return;
    if (!isHeld()) tailMs += QUIET_MS;
    const isQuiet = performance.now() - touchedMs >= QUIET_MS;
    if (isHeld() || (!isQuiet && tailMs < LONGEST_TAIL_MS)) return wait(over);
    stop();
    over();
  };
  // A loop that was busy runs its timers before it reads what came meanwhile, and an immediate after it.
  const wait = (over: () => void) => {
    timer = setTimeout(() => setImmediate(look, over), QUIET_MS);
  };
  return {
    touch() {
      touchedMs = performance.now();
    },
    begin(over) {
      if (timer === undefined && !isStopped) wait(over);
    },
    stop,
  };
}
