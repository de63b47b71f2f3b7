/** How often one route was asked, and how it answered. */
export interface RouteCount {
  readonly method: string;
  /** The path with its parameters by name. */
  readonly route: string;
  readonly count: number;
  /** Answered with 400 to 499. */
  readonly refused: number;
  /** Answered with 500 or more. */
  readonly failed: number;
  readonly totalMs: number;
  readonly longestMs: number;
}

export interface RequestCounts {
  /** Called once an answer is there; `tenant` is null where nobody showed a valid key. */
  note(request: CountedRequest): void;
  /** Of one tenant, or of everybody with those that showed no key (null); the most asked first. */
  of(tenant: string | null): readonly RouteCount[];
}

export interface CountedRequest {
  readonly tenant: string | null;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Since the process began, by tenant: there are as many as have keys. */
export function requestCounts(): RequestCounts {
  const byTenant = new Map<string | null, Map<string, Mutable<RouteCount>>>();
  return {
    note({ tenant, method, route, status, durationMs }) {
      const routes = byTenant.get(tenant) ?? new Map<string, Mutable<RouteCount>>();
      byTenant.set(tenant, routes);
      const known = countIn(routes, method, route);
      known.count += 1;
      if (status >= 500) known.failed += 1;
      else if (status >= 400) known.refused += 1;
      known.totalMs += durationMs;
      known.longestMs = Math.max(known.longestMs, durationMs);
    },
    of(tenant) {
      const sums = new Map<string, Mutable<RouteCount>>();
      for (const [owner, routes] of byTenant) {
        if (tenant === null || owner === tenant) for (const one of routes.values()) add(sums, one);
      }
      return [...sums.values()].sort((one, other) => other.count - one.count);
    },
  };
}

function countIn(routes: Map<string, Mutable<RouteCount>>, method: string, route: string): Mutable<RouteCount> {
  const key = `${method} ${route}`;
  const known = routes.get(key);
  if (known !== undefined) return known;
  const none = { method, route, count: 0, refused: 0, failed: 0, totalMs: 0, longestMs: 0 };
  routes.set(key, none);
  return none;
}

function add(sums: Map<string, Mutable<RouteCount>>, one: RouteCount): void {
  const sum = countIn(sums, one.method, one.route);
  sum.count += one.count;
  sum.refused += one.refused;
  sum.failed += one.failed;
  sum.totalMs += one.totalMs;
  sum.longestMs = Math.max(sum.longestMs, one.longestMs);
}
