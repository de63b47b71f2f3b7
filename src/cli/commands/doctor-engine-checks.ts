import type { openRuntime } from '../../compose/engine.ts';
import { type Check, fail, ok, warn } from './doctor-check.ts';

type Runtime = ReturnType<typeof openRuntime>;
export type EngineReport = Awaited<ReturnType<Runtime['info']>> & { readonly hostIsolated: boolean };

const LEAST_ENGINE_MAJOR = 20;
const MIB = 1024 * 1024;

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
