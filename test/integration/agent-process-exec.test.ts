import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentProcess, startAgent } from '../support/agent-process.ts';
import { eventually } from '../support/api.ts';

let agent: AgentProcess;
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.dispose());

const LINES = { accept: 'application/x-ndjson' };
const post = (body: object, init: RequestInit = {}) =>
  agent.fetch('/sandglass/exec', { method: 'POST', body: JSON.stringify(body), ...init });
// biome-ignore lint/suspicious/noExplicitAny: tests assert on it, a wrong shape fails there.
const json = async (answer: Promise<Response> | Response): Promise<any> => (await answer).json();
const run = (body: object) => json(post(body));
const linesOf = async (answer: Promise<Response>) => parse(await (await answer).text());
const parse = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const get = (path: string) => agent.fetch(`/sandglass/exec${path}`, { headers: LINES });

describe('the JSON form', () => {
  test('answers what a command wrote and how it ended; a non-zero exit is a result', async () => {
    const result = await run({ command: 'echo out; echo err >&2; exit 3' });
    expect(result).toMatchObject({ exitCode: 3, signal: null, stdout: 'out\n', stderr: 'err\n', timedOut: false });
    expect(result).toMatchObject({ truncated: { stdout: false, stderr: false }, execId: expect.any(String) });
    expect(await run({ command: ['printf', '%s', '$HOME'] })).toMatchObject({ stdout: '$HOME' });
    expect(await run({ command: ['cat'], stdin: 'héllo' })).toMatchObject({ stdout: 'héllo' });
    expect(await run({ command: 'pwd; echo $X', cwd: '/tmp', env: { X: 'y' } })).toMatchObject({ stdout: '/tmp\ny\n' });
    expect(await run({ command: ['sh', '-c', 'kill -9 $$'] })).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
  });

  test('a command whose time is over is killed with its whole group', async () => {
    const result = await run({ command: ['sh', '-c', 'echo a; sleep 311 & sleep 312'], timeoutSeconds: 0.3 });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL', stdout: 'a\n' });
    expect(result.durationMs).toBeLessThan(2_000);
  });

  test('beyond 10 MiB the middle is left out, and said so', async () => {
    const result = await run({ command: 'echo first; yes | head -c 30000000; echo last; printf "\\377"' });
    expect(result.truncated).toEqual({ stdout: true, stderr: false });
    expect(result.stdout).toMatch(/^first\n/);
    expect(result.stdout).toMatch(/last\n\ufffd$/);
    expect(result.stdout).toMatch(/\n\[\.\.\. \d+ bytes truncated \.\.\.\]\n/);
    expect(result.stdout.length).toBeLessThan(10.1 * 1024 * 1024);
  });

  test.each([
    [{}, 400, 'command'],
    [{ command: 'true', timeoutSeconds: -1 }, 400, 'timeoutSeconds'],
    [{ command: ['a\0b'] }, 400, 'command'],
    [{ command: 'true', execId: '../x' }, 400, 'execId'],
    [{ command: 'true', cwd: '/nope' }, 400, "cwd '/nope' does not exist"],
    [{ command: ['nope'] }, 400, "no program 'nope'"],
    [{ command: ['/etc'] }, 400, "'/etc'"],
    [{ command: ['/etc/passwd'] }, 403, "'/etc/passwd'"],
    [{ command: 'true', user: 'nope' }, 401, "invalid username: 'nope'"],
  ])('refuses %j with %i', async (body, status, words) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(await json(answer)).toMatchObject({ code: status, message: expect.stringContaining(words) });
  });
});

