import type { FilesystemEvent } from 'e2b';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { heard, heardText } from '../support/e2b/heard.ts';
import { connectionTo, type SdkSandbox, sdks, serviceOfFile } from '../support/e2b/sdks.ts';
import { within } from '../support/e2b/timing.ts';

const service = serviceOfFile();
const END_MS = 5_000;

describe.each(sdks)('what is under way when its sandbox ends, as e2b %s sees it', (_version, sdk) => {
  const create = (timeoutMs = 60_000) => sdk.Sandbox.create({ ...connectionTo(service()), timeoutMs });

  /** One of each stream, all of them running. */
  async function underWay(sandbox: SdkSandbox) {
    const output = heardText();
    const screen = heardText();
    const watchEnd = heard<{ error: Error | undefined }>();
    const events = heard<FilesystemEvent>();
    const command = await sandbox.commands.run('echo here; sleep 600', { background: true, onStdout: output.hear });
    const terminal = await sandbox.pty.create({ cols: 80, rows: 24, onData: screen.hear });
    await sandbox.files.makeDir('/tmp/watched');
    await sandbox.files.watchDir('/tmp/watched', events.hear, { onExit: (error) => watchEnd.hear({ error }) });
    await sandbox.files.write('/tmp/watched/file', 'x');
    await sandbox.commands.run('truncate -s 1G /tmp/sparse');
    const download = (await sandbox.files.read('/tmp/sparse', { format: 'stream' })).getReader();
    await download.read();
    await Promise.all([output.until('here'), screen.until('$'), events.find('its event', () => true)]);
    return {
      command: () => within('the end of the command', END_MS, command.wait()),
      terminal: () => within('the end of the terminal', END_MS, terminal.wait()),
      watch: () => watchEnd.find('its end', () => true, END_MS),
      download: () => within('the end of the download', END_MS, drained(download)),
    };
  }

  async function expectAllEnded(ends: Awaited<ReturnType<typeof underWay>>) {
    const [command, terminal, watch, download] = await Promise.allSettled([
      ends.command(),
      ends.terminal(),
      ends.watch(),
      ends.download(),
    ]);
    expect(command).toMatchObject({ status: 'rejected', reason: expect.any(sdk.TimeoutError) });
    expect(terminal).toMatchObject({ status: 'rejected', reason: expect.any(sdk.TimeoutError) });
    expect(watch).toMatchObject({ value: { error: expect.any(sdk.TimeoutError) } });
    expect(download).toMatchObject({ status: 'rejected', reason: expect.any(Error) });
  }

  async function expectGone(sandbox: SdkSandbox) {
    expect(await sandbox.isRunning()).toBe(false);
    await expect(sandbox.commands.run('true')).rejects.toBeInstanceOf(sdk.SandboxNotFoundError);
    await expect(sandbox.files.watchDir('/tmp', () => undefined)).rejects.toBeInstanceOf(sdk.SandboxNotFoundError);
    await expect(sandbox.files.read('/etc/hostname')).rejects.toBeInstanceOf(sdk.TimeoutError);
    await expect(sandbox.commands.list()).rejects.toBeInstanceOf(sdk.TimeoutError);
  }

  it('ends with the sandbox when it is killed, and says that the sandbox is gone', async () => {
    const sandbox = await create();
    const ends = await underWay(sandbox);
    expect(await sdk.Sandbox.kill(sandbox.sandboxId, connectionTo(service()))).toBe(true);
    await expectAllEnded(ends);
    await expectGone(sandbox);
  });

  it('ends with the sandbox when its time is over', async () => {
    const sandbox = await create();
    const ends = await underWay(sandbox);
    await sandbox.setTimeout(1_000);
    await expectAllEnded(ends);
    await expectGone(sandbox);
  });

  it('ends with the sandbox when it is stopped, which another client may restart', async () => {
    const sandbox = await create();
    await sandbox.files.write('kept', 'still here');
    const ends = await underWay(sandbox);
    const beganMs = performance.now();
    expect(await sandbox.pause({ keepMemory: false })).toBe(true);
    // An open shell does not use up the ten seconds of grace.
    expect(performance.now() - beganMs).toBeLessThan(5_000);
    await expectAllEnded(ends);
    const again = await sdk.Sandbox.connect(sandbox.sandboxId, connectionTo(service()));
    expect(await again.files.read('kept')).toBe('still here');
    expect((await sandbox.commands.run('echo same client')).stdout).toBe('same client\n');
    expect(await again.kill()).toBe(true);
  });

  it('is refused at once when its sandbox has ended before', async () => {
    const sandbox = await create();
    await sandbox.kill();
    await eventually('its end is known', async () => !(await sandbox.isRunning()));
    const beganMs = performance.now();
    await expectGone(sandbox);
    expect(performance.now() - beganMs).toBeLessThan(2_000);
  });
});

async function drained(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}
