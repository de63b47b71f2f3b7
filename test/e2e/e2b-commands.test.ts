import { createHash } from 'node:crypto';
import type { CommandStartOpts, Commands } from 'e2b';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { heardText } from '../support/e2b/heard.ts';
import { sandboxOf, sdks, serviceOfFile } from '../support/e2b/sdks.ts';
import { expectPrompt, repeated, within } from '../support/e2b/timing.ts';

type Run = Commands['run'];

const service = serviceOfFile();

describe.each(sdks)('commands as e2b %s runs them', (_version, sdk) => {
  const sandbox = sandboxOf(sdk, service, { envs: { FROM_SANDBOX: 'yes' } });
  // Passes on what it is given, so each overload stays true.
  const run = ((cmd: string, opts?: CommandStartOpts) => sandbox().commands.run(cmd, opts)) as Run;
  const pids = async () => (await sandbox().commands.list()).map(({ pid }) => pid);

  it('tells both outputs and the code apart', async () => {
    const out = heardText();
    const err = heardText();
    const result = await run('echo out; echo err >&2', { onStdout: out.hear, onStderr: err.hear });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' });
    expect(await out.until('out')).toBe('out\n');
    expect(await err.until('err')).toBe('err\n');
  });

  it('throws what a command failed with', async () => {
    const failed = run('echo out; echo err >&2; exit 3');
    await expect(failed).rejects.toBeInstanceOf(sdk.CommandExitError);
    await expect(failed).rejects.toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    await expect(run('no-such-program')).rejects.toMatchObject({ exitCode: 127 });
  });

  it('gives a command what it reads, and the end of it', async () => {
    const sorted = await run('sort', { background: true, stdin: true });
    await sandbox().commands.sendStdin(sorted.pid, 'b\n');
    await sorted.sendStdin(new TextEncoder().encode('ä\na\n'));
    await sorted.closeStdin();
    expect(await sorted.wait()).toMatchObject({ exitCode: 0, stdout: 'a\nb\nä\n' });
    await expect(run('cat')).resolves.toMatchObject({ stdout: '' });
  });

  it('returns at once from a background command, which goes on', async () => {
    await expectPrompt(
      repeated(async () => {
        const beganMs = performance.now();
        const handle = await run('sleep 5; exit 9', { background: true });
        const tookMs = performance.now() - beganMs;
        expect(await pids()).toContain(handle.pid);
        expect(handle.exitCode).toBeUndefined();
        expect(await handle.kill()).toBe(true);
        return tookMs;
      }),
    );
  });

  it('ends the wait when the command ends, and not before', async () => {
    const beganMs = performance.now();
    const heard = heardText();
    const handle = await run('echo first; sleep 0.7; echo last', { background: true, onStdout: heard.hear });
    await heard.until('first');
    expect(performance.now() - beganMs).toBeLessThan(700);
    const result = await handle.wait();
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(700);
    expect(result.stdout).toBe('first\nlast\n');
    expect(await pids()).not.toContain(handle.pid);
  });

  it('kills a command with all that it started, once', async () => {
    const handle = await run('sleep 4321 & sleep 4321', { background: true });
    expect(await handle.kill()).toBe(true);
    await expect(within('its end', 5_000, handle.wait())).rejects.toBeInstanceOf(sdk.CommandExitError);
    expect(await sandbox().commands.kill(handle.pid)).toBe(false);
    await eventually('none is left', async () => (await run('pgrep -fx "sleep 4321" || true')).stdout === '');
  });

  it('ends a command with all that it started when its time is over', async () => {
    const beganMs = performance.now();
    await expect(run('sleep 4322 & sleep 4322', { timeoutMs: 1_000 })).rejects.toBeInstanceOf(sdk.TimeoutError);
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(950);
    expect(performance.now() - beganMs).toBeLessThan(4_000);
    await eventually('none is left', async () => (await run('pgrep -fx "sleep 4322" || true')).stdout === '');
  });

  it('runs it in the environment, the folder and as the user that are asked for', async () => {
    const asked = { envs: { FROM_CALL: 'ü b' }, cwd: '/usr/share' };
    expect((await run('echo $FROM_SANDBOX $FROM_CALL; pwd; whoami; echo $HOME', asked)).stdout).toBe(
      'yes ü b\n/usr/share\nuser\n/home/user\n',
    );
    expect((await run('id -un; echo $HOME; pwd', { user: 'root' })).stdout).toBe('root\n/root\n/root\n');
    expect((await run('sudo id -un', { user: 'user' })).stdout).toBe('root\n');
    await expect(run('true', { cwd: '/no/such' })).rejects.toBeInstanceOf(sdk.InvalidArgumentError);
    await expect(run('true', { cwd: '/no/such' })).rejects.toThrow("cwd '/no/such' does not exist");
    await expect(run('true', { user: 'nobody-such' })).rejects.toBeInstanceOf(sdk.AuthenticationError);
    await expect(run('true', { user: 'nobody-such' })).rejects.toThrow("invalid username: 'nobody-such'");
  });

  it('lists what runs, with how it was asked for', async () => {
    const handle = await run('sleep 60', { background: true, envs: { A: 'b' }, cwd: '/tmp' });
    const found = (await sandbox().commands.list()).find(({ pid }) => pid === handle.pid);
    expect(found).toMatchObject({ cmd: '/bin/bash', args: ['-l', '-c', 'sleep 60'], envs: { A: 'b' }, cwd: '/tmp' });
    await handle.kill();
    await expect(handle.wait()).rejects.toBeInstanceOf(sdk.CommandExitError);
  });

  it('joins a running command, which echoes what is sent a moment later', async () => {
    const first = heardText();
    const second = heardText();
    const handle = await run('cat', { background: true, stdin: true, onStdout: first.hear });
    const joined = await sandbox().commands.connect(handle.pid, { onStdout: second.hear });
    let round = 0;
    await expectPrompt(
      repeated(async () => {
        const word = `word${round++};`;
        const beganMs = performance.now();
        await sandbox().commands.sendStdin(handle.pid, word);
        await second.until(word);
        return performance.now() - beganMs;
      }),
    );
    await first.until(`word${round - 1};`);
    await handle.disconnect();
    await joined.sendStdin('after the first left');
    await second.until('after the first left');
    await joined.closeStdin();
    expect((await joined.wait()).stdout).toMatch(/^word0;.*after the first left$/);
  });

  it('says that there is nothing to join', async () => {
    await expect(sandbox().commands.connect(4_000_000)).rejects.toBeInstanceOf(sdk.NotFoundError);
    await expect(sandbox().commands.sendStdin(4_000_000, 'x')).rejects.toBeInstanceOf(sdk.NotFoundError);
  });

  it('leaves a command alone whose client went away', async () => {
    const handle = await run('sleep 0.5; echo done > /tmp/left', { background: true });
    await handle.disconnect();
    await eventually('it is done', async () => (await run('cat /tmp/left || true')).stdout === 'done\n');
    await run('rm /tmp/left');
  });

  it('carries 5 MB of output, all of it and in order', async () => {
    const { stdout } = await run('head -c 3750000 /dev/urandom | base64 -w 0 | tee /tmp/big; sync', {
      timeoutMs: 60_000,
    });
    expect(stdout).toHaveLength(5_000_000);
    const { stdout: sum } = await run('sha256sum < /tmp/big; rm /tmp/big');
    expect(sum.split(' ')[0]).toBe(createHash('sha256').update(stdout).digest('hex'));
  });

  it('carries what is not UTF-8, and letters that come in two pieces', async () => {
    expect((await run(`printf 'a\\xff\\xfeb'`)).stdout).toBe('a\ufffd\ufffdb');
    expect((await run(`printf '\\xe2\\x82'; sleep 0.1; printf '\\xac'`)).stdout).toBe('€');
  });

  it('runs many at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => run(`echo ${i}`)));
    expect(all.map(({ stdout }) => stdout)).toEqual(all.map((_, i) => `${i}\n`));
  });
});
