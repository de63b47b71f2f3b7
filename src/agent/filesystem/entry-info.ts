import type { Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type Timestamp, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { type EntryInfo, EntryInfoSchema, FileType } from '../../contract/gen/filesystem/filesystem_pb.js';
import type { Accounts } from '../accounts.ts';
import { readMetadata } from './xattrs.ts';

/**
 * One entry as envd tells it: a link has the type and the mode of what it leads to, and where that is; a dangling one
 * has no type. Size, owner and time are the link's own. Rejects with ENOENT when there is nothing at the path.
 */
export async function entryInfo(path: string, accounts: Accounts): Promise<EntryInfo> {
  const own = await lstat(path);
  const target = own.isSymbolicLink() ? await targetOf(path) : undefined;
  const seen = target === undefined ? own : target.stats;
  return create(EntryInfoSchema, {
    name: basename(path) || '/',
    path,
    type: typeOf(seen),
    size: BigInt(own.size),
    mode: (seen ?? own).mode & 0o777,
    permissions: permissionsOf(own),
    owner: accounts.nameOfUid(own.uid),
    group: accounts.nameOfGid(own.gid),
    modifiedTime: timestampOf(own.mtimeMs),
    metadata: readMetadata(target?.path ?? path),
    ...(target === undefined ? {} : { symlinkTarget: target.path }),
  });
}

/** Fractions of a millisecond kept, as whole nanoseconds. */
function timestampOf(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1_000);
  const nanos = Math.min(999_999_999, Math.floor((ms - seconds * 1_000) * 1_000_000));
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos });
}

interface LinkTarget {
  readonly path: string;
  /** undefined for a dangling link. */
  readonly stats: Stats | undefined;
}

async function targetOf(link: string): Promise<LinkTarget> {
  try {
    return { path: await realpath(link), stats: await stat(link) };
  } catch {
    return { path: resolve(dirname(link), await readlink(link)), stats: undefined };
  }
}

function typeOf(stats: Stats | undefined): FileType {
  if (stats === undefined) return FileType.UNSPECIFIED;
  if (stats.isDirectory()) return FileType.DIRECTORY;
  return stats.isFile() ? FileType.FILE : FileType.UNSPECIFIED;
}

/** S_IFMT and its values (inode(7)), with the letters of Go. */
const KIND_BITS = 0o170000;
const KINDS = new Map([
  [0o040000, 'd'],
  [0o120000, 'L'],
  [0o010000, 'p'],
  [0o140000, 'S'],
  [0o060000, 'D'],
  [0o020000, 'Dc'],
]);

/** As Go writes a mode: `-rw-r--r--`, `drwxr-xr-x`, `Lrwxrwxrwx`. */
export function permissionsOf({ mode }: Pick<Stats, 'mode'>): string {
  const kind = KINDS.get(mode & KIND_BITS) ?? '';
  const flags = `${kind}${mode & 0o4000 ? 'u' : ''}${mode & 0o2000 ? 'g' : ''}${mode & 0o1000 ? 't' : ''}`;
  const bits = [...'rwxrwxrwx'].map((letter, index) => (mode & (1 << (8 - index)) ? letter : '-')).join('');
  return `${flags === '' ? '-' : flags}${bits}`;
}
