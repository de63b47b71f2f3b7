import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import { httpAgentClient } from './agent-client/http-agent-client.ts';
import { type Config, describeConfig, lifetimePolicy, unknownSettings } from './config.ts';
import type { Template } from './domain/template.ts';
import { createAdminApp } from './http/admin-app.ts';
import { createApp } from './http/app.ts';
import { listen } from './http/listen.ts';
import { createLogger, type Log } from './observe/logger.ts';
import { createMetrics } from './observe/metrics.ts';
import { createKey, listKeys, type NewKey, revokeKey } from './operations/api-keys.ts';
import type { OperationDeps } from './operations/deps.ts';
import { type FirstKeyFile, openWithKey } from './operations/first-key-file.ts';
import { readiness } from './operations/readiness.ts';
import { readTemplateFile } from './operations/template-file.ts';
import { templateRegistry } from './operations/template-registry.ts';
import type { ContainerRuntime } from './ports/container-runtime.ts';
import type { FaultPoint } from './ports/fault-point.ts';
import { liveActivity } from './reconcile/activity.ts';
import { changeFeed } from './reconcile/change-feed.ts';
import { type CloseStack, closeStack } from './reconcile/close-stack.ts';
import { withFaultPoints } from './reconcile/fault-points.ts';
import { reconciler } from './reconcile/reconciler.ts';
import { type AgentFolder, readAgentFolder } from './runtime/docker/agent-folder.ts';
import { type DockerRuntimeDeps, dockerRuntime } from './runtime/docker/docker-runtime.ts';
import { hostTokens } from './runtime/host/host-tokens.ts';
import { systemClock } from './runtime/host/system-clock.ts';
import { systemIds } from './runtime/host/system-ids.ts';
import { startSchedules } from './schedule/schedules.ts';
import { openLiveStore } from './store/live/open-live-store.ts';
import { openSqlite, type SqliteConnection } from './store/sql/sqlite/connection.ts';
import { lockDataDir } from './store/sql/sqlite/data-dir-lock.ts';
import { installationId, installationSecret } from './store/sql/sqlite/installation.ts';
import { sqliteKeyStore } from './store/sql/sqlite/key-store.ts';
import { sqliteSandboxStore } from './store/sql/sqlite/sandbox-store.ts';
import { sqliteTemplateStore } from './store/sql/sqlite/template-store.ts';

const VERSION = packageJson.version;

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
  const operations = await openOperations(config, world);
  const firstKey = await openWithKey(operations, {
    dataDir: resolve(config.SANDGLASS_DATA_DIR),
    host: config.SANDGLASS_HOST,
    given: config.SANDGLASS_ADMIN_KEY,
  });
  opened.add(() => lifecycle.close(CLOSE_GRACE_MS));
  await lifecycle.boot();
  const ports = await openPorts(config, env, { ...world, operations }, opened);
  opened.add(runSchedules(config, world));
  void operations.templates.prepareImages();
  const { kind, detail } = live.status();
  log.info({ event: 'service.started', url: ports.url, serviceId: world.serviceId, liveStore: kind, detail }, 'ready');
  return {
    url: ports.url,
    banner: banner(ports, firstKey, config.SANDGLASS_ADMIN_KEY !== null),
    async close(why) {
      log.info({ event: 'service.stopping', why }, 'stopping');
      await opened.close();
      log.info({ event: 'service.stopped' }, 'stopped');
    },
  };
}

function runSchedules(config: Config, { lifecycle, log, metrics }: World): () => Promise<void> {
  return startSchedules({
    reconciler: lifecycle,
    log,
    lifetimeScanMs: config.SANDGLASS_LIFETIME_SCAN_MS,
    autoDeleteScanSeconds: config.SANDGLASS_AUTO_DELETE_SCAN_SECONDS,
    reconcileSeconds: config.SANDGLASS_RECONCILE_SECONDS,
    purgeSeconds: config.SANDGLASS_PURGE_SECONDS,
    onScan: metrics.onScan,
  });
}

/** What is kept in SQL, opened without the rest of the service; the caller closes it. */
export function openInstallation(config: Config) {
  const connection = openDatabase(config);
  return {
    connection,
    store: sqliteSandboxStore(connection),
    keys: sqliteKeyStore(connection),
    templates: sqliteTemplateStore(connection),
    serviceId: installationId(connection, systemIds.hex(16)),
    tokens: hostTokens(installationSecret(connection, systemIds.hex(32))),
    clock: systemClock,
    ids: systemIds,
  };
}

/** The keys of an installation, changed straight in its database; works beside a service that runs. */
export function openLocalKeys(config: Config) {
  const installation = openInstallation(config);
  return {
    create: (wish: NewKey) => createKey(installation, wish),
    list: () => listKeys(installation),
    revoke: (id: string) => revokeKey(installation, id),
    close: () => installation.connection.close(),
  };
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
  const lifecycle = reconciler({ ...shared, ...metrics, orphanGraceMs });
  return { ...shared, metrics, lifecycle };
}

