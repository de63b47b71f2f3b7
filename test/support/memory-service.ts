import type { Readiness } from '../../src/contract/health.ts';
import { createApp } from '../../src/http/app.ts';
import type { HttpConfig } from '../../src/http/http-deps.ts';
import { createKey, type NewKey } from '../../src/operations/api-keys.ts';
import type { OperationDeps } from '../../src/operations/deps.ts';
import { tickets } from '../../src/operations/tickets.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { recordingLog } from './live-store/recording-log.ts';
import { type MemoryLifecycleOptions, memoryLifecycle } from './memory-lifecycle.ts';

export type MemoryService = Awaited<ReturnType<typeof memoryService>>;

export interface MemoryServiceOptions extends MemoryLifecycleOptions {
  readonly http?: Partial<HttpConfig>;
  /** Where a built dashboard lies; there is none when not given. */
  readonly dashboardDir?: string;
  /** Parts of the operations to be replaced. */
  readonly operations?: (made: OperationDeps) => Partial<OperationDeps>;
  readonly readiness?: () => Promise<Readiness>;
  /** False for a service that does not listen to the engine. */
  readonly isBooted?: boolean;
}

const NO_QUOTA = { sandboxes: null, cpus: null, memoryMb: null };
const READY: Readiness = {
  ready: true,
  checks: {
    sql: { ok: true, detail: 'answers' },
    live: { ok: true, detail: 'memory' },
    engine: { ok: true, detail: 'answers' },
    pool: { ok: true, detail: 'off' },
  },
  degraded: [],
};

/** The whole service with real SQL, and engine and live store in memory: `control` is the world around the engine. */
export async function memoryService(options: MemoryServiceOptions = {}) {
  const system = await memoryLifecycle(options);
  const operations = { ...system.operations, ...options.operations?.(system.operations) };
  const log = recordingLog();
  const requests: { route: string; method: string; status: number }[] = [];
  const ownTickets = tickets(operations);
  const app = createApp({
    operations,
    tickets: ownTickets,
    log,
    version: '0.0.0-test',
    dashboardDir: options.dashboardDir,
    config: { waitSecondsDefault: 10, domain: null, corsOrigins: [], ...options.http },
    readiness: options.readiness ?? (async () => READY),
    info: async () => ({ version: '0.0.0-test', engine: await operations.runtime.info() }),
    onRequest: (route, method, status) => requests.push({ route, method, status }),
  });
  if (options.isBooted ?? true) await system.lifecycle.boot();
  const fetch = async (path: string, init?: RequestInit) => app.request(path, init);
  const clientOf = async (wish: Partial<NewKey> & Pick<NewKey, 'tenant'>): Promise<ApiClient> => {
    const whole: NewKey = { role: 'user', name: 'test', quota: NO_QUOTA, expiresAtMs: null, ...wish };
    const { key, secret } = await createKey(operations, whole);
    return apiClient(fetch, { keyId: key.id, secret });
  };
  return {
    ...system,
    ...{ app, operations, log, requests, clientOf, tickets: ownTickets },
    /** One of each: an administrator, and users of two tenants that know nothing of each other. */
    admin: await clientOf({ tenant: 'ops', role: 'admin' }),
    alice: await clientOf({ tenant: 'acme' }),
    bob: await clientOf({ tenant: 'globex' }),
    nobody: apiClient(fetch, null),
  };
}
