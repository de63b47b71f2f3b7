import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import Docker from 'dockerode';

const REMOVALS_AT_ONCE = 8;
const REMOVE_MS = 60_000;

/** The engine as seen from outside the service. */
export const engine = new Docker();

/** The id under which a data directory's service labels its containers. */
export function serviceIdOf(dataDir: string): string {
  const database = new Database(join(dataDir, 'sandglass.sqlite'), { readonly: true });
  try {
    const row = database.prepare("select value from installation where key = 'service_id'").get();
    if (typeof row !== 'object' || row === null || !('value' in row)) throw new Error(`no service id in ${dataDir}`);
    return String(row.value);
  } finally {
    database.close();
  }
}

export function containersOf(serviceId: string) {
  return engine.listContainers({ all: true, filters: { label: [`sandglass.service=${serviceId}`] } });
}

/** The one container of a sandbox; undefined when there is none. */
export async function containerOf(serviceId: string, sandboxId: string) {
  const containers = await containersOf(serviceId);
  const own = containers.filter(({ Labels }) => Labels['sandglass.sandbox'] === sandboxId);
  if (own.length > 1) throw new Error(`sandbox ${sandboxId} has ${own.length} containers`);
  return own[0];
}

/**
 * A few at a time: an engine of 20.10 that removed 100 at once was seen to lock itself up, network and controller each
 * waiting for the other (2026-11-30).
 */
export async function removeContainersOf(serviceId: string): Promise<void> {
  const left = [...(await containersOf(serviceId))];
  const removeNext = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const abortSignal = AbortSignal.timeout(REMOVE_MS);
      await engine
        .getContainer(next.Id)
        .remove({ force: true, v: true, abortSignal })
        .catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: REMOVALS_AT_ONCE }, removeNext));
}

/** What the main process has written so far, both streams. */
export async function logsOf(containerId: string): Promise<string> {
  const bytes = await engine.getContainer(containerId).logs({ stdout: true, stderr: true });
  return bytes.toString('utf8');
}

/** Runs a command in a running container; what it printed on both streams. */
export async function execIn(containerId: string, argv: readonly string[]): Promise<string> {
  const exec = await engine.getContainer(containerId).exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const output = new PassThrough();
  engine.modem.demuxStream(stream, output, output);
  stream.once('end', () => output.end());
  return text(output);
}
