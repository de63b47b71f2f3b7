/** Milliseconds of the machine's clock with fractions: what a program inside a sandbox reads at the same moment. */
export type WallClock = () => number;

/** Bound to the clock when its milliseconds change; good for some minutes. */
export function wallClock(): WallClock {
  const beforeMs = Date.now();
  let nowMs = Date.now();
  while (nowMs === beforeMs) nowMs = Date.now();
  const originMs = nowMs - performance.now();
  return () => originMs + performance.now();
}

/** What bash's $EPOCHREALTIME printed, in milliseconds. */
export function epochMs(printed: string): number {
  const text = /^(\d+[.,]\d{6})$/.exec(printed.trim())?.[1];
  if (text === undefined) throw new Error(`no time was printed: ${printed.slice(0, 100)}`);
  return Number(text.replace(',', '.')) * 1_000;
}
