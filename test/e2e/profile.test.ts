import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { interruptingProxy } from '../support/cli/interrupting-proxy.ts';
import { runCli } from '../support/cli/run-cli.ts';
import { containerOf, engine, serviceIdOf } from '../support/engine.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const MIB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'sandglass-profile-'));
let service: ServiceProcess;
let api: Api;
beforeAll(async () => {
  service = await startService({ SANDGLASS_TEMPLATES: templateFile() });
  api = apiOf(service);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await service?.dispose();
});
const home = process.cwd();

function templateFile(): string {
  const file = join(folder, 'templates.json');
  const busybox = { image: 'sandglass-busybox:latest', resources: { memoryMb: 64 } };
  const templates = [
    { name: 'tiny', ...busybox },
    { name: 'strict', ...busybox, memoryBudgetMb: 1 },
  ];
  writeFileSync(file, JSON.stringify(templates));
  return file;
}

const environment = () => ({ SANDGLASS_URL: service.url, SANDGLASS_API_KEY: service.adminKey });
const cli = (...argv: readonly string[]) => runCli(['profile', ...argv], environment());

async function started(run: string, body: object = {}): Promise<string> {
  const answer = await api('POST', '/v1/sandboxes', { body: { labels: { run }, ...body } });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

async function inside(id: string, command: string | readonly string[]): Promise<string> {
  const { status, body } = await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command } });
  expect({ status, exitCode: body.exitCode, stderr: body.stderr }).toMatchObject({ status: 200, exitCode: 0 });
  return body.stdout;
}

/** The JSON of a run over the sandboxes of one test. */
async function profiled(run: string, ...more: readonly string[]) {
  const { exitCode, results, progress } = await cli('--format=json', `--selector=run=${run}`, ...more);
  expect({ exitCode, progress }).toEqual({ exitCode: 0, progress: '' });
  return JSON.parse(results);
}

it('tells a file from memory: 64 MiB written raise the usage, and hardly the working set', async () => {
  const id = await started('file');
  // What is written is looked for again only by whoever reads it: the kernel holds it as inactive.
  await inside(id, 'head -c 67108864 /dev/zero > /home/user/large');
  const [pod] = (await profiled('file')).pods;
  expect(pod.memory.usage_bytes).toBeGreaterThan(64 * MIB);
  expect(pod.memory.cache_bytes).toBeGreaterThan(60 * MIB);
  expect(pod.memory.working_set_bytes).toBeLessThan(32 * MIB);
  expect(pod.memory.bytes).toBe(pod.memory.working_set_bytes);
});

it('names the process that has 50 MiB first, with its share, and as many as were asked for', async () => {
  const id = await started('hog');
  const script = 'x = b"x" * (50 << 20); print("ready", flush=True); import signal; signal.pause()';
  await inside(
    id,
    `nohup python3 -c '${script}' > /tmp/said 2>&1 & until grep -q ready /tmp/said; do sleep 0.05; done`,
  );
  const told = await profiled('hog', '--include-processes', '--process-limit=2', '--sample=grown');
  expect(told).toMatchObject({ sample: 'grown', workload: null, summary: { pods_with_process_samples: 1 } });
  const [pod] = told.pods;
  expect(pod.processes).toHaveLength(2);
  expect(pod.processes[0].command).toContain('python3 -c');
  expect(pod.processes[0].rss_mib).toBeGreaterThan(50);
  expect(pod.processes[0].pss_kib).toBeGreaterThan(50 * 1024);
  expect(pod.memory.working_set_bytes).toBeGreaterThan(50 * MIB);
  expect(pod.memory.rss_bytes).toBeGreaterThan(50 * MIB);
  expect(pod.pss_bytes).toBeGreaterThan(50 * MIB);
  expect(pod.shim_rss_bytes).toBeGreaterThan(MIB);
  expect(pod.containers.sandbox).toMatchObject({ limits: { cpu: '1', memory: '512Mi' } });
});

