import type { Socket } from 'node:net';
import { type Dispatcher, Pool } from 'undici';
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
  /** Sends a request to a port inside, over a connection that is kept for the next one. */
  dispatch(port: number, request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
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
  const places = new Map<number, Place>();
  const placeOf = (port: number): Place => {
    const known = places.get(port);
    if (known !== undefined) return known;
    const place: Place = {
      waiting: 0,
      pool: new Pool('http://sandbox', { ...POOL_OPTIONS, connect: (_, done) => connect(done) }),
    };
    const connect = (done: (...outcome: [Error, null] | [null, Socket]) => void) => {
      // The pool replaces a connection that was cut under its request, also when nobody asks for another.
      if (place.waiting === 0) done(new Error('no request waits for it'), null);
      else
        dial(route, port).then(
          (socket) => done(null, socket),
          (error: Error) => done(error, null),
        );
    };
    places.set(port, place);
    const [oldest] = places;
    if (places.size > MOST_PORTS && oldest !== undefined) {
      places.delete(oldest[0]);
      // What is under way in it comes to its end.
      void oldest[1].pool.close();
    }
    return place;
  };
  return {
    route,
    exchanges: new Set(),
    dispatch(port, request, handler) {
      const place = placeOf(port);
      place.waiting += 1;
      let isWaiting = true;
      const served = () => {
        if (isWaiting) place.waiting -= 1;
        isWaiting = false;
      };
      place.pool.dispatch(request, {
        ...handler,
        onConnect(abort) {
          served();
          handler.onConnect?.(abort);
        },
        onError(error) {
          served();
          handler.onError?.(error);
        },
      });
    },
    destroyPools: () => Promise.all([...places.values()].map(({ pool }) => pool.destroy().catch(() => undefined))),
  };
}

interface Place {
  readonly pool: Pool;
  /** Requests that are not on a connection yet. */
  waiting: number;
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
