import { type LifetimePolicy, secondsToMs } from './lifetime.ts';
import type { Sandbox } from './sandbox.ts';
import { type NormalisedStart, writeSpec } from './spec.ts';

export interface NewSandbox {
  readonly id: string;
  readonly tenant: string;
  readonly ownerKeyId: string;
  readonly reuseKey: string | null;
  readonly engine: string;
  readonly atMs: number;
}

/** The row of a sandbox that was asked for just now: `pending`, first incarnation, nothing made yet. */
export function newSandbox(who: NewSandbox, start: NormalisedStart, policy: LifetimePolicy): Sandbox {
  return {
    ...nothingMade(who, start),
    tenant: who.tenant,
    ownerKeyId: who.ownerKeyId,
    reuseKey: who.reuseKey,
    state: 'pending',
    incarnation: 1,
    historyNumber: 1,
    startByMs: who.atMs + secondsToMs(policy.startTimeoutSeconds),
  };
}

/** The row of a slot: `warming`, incarnation 0, nobody's; `start` says what its container is made with. */
export function newSlot(what: Pick<NewSandbox, 'id' | 'engine' | 'atMs'>, start: NormalisedStart): Sandbox {
  return { ...nothingMade(what, start), state: 'warming', incarnation: 0, historyNumber: 0, startByMs: null };
}

/** What a row takes over from a start. */
export function startedAs(start: NormalisedStart) {
  return {
    spec: writeSpec(start.spec),
    template: start.template,
    image: start.image,
    labels: start.labels,
    resources: start.resources,
    lifetime: start.lifetime,
    autoResume: start.autoResume,
    deleteIfUnstarted: start.deleteIfUnstarted,
  } satisfies Partial<Sandbox>;
}

type Unborn = Omit<Sandbox, 'state' | 'incarnation' | 'historyNumber' | 'startByMs'>;

function nothingMade({ id, engine, atMs }: Pick<NewSandbox, 'id' | 'engine' | 'atMs'>, start: NormalisedStart): Unborn {
  return {
    ...startedAs(start),
    id,
    tenant: null,
    ownerKeyId: null,
    reuseKey: null,
    version: 1,
    reason: null,
    imageDigest: null,
    runtime: start.runtime,
    internet: start.internet,
    owesResources: false,
    engine,
    address: null,
    containerId: null,
    containerStartedAt: null,
    ranOnce: false,
    agentVersion: null,
    agentEndpoint: null,
    trafficTokenHash: null,
    deleteAfterStop: false,
    stopAtMs: null,
    idleStopAtMs: null,
    pausedUntilMs: null,
    deleteAtMs: null,
    purgeAtMs: null,
    killAtMs: null,
    remainingMs: null,
    createdAtMs: atMs,
    startedAtMs: null,
    stoppedAtMs: null,
    pausedAtMs: null,
    deletedAtMs: null,
    lastActivityAtMs: null,
    start: null,
    snapshot: null,
  };
}
