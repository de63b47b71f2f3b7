import { EventType } from '../../contract/gen/filesystem/filesystem_pb.js';

/** What a watcher remembers of an entry, to tell later what happened to it. */
export interface Seen {
  /** Device, inode and birth: the same for as long as it is the same file. */
  readonly identity: string;
  readonly isDirectory: boolean;
  readonly isFile: boolean;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Mode, owner and group. */
  readonly rights: string;
}

/** What the system said of one name since it was last looked at. */
export interface Said {
  /** It came, went or was moved, so often. */
  readonly moves: number;
  /** Its bytes or its rights changed, so often. */
  readonly changes: number;
}

/** Moves within what is watched. */
export interface Moved {
  /** What was there is now elsewhere. */
  readonly away: boolean;
  /** What is there was elsewhere. */
  readonly here: boolean;
}

/**
 * What happened to a name. A file with bytes that comes is CREATE and WRITE, whether it was written there or moved
 * there whole from outside; one that is replaced by another file in one move is WRITE, since its bytes are other ones.
 */
export function changesOf(before: Seen | undefined, after: Seen | undefined, said: Said & Moved): EventType[] {
  const gone = said.away ? EventType.RENAME : EventType.REMOVE;
  if (before === undefined && after === undefined) {
    return said.moves === 0 ? [] : [EventType.CREATE, EventType.REMOVE];
  }
  if (before === undefined) return after === undefined ? [] : arrival(after, said);
  if (after === undefined) return [gone];
  if (before.identity !== after.identity) {
    const isReplaced = before.isFile && after.isFile && !said.away && said.moves < 2;
    return isReplaced ? [EventType.WRITE] : [gone, ...arrival(after, said)];
  }
  return modification(before, after, said);
}

function arrival({ isFile, sizeBytes }: Seen, { here }: Moved): EventType[] {
  return isFile && sizeBytes > 0 && !here ? [EventType.CREATE, EventType.WRITE] : [EventType.CREATE];
}

function modification(before: Seen, after: Seen, { changes }: Said): EventType[] {
  const isRewritten = before.mtimeMs !== after.mtimeMs || before.sizeBytes !== after.sizeBytes;
  const hasOtherRights = before.rights !== after.rights;
  // Written again within one tick of the file system's clock: nothing tells but the system's word.
  const isUntold = changes > 0 && before.ctimeMs === after.ctimeMs;
  const isWrite = !after.isDirectory && (isRewritten || isUntold);
  const isChmod = hasOtherRights || (changes > 0 && !isRewritten && !isUntold);
  return [...(isWrite ? [EventType.WRITE] : []), ...(isChmod ? [EventType.CHMOD] : [])];
}
