import { expect, test } from 'vitest';
import { changesOf, type Seen } from '../../../../src/agent/filesystem/watch-change.ts';
import { isNetworkType } from '../../../../src/agent/filesystem/watch-request.ts';
import { EventType } from '../../../../src/contract/gen/filesystem/filesystem_pb.js';

const file: Seen = {
  ...{ identity: 'one', isDirectory: false, isFile: true, sizeBytes: 1, mtimeMs: 1, ctimeMs: 1, rights: '644' },
};
const folder: Seen = { ...file, isDirectory: true, isFile: false };
const once = { moves: 1, changes: 0 };
const changed = { moves: 0, changes: 1 };
const said = (...all: Parameters<typeof changesOf>) => changesOf(...all).map((type) => EventType[type]);

test.each([
  ['an empty file that comes', undefined, { ...file, sizeBytes: 0 }, once, false, ['CREATE']],
  ['a file with bytes that comes', undefined, file, once, false, ['CREATE', 'WRITE']],
  ['a directory that comes', undefined, folder, once, false, ['CREATE']],
  ['what goes', file, undefined, once, false, ['REMOVE']],
  ['what goes elsewhere below', file, undefined, once, true, ['RENAME']],
  ['what came and went', undefined, undefined, { moves: 2, changes: 1 }, false, ['CREATE', 'REMOVE']],
  ['a file replaced in one move', file, { ...file, identity: 'two' }, once, false, ['WRITE']],
  [
    'a file removed and made again',
    file,
    { ...file, identity: 'two' },
    { moves: 2, changes: 0 },
    false,
    ['REMOVE', 'CREATE', 'WRITE'],
  ],
  [
    'a file in the place of a directory',
    folder,
    { ...file, identity: 'two' },
    once,
    false,
    ['REMOVE', 'CREATE', 'WRITE'],
  ],
  ['other bytes', file, { ...file, mtimeMs: 2, ctimeMs: 2 }, changed, false, ['WRITE']],
  ['other bytes within one tick', file, file, changed, false, ['WRITE']],
  ['other rights', file, { ...file, ctimeMs: 2, rights: '600' }, changed, false, ['CHMOD']],
  [
    'other bytes and rights',
    file,
    { ...file, mtimeMs: 2, ctimeMs: 2, rights: '600' },
    changed,
    false,
    ['WRITE', 'CHMOD'],
  ],
  ['an entry more in a directory', folder, { ...folder, mtimeMs: 2, ctimeMs: 2 }, once, false, []],
  ['nothing', file, file, once, false, []],
] as const)('%s', (_, before, after, word, away, expected) => {
  expect(said(before, after, { ...word, away, here: false })).toEqual(expected);
});

test('a file that was elsewhere below is not written by its move', () => {
  expect(said(undefined, file, { ...once, away: false, here: true })).toEqual(['CREATE']);
});

test('NFS, SMB and FUSE are network file systems, unless the sandbox itself is on FUSE', () => {
  const [nfs, cifs, fuse, ext4] = [0x6969, 0xff534d42 | 0, 0x65735546, 0xef53];
  expect([nfs, cifs, fuse, ext4].map((type) => isNetworkType(type, ext4))).toEqual([true, true, true, false]);
  expect(isNetworkType(fuse, fuse)).toBe(false);
});
