import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '../config.ts';
import { errorMessage } from '../domain/errors.ts';
import { terminalUpgrade } from '../http/terminal-upgrade.ts';
import type { Log } from '../observe/logger.ts';
import type { OperationDeps } from '../operations/deps.ts';
import { tickets } from '../operations/tickets.ts';
import type { DataPlane } from '../proxy/data-plane.ts';
import type { CloseStack } from '../reconcile/close-stack.ts';
import { type RunningSampler, type SamplerDeps, sampler } from '../sample/sampler.ts';

/** Measures the sandboxes that run, from now until the service closes. */
export function openSampler(
  config: Config,
  world: Omit<SamplerDeps, 'isEngineLocal'>,
  opened: CloseStack,
): RunningSampler {
  const measured = sampler({ ...world, isEngineLocal: config.SANDGLASS_DOCKER_HOST.startsWith('unix://') });
  opened.add(() => measured.close());
  measured.begin().catch((error: unknown) => {
    world.log.warn({ event: 'sample.not_begun', error: errorMessage(error) }, 'what runs already is not measured');
  });
  return measured;
}

interface UseApiDeps {
  readonly operations: OperationDeps;
  readonly log: Log;
  /** A stream whose reader takes nothing for so long is closed. */
  readonly stallMs: number;
}

/** What our own use API needs of the listener: terminals, their tickets, and the end of endless streams. */
export function openUseApi({ operations, log, stallMs }: UseApiDeps) {
  const closing = new AbortController();
  const own = tickets(operations);
  const takeTerminal = terminalUpgrade({ operations, log, tickets: own, closing: closing.signal, stallMs });
  return {
    tickets: own,
    closing: closing.signal,
    endEndless: () => closing.abort(),
    /** The data plane's look at requests, then ours. */
    behind: (plane: DataPlane) => ({
      request: plane.request,
      upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) =>
        plane.upgrade(request, socket, head) || takeTerminal(request, socket, head),
    }),
  };
}
