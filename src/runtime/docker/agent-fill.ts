import { Readable } from 'node:stream';
import { pack } from 'tar-fs';
import { z } from 'zod';
import { SandboxError } from '../../domain/errors.ts';
import type { AgentFolder } from './agent-folder.ts';
import { containerPath } from './container-look.ts';
import type { EngineContext } from './engine-context.ts';
import type { EngineAnswer } from './exchange.ts';
import { LABELS } from './labels.ts';
import { refusal, understood } from './refusals.ts';
import { hasVolume } from './volumes.ts';

export interface Fill {
  readonly folder: AgentFolder;
  readonly volume: string;
  /** Made when the volume is full. */
  readonly mark: string;
  /** Where the volume is mounted. */
  readonly into: string;
}

/** A container needs an image: this one holds nothing. */
const EMPTY_IMAGE = 'sandglass-agent-fill:empty';
const LONGEST_FILL_MS = 120_000;
const LOOK_MS = 200;

/**
 * Puts the agent into its volume, through a container that never runs. Its name is the lock between services on one
 * engine; what a dead one left is filled again, which changes nothing for sandboxes that use it.
 */
export async function agentFill(context: EngineContext, fill: Fill): Promise<void> {
  const startedMs = context.clock.monotonicMs();
  await ensureEmptyImage(context);
  const name = `sandglass-agent-fill-${fill.folder.version}`;
  for (let looks = 0; ; looks++) {
    await send(context, 'POST', '/volumes/create', { body: volume(fill.volume, fill.folder.version) });
    const made = await askContainer(context, name, fill);
    if (made.status === 409) {
      // Somebody else fills it now, or died while doing so.
      if (looks * LOOK_MS > LONGEST_FILL_MS) throw new SandboxError('start_failed', 'The agent is not delivered.');
      if ((looks + 1) % 50 === 0) await removeContainer(context, name);
      else await context.clock.sleep(LOOK_MS);
      if (await hasVolume(context, fill.mark)) return;
      continue;
    }
    if (made.status >= 400) throw refusal(made, 'make a container for the agent');
    const { Id } = understood(z.object({ Id: z.string() }), made, 'a container');
    try {
      await putFolder(context, Id, fill);
      await send(context, 'POST', '/volumes/create', { body: volume(fill.mark, fill.folder.version) });
    } finally {
      await removeContainer(context, Id);
    }
    const durationMs = Math.round(context.clock.monotonicMs() - startedMs);
    context.log.info({ event: 'agent.delivered', version: fill.folder.version, durationMs }, 'agent put on the engine');
    return;
  }
}

function volume(name: string, version: string): object {
  return { Name: name, Labels: { [LABELS.agent]: version } };
}

/** 1,024 zeros are an archive of nothing. */
async function ensureEmptyImage(context: EngineContext): Promise<void> {
  const found = await context.calls.ask({
    name: 'image.inspect',
    method: 'GET',
    path: `/images/${EMPTY_IMAGE}/json`,
    deadlineMs: context.deadlines.read,
  });
  if (found.status === 200) return;
  const [repo = '', tag = ''] = EMPTY_IMAGE.split(':');
  await send(context, 'POST', '/images/create', {
    query: { fromSrc: '-', repo, tag },
    upload: Readable.from([Buffer.alloc(1024)]),
  });
}

function askContainer(context: EngineContext, name: string, fill: Fill): Promise<EngineAnswer> {
  return context.calls.ask({
    name: 'agent.create',
    method: 'POST',
    path: '/containers/create',
    query: { name },
    body: {
      Image: EMPTY_IMAGE,
      Cmd: ['never'],
      Labels: { [LABELS.agent]: fill.folder.version },
      HostConfig: { Mounts: [{ Type: 'volume', Source: fill.volume, Target: fill.into }], NetworkMode: 'none' },
    },
    deadlineMs: context.deadlines.create,
  });
}

/** Files belong to root whoever built them; the link of the loader's name is kept. */
async function putFolder(context: EngineContext, containerId: string, { folder, into }: Fill): Promise<void> {
  // tar-fs hands out a stream of streamx, which lacks members of Node's.
  const archive = pack(folder.path, {
    dereference: true,
    map: (header) => Object.assign(header, { uid: 0, gid: 0, uname: 'root', gname: 'root' }),
  });
  const upload = Readable.from(archive);
  await send(context, 'PUT', containerPath(containerId, '/archive'), { query: { path: into }, upload });
}

async function removeContainer(context: EngineContext, idOrName: string): Promise<void> {
  await context.calls.ask({
    name: 'remove',
    method: 'DELETE',
    path: containerPath(idOrName, ''),
    query: { force: 'true' },
    deadlineMs: context.deadlines.remove,
  });
}

interface Sending {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly upload?: Readable;
}

async function send(context: EngineContext, method: 'POST' | 'PUT', path: string, what: Sending): Promise<void> {
  const answer = await context.calls.ask({ name: 'agent.deliver', method, path, ...what, deadlineMs: LONGEST_FILL_MS });
  if (answer.status >= 400) throw refusal(answer, 'take the agent');
}
