import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemAccounts } from '../../../src/agent/accounts.ts';
import { runOf } from '../../../src/agent/run-of.ts';
import { homeOf, openSession } from '../../../src/agent/session.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function sandbox(user: string | null, imageWorkdir = '/') {
  const etc = mkdtempSync(join(tmpdir(), 'sandglass-etc-'));
  folders.push(etc);
  const write = (passwd: string, group: string) => {
    writeFileSync(join(etc, 'passwd'), passwd);
    writeFileSync(join(etc, 'group'), group);
  };
  write('user:x:1000:1000::/home/user:/bin/sh\n', 'games:x:60:\n');
  const session = openSession();
  const deps = { session, accounts: systemAccounts(etc), imageEnv: {}, imageUser: '', imageWorkdir };
  const init = { incarnation: 1, createdAtMs: 1, accessToken: 't', env: {}, user, workdir: null, command: null };
  const run = await runOf(deps, init);
  session.begin(run);
  return { run, session, write };
}

test('the default user gets groups and a home that came after its run began', async () => {
  const { run, session, write } = await sandbox(null);
  expect(run.defaultUser.groups).toEqual([1000]);
  write('user:x:1000:1000::/srv/new:/bin/sh\n', 'games:x:60:user\n');
  expect(run.defaultUser).toMatchObject({ home: '/srv/new', groups: [1000, 60] });
  expect(homeOf(run.defaultUser, session)).toBe('/srv/new');
});

test('a group that the run named stays the only one', async () => {
  const { run, write } = await sandbox('1000:60');
  write('user:x:1000:1000::/srv/new:/bin/sh\n', 'games:x:60:user\nmore:x:61:user\n');
  expect(run.defaultUser).toMatchObject({ home: '/srv/new', gid: 60, groups: [60] });
});

test('a default user that was removed stays what it was, and never becomes another', async () => {
  const { run, write } = await sandbox(null);
  write('other:x:1001:1001::/home/other:/bin/sh\n', '');
  expect(run.defaultUser).toMatchObject({ name: 'user', uid: 1000, home: '/home/user' });
});

test('the directory of the image stays where processes begin', async () => {
  const { run, session } = await sandbox(null, '/app');
  expect(homeOf(run.defaultUser, session)).toBe('/app');
});
