import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf } from '../support/api.ts';
import { engine, execIn, removeContainersOf, serviceIdOf } from '../support/engine.ts';
import { type ComposedService, composedService } from '../support/package/composed-service.ts';
import { type InstalledPackage, installPackage, namesIn, typeErrors } from '../support/package/installed-package.ts';
import { firstUrls } from '../support/service-process.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const WANTED = [
  /^(LICENSE|README\.md|package\.json)$/,
  /^dist\/((cli|main|sdk|host-rules|chunk-\w+)\.js|main\.js\.LEGAL\.txt|\.built-from)$/,
  /^dist\/(sdk\/.+\.d\.ts|contract\/.+\.d\.ts|dashboard\/.+|agent\/.+)$/,
  /^migrations\/sqlite\/(\d{4}_\w+\.sql|meta\/\w+\.json)$/,
  /^images\/(README\.md|base\/.+)$/,
];
const UNWANTED = /\.map$|(?<!\.d)\.tsx?$|\.test\.|(^|\/)(test|src|data|\.env|\.git)\b|\.(sqlite|key|pem)$/;

const PROGRAM = `import { Sandbox, SandglassError } from 'sandglass/sdk';

const options = { url: process.env.SANDGLASS_URL, apiKey: process.env.SANDGLASS_API_KEY };
const sandbox = await Sandbox.start({ lifetime: { timeoutSeconds: 60 } }, options);
try {
  const { exitCode, stdout } = await sandbox.exec(['echo', 'typed']);
  console.log(exitCode, stdout.trim());
} catch (error) {
  if (error instanceof SandglassError) console.log(error.code);
} finally {
  await sandbox.delete({ force: true });
}
`;

let installed: InstalledPackage;

beforeAll(async () => {
  installed = await installPackage();
}, 180_000);
afterAll(() => installed?.remove());

it('holds what it runs on, and no source, test, map or data', () => {
  expect(installed.files.filter((file) => !WANTED.some((pattern) => pattern.test(file)))).toEqual([]);
  expect(installed.files.filter((file) => UNWANTED.test(file) && !file.startsWith('dist/agent/'))).toEqual([]);
  const needed = ['dist/cli.js', 'dist/main.js', 'dist/sdk.js', 'dist/sdk/index.d.ts', 'dist/dashboard/index.html'];
  const forSandboxes = ['dist/agent/manifest.json', 'dist/agent/node', 'images/base/Dockerfile'];
  expect(installed.files).toEqual(expect.arrayContaining([...needed, ...forSandboxes]));
  expect(installed.files.some((file) => /^dist\/agent\/node_modules\/.+\/pty\.node$/.test(file))).toBe(true);
  // Nearly all of it is the Node.js that runs in sandboxes.
  expect(installed.tarballBytes).toBeLessThan(64 * MIB);
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(scripts.prepack).toBe(scripts.build);
});

it('is installed with its dependencies of production only', () => {
  expect(namesIn(join(installed.folder, 'node_modules'))).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(vitest|typescript|esbuild|vite|preact)$/)]),
  );
});

