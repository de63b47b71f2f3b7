import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** One row per sandbox: the authority. Instants are epoch milliseconds, spans seconds; null = not set. */
export const sandboxes = sqliteTable(
  'sandboxes',
  {
    id: text('id').primaryKey(),
    /** null = a pool slot that nobody has claimed. */
    tenant: text('tenant'),
    /** Id of the API key that started it. */
    ownerKeyId: text('owner_key_id'),
    /** Find or start: one per tenant among rows that are not deleting or deleted. */
    reuseKey: text('reuse_key'),
    state: text('state').notNull(),
    /** Raised by every transition and PATCH; guards every write. */
    version: integer('version').notNull(),
    incarnation: integer('incarnation').notNull(),
    /** Number of the newest entry in sandbox_events. */
    historyNumber: integer('history_number').notNull(),
    /** JSON: code, message, exitCode, signal, oomKilled, logTail. */
    reason: text('reason'),
    /** JSON with a version, written once: env, user, workdir, command. */
    spec: text('spec'),
    template: text('template'),
    image: text('image').notNull(),
    /** Content id of the image, `sha256:...`. */
    imageDigest: text('image_digest'),
    /** Container runtime of the engine: runc, runsc ... */
    runtime: text('runtime').notNull(),
    internet: integer('internet', { mode: 'boolean' }).notNull(),
    /** JSON object of strings. */
    labels: text('labels').notNull(),
    cpus: real('cpus').notNull(),
    /** MiB. */
    memoryMb: integer('memory_mb').notNull(),
    /** MiB; null = no bound asked. */
    diskMb: integer('disk_mb'),
    pids: integer('pids').notNull(),
    /** True: its container may have other limits, and gets these before the start has succeeded. */
    owesResources: integer('owes_resources', { mode: 'boolean' }).notNull().default(false),
    /** null = none. */
    timeoutSeconds: real('timeout_seconds'),
    /** null = none. */
    idleSeconds: real('idle_seconds'),
    /** stop, pause or delete. */
    onTimeout: text('on_timeout').notNull(),
    /** null = the installation's default. */
    autoDeleteSeconds: real('auto_delete_seconds'),
    autoResume: integer('auto_resume', { mode: 'boolean' }).notNull(),
    engine: text('engine').notNull(),
    /** IPv4 address in its network; kept over stop and restart. */
    address: text('address'),
    /** The engine's container id; null = none made, or lost. */
    containerId: text('container_id'),
    /** The engine's State.StartedAt of this incarnation, as text. */
    containerStartedAt: text('container_started_at'),
    /** True from the first successful start on. */
    ranOnce: integer('ran_once', { mode: 'boolean' }).notNull(),
    agentVersion: text('agent_version'),
    /** host:port at which the service reaches its agent. */
    agentEndpoint: text('agent_endpoint'),
    /** SHA-256, hex. */
    trafficTokenHash: text('traffic_token_hash'),
    deleteAfterStop: integer('delete_after_stop', { mode: 'boolean' }).notNull(),
    deleteIfUnstarted: integer('delete_if_unstarted', { mode: 'boolean' }).notNull().default(false),
    stopAtMs: integer('stop_at_ms'),
    /** A lower bound: looked at again before anything is stopped. */
    idleStopAtMs: integer('idle_stop_at_ms'),
    pausedUntilMs: integer('paused_until_ms'),
    deleteAtMs: integer('delete_at_ms'),
    purgeAtMs: integer('purge_at_ms'),
    startByMs: integer('start_by_ms'),
    /** When SIGTERM becomes SIGKILL. */
    killAtMs: integer('kill_at_ms'),
    /** Milliseconds of lifetime left at the pause; null = no lifetime. */
    remainingMs: integer('remaining_ms'),
    createdAtMs: integer('created_at_ms').notNull(),
    startedAtMs: integer('started_at_ms'),
    stoppedAtMs: integer('stopped_at_ms'),
    pausedAtMs: integer('paused_at_ms'),
    deletedAtMs: integer('deleted_at_ms'),
    lastActivityAtMs: integer('last_activity_at_ms'),
    /** JSON: path, durationMs, stages, agentMs. */
    start: text('start'),
    /** JSON of SandboxInfo: the live info as it was at the last stop. */
    snapshot: text('snapshot'),
  },
  (table) => [
    index('sandboxes_created').on(table.createdAtMs, table.id),
    index('sandboxes_tenant_created').on(table.tenant, table.createdAtMs, table.id),
    index('sandboxes_state').on(table.state, table.id),
    uniqueIndex('sandboxes_reuse_key')
      .on(table.tenant, table.reuseKey)
      .where(sql`reuse_key is not null and state not in ('deleting', 'deleted')`),
    index('sandboxes_start_by').on(table.startByMs).where(sql`start_by_ms is not null`),
    index('sandboxes_stop_at').on(table.stopAtMs).where(sql`stop_at_ms is not null`),
    index('sandboxes_idle_stop_at').on(table.idleStopAtMs).where(sql`idle_stop_at_ms is not null`),
    index('sandboxes_paused_until').on(table.pausedUntilMs).where(sql`paused_until_ms is not null`),
    index('sandboxes_delete_at').on(table.deleteAtMs).where(sql`delete_at_ms is not null`),
    index('sandboxes_purge_at').on(table.purgeAtMs).where(sql`purge_at_ms is not null`),
  ],
);

