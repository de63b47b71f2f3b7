import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentBox, startAgentBox } from '../support/agent-box.ts';
import { type AgentProcess, startAgent } from '../support/agent-process.ts';
import { callProcess, endOf, openStream, outputOf } from '../support/agent-streams.ts';
import { eventually } from '../support/api.ts';

const REOPEN = 'echo out > /dev/stdout; echo err > /dev/stderr; echo more >> /proc/self/fd/2';
const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:`).toString('base64')}` });
const shell = (script: string) => ({ cmd: '/bin/sh', args: ['-c', script] });
// biome-ignore lint/suspicious/noExplicitAny: tests assert on it, a wrong shape fails there.
const run = async (target: Pick<AgentProcess, 'fetch'>, body: object): Promise<any> =>
  (await target.fetch('/sandglass/exec', { method: 'POST', body: JSON.stringify(body) })).json();

describe.each(['sandglass-busybox', 'sandglass-base'])('in a container of %s', (image) => {
  let box: AgentBox;
  beforeAll(async () => {
    box = await startAgentBox(image);
  });
  afterAll(() => box.dispose());

  test.each(['user', 'root'])('%s opens its streams again by their names', async (user) => {
    const stream = await openStream(box, 'Start', { process: shell(REOPEN), stdin: false }, basic(user));
    const frames = await stream.rest();
    expect(endOf(frames)).toMatchObject({ exited: true, status: 'exit status 0' });
    expect([outputOf(frames, 'stdout'), outputOf(frames, 'stderr')]).toEqual(['out\n', 'err\nmore\n']);
    const command = ['sh', '-c', REOPEN];
    const result = await run(box, { command, user, stdin: 'unread' });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'out\n', stderr: 'err\nmore\n' });
  });

  test('who became somebody else may still write', async () => {
    const command = ['su', 'user', '-c', 'echo out > /dev/stdout; echo err > /dev/stderr'];
    const result = await run(box, { command, user: 'root' });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  test('processes start after somebody inside removed the pipes that were ready', async () => {
    await box.exec('sh', '-c', 'rm -rf /dev/shm/.sandglass-pipes-*');
    for (let count = 0; count < 3; count += 1)
      expect(await run(box, { command: ['echo', 'it'] })).toMatchObject({ stdout: 'it\n' });
    expect(await run(box, { command: ['sh', '-c', REOPEN] })).toMatchObject({ stdout: 'out\n' });
  });
});

describe('on this machine', () => {
  let agent: AgentProcess;
  beforeAll(async () => {
    agent = await startAgent();
  });
  afterAll(() => agent.dispose());
  const openFiles = () => readdirSync(`/proc/${agent.pid}/fd`).length;
  const openPipes = () => readdirSync(`/proc/${agent.pid}/fd`).filter((name) => isPipe(agent.pid, name)).length;
  const usual = (files: number) => eventually('all files are closed', async () => openFiles() <= files + 4);

  test('thousands of commands, some with stdin and some that cannot start, leave no file open', async () => {
    const some = async (count: number) => {
      const one = async () => {
        for (let done = 0; done < count / 4; done += 1) {
          const command = done % 20 === 0 ? ['/etc/passwd'] : ['true'];
          await run(agent, done % 3 === 0 ? { command, stdin: 'x' } : { command });
        }
      };
      await Promise.all([one(), one(), one(), one()]);
    };
    await some(200);
    const before = openFiles();
    await some(2_000);
    await usual(before);
  }, 120_000);

  test('two hundred at once, more than are ready, all have pipes', async () => {
    const command = ['sh', '-c', REOPEN];
    const all = await Promise.all(Array.from({ length: 200 }, () => run(agent, { command, stdin: '' })));
    expect(new Set(all.map(({ stdout, stderr }) => stdout + stderr))).toEqual(new Set(['out\nerr\nmore\n']));
    await eventually('all pipes are closed', async () => openPipes() === 0);
  }, 60_000);

  test('what is left behind in the background keeps its pipe, and it is closed with the last of them', async () => {
    const result = await run(agent, { command: '(sleep 1; echo late > /dev/stderr) & echo now' });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'now\n', stderr: '' });
    expect(openPipes()).toBeGreaterThan(0);
    await eventually('all pipes are closed', async () => openPipes() === 0);
  });

  test('a large stdin arrives whole and ends, and a process that closes its stdin harms nobody', async () => {
    const stdin = 'x'.repeat(700_000);
    expect(await run(agent, { command: 'sleep 0.2; wc -c', stdin })).toMatchObject({ stdout: '700000\n' });
    expect(await run(agent, { command: 'exec <&-; sleep 0.2; echo on', stdin })).toMatchObject({ stdout: 'on\n' });
    const stream = await openStream(agent, 'Start', { process: shell('cat; echo over'), stdin: true });
    const { pid } = (await stream.next()).message.event.start;
    expect((await callProcess(agent, 'CloseStdin', { process: { pid } })).status).toBe(200);
    expect(outputOf(await stream.rest(), 'stdout')).toBe('over\n');
  });
});

function isPipe(pid: number, file: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/fd/${file}`).includes('.sandglass-pipes-');
  } catch {
    return false;
  }
}
