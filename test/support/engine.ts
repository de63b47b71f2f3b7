import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import Docker from 'dockerode';

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

export async function removeContainersOf(serviceId: string): Promise<void> {
  const containers = await containersOf(serviceId);
  await Promise.all(
    containers.map(({ Id }) =>
      engine
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(() => undefined),
    ),
  );
}

/** Runs a command in a running container; what it printed on both streams. */
/** What the main process has written so far, both streams. */
export async function logsOf(containerId: string): Promise<string> {
  const bytes = await engine.getContainer(containerId).logs({ stdout: true, stderr: true });
  return bytes.toString('utf8');
}

export async function execIn(containerId: string, argv: readonly string[]): Promise<string> {
  const exec = await engine.getContainer(containerId).exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const output = new PassThrough();
  engine.modem.demuxStream(stream, output, output);
  stream.once('end', () => output.end());
  return text(output);
}
