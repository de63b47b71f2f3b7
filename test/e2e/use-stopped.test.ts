import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../src/contract/problem.ts';
import { type Api, apiOf } from '../support/api.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const OUTPUTS = '/mnt/user-data/outputs';

describe('the files of a stopped sandbox', () => {
  let service: ServiceProcess;
  let api: Api;
  let id: string;
  beforeAll(async () => {
    service = await startService();
    api = apiOf(service);
    id = (await api('POST', '/v1/sandboxes', { body: { lifetime: { autoDeleteSeconds: 600 } } })).body.id;
    const made = await api('POST', `/v1/sandboxes/${id}/exec`, {
      body: {
        command: `cd ${OUTPUTS} && mkdir -p charts/deep && echo '{"ok":true}' >report.json && printf 'a\\0b' >charts/plot.png &&
          echo deep >charts/deep/file && chmod 640 report.json && ln -s report.json latest && ln -s /etc/hostname out &&
          ln -s ../../../../../../etc/shadow up && ln -s loop loop && head -c 3000000 /dev/zero >large`,
      },
    });
    expect(made.body).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await api('POST', `/v1/sandboxes/${id}/stop`, { body: { graceSeconds: 1 } })).body.state).toBe('stopped');
  });
  afterAll(() => service?.dispose());

  const pathOf = (what: string, path: string, more = '') =>
    `/v1/sandboxes/${id}/files${what}?path=${encodeURIComponent(path)}${more}`;
  const send = (method: string, path: string, headers: Record<string, string> = {}) =>
    fetch(service.url + path, { method, headers: { 'x-api-key': service.adminKey, ...headers } });
  const read = async (path: string) => {
    const answer = await send('GET', pathOf('', path));
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
  };

  it('are read whole and in part', async () => {
    expect((await read(`${OUTPUTS}/report.json`)).bytes.toString()).toBe('{"ok":true}\n');
    expect((await read(`${OUTPUTS}/charts/plot.png`)).bytes).toEqual(Buffer.from('a\0b'));
    expect((await read(`${OUTPUTS}/large`)).bytes.equals(Buffer.alloc(3_000_000))).toBe(true);
    const part = await send('GET', pathOf('', `${OUTPUTS}/report.json`), { range: 'bytes=1-4' });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 1-4/12', '"ok"']);
    const head = await send('HEAD', pathOf('', `${OUTPUTS}/report.json`));
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '12']);
  });

  it('are followed by their links, never out of the sandbox', async () => {
    expect((await read(`${OUTPUTS}/latest`)).bytes.toString()).toBe('{"ok":true}\n');
    const up = await read(`${OUTPUTS}/up`);
    if (up.status === 200) expect(up.bytes.equals(readFileSync('/etc/shadow'))).toBe(false);
    else expect(up.status).toBe(404);
    expect((await read(`${OUTPUTS}/loop`)).status).toBeGreaterThanOrEqual(400);
    expect((await read(`${OUTPUTS}/loop`)).status).toBeLessThan(500);
  });

  it('are listed as deep as asked', async () => {
    const { status, body } = await api('GET', pathOf('/list', OUTPUTS));
    expect([status, body.truncated]).toEqual([200, false]);
    const names = body.entries.map(({ name }: { name: string }) => name).toSorted();
    expect(names).toEqual(['charts', 'large', 'latest', 'loop', 'out', 'report.json', 'up']);
    expect(body.entries.find(({ name }: { name: string }) => name === 'report.json')).toMatchObject({
      ...{ type: 'file', size: 12, mode: '0640', owner: 'user', path: `${OUTPUTS}/report.json` },
    });
    const deep = await api('GET', pathOf('/list', OUTPUTS, '&depth=3'));
    expect(deep.body.entries.map(({ path }: { path: string }) => path)).toContain(`${OUTPUTS}/charts/deep/file`);
  });

  it('are archived, with names relative to the folder', async () => {
    const answer = await send('GET', pathOf('/archive', `${OUTPUTS}/charts`));
    expect(answer.headers.get('content-type')).toBe('application/x-tar');
    const unpacking = extract();
    unpacking.end(Buffer.from(await answer.arrayBuffer()));
    const found = new Map<string, string>();
    for await (const entry of unpacking) found.set(entry.header.name, (await buffer(entry)).toString());
    expect([...found].map(([name, text]) => [name.replace(/^\.\//, ''), text])).toEqual(
      expect.arrayContaining([
        ['plot.png', 'a\0b'],
        ['deep/file', 'deep\n'],
      ]),
    );
  });

  it.each([
    ['what is not there', '', '/nothing', 404],
    ['a folder as a file', '', OUTPUTS, 400],
    ['a path that needs a home', '', 'notes.txt', 400],
    ['a folder that is not there', '/list', '/nothing', 404],
    ['a file as a folder', '/list', `${OUTPUTS}/report.json`, 400],
    ['an archive of what is not there', '/archive', '/nothing', 404],
  ])('are refused: %s', async (_what, what, path, status) => {
    const answer = await api('GET', pathOf(what, path));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
  });

  it('are changed by nobody, and nothing runs', async () => {
    const { port } = new URL(service.url);
    for (const [method, path, body] of [
      ['PUT', pathOf('', `${OUTPUTS}/new`), 'x'],
      ['DELETE', pathOf('', `${OUTPUTS}/report.json`), undefined],
      ['PUT', pathOf('/archive', OUTPUTS), 'x'],
      ['GET', `${pathOf('/glob', OUTPUTS)}&pattern=*`, undefined],
      ['POST', `/v1/sandboxes/${id}/exec`, JSON.stringify({ command: 'true' })],
      ['GET', `/v1/sandboxes/${id}/exec`, undefined],
      ['GET', `/v1/sandboxes/${id}/processes`, undefined],
    ] as const) {
      const headers = {
        'x-api-key': service.adminKey,
        ...(method === 'POST' && { 'content-type': 'application/json' }),
      };
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...(body && { body }) });
      const problem = problemSchema.parse(await answer.json());
      expect([path, answer.status, problem.code, problem['state']]).toEqual([path, 409, 'conflict', 'stopped']);
      expect(problem.hint).toContain('Restart');
    }
  });

  it('are there after a restart, and gone with the sandbox', async () => {
    expect((await api('POST', `/v1/sandboxes/${id}/restart`)).status).toBe(200);
    expect((await read(`${OUTPUTS}/report.json`)).bytes.toString()).toBe('{"ok":true}\n');
    expect((await api('DELETE', `/v1/sandboxes/${id}?force=true`)).status).toBe(204);
    expect((await api('GET', pathOf('', `${OUTPUTS}/report.json`))).status).toBe(410);
  });
});
