import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { fileSignature } from '../../../src/contract/file-signature.ts';
import type { Sandbox } from '../../../src/domain/sandbox.ts';
import { writeSpec } from '../../../src/domain/spec.ts';
import { type Listener, listen } from '../../../src/http/listen.ts';
import { silentLog } from '../../../src/observe/logger.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Tokens } from '../../../src/ports/tokens.ts';
import { type DataPlane, type DataPlaneDeps, dataPlane } from '../../../src/proxy/data-plane.ts';
import { changeFeed } from '../../../src/reconcile/change-feed.ts';
import { hostTokens } from '../../../src/runtime/host/host-tokens.ts';
import { systemClock } from '../../../src/runtime/host/system-clock.ts';
import { runningRow } from '../../support/rows.ts';

const SPEC = { env: {}, user: null, workdir: null, sudo: false, command: null, allowPublicTraffic: true };

export interface PlaneOptions {
  readonly clock?: Clock;
  readonly stallMs?: number;
  readonly hasPathForm?: boolean;
  readonly resume?: (id: string, world: ProxyWorld) => Promise<void>;
}

/** The listener with a data plane before it, rows in memory, and programs "inside" on loopback addresses. */
export interface ProxyWorld {
  readonly url: string;
  readonly port: number;
  readonly plane: DataPlane;
  readonly tokens: Tokens;
  /** Address of the one sandbox's programs. */
  readonly address: string;
  readonly outcomes: string[];
  readonly touches: string[];
  readonly finds: string[];
  /** Writes a row and tells it. */
  put(change?: Partial<Sandbox>, spec?: { allowPublicTraffic?: boolean; maskRequestHost?: string }): Sandbox;
  /** Runs a program inside; its port. */
  serve(program: RequestListener | Server, port?: number): Promise<number>;
  /** Sends bytes; what came back until the other side ended. */
  raw(text: string): Promise<string>;
  open(text: string): Socket;
  close(): Promise<void>;
}

export async function proxyWorld(options: PlaneOptions = {}): Promise<ProxyWorld> {
  const address = `127.${[...randomBytes(2)].join('.')}.2`;
  const feed = changeFeed((error) => {
    throw error;
  });
  const rows = new Map<string, Sandbox>();
  const servers: Server[] = [];
  const [outcomes, touches, finds]: string[][] = [[], [], []];
  const tokens = hostTokens('secret of the installation');
  let version = 10;
  const deps: DataPlaneDeps = {
    store: {
      async find(id) {
        finds?.push(id);
        return rows.get(id);
      },
      list: async ({ limit, after }) =>
        [...rows.values()]
          .sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1))
          .filter(
            ({ createdAtMs, id }) =>
              after === null || createdAtMs < after.createdAtMs || (createdAtMs === after.createdAtMs && id < after.id),
          )
          .slice(0, limit),
    },
    feed,
    tokens,
    clock: options.clock === undefined ? systemClock : withOwnSignals(options.clock),
    activity: { touch: (id, incarnation) => touches?.push(`${id}/${incarnation}`) },
    log: silentLog,
    sign: fileSignature,
    hasPathForm: options.hasPathForm ?? true,
    stallMs: options.stallMs ?? 120_000,
    onExchange: (form, outcome) => outcomes?.push(`${form} ${outcome}`),
    resume: (id) => options.resume?.(id, world) ?? Promise.reject(new Error('nothing resumes it')),
  };
  const plane = dataPlane(deps);
  const listener: Listener = await listen({
    fetch: async (request) =>
      new Response(`api ${request.method} ${new URL(request.url).pathname} ${await request.text()}`),
    ...{ host: '127.0.0.1', port: 0, blockedSubnets: [], first: plane },
  });
  const open = (text: string) => {
    const socket = connect({ host: '127.0.0.1', port: listener.port, allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(text);
    return socket;
  };
  const world: ProxyWorld = {
    ...{ url: `http://127.0.0.1:${listener.port}`, port: listener.port, plane, tokens, address, open },
    ...{ outcomes: outcomes ?? [], touches: touches ?? [], finds: finds ?? [] },
    put(change = {}, spec = {}) {
      version += 1;
      const row = runningRow({
        ...{ id: 'abc', incarnation: 1, version, address, agentEndpoint: `${address}:49983`, stopAtMs: null },
        spec: writeSpec({ ...SPEC, maskRequestHost: null, ...spec }),
        ...change,
      });
      rows.set(row.id, row);
      feed.publish({ row, transition: null, notice: null });
      return row;
    },
    async serve(program, port = 0) {
      const server = typeof program === 'function' ? createServer(program) : program;
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(port, address, resolve));
      return (server.address() as AddressInfo).port;
    },
    raw(text) {
      const socket = open(text);
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
      });
      return new Promise((resolve) => {
        const done = () => resolve(answer);
        socket.once('end', () => socket.end());
        socket.once('close', done);
      });
    },
    async close() {
      plane.endEndless();
      const closed = listener.close(100);
      await plane.close();
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      await closed;
    },
  };
  return world;
}

/** The clock of the tests never lets go of a signal: each sleep gets one of its own. */
function withOwnSignals(clock: Clock): Clock {
  return { ...clock, sleep: (ms, signal) => clock.sleep(ms, signal && AbortSignal.any([signal])) };
}
