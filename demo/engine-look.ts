import { once } from 'node:events';
import { createInterface } from 'node:readline';
import Docker from 'dockerode';

interface SeenEvent {
  readonly action: string;
  readonly sandboxId: string;
}

/** The Docker engine, asked directly. */
export interface EngineLook {
  /** What its event stream has told of a sandbox's containers, oldest first. */
  actionsOf(sandboxId: string): readonly string[];
  status(containerName: string): Promise<string | undefined>;
  /** Runs a shell line in the container by the engine's exec API; its output, trimmed. */
  run(containerName: string, line: string): Promise<string>;
  /** Removes what the installation may have left. */
  removeLeftovers(): Promise<number>;
  close(): void;
}

export async function watchEngine(serviceId: string): Promise<EngineLook> {
  const docker = engine();
  const label = [`sandglass.service=${serviceId}`];
  const stream = await docker.getEvents({ filters: { type: ['container'], label } });
  const events: SeenEvent[] = [];
  createInterface({ input: stream }).on('line', (line) => {
    // The engine's documented form of an event (docs.docker.com, "Monitor events").
    const event = JSON.parse(line) as { Action: string; Actor: { Attributes: Record<string, string | undefined> } };
    // The demo's own `docker exec` is no event of the lifecycle.
    if (event.Action.startsWith('exec_')) return;
    events.push({ action: event.Action, sandboxId: event.Actor.Attributes['sandglass.sandbox'] ?? '' });
  });
  return {
    actionsOf: (sandboxId) => events.filter((event) => event.sandboxId === sandboxId).map(({ action }) => action),
    status: (name) => statusOf(docker, name),
    run: (name, line) => runIn(docker, name, line),
    async removeLeftovers() {
      const left = await docker.listContainers({ all: true, filters: { label } });
      await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
      return left.length;
    },
    close: () => 'destroy' in stream && typeof stream.destroy === 'function' && stream.destroy(),
  };
}

/** docker-modem reads DOCKER_HOST. */
function engine(): Docker {
  const given = process.env['SANDGLASS_DOCKER_HOST'];
  if (given) process.env['DOCKER_HOST'] = given;
  return new Docker();
}

async function statusOf(docker: Docker, name: string): Promise<string | undefined> {
  try {
    return (await docker.getContainer(name).inspect()).State.Status;
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return undefined;
    throw error;
  }
}

async function runIn(docker: Docker, name: string, line: string): Promise<string> {
  const exec = await docker
    .getContainer(name)
    .exec({ Cmd: ['sh', '-c', line], AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  let output = '';
  stream.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  await once(stream, 'end');
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new Error(`"${line}" ended with ${ExitCode}: ${output}`);
  return output.trim();
}
