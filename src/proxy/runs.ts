import { Pool } from 'undici';
import type { Dial } from './dial.ts';
import { keepsConnections, type Route } from './route.ts';

/** Something under way between a client and the inside of a sandbox. */
export interface Exchange {
  /** Nothing of it goes on after this: the sandbox stopped, or the service does. */
  end(why: 'stopped' | 'closing'): void;
  /** A stream without an end of its own: it does not hold up a shutdown. */
  readonly isEndless: boolean;
}

/** One incarnation of a sandbox: what is open to it. */
export interface Run {
  readonly route: Route;
  readonly exchanges: Set<Exchange>;
  /** Connections to a port inside, kept for the next request. */
  poolOf(port: number): Pool;
}

export interface Runs {
  /** The run of this route, begun when it is new. */
  of(route: Route): Run;
  /** Takes what the sandbox became: when it does not run any more, all that is open to it is cut. */
  settle(route: Route): void;
  /** Cuts what would not end by itself. */
  endEndless(): void;
  close(): Promise<void>;
}

const MOST_RUNS = 4_096;
const MOST_PORTS = 64;
/** Heads and bodies take as long as they take; connecting is bounded by the dialer. */
const POOL_OPTIONS = { headersTimeout: 0, bodyTimeout: 0, pipelining: 1, connections: null } as const;

export function runs({ dial }: { readonly dial: Dial }): Runs {
  const open = new Map<string, OpenRun>();
  const end = (run: OpenRun, why: 'stopped' | 'closing') => {
    if (open.get(run.route.id) === run) open.delete(run.route.id);
    for (const exchange of [...run.exchanges]) exchange.end(why);
    return run.destroyPools();
  };
  return {
    of(route) {
      const known = open.get(route.id);
      if (known !== undefined && isSameRun(known.route, route)) return known;
      if (known !== undefined) void end(known, 'stopped');
      makeRoom(open, (run) => void end(run, 'closing'));
      const run = beginRun(dial, route);
      open.set(route.id, run);
      return run;
    },
    settle({ id, incarnation, state }) {
      const run = open.get(id);
      if (run === undefined || (run.route.incarnation === incarnation && keepsConnections(state))) return;
      void end(run, 'stopped');
    },
    endEndless() {
      for (const { exchanges } of open.values()) {
        for (const exchange of [...exchanges]) if (exchange.isEndless) exchange.end('closing');
      }
    },
    close: async () => void (await Promise.all([...open.values()].map((run) => end(run, 'closing')))),
  };
}

interface OpenRun extends Run {
  destroyPools(): Promise<unknown>;
}

function beginRun(dial: Dial, route: Route): OpenRun {
  const pools = new Map<number, Pool>();
  return {
    route,
    exchanges: new Set(),
    poolOf(port) {
      const known = pools.get(port);
      if (known !== undefined) return known;
      const pool = new Pool('http://sandbox', {
        ...POOL_OPTIONS,
        connect: (_options, done) => {
          dial(route, port).then(
            (socket) => done(null, socket),
            (error: Error) => done(error, null),
          );
        },
      });
      pools.set(port, pool);
      const [oldest] = pools;
      if (pools.size > MOST_PORTS && oldest !== undefined) {
        pools.delete(oldest[0]);
        // What is under way in it comes to its end.
        void oldest[1].close();
      }
      return pool;
    },
    destroyPools: () => Promise.all([...pools.values()].map((pool) => pool.destroy().catch(() => undefined))),
  };
}

function isSameRun(one: Route, other: Route): boolean {
  return one.incarnation === other.incarnation && one.agentEndpoint === other.agentEndpoint;
}

/** Forgets the first run in which nothing is under way. */
function makeRoom(open: ReadonlyMap<string, OpenRun>, end: (run: OpenRun) => void): void {
  if (open.size < MOST_RUNS) return;
  for (const run of open.values()) {
    if (run.exchanges.size > 0) continue;
    end(run);
    return;
  }
}
