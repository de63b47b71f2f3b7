import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { pack } from 'tar-stream';
import { silentLog } from '../../../src/observe/logger.ts';
import type { ContainerRuntime } from '../../../src/ports/container-runtime.ts';
import { type DockerRuntimeDeps, dockerRuntime } from '../../../src/runtime/docker/docker-runtime.ts';
import type { RuntimeUnderTest } from '../../contract/container-runtime/harness.ts';
import { realClock } from './real-clock.ts';

const run = promisify(execFile);

/** What a person would type; answers its output. */
export async function docker(...argv: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', argv, { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

type Members = Readonly<Record<string, unknown>>;

/** All that the engine says of a container. */
export async function engineView(
  id: string,
): Promise<Members & { readonly Config: Members; readonly HostConfig: Members }> {
  const [first] = JSON.parse(await docker('inspect', id));
  return first;
}

export function randomServiceId(): string {
  return randomBytes(16).toString('hex');
}

/** A runtime over this machine's engine. The subnets count only where the engine has no such networks yet. */
export function realRuntime(overrides: Partial<DockerRuntimeDeps> = {}): ContainerRuntime {
  return dockerRuntime({
    engine: 'local',
    serviceId: randomServiceId(),
    openSubnet: '10.213.0.0/16',
    closedSubnet: '10.214.0.0/16',
    clock: realClock,
    log: silentLog,
    ...overrides,
  });
}

/** Removes every container of an installation, and what else the test made, whatever became of it. */
export async function removeAllOf(serviceId: string): Promise<void> {
  const ids = await docker('ps', '-aq', '--filter', `label=sandglass.service=${serviceId}`);
  if (ids !== '') await docker('rm', '-f', '-v', ...ids.split('\n'));
}

export const BUSYBOX = 'sandglass-busybox:latest';

export async function openRealEngine(overrides: Partial<DockerRuntimeDeps> = {}): Promise<RuntimeUnderTest> {
  const serviceId = randomServiceId();
  const otherServiceId = randomServiceId();
  const runtime = realRuntime({ ...overrides, serviceId });
  const other = realRuntime({ serviceId: otherServiceId });
  const foreign: string[] = [];
  return {
    runtime,
    serviceId,
    other,
    otherServiceId,
    image: BUSYBOX,
    missingImage: 'localhost:9/nobody/has-this:1',
    async makeForeign(name) {
      const id = await docker('run', '-d', '--name', name, '--network', 'none', BUSYBOX, 'sleep', '1000');
      foreign.push(id);
      return id;
    },
    async killOutside({ id }) {
      await docker('kill', id);
    },
    async putFile({ id }, path, text) {
      const archive = pack();
      archive.entry({ name: path.slice(1) }, text);
      archive.finalize();
      await new Docker().getContainer(id).putArchive(await buffer(Readable.from(archive)), { path: '/' });
    },
    async close() {
      await Promise.all([runtime.close(), other.close()]);
      await Promise.all([removeAllOf(serviceId), removeAllOf(otherServiceId)]);
      if (foreign.length > 0) await docker('rm', '-f', ...foreign);
    },
  };
}
