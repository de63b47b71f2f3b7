/**
 * Glossary. **Sandbox**: a row with a lifetime, and at most one running container. **State**: where it stands; a
 * **working state** owes a job. **Incarnation**: one run of it, from a start or restart to the stop. **Deadline**: an
 * absolute instant at which the service acts by itself. **Tombstone**: the row of a deleted sandbox until it is purged.
 * **Live info**: what can be rebuilt, kept in Redis or memory while it lives. **Snapshot**: the live info archived on stop.
 * **Slot**: a warm container that nobody owns yet. **Installation**, service id: one database and what belongs to it.
 */
import type { SandboxInfo } from './sandbox-info.ts';

export const sandboxStates = [
  'warming',
  'warm',
  'pending',
  'running',
  'pausing',
  'paused',
  'resuming',
  'stopping',
  'stopped',
  'deleting',
  'deleted',
] as const;
export type SandboxState = (typeof sandboxStates)[number];

/** States in which a sandbox counts against its tenant's quota and holds resources of the engine. */
export const liveStates = ['pending', 'running', 'pausing', 'paused', 'resuming', 'stopping'] as const;
export function isLive(state: SandboxState): boolean {
  return (liveStates as readonly SandboxState[]).includes(state);
}

export const reasonCodes = [
  'requested',
  'expired',
  'idle',
  'exited',
  'crashed',
  'oom_killed',
  'disk_full',
  'start_failed',
  'name_conflict',
  'engine_lost',
  'container_lost',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** Why a sandbox left its live state, with what the engine said of the end; null = the engine said nothing. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly oomKilled: boolean | null;
  /** The last 4 KiB of the container's log. */
  readonly logTail: string | null;
}

export interface Resources {
  readonly cpus: number;
  readonly memoryMb: number;
  /** null = no bound asked. */
  readonly diskMb: number | null;
  readonly pids: number;
}

/** What an engine bounds, and can change while a container runs. */
export type ContainerLimits = Pick<Resources, 'cpus' | 'memoryMb' | 'pids'>;

/** Engines count a cpu in billionths. */
const LEAST_CPUS = 1e-9;

export function sameLimits(a: ContainerLimits, b: ContainerLimits): boolean {
  return Math.abs(a.cpus - b.cpus) < LEAST_CPUS && a.memoryMb === b.memoryMb && a.pids === b.pids;
}

export const timeoutActions = ['stop', 'pause', 'delete'] as const;
export type TimeoutAction = (typeof timeoutActions)[number];

export interface Lifetime {
  /** From the start of each incarnation; null = none. */
  readonly timeoutSeconds: number | null;
  /** Without activity; null = none. */
  readonly idleSeconds: number | null;
  readonly onTimeout: TimeoutAction;
  /** From the stop; null = the installation's default. */
  readonly autoDeleteSeconds: number | null;
}

export type StartPath = 'warm' | 'cold' | 'restart';

export interface StartReport {
  readonly path: StartPath;
  readonly durationMs: number;
  /** Stage name -> milliseconds. */
  readonly stages: Readonly<Record<string, number>>;
  /** Milliseconds of the stage `ready` that the agent itself took; absent where it did not say. */
  readonly agentMs?: number;
}

/** One sandbox as SQL holds it. Instants are epoch milliseconds; null = not set. */
export interface Sandbox {
  readonly id: string;
  /** null for a pool slot that nobody has claimed. */
  readonly tenant: string | null;
  /** The API key that started it. */
  readonly ownerKeyId: string | null;
  /** Find or start: at most one of these per tenant among rows that are not deleting or deleted. */
  readonly reuseKey: string | null;
  readonly state: SandboxState;
  /** Raised by every transition and PATCH; guards every write. */
  readonly version: number;
  readonly incarnation: number;
  /** Number of the newest entry in its history; a slot has none, and the claim is the first. */
  readonly historyNumber: number;
  readonly reason: Reason | null;

  /** The spec as written once at the start, JSON with a version; null = lost (see spec.ts). */
  readonly spec: string | null;
  readonly template: string | null;
  readonly image: string;
  readonly imageDigest: string | null;
  readonly runtime: string;
  readonly internet: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** As they are now; the spec keeps what was asked first. */
  readonly resources: Resources;
  /** True: its container may have other limits than these, and gets them before the start has succeeded. */
  readonly owesResources: boolean;
  readonly lifetime: Lifetime;
  readonly autoResume: boolean;

  readonly engine: string;
  readonly address: string | null;
  readonly containerId: string | null;
  /** The engine's State.StartedAt seen at START_SUCCEEDED: facts about another run do not match it. */
  readonly containerStartedAt: string | null;
  /** False until the first START_SUCCEEDED: until then the container holds nothing that could be lost. */
  readonly ranOnce: boolean;
  readonly agentVersion: string | null;
  /** Where its agent answers, `host:port`. */
  readonly agentEndpoint: string | null;
  readonly trafficTokenHash: string | null;

  readonly deleteAfterStop: boolean;
  /** Set: a first start that fails leaves nothing behind. */
  readonly deleteIfUnstarted: boolean;
  readonly stopAtMs: number | null;
  /** A lower bound: the scan looks at the last activity again before it acts. */
  readonly idleStopAtMs: number | null;
  readonly pausedUntilMs: number | null;
  readonly deleteAtMs: number | null;
  readonly purgeAtMs: number | null;
  readonly startByMs: number | null;
  /** The instant at which SIGTERM becomes SIGKILL. */
  readonly killAtMs: number | null;
  /** Lifetime left at the pause; null = no lifetime. */
  readonly remainingMs: number | null;

  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly stoppedAtMs: number | null;
  readonly pausedAtMs: number | null;
  readonly deletedAtMs: number | null;
  readonly lastActivityAtMs: number | null;

  readonly start: StartReport | null;
  /** The live info as it was at the last stop. */
  readonly snapshot: SandboxInfo | null;
}

/** True from the claim of a slot until its container serves the sandbox: only then is there one before the first run. */
export function isClaimed(row: Sandbox): boolean {
  return row.state === 'pending' && !row.ranOnce && row.containerId !== null;
}

/** True while nobody has claimed it. */
export function isSlot(row: Pick<Sandbox, 'tenant'>): boolean {
  return row.tenant === null;
}

/** One accepted transition: history entry and outbox entry in one. Those of slots are not kept. */
export interface Transition {
  /** 1, 2, 3 ... per sandbox, without gaps. */
  readonly number: number;
  readonly sandboxId: string;
  readonly tenant: string | null;
  readonly from: SandboxState | null;
  readonly to: SandboxState;
  readonly event: string;
  readonly reason: ReasonCode | null;
  /** An API key's id, or `system`. */
  readonly actor: string;
  readonly incarnation: number;
  readonly atMs: number;
}

/** A transition as stored: `seq` is global and grows. */
export interface RecordedTransition extends Transition {
  readonly seq: number;
}
