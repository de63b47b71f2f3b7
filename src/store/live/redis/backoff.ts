const FLOOR_MS = 100;
const CEILING_MS = 2_000;

/** How long to wait before retry number `attempt` (1, 2, ...): at random between 100 ms and a bound that doubles up to 2 s. */
export function backoffMs(attempt: number, random: () => number): number {
  const bound = Math.min(CEILING_MS, FLOOR_MS * 2 ** Math.min(attempt, 10));
  return Math.round(FLOOR_MS + random() * (bound - FLOOR_MS));
}
