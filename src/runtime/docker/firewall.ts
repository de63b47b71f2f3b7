import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { errorMessage } from '../../domain/errors.ts';
import type { Log } from '../../observe/logger.ts';

/**
 * The host's side of the isolation: no new connections from a sandbox's bridge to the host itself, nor to link-local
 * addresses, where clouds serve a machine's own credentials (169.254.169.254).
 */
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
    return (await Promise.all(rules(bridge).map(isSet))).every(Boolean);
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
          for (const rule of rules(bridge)) {
            // Two services at once may both insert: a second equal rule changes nothing.
            if (!(await isSet(rule))) await insert(rule).catch((error) => complain(deps.log, error));
          }
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

interface Rule {
  readonly table: 'filter' | 'mangle';
  readonly words: readonly string[];
}

/** Link-local is dropped before it is routed: rules of FORWARD may come after those that the engine puts first. */
function rules(bridge: string): readonly Rule[] {
  const from = ['-i', bridge];
  return [
    { table: 'filter', words: ['INPUT', ...from, '-m', 'conntrack', '--ctstate', 'NEW', '-j', 'DROP'] },
    { table: 'mangle', words: ['PREROUTING', ...from, '-d', '169.254.0.0/16', '-j', 'DROP'] },
  ];
}

function isSet({ table, words }: Rule): Promise<boolean> {
  return iptables(['-t', table, '-C', ...words]).then(
    () => true,
    () => false,
  );
}

function insert({ table, words }: Rule): Promise<void> {
  return iptables(['-t', table, '-I', ...words]);
}

async function iptables(argv: readonly string[]): Promise<void> {
  await run('iptables', ['-w', '5', ...argv], { timeout: DEADLINE_MS });
}

function complain(log: Log, error: unknown): void {
  log.warn({ event: 'firewall.failed', error: errorMessage(error) }, 'the firewall rule could not be set');
}
