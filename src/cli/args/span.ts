import { InvalidArgumentError } from 'commander';

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const SPAN = /^(\d{1,9}(?:\.\d{1,3})?)([smhd]?)$/;

/** `90`, `90s`, `15m`, `2h` or `3d` in seconds. Throws what commander turns into a usage error, as all of these do. */
export function spanSeconds(text: string): number {
  const [, amount, unit] = SPAN.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * (isUnit(unit) ? UNIT_SECONDS[unit] : 1);
  throw new InvalidArgumentError('It is a span such as 90s, 15m, 2h or 3d.');
}

/** Seconds. Commander keeps no null of a parser. */
export type Span = number | 'none';

export function spanAboveZero(text: string): number {
  const seconds = spanSeconds(text);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('It is a span above zero, such as 90s, 15m, 2h or 3d.');
}

/** The same, above zero, or `none`. */
export function spanOrNone(text: string): Span {
  if (text === 'none') return text;
  const seconds = SPAN.test(text) ? spanSeconds(text) : 0;
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('It is a span such as 90s, 15m, 2h or 3d, or none.');
}

/** null = none, as the service says it. */
export function secondsOf(span: Span): number | null {
  return span === 'none' ? null : span;
}

function isUnit(text: string | undefined): text is keyof typeof UNIT_SECONDS {
  return text !== undefined && Object.hasOwn(UNIT_SECONDS, text);
}
