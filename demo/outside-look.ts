import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Redis } from 'ioredis';

export interface SqlRow {
  readonly state: string;
  readonly version: number;
  readonly incarnation: number;
  readonly reason: string | null;
  readonly address: string | null;
  readonly delete_at_ms: number | null;
  readonly deleted_at_ms: number | null;
  readonly snapshot: string | null;
}

/** The service's own stores, looked at from outside: SQL is opened read-only, Redis by its socket. */
export interface OutsideLook {
  readonly serviceId: string;
  row(id: string): SqlRow | undefined;
  /** The states that it came to, oldest first. */
  history(id: string): readonly string[];
  liveKey(id: string): string;
  /** Empty when there is no such key. */
  liveHash(id: string): Promise<Readonly<Record<string, string>>>;
  close(): void;
}

export function lookFromOutside(dataDir: string): OutsideLook {
  const sql = new Database(join(dataDir, 'sandglass.sqlite'), { readonly: true });
  const redis = new Redis({ path: join(dataDir, 'redis', 'redis.sock'), maxRetriesPerRequest: 1 });
  const installation = sql.prepare<[], { value: string }>("select value from installation where key = 'service_id'");
  const serviceId = installation.get()?.value ?? '';
  const row = sql.prepare<[string], SqlRow>(
    `select state, version, incarnation, reason, address, delete_at_ms, deleted_at_ms, snapshot
     from sandboxes where id = ?`,
  );
  const history = sql.prepare<[string], { to_state: string }>(
    'select to_state from sandbox_events where sandbox_id = ? order by number',
  );
  const liveKey = (id: string) => `sandglass:${serviceId}:live:${id}`;
  return {
    serviceId,
    row: (id) => row.get(id),
    history: (id) => history.all(id).map(({ to_state }) => to_state),
    liveKey,
    liveHash: (id) => redis.hgetall(liveKey(id)),
    close() {
      sql.close();
      redis.disconnect();
    },
  };
}