it('says what the kernel says, within 5 %, and adds it up exactly', async () => {
  const ids = await Promise.all(Array.from({ length: 4 }, () => started('exact', { template: 'tiny' })));
  // What has just started gives memory back between two looks.
  await vi.waitFor(
    async () => {
      const told = await profiled('exact');
      expect(told.pods.map(({ name }: { name: string }) => name).sort()).toEqual([...ids].sort());
      const bytes = told.pods.map(({ memory }: { memory: { bytes: number } }) => memory.bytes);
      expect(told.summary.total_memory_bytes).toBe(bytes.reduce((all: number, one: number) => all + one, 0));
      for (const pod of told.pods) {
        const files = await filesOf(pod.name);
        expect(Math.abs(pod.memory.usage_bytes / files.usage - 1)).toBeLessThan(0.05);
        expect(Math.abs(pod.memory.working_set_bytes / (files.usage - files.inactiveFile) - 1)).toBeLessThan(0.05);
        expect(pod.memory.limit_bytes).toBe(64 * MIB);
      }
    },
    { timeout: 30_000, interval: 500 },
  );
});

/** The cgroup files of a sandbox, read by hand. */
async function filesOf(id: string) {
  const { Id = '' } = (await containerOf(serviceIdOf(service.dataDir), id)) ?? {};
  const v1 = `/sys/fs/cgroup/memory/docker/${Id}`;
  const v2 = [`/sys/fs/cgroup/system.slice/docker-${Id}.scope`, `/sys/fs/cgroup/docker/${Id}`].find(existsSync);
  const [usageFile, statFile, name] = existsSync(v1)
    ? [`${v1}/memory.usage_in_bytes`, `${v1}/memory.stat`, 'total_inactive_file']
    : [`${v2}/memory.current`, `${v2}/memory.stat`, 'inactive_file'];
  const inactive = new RegExp(`^${name} (\\d+)$`, 'm').exec(readFileSync(statFile, 'utf8'))?.[1];
  return { usage: Number(readFileSync(usageFile, 'utf8')), inactiveFile: Number(inactive) };
}

it('goes on past a sandbox that ends meanwhile: an entry with an error, and 0', async () => {
  const [lives, dies] = [await started('dying'), await started('dying')];
  const { Id = '' } = (await containerOf(serviceIdOf(service.dataDir), dies)) ?? {};
  await using proxy = await interruptingProxy(service.url, '/metrics', () => engine.getContainer(Id).kill());
  const { exitCode, results } = await runCli(
    ['profile', '--format=json', '--selector=run=dying', '--include-processes'],
    { ...environment(), SANDGLASS_URL: proxy.url },
  );
  expect(exitCode).toBe(0);
  const { pods, summary } = JSON.parse(results);
  expect(summary).toMatchObject({ sandbox_count: 2, parsed_memory_count: 1, unparsed_memory_count: 1 });
  const byName = Object.fromEntries(pods.map((pod: { name: string }) => [pod.name, pod]));
  expect(byName[dies]).toMatchObject({ error: expect.stringMatching(/\S/), memory: { bytes: null } });
  expect(byName[lives]).not.toHaveProperty('error');
});

it('starts, puts to work, samples and deletes, and writes three files that can be compared', async () => {
  process.chdir(folder);
  try {
    const argv = ['--workload=bash', '--concurrency=1,2', '--template=base', '--save', '--format=json'];
    const first = await cli(...argv);
    expect(first.exitCode).toBe(0);
    const told = JSON.parse(first.results);
    expect(told).toMatchObject({
      ...{ workload: 'bash', summary: { sandbox_count: 2, unparsed_memory_count: 0 } },
      startups: [
        { concurrency: 1, started: 1, errors: 0 },
        { concurrency: 2, started: 2, errors: 0 },
      ],
      host: { cgroup: expect.stringMatching(/^v[12]$/), kernel: expect.stringMatching(/^\d/) },
    });
    const names = ['1 started', '1 bash', '2 started', '2 bash'];
    expect(told.phases.map(({ name }: { name: string }) => name)).toEqual(names);
    const files = first.progress.match(/sandglass-profile-\d+-bash\.(json|md|svg)/g) ?? [];
    expect(files).toHaveLength(3);
    const [json = '', markdown = '', chart = ''] = files.map((file) => readFileSync(file, 'utf8'));
    expect(json).toBe(first.results);
    expect(markdown).toContain('## Startup');
    expect(chart).toContain('Time until a sandbox is ready');
    const diff = await cli('diff', files[0] ?? '', files[0] ?? '');
    expect([diff.exitCode, diff.results]).toEqual([0, expect.stringContaining('| sandboxes | 2 | 2 | 0 | 0 % |')]);
  } finally {
    process.chdir(home);
  }
  const left = (await api('GET', '/v1/sandboxes')).body.items;
  expect(left.filter(({ labels }: { labels: object }) => 'sandglass.profile' in labels)).toEqual([]);
});