/** First, while the folder holds the package alone. */
describe('in compose', () => {
  /** The service's addresses in the networks of sandboxes, Redis, and what the host publishes. */
  let places: readonly string[];
  let composed: ComposedService | string;

  beforeAll(async () => {
    composed = await composedService(installed.folder);
  }, 600_000);
  afterAll(async () => {
    if (composed !== undefined && typeof composed !== 'string') await composed.remove();
  }, 180_000);

  const inCompose = (title: string, test: (service: ComposedService) => Promise<void>) =>
    it(title, { timeout: 120_000 }, async ({ skip }) => {
      if (typeof composed === 'string') return skip(composed);
      await test(composed);
    });

  const inspected = async (service: ComposedService, name: string) =>
    engine.getContainer(await service.containerOf(name)).inspect();

  async function exec(service: ComposedService, id: string, line: string): Promise<string> {
    const answer = await service.api('POST', `/v1/sandboxes/${id}/exec`, { body: { command: ['sh', '-c', line] } });
    expect([answer.status, answer.body.exitCode, answer.body.stderr]).toEqual([200, 0, expect.any(String)]);
    return answer.body.stdout;
  }

  inCompose('is in both sandbox networks, and goes out by the network of its own', async (service) => {
    const { NetworkSettings } = await inspected(service, 'sandglass');
    const redis = await inspected(service, 'redis');
    const networks = NetworkSettings.Networks;
    expect(Object.keys(networks).sort()).toEqual([
      ...[`sandglass-api-${service.name}`, `sandglass-backend-${service.name}`],
      ...['sandglass-closed', 'sandglass-open'],
    ]);
    const api = networks[`sandglass-api-${service.name}`];
    const routes = await execIn(await service.containerOf('sandglass'), ['ip', 'route']);
    expect(routes).toContain(`default via ${api?.Gateway} `);
    const addresses = Object.values(networks).map(({ IPAddress }) => IPAddress);
    const redisAddress = redis.NetworkSettings.Networks[`sandglass-backend-${service.name}`]?.IPAddress;
    places = [
      ...addresses.flatMap((address) => [`${address} 4747`, `${address} 9091`]),
      `${redisAddress} 6379`,
      ...Object.values(networks).map(({ Gateway }) => `${Gateway} ${new URL(service.url).port}`),
    ];
  });

  inCompose(
    'has no right of its own: no capability, no writable root, nothing of the host but the socket',
    async (service) => {
      const { HostConfig, Mounts } = await inspected(service, 'sandglass');
      expect(HostConfig).toMatchObject({ CapDrop: ['ALL'], ReadonlyRootfs: true, Privileged: false, PidMode: '' });
      const mounted = Mounts.map(({ Destination }: { Destination: string }) => Destination);
      expect(mounted.sort()).toEqual(['/data', '/var/run/docker.sock']);
      const tried = await execIn(await service.containerOf('sandglass'), [
        'sh',
        '-c',
        'touch /app/x; ip link set lo down',
      ]);
      expect(tried).toMatch(/Read-only file system[\s\S]*Operation not permitted/);
    },
  );

  describe.each([
    ['open', {}],
    ['closed', { network: { internet: false } }],
  ] as const)('on the %s network', (network, body) => {
    const idOf = (service: ComposedService) => `${service.name}${network}`;

    inCompose('starts a sandbox and runs a command in it', async (service) => {
      const started = await service.api('POST', '/v1/sandboxes', { body: { id: idOf(service), ...body } });
      expect([started.status, started.body.detail]).toEqual([201, undefined]);
      expect(await exec(service, idOf(service), 'hostname -i')).toMatch(/^\d+(\.\d+){3}\n$/);
    });

    inCompose(
      'a sandbox reaches itself, and neither the service, nor Redis, nor what is published',
      async (service) => {
        const tries = ['127.0.0.1 49983', ...places];
        const line = tries
          .map((place) => `{ timeout 1 nc -w 1 ${place} </dev/null && echo open ${place}; } &`)
          .join(' ');
        expect(await exec(service, idOf(service), `${line} wait`)).toBe('open 127.0.0.1 49983\n');
      },
    );
  });

  inCompose('the doctor finds nothing that fails, and the host isolated', async (service) => {
    const report = await service.compose('exec', '-T', 'sandglass', 'sandglass', 'doctor', '--json');
    const { ok, checks } = JSON.parse(report);
    const outcomes = new Map(checks.map(({ name, outcome }: Record<string, string>) => [name, outcome]));
    expect([ok, outcomes.get('host isolation'), outcomes.get('agents')]).toEqual([true, 'ok', 'ok']);
  });

  inCompose('sandboxes go on while it is stopped and started again', async (service) => {
    await exec(service, `${service.name}open`, 'echo kept > /tmp/kept');
    await service.compose('stop');
    await service.compose('start');
    await service.untilReady();
    expect(await exec(service, `${service.name}open`, 'cat /tmp/kept')).toBe('kept\n');
    for (const network of ['open', 'closed']) {
      expect((await service.api('GET', `/v1/sandboxes/${service.name}${network}`)).body).toMatchObject({
        state: 'running',
        incarnation: 1,
      });
      expect((await service.api('DELETE', `/v1/sandboxes/${service.name}${network}?force=true`)).status).toBe(204);
    }
  });

  inCompose('leaves no container of the firewall', async () => {
    expect(await engine.listContainers({ all: true, filters: { label: ['sandglass.firewall'] } })).toEqual([]);
  });
});

