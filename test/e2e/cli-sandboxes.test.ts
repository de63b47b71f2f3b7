import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf } from '../support/api.ts';
import { cliProcess } from '../support/cli/cli-process.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'sandglass-cli-sandboxes-'));
let service: ServiceProcess;
let api: Api;
let id: string;
beforeAll(async () => {
  service = await startService();
  api = apiOf(service);
  id = (await cli('start', '-q')).results.trim();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await service?.dispose();
});

const environment = () => ({ SANDGLASS_URL: service.url, SANDGLASS_API_KEY: service.adminKey });
const cli = (...argv: readonly string[]) => cliProcess(argv, environment(), '');
const cliWith = (input: string | Uint8Array, ...argv: readonly string[]) => cliProcess(argv, environment(), input);
const viewOf = async (sandbox: string) => (await api('GET', `/v1/sandboxes/${sandbox}`)).body;
const inside = async (command: string) =>
  (await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command } })).body.stdout;
const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex');

describe('start', () => {
  it('starts what is asked for, and prints it for people', async () => {
    const { exitCode, results } = await cli(
      ...['start', '--id', 'mine', '-l', 'project=demo', '-l', 'a=$(id);', '-e', 'GREETING=hi there'],
      ...['--memory', '256m', '--cpus', '0.5', '--pids', '64', '--timeout', '20m', '--idle', 'none'],
      ...['--on-timeout', 'pause', '--auto-delete', '1h', '--no-internet', '-w', '/var'],
    );
    expect(exitCode).toBe(0);
    expect(results).toMatch(/^id +mine$/m);
    expect(results).toMatch(/^label a +\$\(id\);$/m);
    expect(await viewOf('mine')).toMatchObject({
      ...{ state: 'running', labels: { project: 'demo', a: '$(id);' }, envNames: ['GREETING'] },
      ...{ resources: { cpus: 0.5, memoryMb: 256, pids: 64 }, network: { internet: false } },
      lifetime: { timeoutSeconds: 1200, idleSeconds: null, onTimeout: 'pause', autoDeleteSeconds: 3600 },
    });
    expect((await cli('exec', 'mine', '--', 'sh', '-c', 'echo "$GREETING"; pwd')).results).toBe('hi there\n/var\n');
    expect((await cli('start', '--id', 'mine')).exitCode).toBe(5);
    expect((await cli('rm', '-f', 'mine')).exitCode).toBe(0);
  });

  it('takes a main process after --, and says with 8 and its log that it did not start', async () => {
    const main = ['start', '-q', '--', 'sh', '-c', 'echo "said; $(id -un)"; echo >&2 wrong; sleep 600'];
    const started = (await cli(...main)).results.trim();
    const logs = await cli('logs', started);
    expect([logs.exitCode, logs.results, logs.progress]).toEqual([0, 'said; user\n', 'wrong\n']);
    expect((await cli('logs', '--json', '-n', '1', started)).results).toMatch(/^\{.*\}\n$/);
    expect((await cli('rm', '-f', started)).exitCode).toBe(0);
    const failed = await cli('start', '--id', 'unstartable', '--', '/no/such/program');
    expect([failed.exitCode, failed.results]).toEqual([8, '']);
    await cli('rm', 'unstartable');
  });

  it('prints everything for machines', async () => {
    const { results } = await cli('start', '--json');
    const started = JSON.parse(results);
    expect(started).toMatchObject({ state: 'running' });
    await cli('rm', '-f', started.id);
  });
});

