import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVICE = fileURLToPath(new URL('./embedded-service.ts', import.meta.url));

/** Runs a service with an embedded Redis and one entry until it is up, kills it with -9, and gives its Redis's pid. */
export async function leaveServerBehind(dataDir: string): Promise<number> {
  const service = spawn(process.execPath, ['--import', 'tsx', SERVICE, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(service, 'exit');
  try {
    const [said] = await Promise.race([once(service.stdout, 'data'), exit]);
    if (JSON.parse(String(said)).isUp !== true) throw new Error(`the embedded Redis did not come up: ${said}`);
  } finally {
    service.kill('SIGKILL');
    await exit;
  }
  const pid = await recordedPid(dataDir);
  if (!(await isAlive(pid))) throw new Error('the embedded Redis ended with the service');
  return pid;
}

export async function recordedPid(dataDir: string): Promise<number> {
  return Number(await readFile(join(dataDir, 'redis', 'redis.pid'), 'utf8'));
}

/** Ends every process that works in a folder below `dataDir`, whatever a failed test left there. */
export async function endServersBelow(dataDir: string): Promise<void> {
  for (const name of await readdir('/proc')) {
    const folder = /^\d+$/.test(name) ? await readlink(`/proc/${name}/cwd`).catch(() => '') : '';
    if (folder.startsWith(`${dataDir}/`)) process.kill(Number(name), 'SIGKILL');
  }
}

/** A zombie that nobody reaped counts as gone: it has no command line. */
export async function isAlive(pid: number | undefined): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '';
}
