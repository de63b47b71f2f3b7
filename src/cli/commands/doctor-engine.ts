import { accessSync, constants, existsSync } from 'node:fs';
import { openRuntime } from '../../compose/engine.ts';
import type { Config } from '../../config.ts';
import { silentLog } from '../../observe/logger.ts';
import { type Check, fail, ok, warn } from './doctor-check.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Runtime = ReturnType<typeof openRuntime>;
export type EngineReport = Awaited<ReturnType<Runtime['info']>> & { readonly hostIsolated: boolean };

const LEAST_ENGINE_MAJOR = 20;
const MIB = 1024 * 1024;

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

/** What an engine says of itself, judged. */
export function engineChecks(report: EngineReport): readonly Check[] {
  const isEnough = Number.parseInt(report.version, 10) >= LEAST_ENGINE_MAJOR;
  const size = `${report.cpus} CPUs, ${Math.round(report.memoryBytes / MIB)} MiB`;
  return [
    isEnough
      ? ok('engine', `version ${report.version}, ${size}`)
      : fail('engine', `version ${report.version}`, 'Install Docker 20.10 or newer.'),
    ok('agents', `reached ${report.agentsReached}`),
    ok('storage driver', `${report.storageDriver} in ${report.dataRoot}`),
    ok('cgroup', `version ${report.cgroupVersion}`),
    report.diskEnforced
      ? ok('disk limits', 'enforced by the storage driver')
      : warn(
          'disk limits',
          `not enforced by ${report.storageDriver} here: a sandbox can fill the disk of the engine`,
          'Put the data root of the engine on btrfs, or on XFS mounted with pquota.',
        ),
    report.runtimes.includes('runc')
      ? ok('runtimes', report.runtimes.join(', '))
      : fail('runtimes', `${report.runtimes.join(', ')}; runc is missing`, 'Add runc to the runtimes of the engine.'),
    report.hostIsolated
      ? ok('host isolation', 'new connections from sandboxes to the host are dropped')
      : warn(
          'host isolation',
          'sandboxes may open connections to the host of the engine',
          'Run as root or with CAP_NET_ADMIN beside a local engine with iptables, or close the bridges sg-open and sg-closed yourself.',
        ),
  ];
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
