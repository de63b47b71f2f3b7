import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeContainersOf, serviceIdOf } from '../../test/support/engine.ts';
import { type ServiceProcess, startService } from '../../test/support/service-process.ts';
import { scratchFolder } from '../sqlite/bench-file.ts';
import { type HttpClient, httpClient } from './http-client.ts';

export interface BenchService {
  readonly serviceId: string;
  /** The one that runs now, or ran last. */
  process(): ServiceProcess;
  client(): HttpClient;
  /** Spawns it, at once, on its data directory; resolves when it has told its ports. End it first. */
  start(env: Readonly<Record<string, string>>): Promise<void>;
  /** SIGTERM; resolves when the process is gone, throws when it did not end well. */
  end(): Promise<void>;
}

/**
 * The built service as its users run it, with its default settings but for those of `env`, in a process and a data
 * directory of its own.
 */
export async function benchService(
  cleanUp: (task: () => Promise<void>) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<BenchService> {
  const dataDir = scratchFolder();
  let starting = startService(env, dataDir);
  cleanUp(async () => {
    const last = await starting.catch(() => undefined);
    if (last === undefined) await removeHalfStarted(dataDir);
    else await last.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });
  let running = await starting;
  let client = httpClient(running.url, running.adminKey);
  return {
    serviceId: serviceIdOf(dataDir),
    process: () => running,
    client: () => client,
    async start(env) {
      starting = running.again(env);
      running = await starting;
      client = httpClient(running.url, running.adminKey);
    },
    async end() {
      client.close();
      const code = await running.stop();
      if (code !== 0) throw new Error(`the service ended with code ${code}`);
    },
  };
}

const END_MS = 20_000;
const LOOK_MS = 50;

/** A start that failed has ended its process, or was too slow and left it behind. */
async function removeHalfStarted(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'sandglass.pid');
  if (existsSync(pidFile)) await endProcess(Number(readFileSync(pidFile, 'utf8')), dataDir);
  if (existsSync(join(dataDir, 'sandglass.sqlite'))) await removeContainersOf(serviceIdOf(dataDir));
}

async function endProcess(pid: number, dataDir: string): Promise<void> {
  const endMs = performance.now() + END_MS;
  // Asked each time: a pid may be another's by now.
  for (let signal: NodeJS.Signals | 0 = 'SIGTERM'; isServiceOf(pid, dataDir); signal = 0) {
    process.kill(pid, signal);
    if (performance.now() > endMs) throw new Error('a service that did not start does not end either');
    await sleep(LOOK_MS);
  }
}

function isServiceOf(pid: number, dataDir: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`SANDGLASS_DATA_DIR=${dataDir}`);
  } catch {
    return false;
  }
}
