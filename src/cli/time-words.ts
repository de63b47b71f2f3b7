const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
] as const;

/** How long that is, in its largest unit: `40s`, `3m`, `2h`, `9d`. */
export function spanWords(seconds: number): string {
  const size = Math.max(0, seconds);
  const [unit, length] = UNITS.find(([, least]) => size >= least) ?? ['s', 1];
  return `${Math.floor(size / length)}${unit}`;
}

export function agoWords(at: string, nowMs: number): string {
  return `${spanWords((nowMs - Date.parse(at)) / 1_000)} ago`;
}

export function inWords(at: string, nowMs: number): string {
  return `in ${spanWords((Date.parse(at) - nowMs) / 1_000)}`;
}
