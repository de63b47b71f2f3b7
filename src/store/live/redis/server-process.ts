import { readFile, readlink, rm } from 'node:fs/promises';
import type { Clock } from '../../../ports/clock.ts';
import type { EmbeddedPlace } from './embedded-place.ts';

const GRACE_MS = 1_000;
const LOOK_INTERVAL_MS = 10;

/**
 * Whether the process is a living redis-server that works in this place's folder. A pid alone is no evidence: the file
 * that names it outlives a reboot, after which the number belongs to another process. Without /proc: never.
 */
export async function isServerOf(pid: number, place: EmbeddedPlace): Promise<boolean> {
  try {
    const [commandLine, folder] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readlink(`/proc/${pid}/cwd`),
    ]);
    return commandLine.includes('redis-server') && [place.folder, `${place.folder} (deleted)`].includes(folder);
  } catch {
    return false;
  }
}

/** Ends the server with SIGTERM, after a second with SIGKILL, and removes its socket and pid file. Never throws. */
export async function endServer(pid: number, place: EmbeddedPlace, clock: Clock): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (await isServerOf(pid, place)) await signalAndWait(pid, signal, { place, clock });
  }
  await Promise.all([place.socketPath, place.pidFile].map((path) => rm(path, { force: true }).catch(() => undefined)));
}

async function signalAndWait(
  pid: number,
  signal: NodeJS.Signals,
  { place, clock }: { place: EmbeddedPlace; clock: Clock },
): Promise<void> {
  try {
    process.kill(pid, signal);
  } catch {
    return;
  }
  const deadlineMs = clock.monotonicMs() + GRACE_MS;
  while (clock.monotonicMs() < deadlineMs && (await isServerOf(pid, place))) await clock.sleep(LOOK_INTERVAL_MS);
}
