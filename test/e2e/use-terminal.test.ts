import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { expectPrompt, repeated, within } from '../support/e2b/timing.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';
import { openTerminal } from '../support/use/terminal-client.ts';

describe('the terminal of a real sandbox', () => {
  let service: ServiceProcess;
  let api: Api;
  let id: string;
  beforeAll(async () => {
    service = await startService();
    api = apiOf(service);
    id = await started();
  });
  afterAll(() => service?.dispose());

  const started = async (body: object = {}): Promise<string> => {
    const answer = await api('POST', '/v1/sandboxes', { body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.id;
  };
  const addressOf = (query = '', sandbox = id) => `${service.url}/v1/sandboxes/${sandbox}/terminal${query}`;
  const withKey = () => ({ headers: { 'x-api-key': service.adminKey } });
  const open = (query = '', sandbox = id) => openTerminal(addressOf(query, sandbox), withKey());

  it('is a shell of its user, of the size that is asked for and that it is given later', async () => {
    const terminal = await open('?cols=90&rows=20');
    terminal.type('stty size; echo "$TERM $(id -un) $PWD"; tty\n');
    await terminal.until('20 90');
    await terminal.until('user /home/user');
    await terminal.until('/dev/pts/');
    terminal.say({ type: 'resize', cols: 133, rows: 44 });
    terminal.type('stty size\n');
    await terminal.until('44 133');
    terminal.type('exit 3\n');
    await within('its end', 5_000, terminal.closed);
    expect(terminal.control.map((text) => JSON.parse(text))).toEqual([{ type: 'exit', exitCode: 3, signal: null }]);
  });

  it('begins where and as whom it is told', async () => {
    const terminal = await open('?user=root&cwd=/var');
    terminal.type('echo "<$(id -un):$PWD>"\n');
    await terminal.until('<root:/var>');
    terminal.close();
    await terminal.closed;
  });

  it('echoes what is typed at once', async () => {
    const terminal = await open();
    terminal.type('cat\n');
    await terminal.until('cat');
    await expectPrompt(
      repeated(async (round) => {
        const beganMs = performance.now();
        terminal.type(`mark-${round};`);
        await terminal.until(`mark-${round};`);
        return performance.now() - beganMs;
      }),
    );
    terminal.close();
  });

  it('carries bytes of every kind and megabytes of them', async () => {
    const terminal = await open();
    terminal.type('stty -echo; printf "\\342\\202\\254\\n"; head -c 4000000 /dev/zero | tr "\\0" x; echo; echo over\n');
    await terminal.until('€');
    await eventually('all has come', async () => /\nover\r?\n/.test(terminal.output()), 20_000);
    expect(terminal.output().match(/x/g)?.length).toBeGreaterThanOrEqual(4_000_000);
    terminal.close();
  });

  it('takes its shell along when its client leaves', async () => {
    const terminal = await open();
    terminal.type('exec sleep 7125\n');
    const isThere = async () =>
      (await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command: 'pgrep -fx "sleep 7125" || true' } })).body
        .stdout !== '';
    await eventually('it runs', isThere);
    terminal.close();
    await eventually('it is gone', async () => !(await isThere()));
  });

  it('is opened by the key as a subprotocol, and by a ticket once', async () => {
    const key = `sandglass.key.${service.adminKey}`;
    expect((await openTerminal(addressOf(), { protocols: [key] })).protocol).toBe(key);
    const two = await openTerminal(addressOf(), { protocols: ['sandglass.terminal', key] });
    expect(two.protocol).toBe('sandglass.terminal');
    const { status, body } = await api('POST', '/v1/tickets');
    expect(status).toBe(201);
    const lifeMs = Date.parse(body.expiresAt) - Date.now();
    expect(lifeMs).toBeGreaterThan(25_000);
    expect(lifeMs).toBeLessThanOrEqual(30_000);
    (await openTerminal(addressOf(`?ticket=${body.ticket}`))).close();
    await expect(openTerminal(addressOf(`?ticket=${body.ticket}`))).rejects.toThrow('401');
  });

  it('is opened to nobody without a key, and by no key in the address', async () => {
    await expect(openTerminal(addressOf())).rejects.toThrow('401');
    await expect(openTerminal(addressOf(`?ticket=${service.adminKey}`))).rejects.toThrow('400');
    await expect(openTerminal(addressOf(`?key=${service.adminKey}`))).rejects.toThrow('400');
    await expect(openTerminal(addressOf('?width=3'), withKey())).rejects.toThrow('400');
    await expect(openTerminal(addressOf('', 'nobody'), withKey())).rejects.toThrow('404');
    await expect(openTerminal(addressOf('?user=no-such-user'), withKey())).rejects.toThrow('400');
  });

  it('keeps an idle sandbox as long as it is typed in, and no longer', async () => {
    const sandbox = await started({ lifetime: { idleSeconds: 2 } });
    const terminal = await open('', sandbox);
    const typeUntilMs = Date.now() + 5_000;
    for (let i = 0; Date.now() < typeUntilMs; i++) {
      terminal.type(`echo mark-$((${i}*1))\n`);
      await terminal.until(`mark-${i}`);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    expect((await api('GET', `/v1/sandboxes/${sandbox}`)).body.state).toBe('running');
    terminal.close();
    await eventually(
      'it is idle then',
      async () => (await api('GET', `/v1/sandboxes/${sandbox}`)).body.state === 'stopped',
      25_000,
    );
  });

  it('is cut when its sandbox stops, and is not opened after that', async () => {
    const sandbox = await started();
    const terminal = await open('', sandbox);
    const stop = api('POST', `/v1/sandboxes/${sandbox}/stop`, { body: { graceSeconds: 1 } });
    await within('its end', 10_000, terminal.closed);
    expect((await stop).body.state).toBe('stopped');
    await expect(open('', sandbox)).rejects.toThrow('409');
    await api('DELETE', `/v1/sandboxes/${sandbox}`);
    await expect(open('', sandbox)).rejects.toThrow('410');
  });
});
