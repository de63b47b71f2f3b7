import { existsSync } from 'node:fs';
import { errorMessage } from '../../domain/errors.ts';
import type { Log } from '../../observe/logger.ts';
import { type FirewallPlan, insert, isolationRules, isSet, rulesOf } from './firewall-rules.ts';

/**
 * The host's side of the isolation: no new connections from a sandbox's bridge to the host itself, nor to link-local
 * addresses, where clouds serve a machine's own credentials (169.254.169.254).
 */
export interface Firewall {
  /** Sets what the plan needs; says in the log where it may not. Safe to call at once from two services. */
  isolate(plan: FirewallPlan): Promise<void>;
  /** True when all of it is set. */
  isIsolated(plan: FirewallPlan): Promise<boolean>;
}

export interface FirewallDeps {
  /** False where the engine's network is not this host's, or this process has no right to change it. */
  readonly mayChange: () => Promise<boolean>;
  readonly log: Log;
}

/** Of a service in the host's own network. */
export function hostFirewall(deps: FirewallDeps): Firewall {
  const isDropped = async (bridge: string) => {
    if (!existsSync(`/sys/class/net/${bridge}`)) return false;
    return (await Promise.all(isolationRules(bridge).map((rule) => isSet(rule)))).every(Boolean);
  };
  const isIsolated = async ({ bridges }: FirewallPlan) => {
    if (bridges.length === 0 || !(await deps.mayChange())) return false;
    return (await Promise.all(bridges.map(isDropped))).every(Boolean);
  };
  return {
    isIsolated,
    async isolate(plan) {
      if (await deps.mayChange()) {
        for (const rule of rulesOf(plan)) {
          // Two services at once may both insert: a second equal rule changes nothing.
          if (!(await isSet(rule))) await insert(rule).catch((error) => complain(deps.log, error));
        }
      }
      if (!(await isIsolated(plan))) warnOfHost(deps.log, plan);
    },
  };
}

export function warnOfHost(log: Log, { bridges }: FirewallPlan): void {
  log.warn({ event: 'host.not_isolated', bridges }, 'sandboxes may open connections to the host of the engine');
}

export function complain(log: Log, error: unknown): void {
  log.warn({ event: 'firewall.failed', error: errorMessage(error) }, 'the firewall rule could not be set');
}