describe('ls, get and explain', () => {
  it('list and show, by a beginning of the id too', async () => {
    expect((await cli('ls')).results).toMatch(new RegExp(`^ID .*\\n${id} +running +base`));
    expect((await cli('ls', '-q')).results).toBe(`${id}\n`);
    expect(JSON.parse((await cli('ls', '--json')).results)).toMatchObject([{ id }]);
    expect((await cli('ls', '-q', '--state', 'stopped')).results).toBe('');
    expect((await cli('ls', '-q', '-l', 'no=such')).results).toBe('');
    expect((await cli('get', id.slice(0, 6))).results).toMatch(new RegExp(`^id +${id}$`, 'm'));
    expect((await cli('explain', id.slice(0, 6))).results).toContain('running');
  });

  it('refuse a beginning of several, and know none of nothing', async () => {
    await api('POST', '/v1/sandboxes', { body: { id: 'twin1' } });
    await api('POST', '/v1/sandboxes', { body: { id: 'twin2' } });
    const { exitCode, progress } = await cli('stop', 'twin');
    expect([exitCode, progress]).toEqual([5, expect.stringContaining('twin2, twin1')]);
    expect((await viewOf('twin1')).state).toBe('running');
    expect((await cli('rm', '-f', 'twin1', 'twin2')).results.split('\n').sort()).toEqual(['', 'twin1', 'twin2']);
    expect((await cli('get', 'nosuchthing')).exitCode).toBe(3);
    expect((await cli('get', id.slice(0, 3))).exitCode).toBe(3);
  });
});

describe('exec', () => {
  it('keeps the outputs apart, and ends with the code of the command', async () => {
    const { exitCode, results, progress } = await cli('exec', id, 'sh', '-c', 'echo out; echo >&2 err; exit 42');
    expect([exitCode, results, progress]).toEqual([42, 'out\n', 'err\n']);
  });

  it('hands words on as they are', async () => {
    const words = ['$(id)', '; ls', '-x', '--json', '', 'a\nb', '../..', '"\'`'];
    const { results } = await cli('exec', id, '--', 'printf', '<%s>', ...words);
    expect(results).toBe(words.map((word) => `<${word}>`).join(''));
    expect((await cli('exec', '--shell', id, 'echo $((40 + 2)) | tr 2 3')).results).toBe('43\n');
  });

  it('reads what is piped in: text, bytes, and much of it', async () => {
    expect((await cliWith('häh\n', 'exec', id, 'cat')).results).toBe('häh\n');
    const bytes = new Uint8Array(randomBytes(3 * 1024 * 1024));
    expect((await cliWith(bytes, 'exec', id, 'sha1sum')).results).toBe(`${sha1(bytes)}  -\n`);
    expect((await cliWith(bytes, 'exec', '-s', id, 'sha1sum')).results).toBe(`${sha1(bytes)}  -\n`);
    expect(await inside('ls -A /tmp | grep stdin || true')).toBe('');
  });

  it('runs the command without input when a pipe stays open and silent', async () => {
    const { exitCode, results, progress } = await cliProcess(['exec', id, 'cat'], environment());
    expect([exitCode, results]).toEqual([0, '']);
    expect(progress).toContain('--stdin');
  });

  it('runs it where, as whom and with what it is told, and no longer than it is told', async () => {
    const place = ['-u', 'root', '-w', '/var', '-e', 'A=1 2'];
    expect((await cli('exec', ...place, id, 'sh', '-c', 'echo "$(id -un) $PWD $A"')).results).toBe('root /var 1 2\n');
    const late = await cli('exec', '--timeout', '1s', id, 'sleep', '60');
    expect([late.exitCode, late.progress]).toEqual([137, expect.stringContaining('time was over')]);
    const { exitCode, results } = await cli('exec', '--json', id, 'sh', '-c', 'echo x; exit 3');
    expect([exitCode, JSON.parse(results)]).toEqual([3, expect.objectContaining({ exitCode: 3, stdout: 'x\n' })]);
  });

  it('takes its command along when nobody reads the output any more', async () => {
    const line = `"$0" dist/cli.js exec ${id} yes </dev/null | head -n 2`;
    const env = { ...process.env, ...environment() };
    const { stdout } = await promisify(execFile)('sh', ['-c', line, process.execPath], { env, timeout: 30_000 });
    expect(stdout).toBe('y\ny\n');
    expect(await inside('pgrep -x yes || echo none')).toBe('none\n');
  });

  it('fails with the code of the table where nothing could be run', async () => {
    expect((await cli('exec', 'nosuchthing', 'true')).exitCode).toBe(3);
    expect((await cli('exec', id, '--')).exitCode).toBe(2);
    expect((await cli('exec', '-u', 'nosuchuser', id, 'true')).exitCode).toBe(2);
  });
});

