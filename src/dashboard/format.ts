const KIB = 1024;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12.4 MiB`. */
export function bytes(count: number): string {
  let amount = count;
  let unit = 0;
  while (amount >= KIB && unit < UNITS.length - 1) {
    amount /= KIB;
    unit += 1;
  }
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`;
}

export function mebibytes(count: number): string {
  return bytes(count * KIB * KIB);
}

/** As on a clock: `4:07`, `1:02:09`, `2 d 3:15:00`. */
export function countdown(spanMs: number): string {
  const left = Math.max(0, spanMs);
  const days = Math.floor(left / DAY);
  const hours = Math.floor((left % DAY) / HOUR);
  const minutes = Math.floor((left % HOUR) / MINUTE);
  const seconds = Math.floor((left % MINUTE) / SECOND);
  const two = (part: number) => String(part).padStart(2, '0');
  const clock = days > 0 || hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  return days > 0 ? `${days} d ${clock}` : clock;
}

/** The same for a narrow place: days come with hours only. */
export function shortCountdown(spanMs: number): string {
  if (spanMs < DAY) return countdown(spanMs);
  return `${Math.floor(spanMs / DAY)} d ${Math.floor((spanMs % DAY) / HOUR)} h`;
}

/** The largest unit only: `3 min`, `2 h`, `5 d`. */
export function roughly(spanMs: number): string {
  if (spanMs < MINUTE) return `${Math.max(0, Math.floor(spanMs / SECOND))} s`;
  if (spanMs < HOUR) return `${Math.floor(spanMs / MINUTE)} min`;
  if (spanMs < DAY) return `${Math.floor(spanMs / HOUR)} h`;
  return `${Math.floor(spanMs / DAY)} d`;
}

/** How long something took: `3.5 ms`, `412 ms`, `2.41 s`, `3 min`. */
export function duration(spanMs: number): string {
  if (spanMs < 10) return `${Math.round(spanMs * 10) / 10} ms`;
  if (spanMs < SECOND) return `${Math.round(spanMs)} ms`;
  if (spanMs < MINUTE) return `${(spanMs / SECOND).toFixed(2)} s`;
  return roughly(spanMs);
}

/** A span of a form or a view, in words: `5 min`, `none`. */
export function seconds(span: number | null): string {
  return span === null ? 'none' : roughly(span * SECOND);
}

const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const clockTime = new Intl.DateTimeFormat(undefined, clock);
const dayAndTime = new Intl.DateTimeFormat(undefined, { ...clock, year: 'numeric', month: 'short', day: 'numeric' });

export function timeOfDay(instant: string | number): string {
  return clockTime.format(new Date(instant));
}

export function fullTime(instant: string | number): string {
  return dayAndTime.format(new Date(instant));
}
