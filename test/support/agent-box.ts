import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { AGENT_PORT, type AgentInit, agentHeaders } from '../../src/contract/agent.ts';
import { type AgentProcess, handOver, SMALL_HEAP, secretVariable, TOKEN } from './agent-process.ts';

/** The agent as it is delivered, in a container of an image. */
export interface AgentBox extends Pick<AgentProcess, 'url' | 'fetch' | 'dispose'> {
  /** As root, by the engine, without the agent. */
  exec(...argv: readonly string[]): Promise<string>;
}

const FOLDER = '/opt/sandglass';
const run = promisify(execFile);
const docker = async (...argv: readonly string[]) =>
  (await run('docker', [...argv], { timeout: 60_000 })).stdout.trim();

export async function startAgentBox(image: string, init: Partial<AgentInit> = {}): Promise<AgentBox> {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-box-'));
  const root = resolve(import.meta.dirname, '../..');
  const script = `import('${root}/scripts/build-agent.mjs').then((it) => it.buildAgent('${root}', '${folder}'))`;
  let id: string | undefined;
  const dispose = async () => {
    if (id !== undefined) await docker('rm', '-f', '-v', id);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await run(process.execPath, ['-e', script], { cwd: root, timeout: 60_000 });
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    const loader = String(Reflect.get(Object(manifest), 'loader'));
    const env = Object.entries(secretVariable).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const box = [
      'run',
      '-d',
      '--init',
      '-v',
      `${folder}:${FOLDER}:ro`,
      '-u',
      '0',
      '--memory',
      '256m',
      '--cpus',
      '1',
      ...env,
    ];
    const argv = ['--library-path', `${FOLDER}/lib`, `${FOLDER}/node`, ...SMALL_HEAP, `${FOLDER}/agent.js`];
    const name = await docker(...box, '--entrypoint', `${FOLDER}/lib/${loader}`, image, ...argv);
    id = name;
    const address = await docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', name);
    const url = `http://${address}:${AGENT_PORT}`;
    await handOver(url, init);
    return {
      url,
      dispose,
      fetch: (path, request = {}) =>
        fetch(`${url}${path}`, { ...request, headers: { [agentHeaders.accessToken]: TOKEN, ...request.headers } }),
      exec: (...command) => docker('exec', name, ...command),
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
