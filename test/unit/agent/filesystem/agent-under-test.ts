import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { AGENT_PORT, agentHeaders, agentPaths, agentVariables } from '../../../../src/contract/agent.ts';

export interface AgentUnderTest {
  readonly url: string;
  readonly accessToken: string;
  /** A directory of its own, removed with it. */
  readonly folder: string;
  readonly pid: number;
  /** With the access token. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** A unary call of filesystem.Filesystem. */
  call(method: string, body: object): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  /** The same agent's successor: another process over the same files. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const ACCESS_TOKEN = 'token-of-the-files';
const SECRET = 'secret-of-the-files';
/** As in a sandbox: src/runtime/docker/agent-folder.ts. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=64'];

/** The agent as it is bundled, as a process of this machine. */
export async function startAgent(): Promise<AgentUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-files-'));
  const bin = mkdtempSync(join(tmpdir(), 'sandglass-agent-'));
  await bundle(bin);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child = await launch(bin, port, url);
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, { ...init, headers: { [agentHeaders.accessToken]: ACCESS_TOKEN, ...init.headers } });
  return {
    url,
    folder,
    accessToken: ACCESS_TOKEN,
    ask,
    get pid() {
      return child.pid ?? 0;
    },
    async call(method, body) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const response = await ask(`/filesystem.Filesystem/${method}`, init);
      return { status: response.status, body: await jsonOf(response) };
    },
    async restart() {
      await end(child);
      child = await launch(bin, port, url);
    },
    async stop() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
      rmSync(bin, { recursive: true, force: true });
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: tests assert on it, a wrong shape fails there.
export async function jsonOf(response: Response): Promise<any> {
  return response.json();
}

async function bundle(bin: string): Promise<void> {
  await build({
    ...{ entryPoints: [{ in: 'src/agent/main.ts', out: 'agent' }], outdir: bin, bundle: true },
    ...{ platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' },
    external: ['@lydell/node-pty', './pty/*'],
  });
  const library = `@napi-rs/xattr-${process.platform}-${process.arch}-gnu`;
  const to = join(bin, 'node_modules', library);
  mkdirSync(to, { recursive: true });
  if (existsSync(join('node_modules', library))) cpSync(join('node_modules', library), to, { recursive: true });
}

async function launch(bin: string, port: number, url: string): Promise<ChildProcess> {
  const initHash = createHash('sha256').update(SECRET).digest('hex');
  const env = { PATH: process.env['PATH'], [agentVariables.initSecretHash]: initHash, SANDGLASS_AGENT_PORT: `${port}` };
  const args = [...NODE_FLAGS, join(bin, 'agent.js')];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  try {
    await begin(url);
    return child;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** Hands over a run as soon as it listens. */
async function begin(url: string): Promise<void> {
  const init = {
    incarnation: 1,
    createdAtMs: 1,
    accessToken: ACCESS_TOKEN,
    env: {},
    user: 'root',
    workdir: null,
    command: null,
  };
  for (let tries = 0; tries < 400; tries++) {
    const answer = await fetch(`${url}${agentPaths.init}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [agentHeaders.initSecret]: SECRET },
      body: JSON.stringify(init),
    }).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the agent did not come up');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export interface BoxedAgent {
  /** Of its container. */
  readonly name: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

/** The agent as it is built for delivery (scripts/build-agent.mjs) in a container of that image; /small holds 1 MiB. */
export async function startBoxedAgent(image: string): Promise<BoxedAgent> {
  const bin = mkdtempSync(join(tmpdir(), 'sandglass-boxed-'));
  const { buildAgent } = (await import(pathToFileURL(join(process.cwd(), 'scripts/build-agent.mjs')).href)) as {
    buildAgent(root: string, folder: string): Promise<void>;
  };
  await buildAgent(process.cwd(), bin);
  await bundle(bin);
  const name = `sandglass-files-${process.pid}`;
  const { loader } = JSON.parse(readFileSync(join(bin, 'manifest.json'), 'utf8')) as { loader: string };
  const within = '/opt/sandglass';
  const start = [`${within}/lib/${loader}`, image, '--library-path', `${within}/lib`, `${within}/node`, ...NODE_FLAGS];
  const docker = (...args: string[]) => promisify(execFile)('docker', args, { timeout: 60_000 });
  const stop = async () => {
    await docker('rm', '-f', '-v', name);
    rmSync(bin, { recursive: true, force: true });
  };
  try {
    const secret = `${agentVariables.initSecretHash}=${createHash('sha256').update(SECRET).digest('hex')}`;
    const options = [
      '-d',
      '--name',
      name,
      '--user',
      '0:0',
      '--tmpfs',
      '/small:size=1m',
      '-v',
      `${bin}:${within}:ro`,
      '-e',
      secret,
      '--entrypoint',
      ...start,
    ];
    await docker('run', ...options, `${within}/agent.js`);
    const { stdout } = await docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', name);
    const url = `http://${stdout.trim()}:${AGENT_PORT}`;
    await begin(url);
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`${url}${path}`, { ...init, headers: { [agentHeaders.accessToken]: ACCESS_TOKEN, ...init.headers } });
    return { name, ask, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export type WatchMessage = {
  readonly start?: object;
  readonly keepalive?: object;
  readonly filesystem?: { readonly name: string; readonly type: string; readonly entry?: Record<string, unknown> };
  readonly error?: { readonly code: string; readonly message: string };
};

export interface OpenWatch {
  /** Everything that came so far; the end frame's error is the last. */
  readonly messages: WatchMessage[];
  readonly hasEnded: () => boolean;
  close(): void;
}

/** `WatchDir` on the wire: envelopes of JSON. Resolves when the answer's head is there. */
export async function openWatch(
  agent: Pick<AgentUnderTest, 'ask'>,
  request: object,
  headers: Record<string, string> = {},
): Promise<OpenWatch> {
  const abort = new AbortController();
  const payload = Buffer.from(JSON.stringify(request));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length, 1);
  const response = await agent.ask('/filesystem.Filesystem/WatchDir', {
    method: 'POST',
    headers: { 'content-type': 'application/connect+json', 'connect-protocol-version': '1', ...headers },
    body: Buffer.concat([head, payload]),
    signal: abort.signal,
  });
  const messages: WatchMessage[] = [];
  let hasEnded = false;
  void (async () => {
    let rest = Buffer.alloc(0);
    for await (const chunk of response.body ?? []) {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
        const end = 5 + rest.readUInt32BE(1);
        messages.push(JSON.parse(rest.subarray(5, end).toString('utf8')));
        rest = rest.subarray(end);
      }
    }
  })()
    .catch(() => undefined)
    .finally(() => {
      hasEnded = true;
    });
  return { messages, hasEnded: () => hasEnded, close: () => abort.abort() };
}
