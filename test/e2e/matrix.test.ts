import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { containersOf, engine, serviceIdOf } from '../support/engine.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const ORPHAN = [
  ...['docker', 'create', '--label', 'sandglass.service={service}', '--label', 'sandglass.sandbox={id}'],
  ...['--runtime', '{runtime}', '{image}'],
];
const AREAS = [
  ...['capacity', 'startup', 'commands', 'files', 'uploads', 'artifacts'],
  ...['paths', 'isolation', 'cleanup', 'operations'],
];
/** Most of it waits for the pool, which looks at its floors every 15 s; 131 s were seen at a load of 25 on 2 cores. */
const DEADLINE_MS = 240_000;

let service: ServiceProcess;
let api: Api;
let keptBefore: readonly string[];
beforeAll(async () => {
  keptBefore = await keptImages();
  service = await startService({ SANDGLASS_REDIS_URL: 'memory', SANDGLASS_ORPHAN_GRACE_SECONDS: '1' });
  api = apiOf(service);
});
afterAll(() => service?.dispose());

function matrix(...argv: readonly string[]) {
  const env = { ...process.env, SANDGLASS_URL: service.url, SANDGLASS_API_KEY: service.adminKey };
  let stderr = '';
  const child = execFile(process.execPath, ['dist/cli.js', 'matrix', ...argv], { env, timeout: DEADLINE_MS });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  let stdout = '';
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, ended, progress: () => stderr, results: () => stdout };
}

async function keptImages(): Promise<readonly string[]> {
  const images = await engine.listImages({ filters: JSON.stringify({ reference: ['sandglass-keep/matrix-*'] }) });
  return images.flatMap(({ RepoTags }) => RepoTags ?? []).sort();
}

/** Nothing of a run is left: sandboxes, templates, images, keys that work; containers once the pool has looked. */
async function expectNothingLeft(): Promise<void> {
  expect((await api('GET', '/v1/sandboxes')).body.items).toEqual([]);
  const { body: templates } = await api('GET', '/v1/templates');
  expect(templates.items.map(({ name }: { name: string }) => name)).toEqual(['base']);
  expect(await keptImages()).toEqual(keptBefore);
  const { body: keys } = await api('GET', '/v1/admin/keys');
  const live = keys.items.filter((key: { revokedAt: string | null }) => key.revokedAt === null);
  expect(live.map(({ name }: { name: string }) => name).filter((name: string) => name.startsWith('matrix'))).toEqual(
    [],
  );
  const serviceId = serviceIdOf(service.dataDir);
  await eventually('no container is left', async () => (await containersOf(serviceId)).length === 0, 60_000);
}

describe('sandglass matrix', () => {
  it(
    'measures all areas of a runtime, says of another that it is absent, and of a broken thing that it failed',
    async () => {
      const run = matrix(
        ...['--runtime', 'runc,runsc', '--startup', '1,3', '--format', 'json'],
        ...['--restart-command', '["false"]', '--orphan-command', JSON.stringify(ORPHAN)],
      );
      const exitCode = await run.ended;
      const report = JSON.parse(run.results());
      const [runc, runsc] = report.rows;
      expect(runsc).toEqual({ runtime: 'runsc', present: false });
      expect(Object.keys(runc.cells).sort()).toEqual([...AREAS].sort());
      for (const { checks } of Object.values<Cell>(runc.cells)) {
        for (const check of checks) expect(check.evidence === null).toBe(check.outcome === 'unmeasured');
      }
      const { paths, ...others } = runc.cells;
      const failed = Object.values<Cell>(others).flatMap(({ checks }) => checks.filter(isFailed));
      expect(failed.map(({ name, value }) => `${name}: ${value}`)).toEqual([
        'service restart: the command ended with 1',
        expect.stringMatching(/^upgrade path: .* the command ended with 1$/),
      ]);
      expect(others.cleanup.outcome).toBe('failed');
      expectWhatWasTouched(paths);
      expect(exitCode).toBe(1);

      const startup = Object.fromEntries(runc.cells.startup.checks.map((check: Check) => [check.name, check.evidence]));
      expect(startup).toMatchObject({
        '1 cold': { measured: 1, errors: 0, leftovers: 0 },
        '3 cold': { measured: 3, errors: 0, leftovers: 0 },
        '1 warm': { measured: 1, errors: 0, leftovers: 0 },
        '3 warm': { measured: 3, errors: 0, leftovers: 0 },
      });
      expect(startup['3 warm'].ms.max).toBeLessThan(startup['3 cold'].ms.p50);
      expect(report.leftovers).toEqual({ sandboxes: [], templates: [], keys: [] });
      await expectNothingLeft();
    },
    DEADLINE_MS,
  );

  it(
    'removes what it made when it is interrupted, and ends with 1',
    async () => {
      const run = matrix('--runtime', 'runc', '--startup', '2');
      await eventually('it is at work', async () => run.progress().includes('isolation'), 60_000);
      run.child.kill('SIGINT');
      expect(await run.ended).toBe(1);
      expect(run.results()).toBe('');
      expect(run.progress()).toContain('left behind: nothing');
      await expectNothingLeft();
    },
    DEADLINE_MS,
  );

  it('ends with 2 for a wrong value, and with 1 for a service that is not there', async () => {
    expect(await matrix('--startup', '0').ended).toBe(2);
    expect(await matrix('--format', 'html').ended).toBe(2);
    expect(await matrix('--url', 'http://127.0.0.1:9').ended).toBe(1);
  });
});

/** Three folders can be written; the others are as they are, and right only when they are read-only. */
function expectWhatWasTouched({ checks }: Cell): void {
  const answers = checks.map(({ evidence, outcome }) => ({ answer: Object(evidence).answer, outcome }));
  expect(answers.slice(0, 3)).toEqual(Array(3).fill({ answer: 'ok', outcome: 'ok' }));
  for (const { answer, outcome } of answers.slice(3)) expect(outcome).toBe(answer === 'EROFS' ? 'ok' : 'failed');
  expect(answers).toHaveLength(5);
}

interface Check {
  readonly name: string;
  readonly outcome: string;
  readonly value: string;
  readonly evidence: unknown;
}

interface Cell {
  readonly checks: readonly Check[];
}

function isFailed({ outcome }: Check): boolean {
  return outcome === 'failed';
}