/** Append-only: history of each sandbox and outbox of all, written in the transaction that changes the row. */
export const sandboxEvents = sqliteTable(
  'sandbox_events',
  {
    /** Global and growing. */
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    sandboxId: text('sandbox_id').notNull(),
    tenant: text('tenant'),
    /** 1, 2, 3 ... per sandbox. */
    number: integer('number').notNull(),
    /** null for the start. */
    from: text('from_state'),
    to: text('to_state').notNull(),
    event: text('event').notNull(),
    reason: text('reason'),
    /** An API key's id, or `system`. */
    actor: text('actor').notNull(),
    incarnation: integer('incarnation').notNull(),
    atMs: integer('at_ms').notNull(),
  },
  (table) => [
    uniqueIndex('sandbox_events_number').on(table.sandboxId, table.number),
    index('sandbox_events_tenant').on(table.tenant, table.seq),
  ],
);

/** One row per idempotency key of a tenant: which start it belongs to. Forgotten after 24 h. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    tenant: text('tenant').notNull(),
    key: text('key').notNull(),
    /** SHA-256 of the request, hex. */
    requestHash: text('request_hash').notNull(),
    sandboxId: text('sandbox_id').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.key] }),
    index('idempotency_keys_created').on(table.createdAtMs),
  ],
);

/** Addresses that are held, or were held within the quarantine. */
export const addresses = sqliteTable(
  'addresses',
  {
    /** `open` or `closed`. */
    network: text('network').notNull(),
    /** Place in the ring of the network, from 0. */
    index: integer('ring_index').notNull(),
    sandboxId: text('sandbox_id').notNull(),
    /** null = held. */
    freedAtMs: integer('freed_at_ms'),
  },
  (table) => [primaryKey({ columns: [table.network, table.index] }), index('addresses_sandbox').on(table.sandboxId)],
);

/** Where each network's ring goes on. */
export const addressRings = sqliteTable('address_rings', {
  network: text('network').primaryKey(),
  nextIndex: integer('next_index').notNull(),
});

export const apiKeys = sqliteTable('api_keys', {
  id: text('id').primaryKey(),
  /** SHA-256 of the secret, hex: the secret itself is not stored. */
  secretHash: text('secret_hash').notNull().unique(),
  tenant: text('tenant').notNull(),
  /** user or admin. */
  role: text('role').notNull(),
  name: text('name').notNull(),
  /** Live sandboxes at once; null = no bound. */
  quotaSandboxes: integer('quota_sandboxes'),
  quotaCpus: real('quota_cpus'),
  /** MiB. */
  quotaMemoryMb: integer('quota_memory_mb'),
  createdAtMs: integer('created_at_ms').notNull(),
  /** null = never. */
  expiresAtMs: integer('expires_at_ms'),
  revokedAtMs: integer('revoked_at_ms'),
});

/** Templates registered over the API. */
export const templates = sqliteTable('templates', {
  name: text('name').primaryKey(),
  /** JSON of Template. */
  definition: text('definition').notNull(),
});

/** One row: what this installation is. */
export const installation = sqliteTable('installation', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
});
