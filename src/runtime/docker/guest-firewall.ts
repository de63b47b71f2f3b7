import { z } from 'zod';
import { SandboxError } from '../../domain/errors.ts';
import { containerPath } from './container-look.ts';
import type { EngineContext } from './engine-context.ts';
import type { EngineAnswer } from './exchange.ts';
import { complain, type Firewall, warnOfHost } from './firewall.ts';
import type { FirewallPlan } from './firewall-rules.ts';
import { LABELS } from './labels.ts';
import type { OwnContainer } from './own-container.ts';
import { refusal, understood } from './refusals.ts';

export interface GuestFirewallDeps {
  readonly context: EngineContext;
  readonly own: () => Promise<OwnContainer | undefined>;
  /** The built host-rules/main.ts, where the image of the service has it. */
  readonly program: string;
}

const DEADLINE_MS = 60_000;
const FRESH_MS = 60_000;
const WORDS: Readonly<Record<number, string>> = {
  1: 'a rule could not be set',
  2: "no iptables of the service's image finds the chains of the engine",
};

/**
 * Of a service in a container, whose own network has none of the host's rules: a short-lived container of the service's
 * image, in the host's network and with the two capabilities that iptables asks for, sets them and looks at them.
 */
export function guestFirewall(deps: GuestFirewallDeps): Firewall {
  const { context } = deps;
  let last: { readonly isIsolated: boolean; readonly atMs: number } | undefined;
  const look = async (verb: 'set' | 'check', plan: FirewallPlan) => {
    const exitCode = await runProgram(deps, [verb, JSON.stringify(plan)]);
    last = { isIsolated: exitCode === 0, atMs: context.clock.monotonicMs() };
    return exitCode;
  };
  return {
    async isolate(plan) {
      try {
        const exitCode = await look('set', plan);
        if (exitCode === 0) return;
        complain(context.log, WORDS[exitCode] ?? `the container for the firewall ended with ${exitCode}`);
      } catch (error) {
        complain(context.log, error);
      }
      warnOfHost(context.log, plan);
    },
    async isIsolated(plan) {
      // A look takes most of a second, and pages ask again and again.
      if (last !== undefined && context.clock.monotonicMs() - last.atMs < FRESH_MS) return last.isIsolated;
      return plan.bridges.length > 0 && (await look('check', plan)) === 0;
    },
  };
}

/** The exit code. The container removes itself. */
async function runProgram({ context, own, program }: GuestFirewallDeps, argv: readonly string[]): Promise<number> {
  const image = (await own())?.imageId;
  if (image === undefined) throw new SandboxError('conflict', 'The service runs in no container of this engine.');
  const body = {
    Image: image,
    Entrypoint: [process.execPath, program],
    Cmd: argv,
    User: '0:0',
    Labels: { [LABELS.firewall]: context.serviceId },
    HostConfig: {
      ...{ NetworkMode: 'host', AutoRemove: true, ReadonlyRootfs: true, Tmpfs: { '/run': '' } },
      ...{ CapDrop: ['ALL'], CapAdd: ['NET_ADMIN', 'NET_RAW'], SecurityOpt: ['no-new-privileges'] },
    },
  };
  const made = await ask(context, 'POST', '/containers/create', { body });
  const { Id } = understood(z.object({ Id: z.string() }), made, 'a container');
  // Asked before the start: a container that removes itself is not waited for afterwards.
  const ended = ask(context, 'POST', containerPath(Id, '/wait'), { query: { condition: 'removed' } });
  ended.catch(() => {});
  try {
    await ask(context, 'POST', containerPath(Id, '/start'));
  } catch (error) {
    await ask(context, 'DELETE', containerPath(Id, ''), { query: { force: 'true' } }).catch(() => {});
    throw error;
  }
  return understood(z.object({ StatusCode: z.number() }), await ended, 'the end of a container').StatusCode;
}

async function ask(
  context: EngineContext,
  method: 'POST' | 'DELETE',
  path: string,
  what: { readonly body?: object; readonly query?: Readonly<Record<string, string>> } = {},
): Promise<EngineAnswer> {
  const answer = await context.calls.ask({ name: 'firewall', method, path, ...what, deadlineMs: DEADLINE_MS });
  if (answer.status >= 400) throw refusal(answer, 'run a container for the firewall');
  return answer;
}
