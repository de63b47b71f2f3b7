import { describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { heardText } from '../support/e2b/heard.ts';
import { sandboxOf, sdks, serviceOfFile } from '../support/e2b/sdks.ts';
import { expectPrompt, repeated, within } from '../support/e2b/timing.ts';

const service = serviceOfFile();

describe.each(sdks)('terminals as e2b %s opens them', (_version, sdk) => {
  const sandbox = sandboxOf(sdk, service);
  const open = async (
    opts: { envs?: Record<string, string>; cwd?: string; user?: string; timeoutMs?: number } = {},
  ) => {
    const screen = heardText();
    const handle = await sandbox().pty.create({ cols: 80, rows: 24, onData: screen.hear, ...opts });
    const type = (keys: string) => sandbox().pty.sendInput(handle.pid, new TextEncoder().encode(keys));
    return { screen, handle, type, pid: handle.pid, kill: () => sandbox().pty.kill(handle.pid) };
  };
  const pids = async () => (await sandbox().commands.list()).map(({ pid }) => pid);

  it('is a login shell on a terminal, with the environment and folder that are asked for', async () => {
    const { screen, type, kill } = await open({ envs: { FROM_CALL: 'yes' }, cwd: '/usr/share' });
    await type('echo "<$FROM_CALL $TERM $(pwd) $(id -un) $(tty | cut -c 1-8)>"\n');
    await screen.until('<yes xterm-256color /usr/share user /dev/pts>');
    expect(await kill()).toBe(true);
  });

  it('echoes what is typed at once', async () => {
    const { screen, type, kill } = await open();
    await type('stty -icanon; cat\n');
    await type('ready;');
    await screen.until('ready;');
    let round = 0;
    await expectPrompt(
      repeated(async () => {
        const word = `word${round++};`;
        const beganMs = performance.now();
        await type(word);
        await screen.until(word);
        return performance.now() - beganMs;
      }),
    );
    await kill();
  });

  it('takes the size it is created with, and tells what runs in it of another one', async () => {
    const { screen, type, pid, kill } = await open();
    await type('echo "<$(stty size)>"\n');
    await screen.until('<24 80>');
    await type(`sh -c 'trap "stty size" WINCH; echo "<$((7 * 6))>"; while :; do sleep 0.05; done'\n`);
    await screen.until('<42>');
    await sandbox().pty.resize(pid, { cols: 132, rows: 50 });
    await screen.until('\n50 132');
    await kill();
  });

  it('can be left and joined again, with what goes on inside', async () => {
    const { screen, type, pid, handle, kill } = await open();
    await type('here=kept\n');
    await screen.until('here=kept');
    await handle.disconnect();
    const again = heardText();
    await sandbox().pty.connect(pid, { onData: again.hear });
    await type('echo "<$here>"\n');
    await again.until('<kept>');
    await kill();
  });

  it('shows both of two clients the same', async () => {
    const { screen, type, pid, kill } = await open();
    const other = heardText();
    await sandbox().pty.connect(pid, { onData: other.hear });
    await type('echo "<$((40 + 2))>"\n');
    await Promise.all([screen.until('<42>'), other.until('<42>')]);
    await kill();
  });

  it('carries the control characters of a terminal', async () => {
    const { screen, type, handle } = await open();
    await type('sleep 100; echo "<$?>"\n');
    await screen.until('echo "<$?>"');
    await eventually('the sleep runs', async () => {
      const { stdout } = await sandbox().commands.run('pgrep -fx "sleep 100" || true');
      return stdout !== '';
    });
    await type('\u0003');
    await screen.until('^C');
    await type('exit 7\n');
    await expect(within('its end', 5_000, handle.wait())).rejects.toMatchObject({ exitCode: 7 });
  });

  it('is killed with what runs in it, once', async () => {
    const { type, handle, pid, screen, kill } = await open();
    await type('echo "<$((1 + 1))>"; sleep 4323\n');
    await screen.until('<2>');
    expect(await kill()).toBe(true);
    await expect(within('its end', 5_000, handle.wait())).rejects.toBeInstanceOf(sdk.CommandExitError);
    expect(await kill()).toBe(false);
    expect(await pids()).not.toContain(pid);
    await eventually('none is left', async () => {
      return (await sandbox().commands.run('pgrep -fx "sleep 4323" || true')).stdout === '';
    });
  });

  it('ends when its time is over', async () => {
    const { handle, pid } = await open({ timeoutMs: 1_000 });
    await expect(within('its end', 5_000, handle.wait())).rejects.toBeInstanceOf(sdk.TimeoutError);
    await eventually('it is gone', async () => !(await pids()).includes(pid));
  });

  it('opens many at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => open()));
    await Promise.all(all.map(({ type }, i) => type(`echo "<$((${i} + 100))>"\n`)));
    await Promise.all(all.map(({ screen }, i) => screen.until(`<${i + 100}>`)));
    expect(await Promise.all(all.map(({ kill }) => kill()))).toEqual(all.map(() => true));
  });
});
