import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { SandboxError } from '../../domain/errors.ts';
import type { ContainerEntry, ContainerFile } from '../../ports/container-runtime.ts';
import { containerPath } from './container-look.ts';
import { fileOfTar, folderOfTar } from './container-tar.ts';
import type { EngineContext } from './engine-context.ts';
import { textOf } from './exchange.ts';
import { refusal, wordsOf } from './refusals.ts';

/** How Go writes what a file is (os.FileMode). */
const DIRECTORY = 2 ** 31;
const SYMLINK = 2 ** 27;

/** What the engine's answers of 400 and 500 say of such paths, in the words of Linux and of moby's symlink package. */
const LEADS_NOWHERE = /too many (links|levels of symbolic links)|not a directory|file name too long/i;

/** The engine follows the last link of a path by its own account of where it leads, which never is a link. */
const MOST_LINKS = 2;

const statSchema = z.object({ size: z.number(), mode: z.number(), mtime: z.string(), linkTarget: z.string() });

export interface FileCall {
  readonly path: string;
  readonly signal: AbortSignal;
}

export async function findContainerFile(
  context: EngineContext,
  containerId: string,
  path: string,
): Promise<ContainerFile | undefined> {
  let at = path;
  for (let links = 0; links <= MOST_LINKS; links += 1) {
    const stat = await statOf(context, containerId, at);
    if (stat === undefined) return undefined;
    if (!has(stat.mode, SYMLINK)) return fileOf(at, stat);
    at = stat.linkTarget;
  }
  return undefined;
}

export async function readContainerFile(
  context: EngineContext,
  containerId: string,
  { path, signal }: FileCall,
): Promise<Readable> {
  const tar = await openArchive(context, containerId, { path, signal });
  return Readable.from(fileOfTar(tar), { objectMode: false, highWaterMark: 256 * 1024 });
}

export async function walkContainerFolder(
  context: EngineContext,
  containerId: string,
  { path, signal }: FileCall,
): Promise<AsyncIterable<ContainerEntry>> {
  return folderOfTar(await openArchive(context, containerId, { path: contentsOf(path), signal }));
}

export async function packContainerFolder(
  context: EngineContext,
  containerId: string,
  { path, signal }: FileCall,
): Promise<Readable> {
  const found = await findContainerFile(context, containerId, path);
  if (found === undefined) throw missing(path);
  const asked = found.type === 'directory' ? contentsOf(found.path) : found.path;
  return openArchive(context, containerId, { path: asked, signal });
}

async function statOf(context: EngineContext, containerId: string, path: string) {
  const cut = new AbortController();
  const call = { ...archiveCall(context, containerId, path), method: 'HEAD' } as const;
  const answer = await context.calls.open(call, cut.signal);
  answer.resume();
  if (answer.statusCode === 404) return undefined;
  if (answer.statusCode !== 200) return requireNowhere(context, containerId, path);
  const header = answer.headers['x-docker-container-path-stat'];
  const parsed = statSchema.safeParse(JSON.parse(Buffer.from(String(header), 'base64').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new SandboxError('engine_unavailable', "The engine's answer about a file has an unknown form.", {
    cause: parsed.error,
  });
}

/** An answer to HEAD has no words; those to GET tell a path that leads nowhere from an engine that fails. */
async function requireNowhere(context: EngineContext, containerId: string, path: string): Promise<undefined> {
  const answer = await context.calls.ask(archiveCall(context, containerId, path));
  if (answer.status < 400 || answer.status === 404 || LEADS_NOWHERE.test(wordsOf(answer))) return undefined;
  throw refusal(answer, 'look at a file');
}

async function openArchive(context: EngineContext, containerId: string, call: FileCall): Promise<IncomingMessage> {
  const answer = await context.calls.open(archiveCall(context, containerId, call.path), call.signal);
  if (answer.statusCode === 200) return answer;
  const words = await textOf(answer);
  if (answer.statusCode === 404) throw missing(call.path);
  throw refusal({ status: answer.statusCode ?? 0, body: words }, 'read a file of the container');
}

function archiveCall(context: EngineContext, containerId: string, path: string) {
  return {
    name: 'archive',
    method: 'GET',
    path: containerPath(containerId, '/archive'),
    query: { path },
    deadlineMs: context.deadlines.create,
  } as const;
}

function fileOf(path: string, { size, mode, mtime }: z.infer<typeof statSchema>): ContainerFile {
  const type = has(mode, DIRECTORY) ? 'directory' : isNeither(mode) ? 'other' : 'file';
  return { path, type, sizeBytes: type === 'file' ? size : 0, mode: mode % 0o1000, modifiedAtMs: Date.parse(mtime) };
}

/** Bits above the 31st: too large for JavaScript's own operators. */
function has(mode: number, bit: number): boolean {
  return Math.floor(mode / bit) % 2 === 1;
}

/** Device, pipe, socket, character device, irregular. */
function isNeither(mode: number): boolean {
  return [26, 25, 24, 21, 19].some((bit) => has(mode, 2 ** bit));
}

function contentsOf(folder: string): string {
  return folder.endsWith('/') ? `${folder}.` : `${folder}/.`;
}

function missing(path: string): SandboxError {
  return new SandboxError('not_found', `There is no ${path.slice(0, 200)} in the sandbox.`, {
    details: { resource: 'file' },
  });
}