it('tells a sandbox that cannot do the work with an error, and deletes it', async () => {
  const { exitCode, results } = await cli('--workload=python', '--template=tiny', '--format=json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(results)).toMatchObject({
    summary: { sandbox_count: 1, unparsed_memory_count: 1 },
    pods: [{ error: expect.stringContaining('python3') }],
  });
});

it('fails a check where an idle sandbox takes more than its template declares', async () => {
  const base = await cli('--check', '--template=base');
  expect([base.exitCode, base.results]).toEqual([0, expect.stringMatching(/\| base \| [\d.]+ \| 20 \| kept \|/)]);
  const strict = await cli('--check', '--template=strict');
  expect([strict.exitCode, strict.results]).toEqual([
    1,
    expect.stringMatching(/\| strict \| [\d.]+ \| 1 \| EXCEEDED \|/),
  ]);
  const none = await cli('--check', '--template=tiny');
  expect([none.exitCode, none.results]).toEqual([2, '']);
});

it('deletes what it started when it is interrupted, starts no more, and ends with 1', async () => {
  const before = new Set<string>();
  const made = async () => {
    const { body } = await api('GET', '/v1/sandboxes?state=pending,running,stopping,stopped,deleting,deleted');
    const items: { id: string; state: string; labels: object }[] = body.items;
    return items.filter(({ id, labels }) => 'sandglass.profile' in labels && !before.has(id));
  };
  for (const { id } of await made()) before.add(id);
  const env = { PATH: process.env['PATH'], ...environment() };
  const argv = ['dist/cli.js', 'profile', '--template=tiny', '--concurrency=2,3,4,5', '--timeout=20'];
  const child = spawn(process.execPath, argv, { env, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    await eventually('it has started some', async () => (await made()).length > 0, 30_000);
    child.kill('SIGINT');
    expect(await ended).toBe(1);
  } finally {
    child.kill('SIGKILL');
  }
  const states = (await made()).map(({ state }) => state);
  expect(states).toEqual(states.map(() => 'deleted'));
  // Its first level, or, where that was over so soon, its second.
  expect(states.length).toBeLessThanOrEqual(2 + 3);
});

// Their start is what takes long on a busy machine.
it('samples 20 sandboxes in less than 5 s', async () => {
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(Array.from({ length: 5 }, () => started('many', { template: 'tiny' })));
  }
  const beganMs = performance.now();
  const { summary, window_ms } = await profiled('many', '--include-processes');
  expect(performance.now() - beganMs).toBeLessThan(5_000);
  expect(window_ms).toBeLessThan(5_000);
  expect(summary).toMatchObject({ sandbox_count: 20, parsed_memory_count: 20, pods_with_process_samples: 20 });
}, 180_000);

it('ends with 1 where the service cannot be reached or refuses the key, and with 2 for a wrong value', async () => {
  const away = await runCli(['profile'], { ...environment(), SANDGLASS_URL: 'http://127.0.0.1:9' });
  expect([away.exitCode, away.results]).toEqual([1, '']);
  const refused = await runCli(['profile'], { ...environment(), SANDGLASS_API_KEY: 'e2b_wrong' });
  expect([refused.exitCode, refused.results]).toEqual([1, '']);
  for (const argv of [['--format=csv'], ['--process-limit=0'], ['--workload=none'], ['--check', '--save']]) {
    expect((await cli(...argv)).exitCode).toBe(2);
  }
});
