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

/** `mayChange` is false where the engine's host is not this one, or this process has no right to. */
export function hostFirewall(deps: { readonly mayChange: boolean; readonly log: Log }): Firewall {
  const isDropped = async (bridge: string) => {
    // An engine in another network namespace has its bridges there: a rule here would say nothing.
    if (!deps.mayChange || !existsSync(`/sys/class/net/${bridge}`)) return false;
    return iptables(['-C', ...rule(bridge)]).then(
      () => true,
      () => false,
    );
  };
  const isIsolated = async (bridges: readonly string[]) => {
    const answers = await Promise.all(bridges.map(isDropped));
    return answers.length > 0 && answers.every(Boolean);
  };
  return {
    isIsolated,
    async isolate(bridges) {
      if (deps.mayChange) {
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
