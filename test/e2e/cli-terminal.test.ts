import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { type CliTerminal, cliTerminal } from '../support/cli/cli-terminal.ts';
import { tinyRegistry } from '../support/container-runtime/tiny-registry.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

let service: ServiceProcess;
let api: Api;
let id: string;
let open: CliTerminal | undefined;
beforeAll(async () => {
  service = await startService();
  api = apiOf(service);
  id = await started();
});
afterEach(() => open?.pty.kill('SIGKILL'));
afterAll(() => service?.dispose());

const started = async (): Promise<string> => (await api('POST', '/v1/sandboxes', { body: {} })).body.id;

function run(...argv: readonly string[]): CliTerminal {
  open = cliTerminal(argv, { SANDGLASS_URL: service.url, SANDGLASS_API_KEY: service.adminKey });
  return open;
}

describe('sandglass shell on a terminal', () => {
  it('is a shell of that size, follows it, and ends with its exit code', async () => {
    const { pty, until, ended } = run('shell', id);
    await until('$ ');
    pty.write('echo "<$(stty size):$(id -un):$((40 + 2))>"\r');
    await until('<20 90:user:42>');
    pty.resize(133, 44);
    pty.write('until [ "$(stty size)" = "44 133" ]; do sleep 0.05; done; echo "resized:$((1 + 1))"\r');
    await until('resized:2');
    pty.write('exit 7\r');
    expect(await ended).toBe(7);
  });

  it('hands Ctrl-C and Ctrl-D to the shell, and lives on until the shell ends', async () => {
    const { pty, until, ended } = run('shell', id);
    await until('$ ');
    pty.write('sleep 600; echo "slept:$?"\r');
    const isAsleep = async () =>
      (await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command: 'pgrep -fx "sleep 600" || true' } })).body
        .stdout;
    await eventually('it sleeps', async () => (await isAsleep()) !== '');
    pty.write('\u0003');
    await eventually('it sleeps no more', async () => (await isAsleep()) === '');
    pty.write('echo "alive:$((1 + 1))"\r');
    await until('alive:2');
    pty.write('\u0004');
    expect(await ended).toBe(0);
  });

  it('begins where and as whom it is told', async () => {
    const { pty, until, ended } = run('shell', '-u', 'root', '-w', '/var', id);
    await until(/[#$] /);
    pty.write('echo "<$(id -un):$PWD>"; exit\r');
    await until('<root:/var>');
    expect(await ended).toBe(0);
  });

  it('leaves the terminal as it was and says why, when the sandbox stops', async () => {
    const sandbox = await started();
    const { until, ended } = run('shell', sandbox);
    await until('$ ');
    await api('POST', `/v1/sandboxes/${sandbox}/stop`, { body: { graceSeconds: 1 } });
    // The shell may be told of its hang-up before its connection is cut.
    expect(await ended).not.toBe(0);
    expect((await runToEnd('shell', sandbox)).exitCode).toBe(5);
  });
});

async function runToEnd(...argv: readonly string[]) {
  const terminal = run(...argv);
  const exitCode = await terminal.ended;
  return { exitCode, shown: terminal.shown() };
}

describe('other commands on a terminal', () => {
  it('are coloured, and without colours where NO_COLOR is set', async () => {
    expect((await runToEnd('ls')).shown).toContain('\u001b[1mID');
    open = cliTerminal(['ls'], {
      SANDGLASS_URL: service.url,
      SANDGLASS_API_KEY: service.adminKey,
      NO_COLOR: '1',
    });
    await open.ended;
    expect(open.shown()).not.toContain('\u001b[1m');
    expect(open.shown()).toContain('ID');
  });

  it('top is drawn again and again until Ctrl-C, and gives the screen back', async () => {
    const { pty, until, ended, shown } = run('top', '--interval', '1');
    await until(/CPU[\s\S]*CPU/);
    expect(shown()).toContain(id);
    pty.write('\u0003');
    expect(await ended).toBe(0);
    expect(shown()).toContain('\u001b[?1049l');
  });

  it('start tells how far the pull of its image is', async () => {
    const registry = await tinyRegistry();
    try {
      registry.pace('drip');
      const { pty, until, ended } = run('start', '--id', 'pulling', '--image', registry.image);
      await until(/pulling \S+: downloading [\d.]+ KiB of [\d.]+ MiB, \d+s/);
      pty.write('\u0003');
      await ended;
    } finally {
      await api('DELETE', '/v1/sandboxes/pulling?force=true');
      await registry.close();
    }
  });

  it('exec is ended by Ctrl-C together with its command', async () => {
    const { pty, until, ended } = run('exec', id, 'sh', '-c', 'echo begun; exec sleep 733');
    await until('begun');
    pty.write('\u0003');
    expect(await ended).toBe(130);
    const { body } = await api('POST', `/v1/sandboxes/${id}/exec`, {
      body: { command: 'pgrep -fx "sleep 733" || echo gone' },
    });
    expect(body.stdout).toBe('gone\n');
  });
});
