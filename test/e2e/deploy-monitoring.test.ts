import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { alerts, dashboardQueries, readQuery } from '../support/deploy/queries.ts';
import { containerOf, engine } from '../support/engine.ts';
import { type PoolProbe, poolProbe, startPoolService } from '../support/pool-service.ts';
import type { ServiceProcess } from '../support/service-process.ts';

/** By name: the values of each label that were seen. */
type Exported = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

let service: ServiceProcess;
let exported: Exported;

beforeAll(async () => {
  service = await startPoolService({ SANDGLASS_POOL: 'base=1' });
  const probe = poolProbe(service);
  await probe.full(1);
  await everyKindOfThing(probe);
  const text = async () => (await fetch(`${service.adminUrl}/metrics`)).text();
  // The container that was removed is missed, and the sandbox whose time was over is stopped by the scan of deadlines.
  await eventually(
    'a correction and a move of a scan are counted',
    async () => {
      const counted = await text();
      return ['corrections', 'scan_moved'].every((name) => counted.includes(`sandglass_${name}_total{`));
    },
    30_000,
  );
  exported = read(await text());
});
afterAll(() => service?.dispose());

const queries = [
  ...alerts().map(({ name, expr, summary }) => ({ title: `the alert ${name}`, expr, words: summary })),
  ...dashboardQueries().map(({ title, expr, legend }) => ({ title: `the panel "${title}"`, expr, words: legend })),
];

describe('what deploy/monitoring asks for', () => {
  it.each(queries)('is exported, with its labels: $title: $expr', ({ expr, words }) => {
    const { metrics, matchers, by } = readQuery(expr);
    const ours = metrics.filter((name) => name !== 'up');
    expect(ours.filter((name) => !exported.has(name))).toEqual([]);
    const labels = new Set(ours.flatMap((name) => [...(exported.get(name)?.keys() ?? [])]));
    const shown = [...words.matchAll(/\{\{ ?(?:\$labels\.)?([a-z]+) ?\}\}/g)].map(([, label = '']) => label);
    expect([...by, ...shown].filter((label) => !labels.has(label))).toEqual([]);
    expect(shown.filter((label) => !by.includes(label))).toEqual([]);
    for (const { metric, label } of matchers.filter(({ metric }) => metric !== 'up')) {
      expect([...(exported.get(metric)?.keys() ?? [])], `labels of ${metric}`).toContain(label);
    }
  });

  it('names values of labels that the service gives', () => {
    const values = (metric: string, label: string) => [...(exported.get(metric)?.get(label) ?? [])];
    expect(values('sandglass_create_duration_seconds_bucket', 'outcome')).toContain('success');
    expect(values('sandglass_pool_ready', 'tier')).toContain('permanent');
    expect(values('sandglass_operations_total', 'status').join()).toMatch(/\b5\d\d\b/);
    // A scan that fails is made by no test here: its word stands in the code that counts it.
    expect(readFileSync('src/schedule/schedules.ts', 'utf8')).toContain("'failed'");
  });
});

describe('each alert', () => {
  const anchors = [...readFileSync('docs/operations.md', 'utf8').matchAll(/^#+ (.+)$/gm)].map(
    ([, title = '']) =>
      `docs/operations.md#${title
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-')}`,
  );

  it.each(alerts())('says what to do, in the docs: $name', ({ action, summary }) => {
    expect(anchors).toContain(action);
    expect(summary.length).toBeGreaterThan(20);
  });

  it('is a rule for promtool', async ({ skip }) => {
    const check = promisify(execFile)('promtool', ['check', 'rules', 'deploy/monitoring/alerts.yml']);
    const outcome = await check.catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (outcome === undefined) return skip('no promtool on this machine');
    expect(outcome.stdout).toContain(`SUCCESS: ${alerts().length} rules found`);
  });
});

/** Starts, one that expires at once, a call that fails, a request into a sandbox, and a container that somebody removes. */
async function everyKindOfThing({ api, start, said, serviceId }: PoolProbe): Promise<void> {
  const { status, body } = await start();
  expect(status, JSON.stringify(body)).toBe(201);
  await said(body.id, 'true');
  await api('GET', `/sandbox/${body.id}/8000/`);
  expect((await start({ lifetime: { timeoutSeconds: 1 } })).status).toBe(201);
  const refused = await start({ image: 'sandglass-test/no-such-image:1' });
  expect(refused.status).toBeGreaterThanOrEqual(500);
  await api('POST', `/v1/sandboxes/${body.id}/stop`, { body: { graceSeconds: 0 } });
  const container = await containerOf(serviceId, body.id);
  await engine.getContainer(container?.Id ?? '').remove({ force: true });
}

function read(text: string): Exported {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const line of text.split('\n')) {
    const name = /^(?:# TYPE )?([a-z0-9_]+)/.exec(line)?.[1];
    if (name === undefined) continue;
    const labels = found.get(name) ?? new Map<string, Set<string>>();
    for (const [, label = '', value = ''] of line.matchAll(/([a-z_]+)="([^"]*)"/g)) {
      labels.set(label, (labels.get(label) ?? new Set()).add(value));
    }
    found.set(name, labels);
  }
  return found;
}
