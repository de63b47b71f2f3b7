import { afterEach, describe, expect, it } from 'vitest';
import { Sandbox } from '../../src/sdk/index.ts';
import { sandboxView } from '../support/sdk/sandbox-view.ts';
import { type Reaction, type ScriptedService, scriptedService } from '../support/sdk/scripted-service.ts';

let service: ScriptedService | undefined;
afterEach(async () => {
  await service?.close();
  service = undefined;
});

async function serviceThat(...reactions: readonly Reaction[]): Promise<ScriptedService> {
  service = await scriptedService(...reactions);
  return service;
}

const view = (change: Parameters<typeof sandboxView>[0] = {}, status = 200): Reaction => ({
  status,
  json: sandboxView(change),
});
const refusal = (status: number, code: string): Reaction => ({
  status,
  json: { type: 'about:blank', title: 'No', status, detail: 'No.', code, requestId: 'req_1' },
  headers: { 'retry-after': '0' },
});
const targets = ({ seen }: ScriptedService) =>
  seen.map(({ method, target }) => `${method} ${target.replace(/\?.*/, '')}`);

const GET = 'GET /v1/sandboxes/first';
const POST = 'POST /v1/sandboxes/first';

describe('connecting', () => {
  it.each([
    ['takes one that runs as it is', [view()], [GET]],
    ['resumes a paused one', [view({ state: 'paused' }), view()], [GET, `${POST}/resume`]],
    ['restarts a stopped one', [view({ state: 'stopped' }), view()], [GET, `${POST}/restart`]],
    [
      'waits for one that is on its way',
      [view({ state: 'stopping' }), view({ state: 'stopped' }), view()],
      [GET, GET, `${POST}/restart`],
    ],
    [
      'looks again where somebody else was first',
      [view({ state: 'stopped' }), refusal(409, 'conflict'), view()],
      [GET, `${POST}/restart`, GET],
    ],
  ] as const)('%s', async (_, reactions, wanted) => {
    const made = await serviceThat(...reactions);
    expect((await Sandbox.connect('first', { url: made.url })).state).toBe('running');
    expect(targets(made)).toEqual(wanted);
  });

  it('throws gone for a deleted one', async () => {
    const { url } = await serviceThat(view({ state: 'deleted' }), refusal(410, 'gone'));
    await expect(Sandbox.connect('first', { url })).rejects.toMatchObject({ code: 'gone' });
  });
});

describe('the signal of a start', () => {
  it('ends that call, and none of the sandbox that it made', async () => {
    const { url } = await serviceThat(view({}, 201), view({ state: 'stopped' }));
    const end = new AbortController();
    const sandbox = await Sandbox.start({}, { url, signal: end.signal });
    end.abort();
    expect((await sandbox.stop()).state).toBe('stopped');
  });
});

describe('the end of a block', () => {
  it('deletes the sandbox that it was used in', async () => {
    const made = await serviceThat(view({}, 201), { status: 204 });
    {
      await using sandbox = await Sandbox.start({}, { url: made.url });
      expect(sandbox.state).toBe('running');
    }
    expect(made.seen[1]).toMatchObject({ method: 'DELETE', target: expect.stringContaining('force=true') });
  });
});

describe('bytes', () => {
  it('are asked for again when the connection broke or the service was busy', async () => {
    const { url } = await serviceThat(view(), 'break', refusal(503, 'storage_unavailable'), {
      status: 200,
      text: 'milk',
    });
    const sandbox = await Sandbox.get('first', { url });
    expect(await sandbox.files.readText('notes.txt')).toBe('milk');
  });

  it('that are a stream are sent once', async () => {
    const { url, seen } = await serviceThat(view(), refusal(503, 'storage_unavailable'));
    const sandbox = await Sandbox.get('first', { url });
    await expect(sandbox.files.write('notes.txt', new Blob(['"milk"']).stream())).rejects.toMatchObject({
      status: 503,
    });
    expect(seen).toHaveLength(2);
  });
});