describe('cp', () => {
  it('copies files both ways, byte for byte, with their permissions', async () => {
    const bytes = randomBytes(300_000);
    writeFileSync(join(folder, 'one.bin'), bytes);
    const up = await cli('cp', join(folder, 'one.bin'), `${id}:sub/two.bin`);
    expect([up.exitCode, up.results, up.progress]).toEqual([0, '', 'copied 293 KiB to /home/user/sub/two.bin\n']);
    await inside('chmod 4751 sub/two.bin');
    mkdirSync(join(folder, 'into'));
    expect((await cli('cp', '-q', `${id}:sub/two.bin`, join(folder, 'into'))).progress).toBe('');
    const copy = join(folder, 'into', 'two.bin');
    expect(readFileSync(copy).equals(bytes)).toBe(true);
    expect(statSync(copy).mode & 0o7777).toBe(0o751);
    expect(readdirSync(join(folder, 'into'))).toEqual(['two.bin']);
  });

  it('copies folders both ways, into what is there and under a new name', async () => {
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'deep'), { recursive: true });
    writeFileSync(join(tree, 'deep', '$(id); x'), 'data');
    symlinkSync('deep', join(tree, 'link'));
    symlinkSync('/etc/passwd', join(tree, 'outward'));
    const up = await cli('cp', tree, `${id}:/tmp`);
    expect([up.exitCode, up.progress]).toEqual([0, expect.stringContaining('left out, for it leads out')]);
    expect(await inside('cd /tmp/tree && find . | sort')).toBe('.\n./deep\n./deep/$(id); x\n./link\n');
    expect((await cli('cp', `${id}:/tmp/tree`, join(folder, 'renamed'))).exitCode).toBe(0);
    expect(readFileSync(join(folder, 'renamed', 'link', '$(id); x'), 'utf8')).toBe('data');
    expect((await cli('cp', `${id}:/tmp/tree`, folder)).exitCode).toBe(0);
    expect(existsSync(join(folder, 'tree', 'outward'))).toBe(true);
  });

  it('brings nothing out that leads out', async () => {
    await inside('mkdir -p /tmp/evil && cd /tmp/evil && ln -sf /etc/passwd p && ln -sf ../../../x q && echo y > y');
    const { exitCode, progress } = await cli('cp', `${id}:/tmp/evil`, join(folder, 'evil'));
    expect([exitCode, readdirSync(join(folder, 'evil'))]).toEqual([0, ['y']]);
    expect(progress.match(/left out/g)).toHaveLength(2);
  });

  it('copies from standard input and to standard output', async () => {
    expect((await cliWith('streamed', 'cp', '-', `${id}:/tmp/streamed`)).exitCode).toBe(0);
    expect((await cli('cp', `${id}:/tmp/streamed`, '-')).results).toBe('streamed');
  });

  it('says what is not there, and changes nothing then', async () => {
    expect((await cli('cp', join(folder, 'none'), `${id}:/tmp/x`)).exitCode).toBe(2);
    const none = await cli('cp', `${id}:/no/such`, join(folder, 'never'));
    expect([none.exitCode, existsSync(join(folder, 'never'))]).toEqual([3, false]);
  });
});

