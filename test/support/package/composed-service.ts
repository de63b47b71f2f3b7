import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Api, apiOf, eventually } from '../api.ts';
import { engine } from '../engine.ts';
import { buildImage, iptablesFolders, programImage, programPath, removeUntagged } from './program-image.ts';

const run = promisify(execFile);
const FOLDER = 'deploy/docker';
const DEADLINE_MS = 120_000;
const ANSWER_MS = 2_000;

/** deploy/docker/compose.yaml, brought up by compose itself, with images made on this machine. */
export interface ComposedService {
  /** Ids of sandboxes that begin with it are removed at the end. */
  readonly name: string;
  readonly url: string;
  readonly adminKey: string;
  readonly api: Api;
  /** Id of the container of a service of compose. */
  containerOf(service: string): Promise<string>;
  compose(...argv: readonly string[]): Promise<string>;
  /** Waits until it answers. */
  untilReady(): Promise<void>;
  remove(): Promise<void>;
}

/** Of a package that is installed; a text that says why where this machine has no compose. */
export async function composedService(installed: string): Promise<ComposedService | string> {
  const program = await composeProgram();
  if (program === undefined) return 'there is neither docker compose nor docker-compose on this machine';
  const name = `sgc${randomBytes(3).toString('hex')}`;
  const port = 20_000 + (randomBytes(2).readUInt16BE() % 20_000);
  const env = {
    ...{ PATH: process.env['PATH'], HOME: process.env['HOME'] },
    ...{ SANDGLASS_IMAGE: `${name}-service:test`, REDIS_IMAGE: `${name}-redis:test` },
    ...{ SANDGLASS_PUBLISH: `127.0.0.1:${port}`, SANDGLASS_POOL: 'base=0' },
    SANDGLASS_BASE_IMAGE: 'sandglass-busybox:latest',
    ...{ SANDGLASS_DATA_VOLUME: `${name}-data`, SANDGLASS_API_NETWORK: `sandglass-api-${name}` },
    SANDGLASS_BACKEND_NETWORK: `sandglass-backend-${name}`,
  };
  const compose = async (...argv: readonly string[]) => {
    const all = [...program.slice(1), '-p', name, '-f', join(FOLDER, 'compose.yaml'), ...argv];
    return (await run(program[0] ?? '', all, { env, timeout: DEADLINE_MS })).stdout;
  };
  let built: readonly string[] = [];
  const remove = async () => {
    await removeSandboxes(name).catch(() => {});
    await compose('down', '--volumes', '--timeout', '20');
    for (const image of ['service', 'redis', 'node']) {
      await engine
        .getImage(`${name}-${image}:test`)
        .remove({ force: true })
        .catch(() => {});
    }
    await removeUntagged(built);
  };
  const url = `http://127.0.0.1:${port}`;
  const untilReady = async () => {
    // A connection through a published port that is made while its container comes up may never be answered.
    const answers = () =>
      fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
        ({ status }) => status === 200,
        () => false,
      );
    await eventually('the composed service is ready', answers, DEADLINE_MS);
  };
  try {
    built = await makeImages(name, installed);
    // The first key, before the service listens on any but a loopback address.
    const made = await compose(
      'run',
      '--rm',
      '--no-deps',
      '-T',
      'sandglass',
      ...'keys create --local --role admin --name first'.split(' '),
    );
    const adminKey = /e2b_[0-9a-f]{40}/.exec(made)?.[0] ?? '';
    await compose('up', '-d', '--no-build');
    await untilReady();
    const containerOf = async (service: string) => (await compose('ps', '-q', service)).trim();
    return { name, url, adminKey, api: apiOf({ url, adminKey }), containerOf, compose, untilReady, remove };
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
}

async function removeSandboxes(prefix: string): Promise<void> {
  const all = await engine.listContainers({ all: true, filters: { label: ['sandglass.sandbox'] } });
  const ours = all.filter(({ Labels }) => Labels['sandglass.sandbox']?.startsWith(prefix));
  for (const { Id } of ours) await engine.getContainer(Id).remove({ force: true, v: true });
}

async function composeProgram(): Promise<readonly string[] | undefined> {
  for (const program of [['docker', 'compose'], ['docker-compose']]) {
    const asked = run(program[0] ?? '', [...program.slice(1), 'version']);
    if (
      await asked.then(
        () => true,
        () => false,
      )
    )
      return program;
  }
  return undefined;
}

async function makeImages(name: string, installed: string): Promise<readonly string[]> {
  const iptables = Object.fromEntries(
    ['iptables', 'iptables-legacy'].flatMap((one) => {
      const path = programPath(one);
      return path === undefined ? [] : [[`/usr/sbin/${one}`, path]];
    }),
  );
  await programImage(`${name}-node:test`, { '/usr/local/bin/node': process.execPath, ...iptables }, iptablesFolders());
  await programImage(`${name}-redis:test`, { '/usr/local/bin/redis-server': programPath('redis-server') ?? '' });
  copyFileSync(join(FOLDER, 'Dockerfile'), join(installed, 'Dockerfile'));
  return buildImage(`${name}-service:test`, resolve(installed), { NODE_IMAGE: `${name}-node:test` });
}
