import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemAccounts } from '../../../src/agent/accounts.ts';
import { type MainCommand, mainCommand } from '../../../src/agent/main-command.ts';
import { runOf } from '../../../src/agent/run-of.ts';
import { openSession } from '../../../src/agent/session.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A command of whoever runs the tests, and the codes with which it ended the agent. */
async function aCommand(): Promise<{ command: MainCommand; ends: number[] }> {
  const etc = mkdtempSync(join(tmpdir(), 'sandglass-etc-'));
  folders.push(etc);
  const { uid, gid } = userInfo();
  writeFileSync(join(etc, 'passwd'), `me:x:${uid}:${gid}::/:/bin/sh\n`);
  writeFileSync(join(etc, 'group'), '');
  const session = openSession();
  const init = { incarnation: 1, createdAtMs: 1, accessToken: 't', env: {}, user: 'me', workdir: null, command: null };
  session.begin(
    await runOf({ session, accounts: systemAccounts(etc), imageEnv: {}, imageUser: '', imageWorkdir: '/' }, init),
  );
  const ends: number[] = [];
  return { command: mainCommand(session, (code) => ends.push(code)), ends };
}

/** Comes back with what `ends` was when the process was gone. */
async function endsWhenGone({ command, ends }: Awaited<ReturnType<typeof aCommand>>): Promise<readonly number[]> {
  while (command.pid !== undefined) await new Promise(setImmediate);
  return [...ends];
}

describe('the command of a sandbox', () => {
  it('ends the agent with its code', async () => {
    const made = await aCommand();
    expect(await made.command.start(['sh', '-c', 'sleep 0.1; exit 3'], 0)).toBeUndefined();
    expect(await endsWhenGone(made)).toEqual([3]);
  });

  it('that is killed ends it a little later, once the engine may have heard that memory was the cause', async () => {
    const made = await aCommand();
    expect(await made.command.start(['sh', '-c', 'sleep 0.1; kill -9 $$'], 0)).toBeUndefined();
    expect(await endsWhenGone(made)).toEqual([]);
    await expect.poll(() => made.ends, { timeout: 5_000 }).toEqual([137]);
  });

  it('that ends while it is held is the answer, and ends nothing', async () => {
    const made = await aCommand();
    expect(await made.command.start(['sh', '-c', 'exit 4'], 10_000)).toBe(4);
    expect(made.ends).toEqual([]);
  });
});
