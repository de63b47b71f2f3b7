import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { errorMessage } from '../../domain/errors.ts';
import type { Log } from '../../observe/logger.ts';

/** The host's side of the isolation: no new connections from a sandbox's bridge to the host itself. */
export interface Firewall {
  /** Drops new connections from these bridges; says in the log where it may not. Safe to call at once from two services. */
  isolate(bridges: readonly string[]): Promise<void>;
  /** True when every one of these bridges is dropped. */
  isIsolated(bridges: readonly string[]): Promise<boolean>;
}

const DEADLINE_MS = 10_000;
const run = promisify(execFile);

export interface FirewallDeps {
  /** False where the engine's network is not this host's, or this process has no right to change it. */
  readonly mayChange: () => Promise<boolean>;
  readonly log: Log;
}

export function hostFirewall(deps: FirewallDeps): Firewall {
  const isDropped = async (bridge: string) => {
    if (!existsSync(`/sys/class/net/${bridge}`)) return false;
    return iptables(['-C', ...rule(bridge)]).then(
      () => true,
      () => false,
    );
  };
  const isIsolated = async (bridges: readonly string[]) => {
    if (bridges.length === 0 || !(await deps.mayChange())) return false;
    return (await Promise.all(bridges.map(isDropped))).every(Boolean);
  };
  return {
    isIsolated,
    async isolate(bridges) {
      if (await deps.mayChange()) {
        for (const bridge of bridges) {
          // Two services at once may both insert: a second equal rule changes nothing.
          if (!(await isDropped(bridge)))
            await iptables(['-I', ...rule(bridge)]).catch((error) => complain(deps.log, error));
        }
      }
      if (!(await isIsolated(bridges))) {
        deps.log.warn(
          { event: 'host.not_isolated', bridges },
          'sandboxes may open connections to the host of the engine',
        );
      }
    },
  };
}

function rule(bridge: string): readonly string[] {
  return ['INPUT', '-i', bridge, '-m', 'conntrack', '--ctstate', 'NEW', '-j', 'DROP'];
}

async function iptables(argv: readonly string[]): Promise<void> {
  await run('iptables', ['-w', '5', ...argv], { timeout: DEADLINE_MS });
}

function complain(log: Log, error: unknown): void {
  log.warn({ event: 'firewall.failed', error: errorMessage(error) }, 'the firewall rule could not be set');
}
