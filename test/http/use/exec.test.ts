import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execEventSchema, execResultSchema } from '../../../src/contract/exec.ts';
import { eventually } from '../../support/api.ts';
import { type UseService, useService } from '../../support/use-service.ts';

let service: UseService;
beforeAll(async () => {
  service = await useService();
}, 30_000);
afterAll(() => service.close());

const NDJSON = { accept: 'application/x-ndjson' };
const json = { 'content-type': 'application/json' };

async function linesOf(response: Response) {
  const text = await response.text();
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => execEventSchema.parse(JSON.parse(line)));
}

function stream(id: string, body: object, signal?: AbortSignal): Promise<Response> {
  const init = { headers: { ...json, ...NDJSON }, body: JSON.stringify(body), ...(signal && { signal }) };
  return service.alice.send('POST', `/v1/sandboxes/${id}/exec`, init);
}

describe('POST /v1/sandboxes/{id}/exec', () => {
  it('answers how a command ended, whatever its code', async () => {
    const { id } = await service.alice.start();
    const reply = await service.alice.post(`/v1/sandboxes/${id}/exec`, { command: 'echo hi; echo oh >&2; exit 3' });
    expect(reply.status).toBe(200);
    expect(execResultSchema.strict().parse(reply.json)).toMatchObject({
      ...{ exitCode: 3, stdout: 'hi\n', stderr: 'oh\n', timedOut: false, signal: null },
      truncated: { stdout: false, stderr: false },
    });
    expect(service.touched).toContain(id);
  });

  it('gives a list to the program as it is, and stdin, cwd and env too', async () => {
    const { id } = await service.alice.start();
    const command = ['sh', '-c', 'cat; pwd; echo "$WHO"'];
    const body = { command, stdin: 'in\n', cwd: '/tmp', env: { WHO: 'me' } };
    const reply = await service.alice.post(`/v1/sandboxes/${id}/exec`, body);
    expect(reply.json).toMatchObject({ exitCode: 0, stdout: 'in\n/tmp\nme\n' });
  });

  it('kills a command and its children when its time is over', async () => {
    const { id } = await service.alice.start();
    const reply = await service.alice.post(`/v1/sandboxes/${id}/exec`, {
      command: 'sleep 60 & sleep 60',
      timeoutSeconds: 0.2,
    });
    expect(reply.json).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
  });

  it('streams a line per event, the last one end, unbuffered on its way', async () => {
    const { id } = await service.alice.start();
    const response = await stream(id, { command: ['sh', '-c', 'echo a; echo b >&2'] });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
    const lines = await linesOf(response);
    expect(lines[0]).toMatchObject({ seq: 0, type: 'start' });
    expect(lines.at(-1)).toMatchObject({ type: 'end', exitCode: 0 });
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
  });

  it('ends a stream with the reason when the sandbox dies', async () => {
    const { id } = await service.alice.start();
    const response = await stream(id, { command: ['sleep', '60'] });
    service.control.exit(id, { exitCode: 137 });
    const lines = await linesOf(response);
    expect(lines.at(-1)).toMatchObject({ seq: 1, type: 'end', reason: { code: 'sandbox_stopped', state: 'stopped' } });
  });

  it('answers a waiting caller at once when the sandbox dies', async () => {
    const { id } = await service.alice.start();
    const waiting = service.alice.post(`/v1/sandboxes/${id}/exec`, { command: ['sleep', '60'], execId: `w-${id}` });
    await eventually('the command runs', async () =>
      (await service.alice.get(`/v1/sandboxes/${id}/exec`)).text.includes(`w-${id}`),
    );
    service.control.exit(id, { exitCode: 137 });
    expect((await waiting).problem()).toMatchObject({ code: 'conflict', state: 'stopped' });
  });

  it('refuses what is wrong, naming each field', async () => {
    const { id } = await service.alice.start();
    const reply = await service.alice.post(`/v1/sandboxes/${id}/exec`, {
      command: [],
      timeoutSeconds: -1,
      shell: true,
    });
    expect(
      reply
        .problem()
        .errors?.map(({ path }) => path)
        .sort(),
    ).toEqual(['command', 'shell', 'timeoutSeconds']);
  });

  it.each([
    ['paused', 'pause', 409],
    ['stopped', 'stop', 409],
  ])('refuses a %s sandbox with its state', async (state, verb, status) => {
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/${verb}`, {});
    const reply = await service.alice.post(`/v1/sandboxes/${id}/exec`, { command: 'true' });
    expect(reply.status).toBe(status);
    expect(reply.problem()).toMatchObject({ code: 'conflict', state, hint: expect.any(String) });
  });

  it('answers 410 for a deleted one, and 404 for that of another tenant', async () => {
    const { id } = await service.alice.start();
    expect((await service.bob.post(`/v1/sandboxes/${id}/exec`, { command: 'true' })).status).toBe(404);
    await service.alice.delete(`/v1/sandboxes/${id}?force=true`);
    expect((await service.alice.post(`/v1/sandboxes/${id}/exec`, { command: 'true' })).status).toBe(410);
  });

  it('says of a sandbox without an agent that only a new one helps', async () => {
    const { id } = await service.alice.start();
    const found = await service.operations.store.find(id);
    const { store } = service.operations;
    const withoutAgent = {
      ...store,
      find: async () => (found === undefined ? undefined : { ...found, agentEndpoint: null }),
    };
    const { useSandbox } = await import('../../../src/operations/use-sandbox.ts');
    const caller = {
      keyId: 'k',
      tenant: 'acme',
      role: 'user',
      quota: { sandboxes: null, cpus: null, memoryMb: null },
    } as const;
    const wish = { name: 'exec', over: new AbortController(), isActivity: true };
    const use = useSandbox({ ...service.operations, store: withoutAgent }, caller, id, wish);
    await expect(use).rejects.toMatchObject({ code: 'unsupported', hint: expect.stringContaining('new sandbox') });
  });
});

describe('/v1/sandboxes/{id}/exec/{execId}', () => {
  it('resumes after the line that arrived last, and ends with the command', async () => {
    const { id } = await service.alice.start();
    const execId = `resume-${id}`;
    const left = new AbortController();
    const script = 'echo one; while [ ! -e "$0" ]; do sleep 0.02; done; echo two';
    const first = await stream(id, { command: ['sh', '-c', script, `/tmp/${execId}`], execId }, left.signal);
    const reader = first.body?.getReader();
    await reader?.read();
    left.abort();
    const resumed = service.alice.send('GET', `/v1/sandboxes/${id}/exec/${execId}?after=1`);
    const go = await service.alice.send('PUT', `/v1/sandboxes/${id}/files?path=/tmp/${execId}`, { body: 'go' });
    expect(go.status).toBe(200);
    const lines = await linesOf(await resumed);
    expect(lines.map(({ seq, type }) => [seq, type])).toEqual([
      [2, 'stdout'],
      [3, 'end'],
    ]);
    await service.alice.send('DELETE', `/v1/sandboxes/${id}/files?path=/tmp/${execId}`);
  });

  it('kills all of the group, lists it, and knows no other', async () => {
    const { id } = await service.alice.start();
    const execId = `kill-${id}`;
    const running = stream(id, { command: 'sleep 60 & wait', execId });
    const one = `/v1/sandboxes/${id}/exec/${execId}`;
    await eventually(
      'it runs',
      async () => (await service.alice.get(one, { headers: { accept: 'application/json' } })).status === 200,
    );
    expect((await service.alice.send('DELETE', one)).status).toBe(204);
    expect((await linesOf(await running)).at(-1)).toMatchObject({ type: 'end', signal: 'SIGKILL' });
    const other = await service.alice.get(`/v1/sandboxes/${id}/exec/nothing`);
    expect(other.problem()).toMatchObject({ code: 'not_found', resource: 'exec' });
  });

  it('answers 410 for lines that are not kept any more', async () => {
    const { id } = await service.alice.start();
    const execId = `ring-${id}`;
    const command = ['sh', '-c', 'head -c 3000000 /dev/zero'];
    await service.alice.post(`/v1/sandboxes/${id}/exec`, { command, execId });
    expect((await service.alice.get(`/v1/sandboxes/${id}/exec/${execId}?after=1`)).problem().code).toBe('gone');
  });
});
