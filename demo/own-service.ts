import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const START_MS = 60_000;
const STOP_MS = 20_000;

export interface OwnService {
  readonly url: string;
  readonly apiKey: string;
  readonly dataDir: string;
  /** Ends it as an operator would, and removes its folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** The service as `npm start` runs it, on free ports and in a folder of its own, with scans often enough to watch. */
export async function startOwnService(): Promise<OwnService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sandglass-demo-'));
  const child = spawn(process.execPath, [fileURLToPath(new URL('./main.js', import.meta.url))], {
    env: {
      ...process.env,
      SANDGLASS_DATA_DIR: dataDir,
      SANDGLASS_DATABASE_URL: '',
      SANDGLASS_ADMIN_KEY: '',
      SANDGLASS_REDIS_URL: 'embedded',
      SANDGLASS_HOST: '127.0.0.1',
      SANDGLASS_PORT: '0',
      SANDGLASS_ADMIN_PORT: '0',
      SANDGLASS_AUTO_DELETE_SCAN_SECONDS: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => stopService(child, dataDir);
  try {
    const url = await bannerUrl(child, join(dataDir, 'service.log'));
    return { url, apiKey: readFileSync(join(dataDir, 'admin.key'), 'utf8').trim(), dataDir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Keeps all it prints in a file, and answers with the URL that it prints when it is ready. */
async function bannerUrl(child: ChildProcess, logFile: string): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the output of the service is not piped');
  const log = createWriteStream(logFile);
  stdout.pipe(log, { end: false });
  stderr.pipe(log, { end: false });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`The service ended before it was ready:\n${readFileSync(logFile, 'utf8')}`);
  });
  const lines = createInterface({ input: stdout });
  const found = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      const url = /^\s*URL\s+(http:\/\/\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const late = once(AbortSignal.timeout(START_MS), 'abort').then(() => {
    throw new Error(`The service was not ready within ${START_MS / 1000} s.`);
  });
  ended.catch(() => {});
  late.catch(() => {});
  return Promise.race([found, ended, late]);
}

async function stopService(child: ChildProcess, dataDir: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(killer);
  }
  rmSync(dataDir, { recursive: true, force: true });
}
