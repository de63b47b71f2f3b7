import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Answer, type Api, apiOf, eventually } from './api.ts';
import { containersOf, serviceIdOf } from './engine.ts';
import { type ServiceProcess, startService } from './service-process.ts';

export const BUSYBOX = 'sandglass-busybox:latest';

/** A service whose templates are of busybox, which starts fastest, and whose live store is its own memory. */
export const QUICK = {
  SANDGLASS_BASE_IMAGE: BUSYBOX,
  SANDGLASS_REDIS_URL: 'memory',
  SANDGLASS_PURGE_SECONDS: '3600',
} as const;

export interface SlotRow {
  readonly id: string;
  readonly state: string;
  readonly tenant: string | null;
  readonly incarnation: number;
  readonly container_id: string | null;
}

/** What the tests of the pool ask of a service again and again. */
export interface PoolProbe {
  readonly api: Api;
  readonly serviceId: string;
  /** Slots that are ready, of all signatures or of one template. */
  ready(template?: string): Promise<number>;
  full(count: number, template?: string): Promise<void>;
  start(body?: object, headers?: Readonly<Record<string, string>>, key?: string): Promise<Answer>;
  /** A key of a tenant, made by the administrator. */
  keyOf(tenant: string): Promise<string>;
  remove(id: string): Promise<void>;
  /** What a shell in the sandbox prints. */
  said(id: string, command: string): Promise<string>;
  /** A line of /metrics, all its labels added up; 0 when there is none. */
  metric(name: string, labels?: string): Promise<number>;
  /** Rows that have, or will have, a container. */
  rows(): readonly SlotRow[];
  /** Sandbox ids of all containers, one for each. */
  containers(): Promise<readonly string[]>;
  /** One container each, of the row that records it, and no other; throws where that is not so within 15 s. */
  agree(): Promise<void>;
}

type Probed = Pick<ServiceProcess, 'url' | 'adminUrl' | 'adminKey' | 'dataDir'>;

export function poolProbe(service: Probed, api = apiOf(service)): PoolProbe {
  const serviceId = serviceIdOf(service.dataDir);
  const ready = async (template?: string) => {
    const { body } = await api('GET', '/v1/pool');
    const items: { template: string; ready: number }[] = body.items;
    const wanted = items.filter((item) => template === undefined || item.template === template);
    return wanted.reduce((sum, item) => sum + item.ready, 0);
  };
  const rows = () => rowsOf(service.dataDir);
  return {
    ...{ api, serviceId, ready, rows },
    full: (count, template) =>
      eventually(`${count} slots are ready`, async () => (await ready(template)) >= count, 60_000).then(() => {}),
    start: (body = {}, headers = {}, key = service.adminKey) => api('POST', '/v1/sandboxes', { body, headers, key }),
    async keyOf(tenant) {
      const { body } = await api('POST', '/v1/admin/keys', { body: { tenant, name: tenant } });
      return body.key;
    },
    remove: async (id) => void (await api('DELETE', `/v1/sandboxes/${id}?force=true&wait=false`)),
    async said(id, command) {
      const { status, body } = await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command } });
      if (status !== 200) throw new Error(`exec in ${id} answered ${status}: ${JSON.stringify(body)}`);
      return body.stdout.trim();
    },
    async metric(name, labels = '') {
      const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      const wanted = lines.filter((line) => labels.split(',').every((label) => line.includes(label)));
      return wanted.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    containers: async () => (await containersOf(serviceId)).map(({ Labels }) => Labels['sandglass.sandbox'] ?? ''),
    async agree() {
      const differ = async () => difference(rows(), await containersOf(serviceId));
      await eventually('rows and containers agree', async () => (await differ()) === '', 15_000).catch(async () => {
        throw new Error(`rows and containers differ: ${await differ()}`);
      });
    },
  };
}

/** A file for SANDGLASS_TEMPLATES; removed by the returned function. */
export function templatesFile(templates: readonly object[]): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-templates-'));
  const path = join(folder, 'templates.json');
  writeFileSync(path, JSON.stringify(templates));
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

export function startPoolService(env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  return startService({ ...QUICK, ...env });
}

function rowsOf(dataDir: string): readonly SlotRow[] {
  const database = new Database(join(dataDir, 'sandglass.sqlite'), { readonly: true });
  try {
    const all = database.prepare(
      "select id, state, tenant, incarnation, container_id from sandboxes where state <> 'deleted'",
    );
    // Named in the statement.
    return all.all() as SlotRow[];
  } finally {
    database.close();
  }
}

type Listed = Awaited<ReturnType<typeof containersOf>>;

function difference(rows: readonly SlotRow[], containers: Listed): string {
  const wanted = rows
    .filter(({ container_id: container }) => container !== null)
    .map((row) => `${row.id} ${row.container_id}`);
  const unsettled = rows.filter(({ state }) => !['warm', 'running', 'stopped', 'paused'].includes(state));
  const found = containers.map(({ Id, Labels }) => `${Labels['sandglass.sandbox']} ${Id}`);
  return [
    ...unsettled.map(({ id, state }) => `${id} is ${state}`),
    ...wanted.filter((one) => !found.includes(one)).map((one) => `no container: ${one}`),
    ...found.filter((one) => !wanted.includes(one)).map((one) => `no row: ${one}`),
  ].join('; ');
}
