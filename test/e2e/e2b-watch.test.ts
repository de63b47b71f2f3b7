import type { FilesystemEvent } from 'e2b';
import { describe, expect, it } from 'vitest';
import { heard } from '../support/e2b/heard.ts';
import { sandboxOf, sdks, serviceOfFile } from '../support/e2b/sdks.ts';
import { expectPrompt, repeated } from '../support/e2b/timing.ts';

const service = serviceOfFile();

describe.each(sdks)('watching as e2b %s does it', (_version, sdk) => {
  const sandbox = sandboxOf(sdk, service);
  let folders = 0;
  const watched = async (opts: { recursive?: boolean; includeEntry?: boolean; timeoutMs?: number } = {}) => {
    const folder = `/home/user/watched-${folders++}`;
    await sandbox().files.makeDir(folder);
    const events = heard<FilesystemEvent>();
    const ends = heard<Error | undefined>();
    const handle = await sandbox().files.watchDir(folder, events.hear, { ...opts, onExit: ends.hear });
    const find = (name: string, type: string) =>
      events.find(`${type} of ${name}`, (event) => event.name === name && event.type === type);
    return { folder, events, ends, handle, find };
  };

  it('starts at once', async () => {
    await sandbox().files.makeDir('/home/user/quiet');
    await expectPrompt(
      repeated(async () => {
        const beganMs = performance.now();
        const handle = await sandbox().files.watchDir('/home/user/quiet', () => undefined);
        const tookMs = performance.now() - beganMs;
        await handle.stop();
        return tookMs;
      }),
    );
  });

  it('tells of a write at once', async () => {
    const { folder, find, handle } = await watched();
    let round = 0;
    await expectPrompt(
      repeated(async () => {
        const name = `file-${round++}`;
        await sandbox().files.write(`${folder}/${name}`, 'x');
        const writtenMs = performance.now();
        await find(name, 'write');
        return performance.now() - writtenMs;
      }),
    );
    await handle.stop();
  });

  it('tells what happened to what', async () => {
    const { folder, find, handle } = await watched({ includeEntry: true });
    const { commands } = sandbox();
    // One after the other: what happens to a name within milliseconds is told as one.
    await commands.run('echo one > a', { cwd: folder });
    await find('a', 'create');
    await find('a', 'write');
    await commands.run('chmod 600 a', { cwd: folder });
    expect((await find('a', 'chmod')).entry).toMatchObject({ mode: 0o600, permissions: '-rw-------', size: 4 });
    await commands.run('mv a b', { cwd: folder });
    await find('a', 'rename');
    await find('b', 'create');
    await commands.run('rm b; mkdir d', { cwd: folder });
    await find('b', 'remove');
    const made = await find('d', 'create');
    expect(made.entry).toMatchObject({ name: 'd', path: `${folder}/d`, type: 'dir', owner: 'user' });
    await handle.stop();
  });

  it('tells nothing of what lies deeper, unless it is asked to', async () => {
    const { folder, events, find, handle } = await watched();
    await sandbox().files.write(`${folder}/deep/er/file`, 'x');
    await sandbox().files.write(`${folder}/last`, 'x');
    await find('last', 'write');
    expect(events.all.filter(({ name }) => name.startsWith('deep/'))).toEqual([]);
    await handle.stop();
  });

  it('misses no file in folders that are made while it watches', async () => {
    const { folder, find, handle } = await watched({ recursive: true });
    const names = Array.from({ length: 100 }, (_, i) => `new-${i}/in/side/file`);
    await sandbox().commands.run(
      'for i in $(seq 0 99); do mkdir -p new-$i/in/side && echo x > new-$i/in/side/file; done',
      { cwd: folder },
    );
    for (const name of names) await find(name, 'write');
    await sandbox().files.write(`${folder}/new-5/in/side/later`, 'x');
    await find('new-5/in/side/later', 'write');
    await sandbox().files.rename(`${folder}/new-6`, `${folder}/moved`);
    await sandbox().files.write(`${folder}/moved/in/side/after`, 'x');
    await find('moved/in/side/after', 'write');
    await handle.stop();
  });

  it('tells nothing after it was stopped', async () => {
    const { folder, events, ends, handle } = await watched();
    const other = heard<FilesystemEvent>();
    const going = await sandbox().files.watchDir(folder, other.hear);
    await handle.stop();
    await ends.find('its end', () => true).catch(() => undefined);
    await sandbox().files.write(`${folder}/after`, 'x');
    await other.find('the write', ({ name }) => name === 'after');
    expect(events.all).toEqual([]);
    await going.stop();
  });

  it('ends when its time is over, and says so', async () => {
    const { ends } = await watched({ timeoutMs: 1_000 });
    expect(await ends.find('its end', () => true)).toBeInstanceOf(sdk.TimeoutError);
  });

  it('says that there is no such folder, or that it is none', async () => {
    const watch = (path: string) => sandbox().files.watchDir(path, () => undefined);
    await expect(watch('/no/such')).rejects.toBeInstanceOf(sdk.FileNotFoundError);
    await expect(watch('/etc/hostname')).rejects.toBeInstanceOf(sdk.InvalidArgumentError);
  });
});
