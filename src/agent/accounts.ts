import { readFileSync, statSync } from 'node:fs';
import { AgentError } from './agent-error.ts';

/** Somebody who can own files and run processes inside. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** All groups, the first one too. */
  readonly groups: readonly number[];
  readonly home: string;
  /** Empty when its line names none. */
  readonly shell: string;
}

/** Who lives in the sandbox: its /etc/passwd and /etc/group, read again when they change. */
export interface Accounts {
  /** A name, a uid or uid:gid; undefined when there is no such account (a uid without a line is one, at /). */
  find(user: string): Account | undefined;
  /** Throws `unauthenticated` with the words that clients of envd know. */
  get(user: string): Account;
  nameOfUid(uid: number): string;
  nameOfGid(gid: number): string;
}

const ROOT: Account = { name: 'root', uid: 0, gid: 0, groups: [0], home: '/root', shell: '' };

/** `etc` is where passwd and group lie; an image without them has root only. */
export function systemAccounts(etc = '/etc'): Accounts {
  const passwd = watchedFile(`${etc}/passwd`, readPasswd);
  const group = watchedFile(`${etc}/group`, readGroups);
  const withGroups = (line: PasswdLine): Account => {
    const more = group().filter(({ members, gid }) => members.includes(line.name) && gid !== line.gid);
    return { ...line, groups: [line.gid, ...more.map(({ gid }) => gid)] };
  };
  const find = (user: string): Account | undefined => {
    const [who = '', gid] = user.split(':');
    const isNumber = /^\d{1,9}$/.test(who);
    const line = passwd().find((one) => (isNumber ? one.uid === Number(who) : one.name === who));
    const account = line === undefined ? unlisted(who, isNumber) : withGroups(line);
    if (account === undefined || gid === undefined) return account;
    const found = /^\d{1,9}$/.test(gid) ? Number(gid) : group().find(({ name }) => name === gid)?.gid;
    return found === undefined ? undefined : { ...account, gid: found, groups: [found] };
  };
  return {
    find,
    get(user) {
      const account = find(user);
      if (account === undefined) throw new AgentError('unauthenticated', `invalid username: '${user}'`);
      return account;
    },
    nameOfUid: (uid) => passwd().find((line) => line.uid === uid)?.name ?? (uid === 0 ? 'root' : String(uid)),
    nameOfGid: (gid) => group().find((line) => line.gid === gid)?.name ?? (gid === 0 ? 'root' : String(gid)),
  };
}

function unlisted(who: string, isNumber: boolean): Account | undefined {
  if (who === 'root') return ROOT;
  if (!isNumber) return undefined;
  const uid = Number(who);
  return uid === 0 ? ROOT : { name: who, uid, gid: uid, groups: [uid], home: '/', shell: '' };
}

type PasswdLine = Omit<Account, 'groups'>;

/** passwd(5): name:password:uid:gid:gecos:home:shell. */
function readPasswd(text: string): readonly PasswdLine[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home, shell] = line.split(':');
    if (name === undefined || name === '' || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), home: home || '/', shell: shell ?? '' }];
  });
}

interface GroupLine {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** group(5): name:password:gid:members. */
function readGroups(text: string): readonly GroupLine[] {
  return text.split('\n').flatMap((line) => {
    const [name, , gid, members] = line.split(':');
    if (name === undefined || name === '' || !/^\d+$/.test(gid ?? '')) return [];
    return [{ name, gid: Number(gid), members: (members ?? '').split(',') }];
  });
}

/** What a file says, read again when its time, size or inode is another; empty text when there is none. */
function watchedFile<T>(path: string, read: (text: string) => T): () => T {
  let seen = '';
  let value: T = read('');
  return () => {
    const stat = statSync(path, { throwIfNoEntry: false });
    const stamp = stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
    if (stamp !== seen) {
      value = read(stat === undefined ? '' : readFileSync(path, 'utf8'));
      seen = stamp;
    }
    return value;
  };
}
