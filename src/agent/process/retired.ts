/** Things that are over and can still be asked for, for a while: the newest, within bounds. */
export interface Retired<T> {
  add(thing: T): void;
  /** The newest that fits. */
  find(isWanted: (thing: T) => boolean): T | undefined;
  all(): readonly T[];
}

export interface RetiredBounds<T> {
  readonly keptMs: number;
  readonly bytesOf: (thing: T) => number;
  /** Told of each that is kept no longer. */
  readonly forgotten?: (thing: T) => void;
}

const MOST = 1_000;
const MOST_BYTES = 32 * 1024 * 1024;

/** Waits with a timer only while it keeps something. */
export function retired<T>({ keptMs, bytesOf, forgotten }: RetiredBounds<T>): Retired<T> {
  const kept: { readonly thing: T; readonly untilMs: number; readonly bytes: number }[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;

  const forget = () => {
    timer = undefined;
    const nowMs = performance.now();
    for (let oldest = kept[0]; oldest !== undefined; oldest = kept[0]) {
      const isDue = oldest.untilMs <= nowMs || kept.length > MOST || bytes > MOST_BYTES;
      if (!isDue) break;
      kept.shift();
      bytes -= oldest.bytes;
      forgotten?.(oldest.thing);
    }
    const next = kept[0];
    if (next !== undefined) timer = setTimeout(forget, Math.max(1, next.untilMs - nowMs)).unref();
  };
  return {
    add(thing) {
      const size = bytesOf(thing);
      kept.push({ thing, untilMs: performance.now() + keptMs, bytes: size });
      bytes += size;
      const isFull = kept.length > MOST || bytes > MOST_BYTES;
      if (isFull || timer === undefined) {
        clearTimeout(timer);
        forget();
      }
    },
    find: (isWanted) => kept.findLast(({ thing }) => isWanted(thing))?.thing,
    all: () => kept.map(({ thing }) => thing),
  };
}
