import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import type { Clock } from '../../../ports/clock.ts';
import type { EmbeddedPlace } from './embedded-place.ts';
import { trimServerLog } from './server-log.ts';
import { answeringPid } from './server-probe.ts';
import { endServer, isServerOf } from './server-process.ts';

const START_TIMEOUT_MS = 5_000;
const PROBE_INTERVAL_MS = 10;

export interface EmbeddedServerDeps {
  readonly binary: string;
  readonly place: EmbeddedPlace;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface RunningServer {
  readonly pid: number;
  readonly isAdopted: boolean;
}

/**
 * The server of this place: the one that runs there, or a new one. Adopted is only what answers on the socket with the
 * pid of the pid file while that process lives in our folder. Throws when a new one does not answer in 5 s.
 */
export async function ensureServer(deps: EmbeddedServerDeps): Promise<RunningServer> {
  const { place, clock } = deps;
  const recordedPid = await pidIn(place.pidFile);
  if (recordedPid !== undefined && (await isServerOf(recordedPid, place))) {
    if ((await answeringPid(place.socketPath)) === recordedPid) return { pid: recordedPid, isAdopted: true };
    await endServer(recordedPid, place, clock);
  }
  return { pid: await startServer(deps), isAdopted: false };
}

async function startServer(deps: EmbeddedServerDeps): Promise<number> {
  await trimServerLog(deps.place.logFile);
  const child = await spawnServer(deps.binary, deps.place);
  try {
    return await pidOnceAnswering(child, deps);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** In a session of its own: Ctrl-C in the service's terminal is not for it, and a killed service leaves it to the next. */
async function spawnServer(binary: string, place: EmbeddedPlace): Promise<ChildProcess> {
  const log = await open(place.logFile, 'a', 0o600);
  try {
    const child = spawn(binary, serverArguments(place), {
      cwd: place.folder,
      detached: true,
      env: {},
      stdio: ['ignore', log.fd, log.fd],
    });
    child.unref();
    child.on('error', () => undefined);
    await once(child, 'spawn');
    return child;
  } finally {
    await log.close();
  }
}

function serverArguments(place: EmbeddedPlace): string[] {
  const settings: Readonly<Record<string, string>> = {
    port: '0',
    unixsocket: place.socketPath,
    unixsocketperm: '700',
    dir: place.folder,
    pidfile: place.pidFile,
    daemonize: 'no',
    supervised: 'no',
    save: '',
    appendonly: 'no',
    'maxmemory-policy': 'noeviction',
    logfile: '',
    loglevel: 'warning',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function pidOnceAnswering(child: ChildProcess, { place, clock, signal }: EmbeddedServerDeps): Promise<number> {
  const deadlineMs = clock.monotonicMs() + START_TIMEOUT_MS;
  while (clock.monotonicMs() < deadlineMs) {
    const ending = child.signalCode ?? child.exitCode;
    if (ending !== null) throw new Error(`redis-server ended at once (${ending}), see ${place.logFile}`);
    const pid = await answeringPid(place.socketPath);
    if (pid !== undefined && pid === child.pid) return pid;
    await clock.sleep(PROBE_INTERVAL_MS, signal);
  }
  throw new Error(`redis-server did not answer within ${START_TIMEOUT_MS} ms, see ${place.logFile}`);
}

async function pidIn(pidFile: string): Promise<number | undefined> {
  const text = await readFile(pidFile, 'utf8').catch(() => '');
  return /^\d{1,10}\s*$/.test(text) && Number(text) > 1 ? Number(text) : undefined;
}
