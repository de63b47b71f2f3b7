import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openSqlite } from '../../src/store/sql/sqlite/connection.ts';
import { sqliteSandboxStore } from '../../src/store/sql/sqlite/sandbox-store.ts';
import { sandboxStoreSuite } from './sandbox-store-suite.ts';

describe('sandboxes in SQLite', () => {
  sandboxStoreSuite(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandglass-store-'));
    const connection = openSqlite({ path: join(folder, 'test.sqlite'), migrationsFolder: 'migrations/sqlite' });
    const store = sqliteSandboxStore(connection);
    return {
      store,
      async close() {
        await store.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
});
