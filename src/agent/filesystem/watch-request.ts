import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type FilesystemEvent, FilesystemEventSchema } from '../../contract/gen/filesystem/filesystem_pb.js';
import { AgentError } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { onPath } from './call-path.ts';
import { entryInfo } from './entry-info.ts';
import type { TreeEvent } from './watch-tree.ts';

export interface WatchRequest {
  /** Absolute. */
  readonly path: string;
  readonly recursive: boolean;
  readonly includeEntry: boolean;
  readonly allowNetworkMounts: boolean;
}

/** Throws unless the path is a directory whose changes the system tells of. */
export async function requireWatchable({ path, allowNetworkMounts }: WatchRequest): Promise<void> {
  const seen = await onPath(path, () => stat(path));
  if (!seen.isDirectory()) throw new AgentError('invalid_argument', `path ${path} is not a directory`);
  if (allowNetworkMounts || !(await isOnNetwork(path))) return;
  throw new AgentError(
    'invalid_argument',
    `path ${path} is on a network filesystem, where changes made elsewhere are not seen; allow network mounts to watch it`,
  );
}

const FUSE = 0x65735546;
/** statfs(2): NFS, SMB, CIFS, SMB2, 9P, CEPH, AFS, CODA. */
const NETWORK = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x00c36400, 0x5346414f, 0x73757245]);

async function isOnNetwork(path: string): Promise<boolean> {
  return isNetworkType((await statfs(path)).type, (await statfs('/')).type);
}

/** Whether a type of statfs(2) is one whose changes may be made elsewhere; `rootType` is that of the sandbox's root. */
export function isNetworkType(type: number, rootType: number): boolean {
  if (NETWORK.has(type >>> 0)) return true;
  // An engine without root may keep the sandbox's own disk on FUSE.
  return type >>> 0 === FUSE && rootType >>> 0 !== FUSE;
}

export async function eventMessage(
  deps: Pick<AgentDeps, 'accounts'>,
  { path, includeEntry }: WatchRequest,
  event: TreeEvent,
): Promise<FilesystemEvent> {
  const entry = includeEntry
    ? await entryInfo(join(path, event.name), deps.accounts).catch(() => undefined)
    : undefined;
  return create(FilesystemEventSchema, { ...event, ...(entry === undefined ? {} : { entry }) });
}
