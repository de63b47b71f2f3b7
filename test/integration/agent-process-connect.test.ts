import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentProcess, startAgent } from '../support/agent-process.ts';
import { type ConnectStream, callProcess, endOf, openStream, outputOf } from '../support/agent-streams.ts';
import { eventually } from '../support/api.ts';

let agent: AgentProcess;
beforeAll(async () => {
  agent = await startAgent({ env: { FROM_SANDBOX: 'yes' } });
});
afterAll(() => agent.dispose());

const sh = (script: string, more: object = {}) => ({
  process: { cmd: '/bin/sh', args: ['-c', script], ...more },
  stdin: false,
});
const start = (script: string, headers = {}) => openStream(agent, 'Start', sh(script), headers);
const pidOf = async (stream: ConnectStream): Promise<number> => (await stream.next()).message.event.start.pid;

describe('Start', () => {
  test('says its pid at once, then what the process writes, then how it ended', async () => {
    const stream = await start('sleep 0.3; echo out; echo err >&2; exit 3');
    const first = await stream.next();
    expect(first.message.event.start.pid).toBeGreaterThan(0);
    const frames = await stream.rest();
    expect((frames[0]?.atMs ?? 0) - first.atMs).toBeGreaterThan(200);
    expect(outputOf(frames, 'stdout')).toBe('out\n');
    expect(outputOf(frames, 'stderr')).toBe('err\n');
    expect(endOf(frames)).toEqual({ exitCode: 3, exited: true, status: 'exit status 3', error: 'exit status 3' });
    expect(frames.at(-1)?.message).toEqual({});
  });

  test('carries all of a large output before the end', async () => {
    const frames = await (await start('seq 1 300000')).rest();
    expect(outputOf(frames, 'stdout')).toHaveLength(1_988_895);
    expect(endOf(frames)).toMatchObject({ exited: true, status: 'exit status 0' });
  });

  test('gives the sandbox and the call their say in the environment', async () => {
    const stream = await openStream(agent, 'Start', sh('echo $FROM_SANDBOX $MINE $USER', { envs: { MINE: 'too' } }));
    expect(outputOf(await stream.rest(), 'stdout')).toBe('yes too root\n');
  });

  test.each([
    ['a missing directory', sh('true', { cwd: '/nope' }), 'invalid_argument', "cwd '/nope' does not exist"],
    ['a missing program', { process: { cmd: '/bin/nope' } }, 'invalid_argument', "no program '/bin/nope'"],
    ['no program', {}, 'invalid_argument', 'missing'],
  ])('tells %s in the last frame', async (_name, message, code, words) => {
    const stream = await openStream(agent, 'Start', message);
    const last = await stream.next();
    expect(last.isLast).toBe(true);
    expect(last.message.error).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test('runs as the user of the call, with its groups dropped to its own, and refuses unknown ones', async () => {
    const basic = (name: string) => ({ authorization: `Basic ${Buffer.from(`${name}:`).toString('base64')}` });
    expect(outputOf(await (await start('id -un; id -G', basic('nobody'))).rest(), 'stdout')).toBe('nobody\n65534\n');
    const { message } = await (await start('id', basic('x'))).next();
    expect(message.error).toEqual({ code: 'unauthenticated', message: "invalid username: 'x'" });
  });

  test('a call whose time is over kills the whole group and ends with deadline_exceeded, not with an end', async () => {
    const stream = await start('sleep 301 & sleep 302', { 'connect-timeout-ms': '400' });
    const pid = await pidOf(stream);
    const frames = await stream.rest();
    expect(endOf(frames)).toBeUndefined();
    expect(frames.at(-1)?.message.error.code).toBe('deadline_exceeded');
    await eventually('nobody is left of the group', async () => !isGroup(pid));
  });

  test('says keepalive after so many seconds of silence', async () => {
    const stream = await start('sleep 1.5', { 'keepalive-ping-interval': '1' });
    const frames = await stream.rest();
    expect(frames[1]?.message).toEqual({ event: { keepalive: {} } });
  });

  test('ends soon when something in the background holds its output open, which lives on', async () => {
    const stream = await start('(sleep 1; echo late; sleep 30) & echo now');
    const pid = await pidOf(stream);
    const frames = await stream.rest();
    expect(outputOf(frames, 'stdout')).toBe('now\n');
    expect(endOf(frames)).toMatchObject({ exited: true });
    expect(isGroup(pid)).toBe(true);
    process.kill(-pid, 'SIGKILL');
  });
});

describe('a running process', () => {
  test('outlives its client, can be joined, and answers input sent a moment later', async () => {
    const first = await openStream(agent, 'Start', { ...sh('while read x; do echo got $x; done'), stdin: true });
    const pid = await pidOf(first);
    first.leave();
    const joined = await openStream(agent, 'Connect', { process: { pid } });
    expect(await pidOf(joined)).toBe(pid);
    const stdin = Buffer.from('you\n').toString('base64');
    expect((await callProcess(agent, 'SendInput', { process: { pid }, input: { stdin } })).status).toBe(200);
    expect(outputOf([await joined.next()], 'stdout')).toBe('got you\n');
    expect((await callProcess(agent, 'CloseStdin', { process: { pid } })).status).toBe(200);
    expect(endOf(await joined.rest())).toMatchObject({ exited: true });
  });

  test('is listed, found by its tag, and killed with all that it started', async () => {
    const stream = await openStream(agent, 'Start', { ...sh('sleep 303 & sleep 304'), tag: 'mine' });
    const pid = await pidOf(stream);
    const { body } = await callProcess(agent, 'List', {});
    expect(body.processes.find((one: { pid: number }) => one.pid === pid)).toMatchObject({
      tag: 'mine',
      config: { cmd: '/bin/sh', args: ['-c', 'sleep 303 & sleep 304'] },
    });
    const kill = { process: { tag: 'mine' }, signal: 'SIGNAL_SIGKILL' };
    expect((await callProcess(agent, 'SendSignal', kill)).status).toBe(200);
    expect(endOf(await stream.rest())).toMatchObject({
      exitCode: -1,
      status: 'signal: killed',
      error: 'signal: killed',
    });
    await eventually('nobody is left of the group', async () => !isGroup(pid));
    expect(await callProcess(agent, 'SendSignal', kill)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('can be joined after its end, with what it wrote', async () => {
    const stream = await start('echo it; exit 4');
    const pid = await pidOf(stream);
    await stream.rest();
    const frames = await (await openStream(agent, 'Connect', { process: { pid } })).rest();
    expect(outputOf(frames, 'stdout')).toBe('it\n');
    expect(endOf(frames)).toMatchObject({ exitCode: 4 });
  });

  test('a joined stream whose time is over ends, and the process goes on', async () => {
    const stream = await start('sleep 305');
    const pid = await pidOf(stream);
    const joined = await openStream(agent, 'Connect', { process: { pid } }, { 'connect-timeout-ms': '200' });
    expect((await joined.rest()).at(-1)?.message.error.code).toBe('deadline_exceeded');
    expect(isGroup(pid)).toBe(true);
    await callProcess(agent, 'SendSignal', { process: { pid }, signal: 'SIGNAL_SIGTERM' });
    expect(endOf(await stream.rest())).toMatchObject({ status: 'signal: terminated' });
  });

  test('takes no input that it was not started for', async () => {
    const pid = await pidOf(await start('sleep 306'));
    const sent = await callProcess(agent, 'SendInput', { process: { pid }, input: { stdin: 'eA==' } });
    expect(sent.body).toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('without stdin') });
    process.kill(-pid, 'SIGKILL');
  });
});

describe('a terminal', () => {
  const open = async (headers = {}) => {
    const size = { cols: 90, rows: 30 };
    const shell = { process: { cmd: '/bin/bash', args: ['-i', '-l'] }, pty: { size } };
    const stream = await openStream(agent, 'Start', shell, headers);
    const pid = await pidOf(stream);
    let seen = '';
    return {
      pid,
      stream,
      until: async (words: string) => {
        while (!seen.includes(words)) seen += outputOf([await stream.next()], 'pty');
        return seen;
      },
      send: (text: string) =>
        callProcess(agent, 'SendInput', { process: { pid }, input: { pty: Buffer.from(text).toString('base64') } }),
    };
  };

  test('has its size, its kind and its user, echoes within 50 ms, and takes another size', async () => {
    const terminal = await open();
    await terminal.send('stty size; echo $TERM-$((40+2)); tty\n');
    expect(await terminal.until('xterm-256color-42')).toContain('30 90');
    await terminal.until('/dev/pts/');
    const beganMs = performance.now();
    await terminal.send('abcdef');
    await terminal.until('abcdef');
    expect(performance.now() - beganMs).toBeLessThan(50);
    await callProcess(agent, 'Update', { process: { pid: terminal.pid }, pty: { size: { cols: 100, rows: 40 } } });
    await terminal.send('\u0015stty size\n');
    await terminal.until('40 100');
    await terminal.send('exit 7\n');
    expect(endOf(await terminal.stream.rest())).toMatchObject({ exitCode: 7, exited: true });
  });

  test('kill ends its jobs too, whatever groups they are in', async () => {
    const terminal = await open();
    await terminal.send('sleep 307 & echo job-$!-; sleep 308\n');
    const job = Number(/job-(\d+)-/.exec(await terminal.until('-\r\n'))?.[1]);
    expect(isGroup(job)).toBe(true);
    await callProcess(agent, 'SendSignal', { process: { pid: terminal.pid }, signal: 'SIGNAL_SIGKILL' });
    expect(endOf(await terminal.stream.rest())).toMatchObject({ status: 'signal: killed' });
    await eventually('the job has ended', async () => !isGroup(job));
  });

  test('one that reads nothing holds nobody up, and refuses input beyond its bound', async () => {
    const terminal = await open();
    await terminal.send('stty raw -echo; echo ready-$((1+1)); sleep 309\n');
    await terminal.until('ready-2');
    let status = 200;
    for (let count = 0; count < 8 && status === 200; count += 1) {
      ({ status } = await terminal.send('x'.repeat(512 * 1024)));
    }
    expect(status).toBe(429);
    const beganMs = performance.now();
    expect((await agent.fetch('/health')).status).toBe(204);
    expect(performance.now() - beganMs).toBeLessThan(500);
    await callProcess(agent, 'SendSignal', { process: { pid: terminal.pid }, signal: 'SIGNAL_SIGKILL' });
  });
});

function isGroup(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}