describe('the NDJSON form', () => {
  test('is a line per event with numbers without gaps, and ends with end', async () => {
    const lines = await linesOf(post({ command: ['sh', '-c', 'echo a; sleep 0.1; echo b >&2'] }, { headers: LINES }));
    expect(lines.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(lines.map(({ type }) => type)).toEqual(['start', 'stdout', 'stderr', 'end']);
    expect(Buffer.from(lines[2].data, 'base64').toString()).toBe('b\n');
    expect(lines[0]).toMatchObject({ execId: expect.any(String), pid: expect.any(Number) });
    expect(lines[3]).toMatchObject({ exitCode: 0, signal: null, timedOut: false, durationMs: expect.any(Number) });
  });

  test('goes on without its caller, and resumes after any line', async () => {
    const left = new AbortController();
    const body = { execId: 'resumed', command: ['sh', '-c', 'echo a; sleep 0.5; echo b; sleep 0.2; echo c'] };
    const first = await post(body, { headers: LINES, signal: left.signal });
    const reader = first.body?.getReader();
    await reader?.read();
    left.abort();
    const rest = await linesOf(get('/resumed?after=1&follow=true'));
    expect(rest.map(({ seq, type }) => [seq, type])).toEqual([
      [2, 'stdout'],
      [3, 'stdout'],
      [4, 'end'],
    ]);
    expect((await linesOf(get('/resumed'))).map(({ type }) => type)).toEqual([
      'start',
      'stdout',
      'stdout',
      'stdout',
      'end',
    ]);
    expect((await post(body)).status).toBe(409);
  });

  test('what is no longer kept is 410', async () => {
    await run({ execId: 'long', command: 'yes | head -c 5000000' });
    expect((await get('/long?after=1')).status).toBe(410);
    const kept = await linesOf(get('/long'));
    expect(kept.at(-1)).toMatchObject({ type: 'end' });
    expect((await get('/never')).status).toBe(404);
    expect((await get('/long?after=x')).status).toBe(400);
  });
});

describe('commands that run', () => {
  test('are listed, make the sandbox busy, and are killed with their whole group', async () => {
    const waiting = run({ execId: 'killed', command: ['sh', '-c', 'sleep 313 & sleep 314'] });
    const isThere = async () => (await get('/killed')).status === 200;
    await eventually('it runs', isThere);
    const { items } = await json(agent.fetch('/sandglass/exec'));
    expect(items.find((one: { execId: string }) => one.execId === 'killed')).toMatchObject({
      running: true,
      user: 'root',
    });
    expect(await json(agent.fetch('/sandglass/busy'))).toEqual({ busy: true });
    expect((await agent.fetch('/sandglass/exec/killed', { method: 'DELETE' })).status).toBe(204);
    expect(await waiting).toMatchObject({ exitCode: 137, signal: 'SIGKILL', timedOut: false });
    await eventually('nobody is left', async () => (await json(agent.fetch('/sandglass/busy'))).busy === false);
    expect((await agent.fetch('/sandglass/exec/killed', { method: 'DELETE' })).status).toBe(204);
    expect((await agent.fetch('/sandglass/exec/never', { method: 'DELETE' })).status).toBe(404);
  });

  test('processes are listed by their memory, and metrics have the names of envd', async () => {
    const { items } = await json(agent.fetch('/sandglass/processes'));
    const sizes = items.map(({ rssBytes }: { rssBytes: number }) => rssBytes);
    expect(sizes).toEqual(sizes.toSorted((one: number, other: number) => other - one));
    expect(items.find(({ pid }: { pid: number }) => pid === agent.pid)).toMatchObject({
      user: 'root',
      ppid: process.pid,
      command: expect.stringContaining('agent.js'),
    });
    // What the kernel calls it, and `ps`.
    expect(readFileSync(`/proc/${agent.pid}/comm`, 'utf8')).toBe('sandglass-agent\n');
    const metrics = await json(agent.fetch('/metrics'));
    expect(Object.keys(metrics)).toEqual([
      ...['ts', 'cpu_count', 'cpu_used_pct', 'mem_total', 'mem_used', 'mem_cache', 'disk_used', 'disk_total'],
    ]);
    for (const value of Object.values(metrics)) expect(value).toEqual(expect.any(Number));
    expect(metrics.mem_used).toBeLessThanOrEqual(metrics.mem_total);
  });
});
