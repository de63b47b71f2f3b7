import { endOf, openStream, outputOf } from '../agent-streams.ts';
import { type Ask, apiOf } from '../api.ts';
import type { ServiceProcess } from '../service-process.ts';

/** A running sandbox, used as its clients use it: through the service's data plane. */
export interface Inside {
  readonly id: string;
  /** Its own token, of the agent's port. */
  readonly token: string;
  /** Of a sandbox whose ports are not public. */
  readonly trafficToken: string | undefined;
  /** A call to the agent by the header form; `port` for another one. */
  fetch(path: string, request?: RequestInit & { readonly port?: number }): Promise<Response>;
  /** Runs a shell line as root; rejects when the stream is cut. */
  run(line: string): Promise<Ran>;
  /** The same, which must end with code 0: what it printed. */
  ask(line: string): Promise<string>;
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface InsideOptions {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly key?: string;
}

/** Starts one with a body of the E2B create call. */
export async function startInside(service: ServiceProcess, options: InsideOptions = {}): Promise<Inside> {
  const ask: Ask = { body: options.body ?? {}, ...(options.key === undefined ? {} : { key: options.key }) };
  const { status, body } = await apiOf(service)('POST', '/v2/sandboxes', ask);
  if (status !== 201) throw new Error(`no sandbox: ${status} ${JSON.stringify(body)}`);
  return insideOf(service, body.sandboxID, body.envdAccessToken, body.trafficAccessToken);
}

export function insideOf(
  service: Pick<ServiceProcess, 'url'>,
  id: string,
  token: string,
  trafficToken?: string,
): Inside {
  const send: Inside['fetch'] = (path, { port = 49983, headers, ...request } = {}) => {
    const all = new Headers(headers);
    all.set('e2b-sandbox-id', id);
    all.set('e2b-sandbox-port', String(port));
    if (port === 49983 && !all.has('x-access-token')) all.set('x-access-token', token);
    return fetch(`${service.url}${path}`, { redirect: 'manual', ...request, headers: all });
  };
  // The user of the default account: root, as `docker exec` would be.
  const asRoot = { authorization: `Basic ${Buffer.from('root:').toString('base64')}` };
  const run = async (line: string): Promise<Ran> => {
    const stream = await openStream({ fetch: send }, 'Start', processOf(line), asRoot);
    const frames = await stream.rest();
    const end = endOf(frames);
    if (end === undefined) throw new Error(`no end: ${JSON.stringify(frames.at(-1)?.message)}`);
    return { exitCode: end.exitCode ?? 0, stdout: outputOf(frames, 'stdout'), stderr: outputOf(frames, 'stderr') };
  };
  return {
    ...{ id, token, trafficToken, fetch: send, run },
    async ask(line) {
      const { exitCode, stdout, stderr } = await run(line);
      if (exitCode !== 0) throw new Error(`${line} ended with ${exitCode}: ${stdout}${stderr}`);
      return stdout.trim();
    },
  };
}

export function processOf(line: string): object {
  return { process: { cmd: '/bin/sh', args: ['-c', line], envs: {} }, stdin: false };
}
