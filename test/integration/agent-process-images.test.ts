import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentBox, startAgentBox } from '../support/agent-box.ts';
import { callProcess, endOf, openStream, outputOf } from '../support/agent-streams.ts';

let box: AgentBox;
// biome-ignore lint/suspicious/noExplicitAny: tests assert on it, a wrong shape fails there.
const json = async (answer: Promise<Response>): Promise<any> => (await answer).json();
const run = (body: object) => json(box.fetch('/sandglass/exec', { method: 'POST', body: JSON.stringify(body) }));

const AS_USER = { authorization: `Basic ${Buffer.from('user:').toString('base64')}` };

async function terminal(message: object, input: string) {
  const stream = await openStream(box, 'Start', { pty: { size: { cols: 90, rows: 30 } }, ...message }, AS_USER);
  const { pid } = (await stream.next()).message.event.start;
  const pty = Buffer.from(input).toString('base64');
  await callProcess(box, 'SendInput', { process: { pid }, input: { pty } });
  const frames = await stream.rest();
  return { text: outputOf(frames, 'pty'), end: endOf(frames) };
}

describe('an image without libc and bash', () => {
  beforeAll(async () => {
    box = await startAgentBox('sandglass-busybox');
  });
  afterAll(() => box.dispose());

  test('runs what asks for bash with its sh', async () => {
    expect(await run({ command: 'echo $0 $((1+1)); id -un' })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/2\nuser\n$/),
    });
    const bash = { process: { cmd: '/bin/bash', args: ['-l', '-c', 'echo it; pwd'] }, stdin: false };
    const frames = await (await openStream(box, 'Start', bash)).rest();
    expect(outputOf(frames, 'stdout')).toBe('it\n/home/user\n');
  });

  test.each(['user', 'root'])('lets %s open /dev/stdout and /dev/stderr again, as pipes are', async (user) => {
    const command = 'echo out > /dev/stdout; echo err > /dev/stderr; echo more | cat >> /dev/stdout';
    expect(await run({ command, user })).toMatchObject({ exitCode: 0, stdout: 'out\nmore\n', stderr: 'err\n' });
  });

  test('has terminals', async () => {
    const { text, end } = await terminal(
      { process: { cmd: '/bin/bash', args: ['-i', '-l'] } },
      'stty size; id -u; exit 6\n',
    );
    expect(text).toContain('30 90');
    expect(text).toContain('1000');
    expect(end).toMatchObject({ exitCode: 6 });
  });

  test('tells what its container may use', async () => {
    expect(await json(box.fetch('/metrics'))).toMatchObject({ cpu_count: 1, mem_total: 256 * 1024 * 1024 });
    const { items } = await json(box.fetch('/sandglass/processes'));
    expect(items.map(({ pid }: { pid: number }) => pid)).toContain(1);
  });

  test('says what it lacks when it has no shell at all, and runs programs all the same', async () => {
    await box.exec('rm', '/bin/sh');
    const message = expect.stringContaining('The image has no /bin/bash and no /bin/sh');
    expect(await run({ command: 'true' })).toMatchObject({ code: 400, message });
    const bash = { process: { cmd: '/bin/bash', args: ['-l', '-c', 'true'] }, stdin: false };
    const { message: last } = await (await openStream(box, 'Start', bash)).next();
    expect(last.error).toMatchObject({ code: 'invalid_argument', message });
    expect(await run({ command: ['echo', 'it'] })).toMatchObject({ stdout: 'it\n' });
  });
});

describe('the base image', () => {
  beforeAll(async () => {
    box = await startAgentBox('sandglass-base');
    await box.exec('sed', '-i', 's/^games:x:60:/&user/', '/etc/group');
  });
  afterAll(() => box.dispose());

  test('gives a process all groups of its user, with pipes and in a terminal', async () => {
    expect(await run({ command: ['id', '-Gn'], user: 'user' })).toMatchObject({ stdout: 'user games\n' });
    const { text } = await terminal(
      { process: { cmd: '/bin/sh', args: ['-i'] } },
      'echo groups-$(id -Gn | tr " " -); echo mine > $(tty) && echo may-$((1+1)); exit\n',
    );
    expect(text).toContain('groups-user-games');
    expect(text).toContain('may-2');
    expect(await run({ command: ['id', '-G'], user: 'root' })).toMatchObject({ stdout: '0\n' });
    expect(await run({ command: 'sudo id -u' })).toMatchObject({ stdout: '0\n' });
  });

  test('thousands of commands, in the background too, leave no zombie', async () => {
    const one = async () => {
      for (let done = 0; done < 100; done += 1) await run({ command: ['sh', '-c', 'sleep 0 & sleep 0'] });
    };
    await Promise.all([one(), one(), one(), one()]);
    const { items } = await json(box.fetch('/sandglass/processes'));
    expect(items).toHaveLength(2);
    expect(await json(box.fetch('/sandglass/busy'))).toEqual({ busy: false });
  });
});
