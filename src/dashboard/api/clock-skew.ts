import { signal } from '@preact/signals';

/** The service's clock less this machine's, in milliseconds; 0 while they agree within a few seconds. */
export const clockSkewMs = signal(0);

/** `Date` has whole seconds, and an answer takes its time. */
const SKEW_WORTH_MS = 3_000;

/** Takes the service's clock from an answer of it. */
export function noteClock({ headers }: Response): void {
  const date = headers.get('date');
  const skewMs = date === null ? 0 : Date.parse(date) - Date.now();
  clockSkewMs.value = Math.abs(skewMs) > SKEW_WORTH_MS ? skewMs : 0;
}
