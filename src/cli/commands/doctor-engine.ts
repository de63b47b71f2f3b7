import { accessSync, constants, existsSync } from 'node:fs';
import { openRuntime } from '../../compose/engine.ts';
import type { Config } from '../../config.ts';
import { silentLog } from '../../observe/logger.ts';
import { type Check, fail, ok } from './doctor-check.ts';
import { engineChecks } from './doctor-engine-checks.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Runtime = ReturnType<typeof openRuntime>;

/** Makes the two networks where they are missing, as a start would: that they can be made is what is to be known. */
export async function checkEngine(config: Config, env: Environment): Promise<readonly Check[]> {
  const socket = checkSocket(config.SANDGLASS_DOCKER_HOST);
  if (socket?.outcome === 'fail') return [socket];
  const runtime = openRuntime(config, env, { serviceId: 'doctor', log: silentLog, onCall: () => {} });
  try {
    const networks = await checkNetworks(runtime);
    const report = { ...(await runtime.info()), hostIsolated: await runtime.isHostIsolated() };
    const image = await checkImage(runtime, config.SANDGLASS_BASE_IMAGE);
    return [...(socket === undefined ? [] : [socket]), ...engineChecks(report), networks, image];
  } catch (error) {
    return [
      ...(socket === undefined ? [] : [socket]),
      fail('engine', wordsOf(error), 'Start the engine (npm run bootstrap does), or set SANDGLASS_DOCKER_HOST.'),
    ];
  } finally {
    await runtime.close();
  }
}

/** undefined where the engine is not behind a socket of this machine. */
function checkSocket(dockerHost: string): Check | undefined {
  if (!dockerHost.startsWith('unix://')) return undefined;
  const path = dockerHost.slice('unix://'.length);
  if (!existsSync(path)) {
    return fail('engine socket', `${path} does not exist`, 'Install and start Docker (npm run bootstrap does).');
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return ok('engine socket', `${path} can be used`);
  } catch {
    return fail('engine socket', `${path} may not be used by this user`, 'Add the user to the group docker.');
  }
}

async function checkNetworks(runtime: Runtime): Promise<Check> {
  await runtime.ping();
  try {
    await runtime.prepare();
    const { networks } = await runtime.info();
    return ok('networks', networks.map(({ name, subnet }) => `${name} ${subnet}`).join(', '));
  } catch (error) {
    return fail('networks', wordsOf(error), hintOf(error) ?? 'Look at `docker network ls`.');
  }
}

async function checkImage(runtime: Runtime, image: string): Promise<Check> {
  const digest = await runtime.findImage(image);
  if (digest !== undefined) return ok('base image', `${image} is there`);
  return fail('base image', `${image} is not there`, 'Run npm run bootstrap, or set SANDGLASS_BASE_IMAGE.');
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hintOf(error: unknown): string | undefined {
  return error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
}
