import type { ChangeFeed } from '../ports/change-feed.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import { type Route, routeOf } from './route.ts';

export interface RouteCache {
  /** The route as remembered, without a look into the store. */
  peek(id: string): Route | undefined;
  /** The route; undefined when there is no such sandbox. Asks the store only for what is not remembered. */
  find(id: string): Promise<Route | undefined>;
  /** Resolves when the sandbox is no longer as `known` says; rejects when aborted first. */
  changed(id: string, known: Route | undefined, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface RouteCacheDeps {
  readonly store: Pick<SandboxStore, 'find'>;
  readonly feed: Pick<ChangeFeed, 'subscribe'>;
  readonly mostRoutes?: number;
}

/** Routes by id: loaded once, then kept right by the change feed. */
export function routeCache({ store, feed, mostRoutes = 10_000 }: RouteCacheDeps): RouteCache {
  const routes = new Map<string, Route>();
  const loading = new Map<string, Promise<Route | undefined>>();
  const waiting = new Map<string, Set<() => void>>();

  const keep = (route: Route) => {
    const known = routes.get(route.id);
    if (known !== undefined && known.version > route.version) return;
    routes.set(route.id, route);
    const oldest = routes.keys().next().value;
    if (routes.size > mostRoutes && oldest !== undefined) routes.delete(oldest);
  };
  const load = async (id: string) => {
    const row = await store.find(id);
    if (row !== undefined) keep(routeOf(row));
    // A change that came meanwhile is newer than what was read.
    return routes.get(id) ?? (row && routeOf(row));
  };
  const unsubscribe = feed.subscribe(({ row }) => {
    if (routes.has(row.id) || loading.has(row.id) || waiting.has(row.id)) keep(routeOf(row));
    for (const wake of waiting.get(row.id) ?? []) wake();
  });
  const find = (id: string) => {
    const known = routes.get(id);
    if (known !== undefined) return Promise.resolve(known);
    const already = loading.get(id);
    if (already !== undefined) return already;
    const loaded = load(id).finally(() => loading.delete(id));
    loading.set(id, loaded);
    return loaded;
  };
  return {
    peek: (id) => routes.get(id),
    find,
    async changed(id, known, signal) {
      if (routes.get(id) !== known) return;
      const sleepers = waiting.get(id) ?? new Set();
      waiting.set(id, sleepers);
      await new Promise<void>((resolve, reject) => {
        const settle = () => {
          sleepers.delete(settle);
          if (sleepers.size === 0 && waiting.get(id) === sleepers) waiting.delete(id);
          signal.removeEventListener('abort', settle);
          if (signal.aborted) reject(signal.reason);
          else resolve();
        };
        sleepers.add(settle);
        signal.addEventListener('abort', settle);
        if (signal.aborted) settle();
      });
    },
    close: unsubscribe,
  };
}
