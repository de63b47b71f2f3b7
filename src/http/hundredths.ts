/** Milliseconds as they are shown. */
export function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
