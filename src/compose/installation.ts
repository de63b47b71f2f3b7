import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { createKey, listKeys, type NewKey, revokeKey } from '../operations/api-keys.ts';
import { hostTokens } from '../runtime/host/host-tokens.ts';
import { systemClock } from '../runtime/host/system-clock.ts';
import { systemIds } from '../runtime/host/system-ids.ts';
import { openSqlite, type SqliteConnection } from '../store/sql/sqlite/connection.ts';
import { installationId, installationSecret } from '../store/sql/sqlite/installation.ts';
import { sqliteKeyStore } from '../store/sql/sqlite/key-store.ts';
import { sqliteSandboxStore } from '../store/sql/sqlite/sandbox-store.ts';
import { sqliteTemplateStore } from '../store/sql/sqlite/template-store.ts';
import { inPackage } from './package-root.ts';

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

function openDatabase(config: Config): SqliteConnection {
  const given = config.SANDGLASS_DATABASE_URL?.replace(/^sqlite:(\/\/)?/, '');
  return openSqlite({
    path: resolve(given ?? join(config.SANDGLASS_DATA_DIR, 'sandglass.sqlite')),
    migrationsFolder: inPackage('migrations', 'sqlite'),
    synchronous: config.SANDGLASS_SQLITE_SYNCHRONOUS,
  });
}
