import { beforeAll, describe, expect, it } from 'vitest';
import { apiOf, eventually } from '../support/api.ts';
import { heardText } from '../support/e2b/heard.ts';
import { accessTokenOf, connectionTo, sdks, serviceOfFile } from '../support/e2b/sdks.ts';
import { wire } from '../support/e2b/wire.ts';

const service = serviceOfFile();
const rowOf = async (id: string) => (await apiOf(service())('GET', `/v1/sandboxes/${id}`)).body;
const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(sdks)('pausing as e2b %s does it', (_version, sdk) => {
  const create = (opts = {}) => sdk.Sandbox.create({ ...connectionTo(service()), timeoutMs: 60_000, ...opts });
  const connect = (id: string, opts = {}) => sdk.Sandbox.connect(id, { ...connectionTo(service()), ...opts });

  it('keeps what runs, and the streams of it', async () => {
    const sandbox = await create();
    const output = heardText();
    const screen = heardText();
    const counting = 'for i in $(seq 1000); do echo "<$i>"; sleep 0.1; done';
    const command = await sandbox.commands.run(counting, { background: true, timeoutMs: 0, onStdout: output.hear });
    const terminal = await sandbox.pty.create({ cols: 80, rows: 24, timeoutMs: 0, onData: screen.hear });
    await sandbox.pty.sendInput(terminal.pid, new TextEncoder().encode('here=kept\n'));
    await output.until('<3>');
    expect(await sandbox.pause()).toBe(true);
    expect(await sandbox.isRunning()).toBe(false);
    const frozen = output.text();
    await passed(1_000);
    expect(output.text()).toBe(frozen);
    await connect(sandbox.sandboxId);
    const next = [...frozen.matchAll(/<(\d+)>/g)].length + 1;
    await output.until(`<${next}>\n<${next + 1}>`);
    await sandbox.pty.sendInput(terminal.pid, new TextEncoder().encode('echo "<$here>"\n'));
    await screen.until('<kept>');
    expect((await sandbox.commands.list()).map(({ pid }) => pid)).toEqual([command.pid, terminal.pid]);
    expect(await sandbox.kill()).toBe(true);
    await expect(command.wait()).rejects.toBeInstanceOf(sdk.TimeoutError);
  });

  it('is over for who asks for something, where it may be', async () => {
    const sandbox = await create({ timeoutMs: 30_000, lifecycle: { onTimeout: 'pause', autoResume: true } });
    const command = await sandbox.commands.run('sleep 600', { background: true, timeoutMs: 0 });
    expect(await sandbox.pause()).toBe(true);
    // Whether it runs can be asked without waking it.
    expect(await sandbox.isRunning()).toBe(false);
    expect((await rowOf(sandbox.sandboxId)).state).toBe('paused');
    expect((await sandbox.commands.list()).map(({ pid }) => pid)).toContain(command.pid);
    const info = await sandbox.getInfo();
    expect(info.state).toBe('running');
    expect(info.endAt.getTime() - Date.now()).toBeGreaterThan(25_000);
    // A signed URL names no sandbox, and wakes it all the same.
    await sandbox.files.write('signed', 'awake');
    expect(await sandbox.pause()).toBe(true);
    expect(await (await fetch(await sandbox.downloadUrl('signed'))).text()).toBe('awake');
    expect(await sandbox.kill()).toBe(true);
  });

  it('lasts for all who ask, where it may not be', async () => {
    const sandbox = await create();
    await sandbox.files.write('signed', 'x');
    expect(await sandbox.pause()).toBe(true);
    await expect(sandbox.commands.run('true')).rejects.toBeInstanceOf(sdk.SandboxNotFoundError);
    await expect(sandbox.files.read('signed')).rejects.toBeInstanceOf(sdk.TimeoutError);
    expect((await sandbox.getInfo()).state).toBe('paused');
    await sandbox.connect();
    expect(await sandbox.files.read('signed')).toBe('x');
    expect(await sandbox.kill()).toBe(true);
  });

  it('gives a sandbox that paused at its end a new life when it is resumed', async () => {
    const policy = { onTimeout: 'pause', autoResume: true };
    const called = await create({ timeoutMs: 3_000, lifecycle: policy });
    const connected = await create({ timeoutMs: 1_000, lifecycle: policy });
    for (const { sandboxId } of [called, connected]) {
      await eventually('it is paused', async () => (await rowOf(sandboxId)).state === 'paused');
    }
    expect((await called.commands.run('echo awake')).stdout).toBe('awake\n');
    const left = (await called.getInfo()).endAt.getTime() - Date.now();
    expect(left).toBeGreaterThan(1_000);
    await connect(connected.sandboxId, { timeoutMs: 20_000 });
    expect((await connected.getInfo()).endAt.getTime() - Date.now()).toBeGreaterThan(15_000);
    await passed(1_500);
    expect((await connected.commands.run('echo on')).stdout).toBe('on\n');
    await Promise.all([called.kill(), connected.kill()]);
  });
});

describe('a pause of ten seconds', () => {
  const api = () => apiOf(service());
  let sandbox: { sandboxId: string; accessToken: string };

  beforeAll(async () => {
    const [, sdk] = sdks[0] ?? expect.fail('no SDK');
    const made = await sdk.Sandbox.create({ ...connectionTo(service()), timeoutMs: 8_000 });
    sandbox = { sandboxId: made.sandboxId, accessToken: accessTokenOf(made) };
  });

  it('takes nothing from the life of the sandbox, nor from the five seconds that a command has left', async () => {
    const inside = wire('header', { ...sandbox, url: service().url });
    const process = { cmd: '/bin/sh', args: ['-c', 'while :; do echo tick; sleep 0.1; done'], envs: {} };
    const stream = await inside.stream(
      'process.Process/Start',
      { process, stdin: false },
      { 'connect-timeout-ms': '5000' },
    );
    await stream.messages.find('a tick', ({ event }) => event?.data);
    expect((await api()('POST', `/v1/sandboxes/${sandbox.sandboxId}/pause`)).status).toBe(200);
    const ticks = stream.messages.all.length;
    await passed(10_000);
    expect(stream.messages.all.length).toBe(ticks);
    expect(await rowOf(sandbox.sandboxId)).toMatchObject({ state: 'paused' });
    const resumed = await api()('POST', `/v1/sandboxes/${sandbox.sandboxId}/resume`);
    const resumedMs = performance.now();
    expect(resumed.status).toBe(200);
    const leftMs = Date.parse(resumed.body.deadlines.stopAt) - Date.now();
    expect(leftMs).toBeGreaterThan(5_000);
    expect(leftMs).toBeLessThan(8_000);
    const end = await stream.messages.find('its end', ({ endStream }) => endStream, 10_000);
    expect(end.endStream.error.code).toBe('deadline_exceeded');
    const livedMs = performance.now() - resumedMs;
    expect(livedMs).toBeGreaterThan(2_500);
    expect(livedMs).toBeLessThan(7_000);
    await eventually('it ends in its time', async () => (await rowOf(sandbox.sandboxId)).state !== 'running', 12_000);
  });
});
