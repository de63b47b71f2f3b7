import { resolve } from 'node:path';
import { httpAgentClient } from './agent-client/http-agent-client.ts';
import { banner, urlOf, VERSION } from './compose/banner.ts';
import { builtDashboard } from './compose/dashboard-dir.ts';
import { openDataPlane } from './compose/data-plane.ts';
import { deliverAgent, openRuntime, sandboxSubnets } from './compose/engine.ts';
import { fixedTemplates } from './compose/fixed-templates.ts';
import { openInstallation } from './compose/installation.ts';
import { type OpenedPool, openPool } from './compose/pool.ts';
import { onStart, startDefaultsOf } from './compose/starts.ts';
import { openSampler, openUseApi } from './compose/use-api.ts';
import { type Config, describeConfig, lifetimePolicy, unknownSettings } from './config.ts';
import { createAdminApp } from './http/admin-app.ts';
import { createApp } from './http/app.ts';
import { listen } from './http/listen.ts';
import { createLogger, type Log } from './observe/logger.ts';
import { createMetrics } from './observe/metrics.ts';
import type { OperationDeps } from './operations/deps.ts';
import { openWithKey } from './operations/first-key-file.ts';
import { readiness } from './operations/readiness.ts';
import { templateRegistry } from './operations/template-registry.ts';
import type { FaultPoint } from './ports/fault-point.ts';
import { liveActivity } from './reconcile/activity.ts';
import { changeFeed } from './reconcile/change-feed.ts';
import { type CloseStack, closeStack } from './reconcile/close-stack.ts';
import { withFaultPoints } from './reconcile/fault-points.ts';
import { reconciler } from './reconcile/reconciler.ts';
import { kernelLog } from './runtime/host/kernel-log.ts';
import { startSchedules } from './schedule/schedules.ts';
import { openLiveStore } from './store/live/open-live-store.ts';
import { lockDataDir } from './store/sql/sqlite/data-dir-lock.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Service {
  readonly url: string;
  /** What a person wants to know at the start; holds the first key when it was made just now. */
  readonly banner: readonly string[];
  /** Stops taking calls, lets engine calls come back, and lets go of everything. Bounded. */
  close(why: string): Promise<void>;
}

const CLOSE_GRACE_MS = 8_000;

/**
 * Builds every adapter and the service over them, boots it, and opens its ports; what was opened is closed on failure.
 * `faultPoint` is for tests that let it crash.
 */