describe('by npx', () => {
  let child: ChildProcess | undefined;
  let url: string;
  let adminKey: string;
  let api: Api;

  /** As a user does: `npx sandglass serve` in a folder of their own; the data directory is made there. */
  beforeAll(async () => {
    const env = {
      ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], npm_config_offline: 'true' },
      ...{ SANDGLASS_PORT: '0', SANDGLASS_ADMIN_PORT: '0', SANDGLASS_REDIS_URL: 'memory' },
      SANDGLASS_BASE_IMAGE: 'sandglass-busybox:latest',
    };
    const cwd = installed.folder;
    // Of a process group of its own, with npx in it: the end of npx must not leave the service behind.
    child = spawn('npx', ['sandglass', 'serve'], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(child, 'exit').then(([code]) => code as number | null);
    url = (await firstUrls(child, [], exited)).url;
    adminKey = readFileSync(join(cwd, 'data', 'admin.key'), 'utf8').trim();
    api = apiOf({ url, adminKey });
  }, 180_000);

  afterAll(async () => {
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      process.kill(-child.pid, 'SIGTERM');
      await exited;
    }
    const dataDir = join(installed?.folder ?? '', 'data');
    if (existsSync(join(dataDir, 'sandglass.sqlite'))) await removeContainersOf(serviceIdOf(dataDir));
  }, 60_000);

  it('makes its data directory there, for its owner alone', () => {
    expect(statSync(join(installed.folder, 'data')).mode & 0o777).toBe(0o700);
  });

  it('serves the dashboard, starts a sandbox with its agent, runs a command in it and deletes it', async () => {
    const page = await fetch(`${url}/`).then((answer) => answer.text());
    expect(page).toContain('<script type="module"');
    const started = await api('POST', '/v1/sandboxes', { body: { id: 'packed' } });
    expect([started.status, started.body.detail]).toEqual([201, undefined]);
    const exec = await api('POST', '/v1/sandboxes/packed/exec', { body: { command: ['echo', 'from the package'] } });
    expect(exec.body).toMatchObject({ exitCode: 0, stdout: 'from the package\n' });
    expect((await api('DELETE', '/v1/sandboxes/packed?force=true')).status).toBe(204);
  });

  it('its SDK is imported by its name, with types that know right from wrong, and works', async () => {
    const { folder } = installed;
    const declared = `declare const process: { env: Record<string, string> };\ndeclare const console: { log(...words: unknown[]): void };\n`;
    const wrong = `import { Sandbox } from 'sandglass/sdk';\nawait Sandbox.start({ lifetime: { timeoutSeconds: 'soon' } });\n`;
    expect(await typeErrors(folder, { 'right.ts': `${declared}${PROGRAM}`, 'wrong.ts': wrong })).toEqual([
      expect.stringMatching(/^wrong\.ts\(2,.*TS2322: Type 'string' is not assignable to type 'number/),
    ]);
    writeFileSync(join(folder, 'program.js'), PROGRAM);
    const env = { PATH: process.env['PATH'], SANDGLASS_URL: url, SANDGLASS_API_KEY: adminKey };
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: folder, env, timeout: 30_000 });
    expect(stdout).toBe('0 typed\n');
  }, 180_000);
});
