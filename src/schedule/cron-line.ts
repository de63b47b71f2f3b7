/**
 * A cron line that runs at least every `everySeconds` (1 to 86,400): spans that do not fit a cron field are rounded down
 * to minutes or hours, so that nothing is ever looked at later than asked.
 */
export function cronLine(everySeconds: number): string {
  if (everySeconds < 60) return `*/${everySeconds} * * * * *`;
  const minutes = Math.floor(everySeconds / 60);
  if (minutes < 60) return `0 */${minutes} * * * *`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `0 0 */${hours} * * *` : '0 0 0 * * *';
}
