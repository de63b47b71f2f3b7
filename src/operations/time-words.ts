const SECOND_MS = 1000;
const UNITS = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
] as const;

/** A span in its two largest units, `2 s`, `4 min 10 s`, `3 d 2 h`; whole seconds, rounded; a negative one is `0 s`. */
export function spanWords(ms: number): string {
  let left = Math.max(0, Math.round(ms / SECOND_MS));
  const words: string[] = [];
  for (const { name, seconds } of UNITS) {
    const amount = Math.floor(left / seconds);
    if (amount > 0) words.push(`${amount} ${name}`);
    left -= amount * seconds;
    if (words.length === 2 || (words.length === 1 && amount === 0)) break;
  }
  return words.join(' ') || '0 s';
}

/** The time of day of an instant, with its date where that is not today. UTC. */
export function clockWords(atMs: number, nowMs: number): string {
  const [date, time] = dateAndTime(atMs);
  return date === dateAndTime(nowMs)[0] ? `${time} UTC` : `${date} ${time} UTC`;
}

function dateAndTime(atMs: number): readonly [string, string] {
  const text = new Date(atMs).toISOString();
  return [text.slice(0, 10), text.slice(11, 19)];
}
