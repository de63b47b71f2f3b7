import { signal } from '@preact/signals';

export interface RouteCount {
  readonly route: string;
  readonly count: number;
  readonly failed: number;
  readonly totalMs: number;
  readonly longestMs: number;
}

/** What this page asked of the service so far, by route. */
export const routeCounts = signal<ReadonlyMap<string, RouteCount>>(new Map());

/** The service's clock less this machine's, in milliseconds; 0 while they agree within a few seconds. */
export const clockSkewMs = signal(0);

/** `Date` has whole seconds, and an answer takes its time. */
const SKEW_WORTH_MS = 3_000;

/** As fetch; each call is counted once it has its answer, or none. */
export const countedFetch: typeof fetch = async (input, init) => {
  const began = performance.now();
  const route = routeOf(init?.method ?? 'GET', String(input));
  try {
    const response = await fetch(input, init);
    count(route, response.ok, performance.now() - began);
    noteClock(response.headers.get('date'));
    return response;
  } catch (error) {
    // The page itself ended it: nothing failed.
    if (init?.signal?.aborted !== true) count(route, false, performance.now() - began);
    throw error;
  }
};

function count(route: string, isOk: boolean, durationMs: number): void {
  const known = routeCounts.peek();
  const before = known.get(route) ?? { route, count: 0, failed: 0, totalMs: 0, longestMs: 0 };
  routeCounts.value = new Map(known).set(route, {
    route,
    count: before.count + 1,
    failed: before.failed + (isOk ? 0 : 1),
    totalMs: before.totalMs + durationMs,
    longestMs: Math.max(before.longestMs, durationMs),
  });
}

/** `GET /v1/sandboxes/{id}/metrics`. */
export function routeOf(method: string, url: string): string {
  const path = new URL(url, 'http://here').pathname;
  return `${method} ${path.replace(/^(\/v1\/sandboxes\/)[^/]+/, '$1{id}')}`;
}

function noteClock(date: string | null): void {
  const skewMs = date === null ? 0 : Date.parse(date) - Date.now();
  clockSkewMs.value = Math.abs(skewMs) > SKEW_WORTH_MS ? skewMs : 0;
}