describe('stop, restart, pause, resume, extend and rm', () => {
  it('move a sandbox, print its id, and end with 5 where it does not accept that', async () => {
    const made = (await cli('start', '-q')).results.trim();
    const moved = async (...argv: readonly string[]) => {
      const { exitCode, results } = await cli(...argv);
      expect([argv, exitCode, results]).toEqual([argv, 0, `${made}\n`]);
      return viewOf(made);
    };
    expect((await moved('pause', made)).state).toBe('paused');
    expect((await moved('resume', made)).state).toBe('running');
    expect((await moved('extend', made, '--timeout', '2h')).lifetime.timeoutSeconds).toBeGreaterThan(7_000);
    expect((await cli('restart', made)).exitCode).toBe(5);
    expect((await cli('rm', made)).exitCode).toBe(5);
    writeFileSync(join(folder, 'kept'), 'kept');
    await cli('cp', join(folder, 'kept'), `${made}:/tmp/kept`);
    await cli('exec', made, 'mkdir', '-p', '/tmp/shelf/a');
    expect((await moved('stop', '--grace', '1s', made)).state).toBe('stopped');
    expect((await cli('exec', made, 'true')).exitCode).toBe(5);
    expect((await cli('cp', `${made}:/tmp/kept`, '-')).results).toBe('kept');
    expect((await cli('cp', `${made}:/tmp/shelf`, join(folder, 'shelf'))).exitCode).toBe(0);
    expect(readdirSync(join(folder, 'shelf'))).toEqual(['a']);
    expect((await moved('restart', '--timeout', '1h', made)).state).toBe('running');
    expect((await moved('stop', made)).state).toBe('stopped');
    expect((await moved('rm', made)).state).toBe('deleted');
    expect((await cli('restart', made)).exitCode).toBe(3);
  });

  it('do to the others what fails with one, and print views for machines', async () => {
    const made = (await cli('start', '-q')).results.trim();
    const { exitCode, results, progress } = await cli('rm', '-f', '--json', 'nosuchthing', made);
    expect(exitCode).toBe(3);
    expect(JSON.parse(results)).toMatchObject([{ id: made, state: 'deleted' }]);
    expect(progress).toMatch(/^nosuchthing:$/m);
  });
});

describe('events, top and completion', () => {
  it('tell what happened to a sandbox', async () => {
    expect((await cli('events', id)).results).toMatch(/pending -> running +START_SUCCEEDED +system$/m);
    const items = JSON.parse((await cli('events', '--json', id)).results);
    expect(items[0]).toMatchObject({ number: 1 });
    expect((await cli('events')).exitCode).toBe(2);
  });

  it('tell what it uses', async () => {
    expect((await cli('top', id)).results).toMatch(new RegExp(`^ID .*\\n${id} +running .* 512 MiB `));
    expect(JSON.parse((await cli('top', '--json')).results)).toContainEqual(expect.objectContaining({ id }));
  });

  it('complete commands, options and ids', async () => {
    const complete = async (...words: readonly string[]) =>
      (await cli('complete', '--', ...words)).results.split('\n').filter((line) => line !== '');
    expect(await complete('re')).toEqual(['restart', 'resume']);
    expect(await complete('ls', '--st')).toEqual(['--state']);
    expect(await complete('start', '--on-timeout', '')).toEqual(['stop', 'pause', 'delete']);
    expect(await complete('stop', id.slice(0, 2))).toEqual([id]);
    expect(await complete('exec', id, '')).toEqual([]);
    expect((await cli('completion', 'fish')).exitCode).toBe(2);
  });
});

describe('a service that cannot be used', () => {
  it('is told by the exit code', async () => {
    const gone = { SANDGLASS_URL: 'http://127.0.0.1:1', SANDGLASS_API_KEY: service.adminKey };
    expect((await cliProcess(['ls'], gone, '')).exitCode).toBe(7);
    const unknown = { SANDGLASS_URL: service.url, SANDGLASS_API_KEY: `e2b_${'0'.repeat(40)}` };
    expect((await cliProcess(['start'], unknown, '')).exitCode).toBe(4);
  });
});

describe('bench', () => {
  it('tells how long each step took, and leaves nothing behind', async () => {
    const { exitCode, results } = await cli('bench', '--count', '2', '--concurrency', '2');
    expect(results).toMatch(
      /^STEP +N +P50 +P95 +P99 +MAX\nstart +2 +[\d.]+ ms .*\nexec +2 .*\ndelete +2 .*\nstarts: 2 cold; at once: 2; errors: 0\n$/,
    );
    expect(exitCode).toBe(0);
    expect((await cli('ls', '-q')).results).toBe(`${id}\n`);
  });

  it('counts what fails, and ends with its code', async () => {
    const { exitCode, results, progress } = await cli('bench', '--count', '2', '--template', 'unknown', '--json');
    expect(JSON.parse(results)).toMatchObject({ errors: 2, paths: {}, milliseconds: { start: { n: 0, p50: null } } });
    expect([exitCode, progress]).toEqual([3, expect.stringContaining('unknown')]);
  });
});
