import { InvalidArgumentError } from 'commander';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `12h`, `30d` or an ISO date as epoch milliseconds. Throws what commander turns into a usage error. */
export function expiryMs(text: string, nowMs: number): number {
  const span = /^(\d{1,6})([mhd])$/.exec(text);
  const atMs = span === null ? dateMs(text) : nowMs + Number(span[1]) * UNIT_MS[unitOf(span[2])];
  if (atMs !== undefined && atMs > nowMs) return atMs;
  throw new InvalidArgumentError('It is a span such as 12h or 30d, or a date to come such as 2027-01-31.');
}

function unitOf(letter: string | undefined): keyof typeof UNIT_MS {
  return letter === 'm' || letter === 'h' ? letter : 'd';
}

function dateMs(text: string): number | undefined {
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}
