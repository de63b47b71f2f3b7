import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type AgentInit,
  type AgentInitDone,
  type AgentInitRefused,
  agentHeaders,
  agentPaths,
} from '../../contract/agent.ts';
import { AgentError } from '../agent-error.ts';
import type { MainCommand } from '../main-command.ts';
import { type RunDeps, runOf } from '../run-of.ts';
import { sha256 } from '../session.ts';
import { type AgentRoute, readJson, sendJson } from './agent-call.ts';

export interface InitDeps extends RunDeps {
  /** SHA-256 of the secret, as the container was given it. */
  readonly initSecretHash: string;
  readonly mainCommand: MainCommand;
  /** Told once, when the answer is out that the run was taken. */
  readonly onReady: (init: AgentInit) => void;
  /** Makes the calls of a first run fast, before the answer. */
  readonly rehearse: (init: AgentInit) => Promise<void>;
  /** Ends the agent with that code, once its answer is out. */
  readonly endWith: (exitCode: number) => void;
}

/** The incarnation of a slot: nobody's, and followed by the first run of whoever claims it. */
const REHEARSAL = 0;
/** A command that is up this long after its start was started well. */
const HOLD_MS = 50;
/** Exit code of a shell whose command cannot be started (POSIX, 2.8.2). */
const NOT_STARTED = 127;

/**
 * `POST /init`: takes one run, once; the same again is 200, any other 409. Before it there may be one rehearsal. A run whose command ends at once, or cannot
 * be started, is refused with 422, and the agent ends with it. Nothing else inside can say the secret.
 */
export function initRoute(deps: InitDeps): AgentRoute {
  let under: Promise<Begun | AgentInitRefused> | undefined;
  let current: Pick<AgentInit, 'incarnation' | 'createdAtMs'> | undefined;
  return {
    path: agentPaths.init,
    methods: ['POST'],
    access: 'own',
    async answer({ request, response }) {
      const beganMs = performance.now();
      requireSecret(request, deps.initSecretHash);
      // Our own service wrote it (contract/agent.ts), and nobody else has the secret.
      const init = (await readJson(request)) as AgentInit;
      const { incarnation, createdAtMs } = init;
      const isAnother = incarnation !== current?.incarnation || createdAtMs !== current.createdAtMs;
      if (isAnother && current !== undefined && current.incarnation !== REHEARSAL) {
        throw new AgentError('failed_precondition', `This agent serves incarnation ${current.incarnation}.`);
      }
      current = { incarnation, createdAtMs };
      if (isAnother) under = begin(deps, init);
      const outcome = await under;
      if (outcome === undefined) throw new AgentError('internal', 'A run was not begun.');
      const isReady = outcome.outcome === 'ready';
      if (isReady && isAnother && incarnation === REHEARSAL) await deps.rehearse(init);
      else if (isReady && isAnother) response.once('finish', () => deps.onReady(init));
      if (!isReady) response.once('close', () => deps.endWith(outcome.exitCode ?? NOT_STARTED));
      const done = (): AgentInitDone => ({ outcome: 'ready', tookMs: sinceMs(beganMs) });
      sendJson(response, isReady ? 200 : 422, isReady ? done() : outcome);
    },
  };
}

export function requireSecret(request: IncomingMessage, hash: string): void {
  const given = request.headers[agentHeaders.initSecret];
  const isRight = typeof given === 'string' && timingSafeEqual(sha256(given), Buffer.from(hash, 'hex'));
  if (!isRight) throw new AgentError('unauthenticated', 'This call is for the service only.');
}

type Begun = Pick<AgentInitDone, 'outcome'>;

function sinceMs(beganMs: number): number {
  return Math.round((performance.now() - beganMs) * 100) / 100;
}

async function begin(deps: InitDeps, init: AgentInit): Promise<Begun | AgentInitRefused> {
  try {
    deps.session.begin(await runOf(deps, init));
    const ended = init.command === null ? undefined : await deps.mainCommand.start(init.command, HOLD_MS);
    if (ended === undefined) return { outcome: 'ready' };
    return { outcome: 'refused', message: `Its command ended at once with code ${ended}.`, exitCode: ended };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { outcome: 'refused', message, exitCode: null };
  }
}
