import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliProcess } from '../support/cli/cli-process.ts';
import { removeContainersOf, serviceIdOf } from '../support/engine.ts';

const START_DEADLINE_MS = 30_000;
const FREE_PORTS = { SANDGLASS_PORT: '0', SANDGLASS_ADMIN_PORT: '0' };

const folder = mkdtempSync(join(tmpdir(), 'sandglass-cli-e2e-'));
const dataDir = join(folder, 'data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('before the first start', () => {
  it('doctor finds what a start needs on this machine, and makes nothing in the data directory', async () => {
    const { exitCode, results } = await cliProcess(['doctor', '--json'], {
      ...FREE_PORTS,
      SANDGLASS_DATA_DIR: dataDir,
    });
    const { ok, checks } = JSON.parse(results);
    expect(checks.filter(({ outcome }: { outcome: string }) => outcome === 'fail')).toEqual([]);
    expect({ exitCode, ok }).toEqual({ exitCode: 0, ok: true });
    const names = checks.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'node',
        'settings',
        'engine socket',
        'engine',
        'storage driver',
        'cgroup',
        'disk limits',
        'runtimes',
        'host isolation',
        'networks',
        'base image',
        'live store',
        'data directory',
        'data space',
        'data lock',
        'sqlite',
        'port',
      ]),
    );
    expect(existsSync(dataDir)).toBe(false);
  });

  it('doctor says what to do about an engine that is not there, and ends with 1', async () => {
    const env = { ...FREE_PORTS, SANDGLASS_DATA_DIR: dataDir, SANDGLASS_DOCKER_HOST: `unix://${folder}/none.sock` };
    const { exitCode, results } = await cliProcess(['doctor'], env);
    expect(exitCode).toBe(1);
    expect(results).toMatch(/^fail +engine socket +.*none\.sock does not exist$/m);
    expect(results).toMatch(/^ +-> Install and start Docker/m);
    expect(results).not.toContain('\u001b');
  });

  it('doctor names wrong settings and looks no further', async () => {
    const { exitCode, results } = await cliProcess(['doctor'], { SANDGLASS_PORT: 'high' });
    expect(exitCode).toBe(1);
    expect(results).toMatch(/^fail +settings +.*SANDGLASS_PORT must be a number/m);
  });

  it('config shows the settings of its environment', async () => {
    const { exitCode, results } = await cliProcess(['config'], {
      SANDGLASS_PORT: '8080',
      SANDGLASS_ADMIN_KEY: 'hunter2',
    });
    expect(exitCode).toBe(0);
    expect(results).toMatch(/^SANDGLASS_PORT +8080 +4747/m);
    expect(results).not.toContain('hunter2');
  });
});

describe('beside a service that `sandglass serve` runs', () => {
  const env = { ...FREE_PORTS, SANDGLASS_DATA_DIR: dataDir, SANDGLASS_LOG_LEVEL: 'warn' };
  let url: string;
  let stop: () => Promise<number | null>;

  beforeAll(async () => {
    const service = await served(env);
    url = service.url;
    stop = service.stop;
  });

  afterAll(async () => {
    await stop();
    await removeContainersOf(serviceIdOf(dataDir));
  });

  const listWith = (key: string) => fetch(`${url}/v1/sandboxes`, { headers: { 'x-api-key': key } });

  it('keys finds the first admin key, makes a key that the API takes, and revokes it', async () => {
    const client = { SANDGLASS_DATA_DIR: dataDir, SANDGLASS_URL: url };
    expect(statSync(join(dataDir, 'admin.key')).mode & 0o777).toBe(0o600);
    const made = await cliProcess(['keys', 'create', '--name', 'ci', '--tenant', 'acme', '--json'], client);
    expect(made.exitCode).toBe(0);
    const { id, key } = JSON.parse(made.results);
    expect((await listWith(key)).status).toBe(200);

    const shown = await cliProcess(['keys', 'list'], client);
    expect(shown.results).toMatch(new RegExp(`^${id} +acme +user +ci`, 'm'));
    expect(shown.results).not.toContain(key);

    expect((await cliProcess(['keys', 'revoke', id], client)).exitCode).toBe(0);
    expect((await listWith(key)).status).toBe(401);
  });

  it('keys --local does the same on the database, and the running service takes it', async () => {
    const local = { SANDGLASS_DATA_DIR: dataDir };
    const made = await cliProcess(
      ['keys', 'create', '--name', 'rescue', '--role', 'admin', '--local', '--json'],
      local,
    );
    expect(made.exitCode).toBe(0);
    const { id, key } = JSON.parse(made.results);
    const admin = await cliProcess(['keys', 'list', '--json', '--url', url, '--key', key]);
    expect(JSON.parse(admin.results)).toContainEqual(expect.objectContaining({ id, role: 'admin', name: 'rescue' }));

    expect((await cliProcess(['keys', 'revoke', id, '--local'], local)).exitCode).toBe(0);
    expect((await listWith(key)).status).toBe(401);
    expect((await cliProcess(['keys', 'revoke', 'key_00', '--local'], local)).exitCode).toBe(3);
  });

  it('keys is refused with 4 for a key that is none', async () => {
    const key = `e2b_${'0'.repeat(40)}`;
    const { exitCode, progress } = await cliProcess(['keys', 'list', '--url', url, '--key', key]);
    expect(exitCode).toBe(4);
    expect(progress).toContain('not known');
  });

  it('doctor names the process that holds the data directory', async () => {
    const { results } = await cliProcess(['doctor'], { ...FREE_PORTS, SANDGLASS_DATA_DIR: dataDir });
    expect(results).toMatch(/^ok +data lock +a service runs on it: process \d+$/m);
  });

  it('a second service on the same folder does not start, and says why', async () => {
    const { exitCode, progress } = await cliProcess(['serve'], env);
    expect(exitCode).toBe(1);
    expect(progress).toMatch(/in use by process \d+/);
  });
});

async function served(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['dist/cli.js', 'serve'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const late = setTimeout(() => child.kill('SIGKILL'), START_DEADLINE_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^\s*URL\s+(\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    clearTimeout(late);
    const stop = async () => {
      child.kill('SIGTERM');
      const [code] = await exited;
      return typeof code === 'number' ? code : null;
    };
    return { url, stop };
  }
  throw new Error('`sandglass serve` ended before it was ready');
}
