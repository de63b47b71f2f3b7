import { deleteAtFor, idleStopAtFor, type LifetimePolicy, secondsToMs, stopAtFor } from './lifetime.ts';
import { type Lifetime, type Resources, type Sandbox, sameLimits } from './sandbox.ts';

export interface SandboxPatch {
  readonly lifetime: Partial<Lifetime>;
  /** null removes a label. */
  readonly labels: Readonly<Record<string, string | null>>;
  readonly resources: Partial<Resources>;
}

/** States in which a sandbox can be changed; elsewhere PATCH is a conflict. */
export function canPatch(row: Sandbox): boolean {
  return !['stopping', 'deleting', 'deleted', 'warming', 'warm'].includes(row.state);
}

/** The row after a PATCH at `nowMs`; what a timeout means in each state is in design/lifecycle.md, "Deadlines". */
export function applyPatch(row: Sandbox, patch: SandboxPatch, nowMs: number, policy: LifetimePolicy): Sandbox {
  const lifetime = { ...row.lifetime, ...patch.lifetime };
  const resources = { ...row.resources, ...patch.resources };
  // Its start is under way, with the limits of before.
  const isTooLate = row.state === 'pending' && !sameLimits(row.resources, resources);
  const changed: Sandbox = {
    ...row,
    version: row.version + 1,
    lifetime,
    labels: mergeLabels(row.labels, patch.labels),
    resources,
    owesResources: row.owesResources || isTooLate,
  };
  return { ...changed, ...timeoutChange(changed, patch, nowMs), ...stoppedChange(changed, patch, policy) };
}

function timeoutChange(row: Sandbox, patch: SandboxPatch, nowMs: number): Partial<Sandbox> {
  const { timeoutSeconds, idleSeconds } = patch.lifetime;
  const change: { -readonly [K in 'stopAtMs' | 'idleStopAtMs' | 'remainingMs']?: number | null } = {};
  if (timeoutSeconds !== undefined) {
    if (row.state === 'running') change.stopAtMs = stopAtFor(row.lifetime, nowMs);
    if (row.state === 'pausing') change.stopAtMs = stopAtFor(row.lifetime, nowMs);
    if (row.state === 'paused' || row.state === 'resuming') {
      change.remainingMs = timeoutSeconds === null ? null : secondsToMs(timeoutSeconds);
    }
  }
  if (idleSeconds !== undefined && row.state === 'running') {
    change.idleStopAtMs = idleStopAtFor(
      row.lifetime,
      Math.max(row.lastActivityAtMs ?? nowMs, row.startedAtMs ?? nowMs),
    );
  }
  return change;
}

function stoppedChange(row: Sandbox, patch: SandboxPatch, policy: LifetimePolicy): Partial<Sandbox> {
  if (patch.lifetime.autoDeleteSeconds === undefined || row.state !== 'stopped' || row.stoppedAtMs === null) return {};
  return { deleteAtMs: deleteAtFor(row, row.stoppedAtMs, policy) };
}

function mergeLabels(
  labels: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const merged: Record<string, string> = { ...labels };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}
