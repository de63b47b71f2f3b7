import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type AgentInit, agentHeaders, agentPaths } from '../../contract/agent.ts';
import { AgentError } from '../agent-error.ts';
import { sha256 } from '../session.ts';
import type { RunTaker } from '../take-run.ts';
import { type AgentRoute, readJson, sendJson } from './agent-call.ts';

export interface InitDeps {
  /** SHA-256 of the secret, as the container was given it. */
  readonly initSecretHash: string;
  readonly taker: RunTaker;
}

/** `POST /init`: hands the agent its run. 200, 422 when it is refused (the agent ends then), 409 when it has another. */
export function initRoute({ initSecretHash, taker }: InitDeps): AgentRoute {
  return {
    path: agentPaths.init,
    methods: ['POST'],
    access: 'own',
    async answer({ request, response }) {
      requireSecret(request, initSecretHash);
      // Our own service wrote it (contract/agent.ts), and nobody else has the secret.
      const taken = await taker.take((await readJson(request)) as AgentInit);
      response.once(taken.status === 200 ? 'finish' : 'close', taken.answered);
      sendJson(response, taken.status, taken.body);
    },
  };
}

export function requireSecret(request: IncomingMessage, hash: string): void {
  const given = request.headers[agentHeaders.initSecret];
  const isRight = typeof given === 'string' && timingSafeEqual(sha256(given), Buffer.from(hash, 'hex'));
  if (!isRight) throw new AgentError('unauthenticated', 'This call is for the service only.');
}
