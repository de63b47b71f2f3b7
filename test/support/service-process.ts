import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { removeContainersOf, serviceIdOf } from './engine.ts';

/** The service as its users run it: `node dist/main.js` in a process of its own, with a data directory of its own. */
export interface ServiceProcess {
  readonly url: string;
  readonly adminUrl: string;
  readonly adminKey: string;
  readonly dataDir: string;
  readonly pid: number;
  /** What it logged so far, one JSON line each. */
  readonly log: readonly string[];
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, as a crash would be. */
  kill(): Promise<void>;
  /** The same data directory again, after a stop or a kill; `program` is another build's main.js. */
  again(env?: Readonly<Record<string, string>>, program?: string): Promise<ServiceProcess>;
  /** Ends it, removes its containers and its folder. */
  dispose(): Promise<void>;
}

const ADMIN_KEY = `e2b_${'5a'.repeat(20)}`;
const START_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 20_000;

/**
 * Starts the built service; `env` adds to the settings, `dataDir` takes an existing one, `under` is a command that becomes
 * it, such as setpriv(1).
 */
export async function startService(
  env: Readonly<Record<string, string>> = {},
  dataDir = mkdtempSync(join(tmpdir(), 'sandglass-test-')),
  program = 'dist/main.js',
  under: readonly string[] = [],
): Promise<ServiceProcess> {
  const log: string[] = [];
  const [command = process.execPath, ...argv] = [...under, process.execPath, program];
  const child = spawn(command, argv, {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      SANDGLASS_DATA_DIR: dataDir,
      SANDGLASS_PORT: '0',
      SANDGLASS_ADMIN_PORT: '0',
      SANDGLASS_ADMIN_KEY: ADMIN_KEY,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const urls = await firstUrls(child, log, exited);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    const code = await exited;
    clearTimeout(timer);
    return code;
  };
  return {
    ...urls,
    adminKey: ADMIN_KEY,
    dataDir,
    pid: child.pid ?? -1,
    log,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    again: (more = {}, other = program) => startService({ ...env, ...more }, dataDir, other, under),
    async dispose() {
      if (child.exitCode === null && child.signalCode === null) await end('SIGTERM');
      await removeContainersOf(serviceIdOf(dataDir));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

interface Urls {
  readonly url: string;
  readonly adminUrl: string;
}

/** The banner names both listeners once they are open. Throws with what it printed when the service ends instead. */
export async function firstUrls(child: ChildProcess, log: string[], exited: Promise<number | null>): Promise<Urls> {
  const stderr = child.stderr && createInterface(child.stderr);
  stderr?.on('line', (line) => log.push(line));
  const banner: string[] = [];
  const found = new Promise<Urls>((resolve) => {
    const stdout = child.stdout && createInterface(child.stdout);
    stdout?.on('line', (line) => {
      banner.push(line);
      const url = /^ {2}URL +(\S+)$/m.exec(banner.join('\n'))?.[1];
      const adminUrl = /^ {2}Metrics +(\S+)\/metrics$/m.exec(banner.join('\n'))?.[1];
      if (url !== undefined && adminUrl !== undefined) resolve({ url, adminUrl });
    });
  });
  const failed = exited.then((code) => {
    throw new Error(`the service ended with code ${code}:\n${[...banner, ...log].join('\n')}`);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the service did not start:\n${log.join('\n')}`)), START_DEADLINE_MS);
  });
  try {
    return await Promise.race([found, failed, late]);
  } finally {
    clearTimeout(timer);
    failed.catch(() => undefined);
  }
}
