import { listen } from '../../../src/http/listen.ts';
import type { ApiClient } from '../api-client.ts';
import { type MemoryService, memoryService } from '../memory-service.ts';
import { cannedAnswer, refusedAnswer } from './canned-agent.ts';

/** A sandbox as a call may find it. */
export const situations = ['running', 'paused', 'stopped', 'deleted', 'foreign', 'unknown'] as const;
export type Situation = (typeof situations)[number];
export type Who = 'admin' | 'alice' | 'nobody';

export interface FuzzedService extends Pick<MemoryService, 'nobody' | 'log'> {
  readonly url: string;
  secretOf(who: Who): string | undefined;
  /** The id of a new sandbox of alice, or of somebody else, in that situation. */
  sandboxIn(situation: Situation): Promise<string>;
  /** What the agents answer from now on; null = what was asked for. */
  refuseInside(status: number | null): void;
  close(): Promise<void>;
}

/** The whole service on a socket, over an engine in memory whose agents answer without doing anything. */
export async function fuzzedService(): Promise<FuzzedService> {
  let refusal: number | null = null;
  const service = await memoryService({
    http: { waitSecondsDefault: 0.05 },
    operations: ({ agent }) => ({
      agent: {
        ...agent,
        call: async (_endpoint, _token, request) => (refusal === null ? cannedAnswer(request) : refusedAnswer(refusal)),
      },
    }),
  });
  const fetchOfApp: Parameters<typeof listen>[0]['fetch'] = (request, env) => service.app.fetch(request, env);
  const listener = await listen({ fetch: fetchOfApp, host: '127.0.0.1', port: 0, blockedSubnets: [] });
  const { admin, alice, bob, nobody, log } = service;
  const secrets = { admin: admin.secret, alice: alice.secret, nobody: undefined };
  return {
    ...{ nobody, log, url: `http://127.0.0.1:${listener.port}` },
    secretOf: (who) => secrets[who],
    sandboxIn: (situation) => sandboxIn(situation, alice, bob),
    refuseInside: (status) => {
      refusal = status;
    },
    async close() {
      await listener.close(500);
      await service.close();
    },
  };
}

async function sandboxIn(situation: Situation, alice: ApiClient, bob: ApiClient): Promise<string> {
  if (situation === 'unknown') return 'nobodyknowsit';
  const { id } = await (situation === 'foreign' ? bob : alice).start();
  const path = `/v1/sandboxes/${id}`;
  if (situation === 'paused') await alice.post(`${path}/pause`);
  if (situation === 'stopped') await alice.post(`${path}/stop`);
  if (situation === 'deleted') await alice.delete(`${path}?force=true`);
  return id;
}
