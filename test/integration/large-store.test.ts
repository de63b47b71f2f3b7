import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transitionTo } from '../../src/domain/decide.ts';
import { deadlineNames } from '../../src/domain/lifetime.ts';
import { type Sandbox, sandboxStates } from '../../src/domain/sandbox.ts';
import type { SandboxListQuery, SandboxStore } from '../../src/ports/sandbox-store.ts';
import { openSqlite } from '../../src/store/sql/sqlite/connection.ts';
import { sqliteSandboxStore } from '../../src/store/sql/sqlite/sandbox-store.ts';
import * as schema from '../../src/store/sql/sqlite/schema.ts';
import { runningRow, START_MS } from '../support/rows.ts';

const COUNT = 5_000;
const LIVE = 200;
const PAGE = 100;
const SORT = 'USE TEMP B-TREE FOR ORDER BY';

describe(`a store of ${COUNT} rows of which ${LIVE} live`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-large-'));
  const path = join(folder, 'large.sqlite');
  const made = openSqlite({ path, migrationsFolder: 'migrations/sqlite' });
  /** What the store asks, with its parameters filled in. */
  const asked: string[] = [];
  const file = new Database(path, { verbose: (statement) => void asked.push(String(statement)) });
  const bare = new Database(path, { readonly: true });
  const store = sqliteSandboxStore({ ...made, db: drizzle(file, { schema }) });
  beforeAll(() => fill(sqliteSandboxStore(made)));
  afterAll(() => {
    for (const one of [file, bare, made]) one.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Steps of the plans of all that `work` asked, as SQLite tells them. */
  const plansOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    asked.length = 0;
    await work();
    const reads = asked.filter((statement) => /^(select|update|delete)/i.test(statement));
    expect(reads.length).toBeGreaterThan(0);
    return reads.flatMap((statement) =>
      bare
        .prepare<[], { detail: string }>(`explain query plan ${statement}`)
        .all()
        .map(({ detail }) => detail),
    );
  };

  const list = (change: Partial<SandboxListQuery>) => () =>
    store.list({
      ...{ tenant: 'acme', states: sandboxStates.filter((state) => state !== 'deleted'), labels: {}, template: null },
      ...{ order: 'desc', limit: PAGE, after: null },
      ...change,
    });
  const middle = { createdAtMs: START_MS + COUNT / 2, id: 's' };

  const reads: Readonly<Record<string, () => Promise<unknown>>> = {
    find: () => store.find('s42'),
    'a page of a tenant': list({}),
    'its next page': list({ after: middle }),
    'a page of all tenants': list({ tenant: null }),
    'the next page of all tenants': list({ tenant: null, after: middle, order: 'asc' }),
    'a page of those that run': list({ states: ['running'] }),
    'a page with a label': list({ labels: { app: 'web' } }),
    ...Object.fromEntries(deadlineNames.map((name) => [`due ${name}`, () => store.due(name, START_MS, PAGE, 0)])),
    'what is to be purged': () => store.purgeable(START_MS, PAGE),
    'a page of the pass': () => store.inStates(['running', 'paused'], 's1', PAGE),
    'counts by state': () => store.countByState(),
    'what is overdue': () => store.countOverdue(START_MS),
    'a touch': () => store.touch('s42', 1, START_MS + 1),
    'a history': () => store.history('s42', 0, PAGE),
    'events of a tenant': () => store.transitionsAfter(COUNT - 10, { tenant: 'acme', sandboxId: null }, PAGE),
  };

  it.each(Object.keys(reads))('%s walks an index, never the table', async (name) => {
    const plans = await plansOf(reads[name] ?? never);
    expect(plans.filter((step) => /^SCAN (sandboxes|sandbox_events)$/.test(step))).toEqual([]);
  });

  const isPage = (name: string) => /page/.test(name) && !/pass/.test(name);

  it.each(Object.keys(reads).filter((name) => isPage(name)))(
    '%s is read in its order and up to its limit, not sorted',
    async (name) => expect(await plansOf(reads[name] ?? never)).not.toContain(SORT),
  );
});

/** Live ones spread over stopped ones, as after weeks of use; one of twelve belongs to another tenant. */
async function fill(store: SandboxStore): Promise<void> {
  for (let place = 0; place < COUNT; place += 1) {
    const isLive = place % (COUNT / LIVE) === 0;
    const common: Partial<Sandbox> = {
      ...{ id: `s${place}`, version: 1, historyNumber: 1, createdAtMs: START_MS + place },
      ...{ tenant: place % 12 === 0 ? 'globex' : 'acme', labels: place % 3 === 0 ? { app: 'web' } : {} },
    };
    const row = runningRow(
      isLive ? common : { ...common, state: 'stopped', stopAtMs: null, deleteAtMs: START_MS + 3_600_000 + place },
    );
    const transition = transitionTo(row, null, 'START_REQUESTED', { atMs: row.createdAtMs, actor: 'key_1' });
    await store.create({ row, transition, idempotency: null, quota: null });
  }
}

function never(): never {
  throw new Error('no such read');
}