async function openOperations(config: Config, world: World): Promise<OperationDeps> {
  const { lifecycle, runtime, log } = world;
  const fixed = fixedTemplates(config);
  return {
    ...world,
    reconciler: lifecycle,
    activity: liveActivity(world),
    templates: await templateRegistry({ fixed, store: world.templates, runtime, log }),
    limits: {
      cpus: config.SANDGLASS_CPUS_MAX,
      memoryMb: config.SANDGLASS_MEMORY_MAX_MB,
      timeoutSeconds: config.SANDGLASS_TIMEOUT_MAX_SECONDS,
      envBytes: config.SANDGLASS_ENV_MAX_BYTES,
      labels: config.SANDGLASS_LABELS_MAX,
    },
    startDefaults: {
      runtime: 'runc',
      resources: {
        cpus: config.SANDGLASS_CPUS_DEFAULT,
        memoryMb: config.SANDGLASS_MEMORY_DEFAULT_MB,
        diskMb: null,
        pids: config.SANDGLASS_PIDS_DEFAULT,
      },
      timeoutSeconds: config.SANDGLASS_TIMEOUT_DEFAULT_SECONDS,
    },
    allowedImages: config.SANDGLASS_IMAGES,
  };
}

async function openPorts(
  config: Config,
  env: Environment,
  world: World & { readonly operations: OperationDeps },
  opened: CloseStack,
) {
  const { lifecycle, live, log, metrics, operations, runtime, serviceId } = world;
  const app = createApp({
    operations,
    log,
    version: VERSION,
    config: {
      waitSecondsDefault: config.SANDGLASS_WAIT_SECONDS,
      domain: config.SANDGLASS_DOMAIN,
      corsOrigins: config.SANDGLASS_CORS_ORIGINS,
    },
    readiness: () => readiness({ ...world, pingSql: world.connection.ping }),
    info: async () => ({
      version: VERSION,
      node: process.version,
      serviceId,
      engine: await runtime.info(),
      liveStore: live.status(),
      config: describeConfig(env),
    }),
    onRequest: metrics.onRequest,
  });
  const blockedSubnets = config.SANDGLASS_ALLOW_SANDBOX_CALLERS ? [] : await sandboxSubnets(config, runtime);
  const { SANDGLASS_HOST: host, SANDGLASS_ADMIN_HOST: adminHost } = config;
  const api = await listen({ fetch: app.fetch, host, port: config.SANDGLASS_PORT, blockedSubnets, log });
  // Calls under way wait for the lifecycle: it says at once that it goes no further.
  opened.add(() => Promise.all([lifecycle.close(CLOSE_GRACE_MS), api.close(CLOSE_GRACE_MS)]));
  const adminApp = createAdminApp({ metricsText: metrics.text });
  const adminPort = config.SANDGLASS_ADMIN_PORT;
  const admin = await listen({ fetch: adminApp.fetch, host: adminHost, port: adminPort, blockedSubnets, log });
  opened.add(() => admin.close(CLOSE_GRACE_MS));
  return { url: urlOf(host, api.port), metricsUrl: `${urlOf(adminHost, admin.port)}/metrics` };
}

function openDatabase(config: Config): SqliteConnection {
  const given = config.SANDGLASS_DATABASE_URL?.replace(/^sqlite:(\/\/)?/, '');
  return openSqlite({
    path: resolve(given ?? join(config.SANDGLASS_DATA_DIR, 'sandglass.sqlite')),
    migrationsFolder: fileURLToPath(new URL('../migrations/sqlite', import.meta.url)),
    synchronous: config.SANDGLASS_SQLITE_SYNCHRONOUS,
  });
}

/** The engine of the configuration; connects with the first call. */
export function openRuntime(
  config: Config,
  env: Environment,
  deps: Pick<DockerRuntimeDeps, 'serviceId' | 'log' | 'onCall'>,
): ContainerRuntime {
  return dockerRuntime({
    ...deps,
    engine: 'local',
    dockerHost: config.SANDGLASS_DOCKER_HOST,
    certPath: env['DOCKER_CERT_PATH'],
    dockerConfigFolder: env['DOCKER_CONFIG'],
    openSubnet: config.SANDGLASS_OPEN_SUBNET,
    closedSubnet: config.SANDGLASS_CLOSED_SUBNET,
    agentFolder: builtAgent,
    clock: systemClock,
  });
}

/** Lies beside the service in dist; found from its sources too. */
function builtAgent(): Promise<AgentFolder> {
  return readAgentFolder(fileURLToPath(new URL('../dist/agent', import.meta.url)));
}

/** The file may redefine `base`. */
function fixedTemplates(config: Config): readonly Template[] {
  const fromFile = config.SANDGLASS_TEMPLATES === null ? [] : readTemplateFile(config.SANDGLASS_TEMPLATES);
  if (fromFile.some(({ name }) => name === 'base')) return fromFile;
  const nothing = { resources: {}, user: null, workdir: null, env: {}, memoryBudgetMb: null, floor: 0 };
  return [{ name: 'base', image: config.SANDGLASS_BASE_IMAGE, sudo: true, ...nothing, source: 'builtin' }, ...fromFile];
}

/** The networks as they are, or as they will be made when the engine is back. */
async function sandboxSubnets(config: Config, runtime: ContainerRuntime): Promise<readonly string[]> {
  try {
    return (await runtime.info()).networks.map(({ subnet }) => subnet);
  } catch {
    return [config.SANDGLASS_OPEN_SUBNET, config.SANDGLASS_CLOSED_SUBNET];
  }
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function banner(
  ports: { readonly url: string; readonly metricsUrl: string },
  { secret, path }: FirstKeyFile,
  isGiven: boolean,
): readonly string[] {
  const kept = isGiven ? 'as given in SANDGLASS_ADMIN_KEY' : `kept in ${path}`;
  return [
    '',
    `Sandglass ${VERSION} is ready.`,
    `  URL      ${ports.url}`,
    `  API key  ${secret ?? kept}`,
    `  Metrics  ${ports.metricsUrl}`,
    '',
  ];
}
