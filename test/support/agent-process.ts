import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { type AgentInit, agentHeaders, agentPaths, agentVariables } from '../../src/contract/agent.ts';
import { eventually } from './api.ts';

/** The agent as it runs inside a sandbox, but on this machine: bundled from the sources, with a run handed over. */
export interface AgentProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly token: string;
  /** What it wrote to its stderr so far, line by line. */
  readonly log: readonly string[];
  /** With the access token. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Ends it, and what it started. */
  dispose(): Promise<void>;
}

/** As in a sandbox: what needs a larger heap fails here too. */
export const SMALL_HEAP = ['--max-semi-space-size=1', '--max-old-space-size=64', '--single-threaded'];
const SECRET = 'secret-of-tests';
export const TOKEN = 'token-of-tests';
/** What the agent is started with. */
export const secretVariable = {
  [agentVariables.initSecretHash]: createHash('sha256').update(SECRET).digest('hex'),
};

/**
 * `init` changes the run that it is given, `flags` are Node's. Processes run as root unless that says otherwise. Their
 * home is empty: what this machine's own login files do, and leave behind when they are killed, is not under test.
 */
export async function startAgent(init: Partial<AgentInit> = {}, flags: readonly string[] = []): Promise<AgentProcess> {
  const folder = await bundle();
  const home = join(folder, 'home');
  mkdirSync(home);
  const port = await freePort();
  const child = spawn(process.execPath, [...SMALL_HEAP, ...flags, join(folder, 'agent.js')], {
    cwd: '/',
    env: {
      PATH: process.env['PATH'],
      ...secretVariable,
      [agentVariables.port]: String(port),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    log.push(line);
    if (!/^(Debugger |For help, see)/.test(line)) process.stderr.write(`${line}\n`);
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await handOver(url, { user: 'root', ...init, env: { HOME: home, ...init.env } });
  } catch (error) {
    await end(child, folder);
    throw error;
  }
  return {
    ...{ url, port, pid: child.pid ?? -1, token: TOKEN, log },
    fetch: (path, request = {}) =>
      fetch(`${url}${path}`, { ...request, headers: { [agentHeaders.accessToken]: TOKEN, ...request.headers } }),
    dispose: () => end(child, folder),
  };
}

/** Waits until the agent has taken a run. */
export async function handOver(url: string, init: Partial<AgentInit>): Promise<void> {
  const run = {
    incarnation: 1,
    createdAtMs: 1,
    accessToken: TOKEN,
    env: {},
    user: null,
    workdir: null,
    command: null,
    ...init,
  };
  await eventually('the agent takes its run', async () => {
    const answer = await fetch(`${url}${agentPaths.init}`, {
      method: 'POST',
      headers: { [agentHeaders.initSecret]: SECRET },
      body: JSON.stringify(run),
    }).catch(() => undefined);
    return answer?.status === 200;
  });
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 12_000);
    await exited;
    clearTimeout(timer);
  }
  rmSync(folder, { recursive: true, force: true });
}

const root = resolve(import.meta.dirname, '../..');

async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-agent-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  await build({
    ...{ absWorkingDir: root, entryPoints: [{ in: 'src/agent/main.ts', out: 'agent' }], outdir: folder },
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' },
    external: ['@lydell/node-pty', '@napi-rs/*', './pty/*'],
  });
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => done(port));
    });
  });
}
