import { type LifetimePolicy, secondsToMs } from './lifetime.ts';
import type { Sandbox } from './sandbox.ts';
import { type NormalisedStart, writeSpec } from './spec.ts';

export interface NewSandbox {
  readonly id: string;
  readonly tenant: string;
  readonly ownerKeyId: string;
  readonly engine: string;
  readonly atMs: number;
}

/** The row of a sandbox that was asked for just now: `pending`, first incarnation, nothing made yet. */
export function newSandbox(who: NewSandbox, start: NormalisedStart, policy: LifetimePolicy): Sandbox {
  return {
    id: who.id,
    tenant: who.tenant,
    ownerKeyId: who.ownerKeyId,
    state: 'pending',
    version: 1,
    incarnation: 1,
    historyNumber: 1,
    reason: null,
    spec: writeSpec(start.spec),
    template: start.template,
    image: start.image,
    imageDigest: null,
    runtime: start.runtime,
    internet: start.internet,
    labels: start.labels,
    resources: start.resources,
    lifetime: start.lifetime,
    autoResume: start.autoResume,
    engine: who.engine,
    address: null,
    containerId: null,
    containerStartedAt: null,
    ranOnce: false,
    agentVersion: null,
    agentEndpoint: null,
    trafficTokenHash: null,
    deleteAfterStop: false,
    deleteIfUnstarted: start.deleteIfUnstarted,
    stopAtMs: null,
    idleStopAtMs: null,
    pausedUntilMs: null,
    deleteAtMs: null,
    purgeAtMs: null,
    startByMs: who.atMs + secondsToMs(policy.startTimeoutSeconds),
    killAtMs: null,
    remainingMs: null,
    createdAtMs: who.atMs,
    startedAtMs: null,
    stoppedAtMs: null,
    pausedAtMs: null,
    deletedAtMs: null,
    lastActivityAtMs: null,
    start: null,
    snapshot: null,
  };
}
