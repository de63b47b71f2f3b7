import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../../config.ts';
import { type Check, fail, ok } from './doctor-check.ts';

const LEAST_NODE = [20, 19] as const;

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  if (isEnough) return ok('node', `Node.js ${version}`);
  return fail('node', `Node.js ${version}`, `Install Node.js ${LEAST_NODE.join('.')} or newer.`);
}

/** `holder`: the process that runs on this data directory, whose ports are taken for a good reason. */
export function checkPorts(config: Config, holder: number | undefined): Promise<readonly Check[]> {
  const { SANDGLASS_HOST, SANDGLASS_PORT, SANDGLASS_ADMIN_HOST, SANDGLASS_ADMIN_PORT } = config;
  return Promise.all([
    checkPort({ name: 'port', setting: 'SANDGLASS_PORT', host: SANDGLASS_HOST, port: SANDGLASS_PORT }, holder),
    checkPort(
      { name: 'metrics port', setting: 'SANDGLASS_ADMIN_PORT', host: SANDGLASS_ADMIN_HOST, port: SANDGLASS_ADMIN_PORT },
      holder,
    ),
  ]);
}

interface Listener {
  readonly name: string;
  readonly setting: string;
  readonly host: string;
  readonly port: number;
}

async function checkPort({ name, setting, host, port }: Listener, holder: number | undefined): Promise<Check> {
  if (port === 0) return ok(name, 'any free one is taken');
  const place = `${host}:${port}`;
  const refusal = await listenError(host, port);
  if (refusal === undefined) return ok(name, `${place} is free`);
  if (refusal === 'EADDRINUSE' && holder !== undefined) return ok(name, `${place} is in use, and the service runs`);
  return fail(name, `${place} cannot be listened on: ${refusal}`, `Choose another one with ${setting}.`);
}

/** The error code of listening there; undefined when it can be done. */
async function listenError(host: string, port: number): Promise<string | undefined> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    probe.close();
  }
}
