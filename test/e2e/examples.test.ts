import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { apiOf } from '../support/api.ts';
import { serviceOfFile } from '../support/e2b/sdks.ts';

const service = serviceOfFile();
const DEADLINE_MS = 50_000;

/** What it printed; throws with all it said when it failed. */
function run(program: string, script: string): Promise<readonly string[]> {
  const { url, adminKey } = service();
  const env = {
    PATH: process.env['PATH'],
    ...{ E2B_API_KEY: adminKey, E2B_API_URL: url, E2B_SANDBOX_URL: url },
    ...{ SANDGLASS_API_KEY: adminKey, SANDGLASS_URL: url },
  };
  return new Promise((resolve, reject) => {
    execFile(program, [script], { env, timeout: DEADLINE_MS }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.split('\n'));
      else reject(new Error(`${script}: ${error.message}\n${stdout}\n${stderr}`));
    });
  });
}

describe('the examples do what they say', () => {
  it('with the E2B SDK', async () => {
    const lines = await run(process.execPath, 'examples/e2b-sdk.mjs');
    expect(lines.slice(1, -1)).toEqual([
      ...['command said hello from user', 'read remember the milk', 'watched new.txt'],
      ...['counted 1', 'counted 2', 'counted 3', 'paused paused', 'resumed running'],
      ...['download remember the milk', 'killed true'],
    ]);
  });

  it('with fetch and envelopes', async () => {
    const lines = await run(process.execPath, 'examples/raw-connect.mjs');
    expect(lines.slice(1, -1)).toEqual([
      ...['command said hello from user', 'command ended with 3', 'cat echoed ping', 'cat ended'],
      ...['wrote /home/user/notes/today.txt', 'read remember the milk', 'terminal says 42', 'killed'],
    ]);
  });

  it('with our own SDK', async () => {
    const lines = await run(process.execPath, 'examples/sdk.mjs');
    // What was written together may arrive together.
    const said = lines
      .slice(1, -1)
      .join('\n')
      .replace(/\n(?:streamed )?([123])(?=\n)/g, '\nstreamed $1');
    expect(said.split('\n')).toEqual([
      ...['command said hello from user and ended with 3', 'found 1: remember the milk'],
      ...['streamed 1', 'streamed 2', 'streamed 3', 'paused paused'],
      ...['stopped remember the milk', '', 'restarted remember the milk', 'deleted deleted'],
    ]);
    expect((await run(process.execPath, 'examples/sdk-errors.mjs')).slice(0, -1)).toEqual([
      ...['unknown sandbox_not_found', 'wrong key unauthenticated', 'wrong field invalid_request'],
      ...['nobody there unreachable', 'not stopped conflict', 'no such file not_found', 'too long TimeoutError'],
      ...['killed true', 'stopped conflict', 'deleted gone'],
    ]);
  });

  it('with the calls of the Python SDKs', async () => {
    const lines = (await run(process.execPath, 'examples/python-wire.mjs')).slice(1, -1);
    expect(lines).toEqual([
      expect.stringMatching(/^polled EVENT_TYPE_CREATE polled, .*EVENT_TYPE_WRITE polled\/file.txt$/),
      expect.stringMatching(/^removed: .*not_found/),
      ...lines.filter((line) => line === 'streamed EVENT_TYPE_CREATE streamed.txt'),
      'streamed EVENT_TYPE_WRITE streamed.txt',
      'uploaded /home/user/app/one.py, /home/user/app/two.py',
      ...['ran one, two', 'killed'],
    ]);
  });

  it('with curl alone', async () => {
    const lines = await run('sh', 'examples/curl.sh');
    const answers = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    expect(answers.map(({ state }) => state).filter((state) => state !== undefined)).toEqual([
      ...['running', 'stopped', 'running'],
    ]);
    expect(answers).toContainEqual(expect.objectContaining({ stdout: 'hello from user\n', exitCode: 3 }));
    expect(answers.map(({ type }) => type)).toEqual(expect.arrayContaining(['start', 'stdout', 'end']));
    // Read, then from its port, then while it is stopped.
    expect(lines.filter((line) => line === 'remember the milk')).toHaveLength(3);
    expect(answers).toContainEqual(expect.objectContaining({ stdout: 'remember the milk' }));
    expect(lines).toContain('204');
  });

  it('and leave nothing running', async () => {
    const { body } = await apiOf(service())('GET', '/v1/sandboxes?state=running,paused,stopped');
    expect(body.items).toEqual([]);
  });
});
