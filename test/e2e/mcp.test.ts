import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, eventually } from '../support/api.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const PAGE = readFileSync('docs/mcp.md', 'utf8');

const toolsOfPage = () => [...PAGE.matchAll(/^\| `(\w+)` +\| [a-z]/gm)].map(([, name]) => name);
const settingsOfPage = () => /^```json\n([\s\S]*?)^```$/m.exec(PAGE)?.[1] ?? '';

// In order: each goes on with the sandbox of the one before.
describe('sandglass mcp', () => {
  let service: ServiceProcess;
  let client: Client;
  let folder: string;

  beforeAll(async () => {
    service = await startService({ SANDGLASS_BASE_IMAGE: 'sandglass-busybox:latest' });
    folder = mkdtempSync(join(tmpdir(), 'sandglass-mcp-'));
    mkdirSync(join(folder, 'work'));
    client = await connected(service, ['--folder', join(folder, 'work')]);
  });
  afterAll(async () => {
    await client?.close();
    rmSync(folder, { recursive: true, force: true });
    await service?.dispose();
  });

  /** What a tool answered, checked by the client against what the tool says of itself. */
  const ask = async (name: string, given: Record<string, unknown> = {}) => {
    const { content, structuredContent, isError } = await client.callTool({ name, arguments: given });
    const [first] = content as { type: string; text: string }[]; // tools answer one text
    const text = first?.text ?? '';
    if (isError === true) throw new Error(text);
    return { text, facts: structuredContent as Record<string, unknown> };
  };

  it('offers the tools of its page', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([...toolsOfPage()].sort());
    for (const { name, description, outputSchema } of tools) {
      expect(description, name).toBeTruthy();
      expect(outputSchema, name).toBeDefined();
    }
  });

  it('says what to do where there is no sandbox yet', async () => {
    await expect(ask('bash', { command: 'true' })).rejects.toThrow(/start_sandbox/);
  });

  it('starts a sandbox and runs commands in it', async () => {
    const { facts } = await ask('start_sandbox', { labels: { by: 'mcp' }, timeoutSeconds: 600 });
    expect(facts).toMatchObject({ state: 'running', labels: { by: 'mcp' }, next: { action: 'stop' } });
    const { facts: result, text } = await ask('bash', {
      command: 'echo "$WORD"; echo no >&2; exit 3',
      env: { WORD: 'hello' },
    });
    expect(result).toMatchObject({ exitCode: 3, stdout: 'hello\n', stderr: 'no\n', timedOut: false });
    expect(text).toMatch(/hello[\s\S]*no[\s\S]*Exit code 3/);
    const { facts: late } = await ask('bash', { command: 'sleep 60', timeoutSeconds: 0.5 });
    expect(late).toMatchObject({ timedOut: true });
  });

  it('truncates a long output in its middle, and says so', async () => {
    const command = 'printf first; head -c 200000 /dev/zero | tr "\\0" x; printf last';
    const { facts } = await ask('bash', { command, maxOutputBytes: 1_000 });
    expect(facts).toMatchObject({ truncated: { stdout: true, stderr: false } });
    expect(facts['stdout']).toMatch(/^firstx+\n\[\.\.\. 199009 bytes truncated \.\.\.\]\nx+last$/);
  });

  it('writes, reads and updates files', async () => {
    const text = Array.from({ length: 50 }, (_, line) => `line ${line + 1}\n`).join('');
    await ask('write_file', { path: '/tmp/notes/list.txt', text, mode: '600' });
    const { facts } = await ask('read_file', { path: '/tmp/notes/list.txt', firstLine: 10, lines: 2 });
    expect(facts).toEqual({ text: 'line 10\nline 11\n', firstLine: 10, lines: 2, truncated: true });
    await ask('update_file', { path: '/tmp/notes/list.txt', oldText: 'line 50\n', newText: 'the end\n' });
    expect(
      (await ask('bash', { command: 'tail -n 1 /tmp/notes/list.txt; stat -c %a /tmp/notes/list.txt' })).facts,
    ).toMatchObject({
      stdout: 'the end\n600\n',
    });
    await expect(ask('update_file', { path: '/tmp/notes/list.txt', oldText: 'line 1', newText: '' })).rejects.toThrow(
      /contains oldText 1\d times/,
    );
    await expect(ask('update_file', { path: '/tmp/notes/list.txt', oldText: 'nowhere', newText: '' })).rejects.toThrow(
      /does not contain/,
    );
    await expect(ask('read_file', { path: '/tmp/nothing' })).rejects.toThrow(/^not_found: /);
    await ask('bash', { command: 'printf "a\\0b" > /tmp/notes/bytes' });
    await expect(ask('read_file', { path: '/tmp/notes/bytes' })).rejects.toThrow(/download/);
  });

  it('finds files and lines, with the bounds that the API has', async () => {
    await ask('bash', {
      command: 'mkdir -p /tmp/many && cd /tmp/many && for i in $(seq 1 20); do echo "TODO $i" > $i.ts; done',
    });
    expect((await ask('list_dir', { path: '/tmp/many' })).facts['entries']).toHaveLength(20);
    const { facts, text } = await ask('glob', { path: '/tmp/many', pattern: '**/*.ts', limit: 5 });
    expect(facts).toMatchObject({ truncated: true });
    expect(facts['entries']).toHaveLength(5);
    expect(text).toContain('there is more');
    expect((await ask('grep', { path: '/tmp/many', pattern: 'TODO 1$' })).facts).toMatchObject({
      matches: [{ path: '/tmp/many/1.ts', line: 1, text: 'TODO 1' }],
      truncated: false,
    });
    expect(
      (await ask('grep', { path: '/tmp/many', pattern: 'todo', caseSensitive: false, limit: 3 })).facts,
    ).toMatchObject({
      truncated: true,
    });
    await expect(ask('grep', { path: '/tmp/many', pattern: 'x', limit: 501 })).rejects.toThrow();
  });

  it('copies files both ways, and none outside of its folder', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 256));
    writeFileSync(join(folder, 'work', 'up.bin'), bytes);
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync(folder, join(folder, 'work', 'out'));
    expect((await ask('upload', { localPath: 'up.bin', path: '/tmp/up.bin' })).facts).toMatchObject({ size: 100_000 });
    await ask('download', { path: '/tmp/up.bin', localPath: 'down/down.bin' });
    expect(readFileSync(join(folder, 'work', 'down', 'down.bin')).equals(bytes)).toBe(true);
    for (const localPath of ['../secret', join(folder, 'secret'), 'out/secret', '.', '..']) {
      await expect(ask('upload', { localPath, path: '/tmp/x' }), localPath).rejects.toThrow(/is not below/);
    }
    for (const localPath of ['../new', join(folder, 'new'), 'out/new', '/etc/new']) {
      await expect(ask('download', { path: '/tmp/up.bin', localPath }), localPath).rejects.toThrow(/is not below/);
    }
    await expect(ask('upload', { localPath: 'none', path: '/tmp/x' })).rejects.toThrow(/There is no none here/);
  });

  it('kills a command whose call is cancelled', async () => {
    const cancel = new AbortController();
    const call = client.callTool(
      { name: 'bash', arguments: { command: 'touch /tmp/began; exec sleep 543' } },
      undefined,
      { signal: cancel.signal },
    );
    call.catch(() => undefined);
    await eventually('it began', async () => (await ask('bash', { command: 'ls /tmp/began' })).facts['exitCode'] === 0);
    cancel.abort();
    await expect(call).rejects.toThrow();
    await eventually('it is gone', async () => {
      const { facts } = await ask('bash', { command: 'ps | grep -c "[s]leep 543"' });
      return facts['stdout'] === '0\n';
    });
  });

  it('moves a sandbox through its life', async () => {
    expect((await ask('pause_sandbox')).facts).toMatchObject({ state: 'paused' });
    await expect(ask('bash', { command: 'true' })).rejects.toThrow(/^conflict: .*Resume it first/);
    expect((await ask('resume_sandbox')).facts).toMatchObject({ state: 'running' });
    expect((await ask('extend_sandbox', { timeoutSeconds: null })).facts).toMatchObject({ next: null });
    expect((await ask('get_sandbox')).text).toContain('running');
    await expect(ask('delete_sandbox')).rejects.toThrow(/^conflict: /);
    expect((await ask('stop_sandbox')).facts).toMatchObject({ state: 'stopped' });
    expect((await ask('read_file', { path: '/tmp/notes/list.txt', lines: 1 })).facts).toMatchObject({
      text: 'line 1\n',
    });
    expect((await ask('restart_sandbox')).facts).toMatchObject({ state: 'running' });
    const { facts } = await ask('list_sandboxes', { limit: 1 });
    expect(facts).toMatchObject({ items: [{ state: 'running', labels: { by: 'mcp' } }], truncated: false });
    expect((await ask('delete_sandbox', { force: true })).facts).toMatchObject({ state: 'deleted' });
  });

  it('works in the sandbox that it was given, as its page sets it up, and ends with its client', async () => {
    const { body } = await apiOf(service)('POST', '/v1/sandboxes', { body: {} });
    const { command, args } = JSON.parse(settingsOfPage()).mcpServers.sandglass;
    expect([command, args[0]]).toEqual(['sandglass', 'mcp']);
    const other = await connected(service, [...args.slice(1), '--sandbox', body.id]);
    const { content } = await other.callTool({ name: 'bash', arguments: { command: 'echo here' } });
    expect(content).toEqual([{ type: 'text', text: 'here\n\nExit code 0.' }]);
    const pid = (other.transport as StdioClientTransport).pid ?? 0; // what it was connected by
    await other.close();
    await eventually('the server has ended', async () => !isAlive(pid));
    await apiOf(service)('DELETE', `/v1/sandboxes/${body.id}?force=true`);
  });
});

async function connected({ url, adminKey }: ServiceProcess, args: readonly string[]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const env = { PATH: process.env['PATH'] ?? '', SANDGLASS_URL: url, SANDGLASS_API_KEY: adminKey };
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ['dist/cli.js', 'mcp', ...args],
      env,
      stderr: 'inherit',
    }),
  );
  return client;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
