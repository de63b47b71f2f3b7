import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricsSchema } from '../../src/contract/metrics.ts';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { sizeOfProcess } from '../support/dataplane/process-size.ts';
import { expectPrompt, repeated, within } from '../support/e2b/timing.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const MIB = 1024 * 1024;

let service: ServiceProcess;
let api: Api;
beforeAll(async () => {
  service = await startService();
  api = apiOf(service);
});
afterAll(() => service?.dispose());

async function started(body: object = {}): Promise<string> {
  const answer = await api('POST', '/v1/sandboxes', { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.id;
}

describe('the log of the main process', () => {
  const get = (path: string, accept = 'text/plain', signal: AbortSignal | null = null) =>
    fetch(service.url + path, { headers: { 'x-api-key': service.adminKey, accept }, signal });

  it('is told from its end, of a stopped sandbox too', async () => {
    const id = await started({ command: ['sh', '-c', 'seq 50; sleep 0.3; echo oh >&2; exec sleep 600'] });
    const tail = async (lines: number) => (await get(`/v1/sandboxes/${id}/logs?tail=${lines}`)).text();
    await eventually('it wrote', async () => (await tail(10)).includes('oh'));
    expect((await tail(3)).split('\n').toSorted()).toEqual(['', '49', '50', 'oh']);
    expect(await tail(0)).toBe('');
    await api('POST', `/v1/sandboxes/${id}/stop`, { body: { graceSeconds: 0 } });
    expect((await tail(1000)).split('\n')).toHaveLength(52);
    await api('DELETE', `/v1/sandboxes/${id}`);
    expect((await get(`/v1/sandboxes/${id}/logs`)).status).toBe(410);
  });

  it('is followed line by line as it is written, until the sandbox stops', async () => {
    const id = await started({ command: ['sh', '-c', 'i=0; while :; do echo "line $i"; i=$((i+1)); sleep 0.2; done'] });
    const following = await get(`/v1/sandboxes/${id}/logs?follow=true&tail=0`, 'application/x-ndjson');
    expect(following.headers.get('x-accel-buffering')).toBe('no');
    const lines = linesOf(following);
    await lines.next();
    await expectPrompt(
      repeated(async () => {
        const { value } = await lines.next();
        return Date.now() - Date.parse(JSON.parse(value ?? '').at);
      }),
    );
    const stop = api('POST', `/v1/sandboxes/${id}/stop`, { body: { graceSeconds: 0 } });
    const last = async () => {
      for await (const line of lines) expect(JSON.parse(line)).toMatchObject({ stream: 'stdout' });
    };
    await within('its end', 10_000, last());
    await stop;
  });

  it('leaves nothing open when its readers leave', async () => {
    const READERS = 40;
    const id = await started();
    const files = () => sizeOfProcess(service.pid).files;
    const before = files();
    const left = new AbortController();
    const path = `/v1/sandboxes/${id}/logs?follow=true`;
    const following = await Promise.all(Array.from({ length: READERS }, () => get(path, 'text/plain', left.signal)));
    expect(following.map(({ status }) => status)).toEqual(Array(READERS).fill(200));
    // A connection of each client, and one to the engine; some were there before.
    expect(files()).toBeGreaterThanOrEqual(before + READERS * 1.5);
    left.abort();
    // Up to 16 connections to the engine are kept for later calls (connection.ts).
    await eventually('all are closed', async () => files() <= before + 20, 20_000);
  });

  it.each(['tail=-1', 'tail=x', 'follow=maybe', 'since=1'])('is refused with %s', async (query) => {
    expect((await api('GET', `/v1/sandboxes/${await anySandbox()}/logs?${query}`)).status).toBe(400);
  });
});

let some: string | undefined;
async function anySandbox(): Promise<string> {
  some ??= await started();
  return some;
}

describe('what a sandbox uses', () => {
  it('is told within a second of its start, and goes on', async () => {
    const id = await started({ resources: { memoryMb: 256, cpus: 0.5 } });
    const metrics = async () => metricsSchema.strict().parse((await api('GET', `/v1/sandboxes/${id}/metrics`)).body);
    const { latest } = await eventually(
      'the first one',
      async () => {
        const now = await metrics();
        return now.latest !== null && now;
      },
      1_000,
    );
    const source = expect.stringMatching(/^cgroup-v[12]$/);
    expect(latest).toMatchObject({ cpu: { count: 0.5 }, memory: { limitBytes: 256 * MIB, source } });
    expect(latest?.memory.usageBytes).toBeGreaterThan(MIB);
    expect(latest?.memory.peakBytes).toBeGreaterThanOrEqual(latest?.memory.usageBytes ?? Number.NaN);
    expect(latest?.memory.workingSetBytes).toBeLessThanOrEqual(latest?.memory.usageBytes ?? 0);
    expect(latest?.pids).toBeGreaterThan(0);
    const command =
      'python3 -c "import time; x = bytearray(60*1024*1024); t = time.time()\nwhile time.time() < t + 9: pass"';
    await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command } });
    const { history } = await metrics();
    expect(history.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...history.map(({ memory }) => memory.workingSetBytes))).toBeGreaterThan(60 * MIB);
    // Half a cpu is what it may have, of two that the whole machine has.
    expect(Math.max(...history.map(({ cpu }) => cpu.usedPct))).toBeGreaterThan(15);
    expect(Math.max(...history.map(({ cpu }) => cpu.usedPct))).toBeLessThanOrEqual(51);
  });

  it('is told in the words of E2B too, within 30 s', async () => {
    const id = await started();
    const points = await eventually(
      'samples',
      async () => {
        const { status, body } = await api('GET', `/sandboxes/${id}/metrics`);
        expect(status).toBe(200);
        return body.length > 0 && body;
      },
      30_000,
    );
    expect(points[0]).toMatchObject({ cpuCount: 1, memTotal: 512 * MIB });
    expect(points[0].memUsed).toBeGreaterThan(0);
  });

  it('is nothing once it is stopped', async () => {
    const id = await started();
    await api('POST', `/v1/sandboxes/${id}/stop`, { body: { graceSeconds: 0 } });
    expect((await api('GET', `/v1/sandboxes/${id}/metrics`)).body).toMatchObject({
      state: 'stopped',
      latest: null,
      history: [],
    });
  });

  it('is taken up by the next service', async () => {
    const id = await started();
    await service.kill();
    service = await service.again();
    api = apiOf(service);
    await eventually(
      'a sample',
      async () => (await api('GET', `/v1/sandboxes/${id}/metrics`)).body.latest !== null,
      5_000,
    );
  });
});

describe('the processes inside', () => {
  it('are listed, the largest first', async () => {
    const id = await anySandbox();
    const command = ['python3', '-c', 'import time; x = bytearray(150*1024*1024); time.sleep(60)'];
    const cut = new AbortController();
    const running = api('POST', `/v1/sandboxes/${id}/exec`, { body: { command, execId: 'big' }, signal: cut.signal });
    running.catch(() => undefined);
    const items = await eventually('it is the first', async () => {
      const { body } = await api('GET', `/v1/sandboxes/${id}/processes`);
      return body.items[0]?.command?.includes('bytearray') && body.items[0].rssBytes > 150 * MIB && body.items;
    });
    const sizes = items.map(({ rssBytes }: { rssBytes: number }) => rssBytes);
    expect(sizes).toEqual(sizes.toSorted((a: number, b: number) => b - a));
    await api('DELETE', `/v1/sandboxes/${id}/exec/big`);
    cut.abort();
  });
});

async function* linesOf(response: Response): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
