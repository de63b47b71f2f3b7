import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ConnectionOptions, Sandbox, type Terminal } from '../../../src/sdk/index.ts';
import { eventually } from '../../support/api.ts';
import { type UseService, useService } from '../../support/use-service.ts';

let service: UseService;
let options: ConnectionOptions;
beforeAll(async () => {
  service = await useService();
  options = { url: service.url, apiKey: service.alice.secret, webSocket: WebSocket };
}, 30_000);
afterAll(() => service.close());

const started = async () => Sandbox.get((await service.alice.start()).id, options);

/** What it wrote so far, read in the background. */
function outputOf(terminal: Terminal): () => string {
  let text = '';
  void (async () => {
    for await (const piece of terminal.output) text += new TextDecoder().decode(piece);
  })();
  return () => text;
}

describe('Sandbox.terminal', () => {
  it('is a shell that is typed into, and whose end is told', async () => {
    const terminal = await (await started()).terminal({ cols: 90, rows: 20, user: 'nobody', cwd: '/' });
    const output = outputOf(terminal);
    terminal.write('stty size\n');
    await eventually('it has its size', async () => output().includes('20 90'));
    terminal.resize({ cols: 101, rows: 33 });
    terminal.write(new TextEncoder().encode('stty size; exit 3\n'));
    expect(await terminal.ended).toEqual({ exitCode: 3, signal: null });
    expect(output()).toContain('33 101');
  });

  it('says why when it is cut or cannot be opened', async () => {
    const sandbox = await started();
    const terminal = await sandbox.terminal();
    await service.alice.post(`/v1/sandboxes/${sandbox.id}/stop`);
    await expect(terminal.ended).rejects.toMatchObject({ code: 'conflict' });
    await expect(sandbox.terminal()).rejects.toMatchObject({ code: 'conflict' });
    const refused = sandbox.terminal({ signal: AbortSignal.abort(new Error('enough')) });
    await expect(refused).rejects.toThrow('enough');
  });

  it('is unsupported where there is no WebSocket', async () => {
    const { webSocket: _none, ...without } = options;
    const sandbox = await Sandbox.get((await service.alice.start()).id, without);
    if ('WebSocket' in globalThis) return;
    await expect(sandbox.terminal()).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('Sandbox.killExec', () => {
  it('kills a command, and says when there is none', async () => {
    const sandbox = await started();
    const execId = 'long-one';
    const running = sandbox.exec(['sleep', '600'], { execId, timeoutSeconds: 60 });
    await eventually('it runs', async () => (await sandbox.execs()).some((one) => one.execId === execId));
    await sandbox.killExec(execId);
    expect((await running).signal).toBe('SIGKILL');
    await expect(sandbox.killExec('no-such')).rejects.toMatchObject({ code: 'not_found' });
  });
});