export async function compose(config: Config, env: Environment, faultPoint?: FaultPoint): Promise<Service> {
  const log = createLogger(config.SANDGLASS_LOG_LEVEL);
  for (const name of unknownSettings(env)) {
    log.warn({ event: 'config.unknown', name }, 'this variable has no effect in this release');
  }
  const opened = closeStack();
  try {
    return await open(config, env, { log, opened, faultPoint });
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}

async function open(config: Config, env: Environment, start: Start): Promise<Service> {
  const { log, opened } = start;
  const lock = lockDataDir(resolve(config.SANDGLASS_DATA_DIR));
  opened.add(() => lock.release());
  const world = await openWorld(config, env, start);
  const { lifecycle, live } = world;
  const { operations, pool } = await openOperations(config, world, opened);
  const firstKey = await openWithKey(operations, {
    dataDir: resolve(config.SANDGLASS_DATA_DIR),
    host: config.SANDGLASS_HOST,
    given: config.SANDGLASS_ADMIN_KEY,
  });
  opened.add(() => lifecycle.close(CLOSE_GRACE_MS));
  await pool.count();
  await lifecycle.boot();
  pool.begin();
  const ports = await openPorts(config, env, { ...world, operations, pool }, opened);
  opened.add(runSchedules(config, world, pool));
  void operations.templates.prepareImages();
  void deliverAgent(world);
  const { kind, detail } = live.status();
  log.info({ event: 'service.started', url: ports.url, serviceId: world.serviceId, liveStore: kind, detail }, 'ready');
  return {
    url: ports.url,
    banner: banner(ports, firstKey, config.SANDGLASS_ADMIN_KEY !== null, pool.floors()),
    async close(why) {
      log.info({ event: 'service.stopping', why }, 'stopping');
      await opened.close();
      log.info({ event: 'service.stopped' }, 'stopped');
    },
  };
}

function runSchedules(config: Config, { lifecycle, log, metrics }: World, pool: OpenedPool): () => Promise<void> {
  return startSchedules({
    reconciler: lifecycle,
    pool,
    log,
    lifetimeScanMs: config.SANDGLASS_LIFETIME_SCAN_MS,
    autoDeleteScanSeconds: config.SANDGLASS_AUTO_DELETE_SCAN_SECONDS,
    reconcileSeconds: config.SANDGLASS_RECONCILE_SECONDS,
    purgeSeconds: config.SANDGLASS_PURGE_SECONDS,
    onScan: metrics.onScan,
  });
}

interface Start {
  readonly log: Log;
  readonly opened: CloseStack;
  readonly faultPoint: FaultPoint | undefined;
}

type World = Awaited<ReturnType<typeof openWorld>>;

async function openWorld(config: Config, env: Environment, { log, opened, faultPoint }: Start) {
  const installation = openInstallation(config);
  opened.add(() => installation.store.close());
  const { store, serviceId, clock } = installation;
  const dataDir = resolve(config.SANDGLASS_DATA_DIR);
  const live = await openLiveStore({ setting: config.SANDGLASS_REDIS_URL, dataDir, serviceId, clock, log });
  opened.add(() => live.close());
  const metrics = createMetrics({
    countByState: () => store.countByState(),
    countOverdue: () => store.countOverdue(clock.nowMs()),
    isLiveStoreUp: () => live.status().isUp,
    // Asked by scrapes only, long after the reconciler stands.
    isEngineReachable: () => lifecycle.isEngineReachable(),
  });
  const runtime = openRuntime(config, env, { serviceId, log, onCall: metrics.onEngineCall });
  opened.add(() => runtime.close());
  const feed = changeFeed((error) => log.error({ event: 'feed.listener', error: String(error) }, 'a listener threw'));
  const policy = lifetimePolicy(config);
  const orphanGraceMs = config.SANDGLASS_ORPHAN_GRACE_SECONDS * 1000;
  const agent = httpAgentClient({ clock });
  opened.add(() => agent.close());
  const bare = { store, live, runtime, agent };
  const ports = faultPoint === undefined ? bare : withFaultPoints(bare, faultPoint);
  const shared = { ...installation, ...ports, feed, log, policy };
  const kills = config.SANDGLASS_DOCKER_HOST.startsWith('unix://') ? kernelLog() : undefined;
  const lifecycle = reconciler({ ...shared, ...metrics, orphanGraceMs, kills });
  return { ...shared, metrics, lifecycle };
}

async function openOperations(config: Config, world: World, opened: CloseStack) {
  const { lifecycle, metrics, runtime, log } = world;
  const fixed = fixedTemplates(config);
  const templates = await templateRegistry({ fixed, store: world.templates, runtime, log });
  const startDefaults = startDefaultsOf(config);
  const pool = openPool(config, world, { templates, startDefaults }, opened);
  const operations: OperationDeps = {
    ...world,
    slots: pool.slots,
    pool: pool.slots,
    capacity: pool.capacity,
    onStart: onStart(metrics, log),
    startDefaults,
    reconciler: lifecycle,
    activity: liveActivity(world),
    sampler: openSampler(config, world, opened),
    templates,
    limits: {
      cpus: config.SANDGLASS_CPUS_MAX,
      memoryMb: config.SANDGLASS_MEMORY_MAX_MB,
      timeoutSeconds: config.SANDGLASS_TIMEOUT_MAX_SECONDS,
      envBytes: config.SANDGLASS_ENV_MAX_BYTES,
      labels: config.SANDGLASS_LABELS_MAX,
    },
    allowedImages: config.SANDGLASS_IMAGES,
  };
  return { operations, pool };
}

async function openPorts(
  config: Config,
  env: Environment,
  world: World & { readonly operations: OperationDeps; readonly pool: OpenedPool },
  opened: CloseStack,
) {
  const { lifecycle, live, log, metrics, operations, runtime, serviceId } = world;
  const stallMs = config.SANDGLASS_PROXY_STALL_SECONDS * 1000;
  const use = openUseApi({ operations, log, stallMs });
  const app = createApp({
    operations,
    log,
    tickets: use.tickets,
    closing: use.closing,
    version: VERSION,
    dashboardDir: builtDashboard(),
    config: {
      waitSecondsDefault: config.SANDGLASS_WAIT_SECONDS,
      domain: config.SANDGLASS_DOMAIN,
      corsOrigins: config.SANDGLASS_CORS_ORIGINS,
      stallMs,
    },
    readiness: () => readiness({ ...world, pingSql: world.connection.ping }),
    info: async () => ({
      version: VERSION,
      node: process.version,
      serviceId,
      engine: { ...(await runtime.info()), hostIsolated: await runtime.isHostIsolated() },
      liveStore: live.status(),
      config: describeConfig(env),
    }),
    onRequest: metrics.onRequest,
  });
  const blockedSubnets = config.SANDGLASS_ALLOW_SANDBOX_CALLERS ? [] : await sandboxSubnets(config, runtime);
  const { SANDGLASS_HOST: host, SANDGLASS_ADMIN_HOST: adminHost } = config;
  const plane = openDataPlane(config, operations, world);
  opened.add(() => plane.close());
  const api = await listen({
    fetch: app.fetch,
    host,
    port: config.SANDGLASS_PORT,
    blockedSubnets,
    first: use.behind(plane),
    log,
  });
  // Calls under way wait for the lifecycle: it says at once that it goes no further.
  opened.add(() => {
    plane.endEndless();
    use.endEndless();
    return Promise.all([lifecycle.close(CLOSE_GRACE_MS), api.close(CLOSE_GRACE_MS)]);
  });
  const adminApp = createAdminApp({ metricsText: metrics.text });
  const adminPort = config.SANDGLASS_ADMIN_PORT;
  const admin = await listen({ fetch: adminApp.fetch, host: adminHost, port: adminPort, blockedSubnets, log });
  opened.add(() => admin.close(CLOSE_GRACE_MS));
  return { url: urlOf(host, api.port), metricsUrl: `${urlOf(adminHost, admin.port)}/metrics` };
}
