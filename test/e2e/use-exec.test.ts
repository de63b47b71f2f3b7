import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecEvent } from '../../src/contract/exec.ts';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { expectPrompt, repeated, within } from '../support/e2b/timing.ts';
import { containerOf, engine, serviceIdOf } from '../support/engine.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';
import { execLines, textOf } from '../support/use/exec-lines.ts';

let service: ServiceProcess;
let api: Api;
let id: string;
beforeAll(async () => {
  service = await startService();
  api = apiOf(service);
  id = await started();
});
afterAll(() => service?.dispose());

async function started(body: object = {}): Promise<string> {
  const answer = await api('POST', '/v1/sandboxes', { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.id;
}

const execPath = (sandbox = id) => `/v1/sandboxes/${sandbox}/exec`;
const run = async (body: object, sandbox = id) => {
  const answer = await api('POST', execPath(sandbox), { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const stream = (body: object, sandbox = id) => execLines(service, { method: 'POST', path: execPath(sandbox), body });
const resume = (execId: string, query: string) =>
  execLines(service, { method: 'GET', path: `${execPath()}/${execId}${query}` });
const has = (text: string) => (event: ExecEvent) => textOf([event]).includes(text);
const ended = (events: readonly ExecEvent[]) => events.filter(({ type }) => type === 'end');

describe('a command of our own API in a real sandbox', () => {
  it('runs in the login shell of its user, in the home of that user', async () => {
    const result = await run({ command: 'echo "$(id -un) $PWD $0"; echo oh >&2; exit 7' });
    expect(result).toMatchObject({ exitCode: 7, stderr: 'oh\n', signal: null, timedOut: false });
    expect(result.stdout).toMatch(/^user \/home\/user \S*bash\n$/);
  });

  it('runs as whom, where and with what it is told', async () => {
    const body = { command: ['sh', '-c', 'id -un; pwd; echo "$WHO"; cat'], user: 'root', cwd: '/tmp' };
    const result = await run({ ...body, env: { WHO: 'me' }, stdin: 'read\n' });
    expect(result.stdout).toBe('root\n/tmp\nme\nread\n');
  });

  it('is refused where the program or the user does not exist', async () => {
    for (const [named, body] of [
      ['no-such-program', { command: ['no-such-program'] }],
      ['no-such-user', { command: ['true'], user: 'no-such-user' }],
    ] as const) {
      const refused = await api('POST', execPath(), { body });
      expect(refused.headers.get('content-type')).toBe('application/problem+json');
      expect(refused.body).toMatchObject({
        status: 400,
        code: 'invalid_request',
        detail: expect.stringContaining(named),
      });
    }
  });

  it('loses the middle of what it writes beyond 10 MiB, and says so', async () => {
    const result = await run({ command: 'echo first; head -c 20000000 /dev/zero | tr "\\0" x; echo; echo last' });
    expect(result.truncated).toEqual({ stdout: true, stderr: false });
    expect(Buffer.byteLength(result.stdout)).toBeLessThanOrEqual(10 * 1024 * 1024 + 200);
    expect(result.stdout.startsWith('first\n')).toBe(true);
    expect(result.stdout.endsWith('\nlast\n')).toBe(true);
  });

  it('dies with all that it started when its time is over', async () => {
    const result = await run({ command: '(exec sleep 7123) & (exec sleep 7123) & wait', timeoutSeconds: 0.5 });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL', exitCode: 137 });
    await eventually(
      'all are gone',
      async () => (await run({ command: 'pgrep -fx "sleep 7123" || true' })).stdout === '',
    );
  });

  it('runs in an image that has neither bash nor libc', async () => {
    const busybox = await started({ image: 'sandglass-busybox:latest' });
    expect(await run({ command: 'echo $((6*7))' }, busybox)).toMatchObject({ exitCode: 0, stdout: '42\n' });
  });
});

describe('the lines of a command', () => {
  it('come as it writes, in time', async () => {
    await expectPrompt(
      repeated(async () => {
        const lines = await stream({ command: ['sh', '-c', 'echo first; sleep 0.3; date +%s%N; sleep 5'] });
        await lines.until(has('first'));
        const written = await lines.until(({ type }) => type === 'stdout');
        const lateMs = Date.now() - Number(textOf([written])) / 1e6;
        lines.breakOff();
        return lateMs;
      }),
    );
  });

  it('are numbered without a gap, and the last one is its end', async () => {
    const lines = await (await stream({ command: 'seq 20000; echo oh >&2; exit 4' })).all();
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
    expect(textOf(lines).split('\n')).toHaveLength(20_001);
    expect(textOf(lines, 'stderr')).toBe('oh\n');
    expect(ended(lines)).toEqual([lines.at(-1)]);
    expect(lines.at(-1)).toMatchObject({ exitCode: 4, timedOut: false });
  });

  it('are told to those who come back from where they were, none twice', async () => {
    const execId = 'resumed';
    const first = await stream({ execId, command: 'for i in $(seq 30); do echo "line $i"; sleep 0.05; done; exit 5' });
    await first.until(has('line 5'));
    const after = first.heard.at(-1)?.seq ?? 0;
    first.breakOff();
    const rest = await (await resume(execId, `?after=${after}`)).all();
    expect(rest[0]?.seq).toBe(after + 1);
    expect(textOf([...first.heard, ...rest])).toBe(Array.from({ length: 30 }, (_, i) => `line ${i + 1}\n`).join(''));
    expect(rest.at(-1)).toMatchObject({ type: 'end', exitCode: 5 });
    expect(await (await resume(execId, '')).all()).toEqual([...first.heard, ...rest]);
  });

  it('are gone once too many came after them', async () => {
    const execId = 'trimmed';
    await (await stream({ execId, command: 'head -c 6000000 /dev/zero | tr "\\0" x' })).all();
    const answer = await api('GET', `${execPath()}/${execId}?after=0`, { headers: { accept: 'application/x-ndjson' } });
    expect([answer.status, answer.body.code]).toEqual([410, 'gone']);
  });

  it('end at once when the command is killed, with all of its group', async () => {
    const execId = 'killed';
    const lines = await stream({ execId, command: 'sleep 7124 & echo up; sleep 7124' });
    await lines.until(has('up'));
    const { body } = await api('GET', execPath());
    expect(body.items.find((item: { execId: string }) => item.execId === execId)).toMatchObject({ running: true });
    expect((await api('DELETE', `${execPath()}/${execId}`)).status).toBe(204);
    const all = await within('the end', 3_000, lines.all());
    expect(all.at(-1)).toMatchObject({ type: 'end', signal: 'SIGKILL' });
    await eventually(
      'all are gone',
      async () => (await run({ command: 'pgrep -fx "sleep 7124" || true' })).stdout === '',
    );
    expect((await api('DELETE', `${execPath()}/nobody`)).status).toBe(404);
  });

  it.each([
    [
      'is stopped',
      'stopped',
      (sandbox: string) => api('POST', `/v1/sandboxes/${sandbox}/stop`, { body: { graceSeconds: 0 } }),
    ],
    ['is deleted', undefined, (sandbox: string) => api('DELETE', `/v1/sandboxes/${sandbox}?force=true`)],
    ['is killed behind our back', 'stopped', killContainer],
  ] as const)('end with the reason when the sandbox %s', async (_what, state, end) => {
    const doomed = await started();
    const lines = await stream({ command: 'echo up; sleep 600' }, doomed);
    await lines.until(has('up'));
    await Promise.all([end(doomed), within('the end', 15_000, lines.all())]);
    const last = lines.heard.at(-1);
    expect(last).toMatchObject({ type: 'end', seq: (lines.heard.at(-2)?.seq ?? -1) + 1 });
    // Its processes may have been ended, and told of, before the sandbox was.
    if (last === undefined || !('reason' in last)) return expect(last).toMatchObject({ signal: expect.any(String) });
    expect(last.reason.code).toBe('sandbox_stopped');
    if (state !== undefined) expect(last.reason.state).toMatch(/^stop/);
  });

  it('end with the reason when the service does; the command goes on for the next one', async () => {
    const execId = 'outlives';
    const lines = await stream({ execId, command: 'echo up; sleep 3; echo done' });
    await lines.until(has('up'));
    expect(await service.stop()).toBe(0);
    const all = await lines.all();
    expect(all.at(-1)).toMatchObject({ type: 'end', reason: { code: 'service_closing' } });
    service = await service.again();
    api = apiOf(service);
    const rest = await (await resume(execId, `?after=${all.at(-2)?.seq}`)).all();
    expect(textOf(rest)).toBe('done\n');
    expect(rest.at(-1)).toMatchObject({ type: 'end', exitCode: 0 });
  });
});

async function killContainer(sandbox: string): Promise<void> {
  const container = await containerOf(serviceIdOf(service.dataDir), sandbox);
  await engine.getContainer(container?.Id ?? 'none').kill();
}

describe('14: an idle timeout', () => {
  it('does not end a sandbox during a command that takes longer, whether its result or its lines are waited for', async () => {
    const idle = () => started({ lifetime: { idleSeconds: 1.5 } });
    const [one, other] = await Promise.all([idle(), idle()]);
    const command = ['sh', '-c', 'sleep 6; echo over'];
    const beganMs = Date.now();
    const [result, lines] = await Promise.all([
      run({ command }, one),
      stream({ command }, other).then((streamed) => streamed.all()),
    ]);
    expect(Date.now() - beganMs).toBeGreaterThan(6_000);
    expect(result).toMatchObject({ exitCode: 0, stdout: 'over\n' });
    expect(lines.at(-1)).toMatchObject({ type: 'end', exitCode: 0 });
    const viewOf = async (sandbox: string) => (await api('GET', `/v1/sandboxes/${sandbox}`)).body;
    const views = await Promise.all([viewOf(one), viewOf(other)]);
    for (const view of views) expect(view).toMatchObject({ state: 'running', incarnation: 1 });
    // A young service waits 15 s longer, for activity that an older one may have seen.
    const isIdle = async (sandbox: string) => (await viewOf(sandbox)).reason?.code === 'idle';
    await eventually('both are idle then', async () => (await isIdle(one)) && (await isIdle(other)), 25_000);
  });
});
