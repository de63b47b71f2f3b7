import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Api, apiOf } from '../api.ts';
import { removeContainersOf, serviceIdOf } from '../engine.ts';

const ADMIN_KEY = `e2b_${'6b'.repeat(20)}`;
const BUNDLE = 'dist-test/crashing-main.js';

/** A service over one data directory that can be told to die at a point, and is booted again. */
export interface CrashingService {
  readonly dataDir: string;
  readonly api: Api;
  /** From now on points are counted; the process dies at `point`, or only lists them. */
  arm(point: string | null): Promise<void>;
  /** The points passed since armed. */
  list(): Promise<readonly string[]>;
  isAlive(): boolean;
  /** Kills it where it is still alive, and boots the next one. */
  reboot(): Promise<void>;
  dispose(): Promise<void>;
}

export async function crashingService(env: Readonly<Record<string, string>>): Promise<CrashingService> {
  await bundle();
  const dataDir = mkdtempSync(join(tmpdir(), 'sandglass-crash-'));
  let child = await boot(dataDir, env);
  const ask = async (message: object) => {
    const answer = once(child.process, 'message');
    child.process.send(message);
    return (await answer)[0];
  };
  const isAlive = () => child.process.exitCode === null && child.process.signalCode === null;
  const kill = async () => {
    if (!isAlive()) return;
    child.process.kill('SIGKILL');
    await once(child.process, 'exit');
  };
  return {
    dataDir,
    api: (method, path, request) => apiOf({ url: child.url, adminKey: ADMIN_KEY })(method, path, request),
    arm: async (point) => void (await ask({ arm: point })),
    list: async () => (await ask({ list: true })).passed,
    isAlive,
    async reboot() {
      await kill();
      child = await boot(dataDir, env);
    },
    async dispose() {
      if (isAlive()) {
        child.process.kill('SIGTERM');
        await once(child.process, 'exit');
      }
      await removeContainersOf(serviceIdOf(dataDir));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** As the service itself is built. */
async function bundle(): Promise<void> {
  const root = process.cwd();
  const { bundleService } = (await import(pathToFileURL(join(root, 'scripts/bundle-service.mjs')).href)) as {
    bundleService: (plan: { root: string; from: string; outfile: string }) => Promise<unknown>;
  };
  await bundleService({ root, from: 'test/support/crash/crashing-main.ts', outfile: BUNDLE });
}

async function boot(dataDir: string, env: Readonly<Record<string, string>>) {
  const process_: ChildProcess = spawn(process.execPath, [BUNDLE], {
    env: {
      PATH: process.env['PATH'],
      SANDGLASS_DATA_DIR: dataDir,
      SANDGLASS_PORT: '0',
      SANDGLASS_ADMIN_PORT: '0',
      SANDGLASS_ADMIN_KEY: ADMIN_KEY,
      SANDGLASS_LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ url }] = await once(process_, 'message', { signal: AbortSignal.timeout(20_000) });
  return { process: process_, url: String(url) };
}
