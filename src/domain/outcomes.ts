/** What the machine writes into the row when a job has come to its end. */
import { assign } from './intents.ts';
import { deleteAtFor, idleStopAtFor, remainingMsAt, secondsToMs, stopAtAfterResume, stopAtFor } from './lifetime.ts';
import { startedAs } from './new-sandbox.ts';
import { withEndFacts } from './reasons.ts';
import { isSlot, sameLimits } from './sandbox.ts';

export const recordStart = assign((row, event) => {
  if (event.type !== 'START_SUCCEEDED') return {};
  const { started, atMs } = event;
  const isWarming = isSlot(row);
  return {
    containerId: started.containerId,
    containerStartedAt: started.containerStartedAt,
    address: started.address ?? row.address,
    imageDigest: started.imageDigest ?? row.imageDigest,
    agentVersion: started.agentVersion,
    agentEndpoint: started.agentEndpoint,
    start: started.report,
    owesResources: false,
    startByMs: null,
    ranOnce: !isWarming,
    startedAtMs: isWarming ? null : atMs,
    stopAtMs: isWarming ? null : stopAtFor(row.lifetime, atMs),
    idleStopAtMs: isWarming ? null : idleStopAtFor(row.lifetime, atMs),
    lastActivityAtMs: isWarming ? null : atMs,
  };
});

export const recordPause = assign((row, event) => ({
  pausedAtMs: event.atMs,
  remainingMs: remainingMsAt(row, event.atMs),
  stopAtMs: null,
  idleStopAtMs: null,
  pausedUntilMs: event.atMs + secondsToMs(event.policy.pausedMaxSeconds),
}));

export const recordResume = assign((row, event) => ({
  reason: null,
  pausedAtMs: null,
  pausedUntilMs: null,
  remainingMs: null,
  stopAtMs: stopAtAfterResume(row, event.atMs),
  idleStopAtMs: idleStopAtFor(row.lifetime, event.atMs),
  lastActivityAtMs: event.atMs,
}));

export const recordStop = assign((row, event) => {
  if (event.type !== 'STOP_SUCCEEDED') return {};
  return {
    reason: withEndFacts(row.reason, event.end),
    snapshot: event.snapshot,
    stopAtMs: null,
    containerId: event.isContainerKept ? row.containerId : null,
    killAtMs: null,
    pausedAtMs: null,
    stoppedAtMs: event.atMs,
    deleteAtMs: deleteAtFor(row, event.atMs, event.policy),
  };
});

export const recordDeletion = assign((row, event) => ({
  containerId: null,
  deleteAtMs: null,
  deletedAtMs: event.atMs,
  // Nobody has ever known of a slot: it leaves no tombstone.
  purgeAtMs: isSlot(row) ? event.atMs : event.atMs + secondsToMs(event.policy.tombstoneRetentionSeconds),
}));

/** A slot becomes the sandbox that was asked for; its container stays as it is. */
export const claim = assign((row, event) => {
  if (event.type !== 'CLAIMED') return {};
  return {
    ...startedAs(event.start),
    tenant: event.tenant,
    ownerKeyId: event.ownerKeyId,
    reuseKey: event.reuseKey,
    owesResources: !sameLimits(row.resources, event.start.resources),
    incarnation: row.incarnation + 1,
    createdAtMs: event.atMs,
    startByMs: event.atMs + secondsToMs(event.policy.startTimeoutSeconds),
    start: null,
  };
});
