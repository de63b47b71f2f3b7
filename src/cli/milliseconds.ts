/** A time in milliseconds as a number that is read at a glance, without its unit: `4.2`, `117`, `1053`. */
export function milliseconds(ms: number): string {
  return ms >= 100 ? String(Math.round(ms)) : ms.toFixed(1);
}
