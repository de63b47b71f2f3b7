import type { DeadlineName } from './lifetime.ts';
import type { ContainerLimits, Lifetime, Reason, ReasonCode, StartReport } from './sandbox.ts';
import type { SandboxInfo } from './sandbox-info.ts';
import type { NormalisedStart } from './spec.ts';

/** What the engine said of a container that runs now. */
export interface StartedFacts {
  readonly containerId: string;
  readonly containerStartedAt: string;
  readonly address: string | null;
  readonly imageDigest: string | null;
  readonly agentVersion: string | null;
  readonly agentEndpoint: string | null;
  /** That it has now. */
  readonly limits: ContainerLimits;
  readonly report: StartReport;
}

/** What the engine said of a container that ended; null = it did not say. */
export interface EndFacts {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly oomKilled: boolean | null;
  /** What the kernel killed for memory last; left out where it does not say. */
  readonly killed?: { readonly name: string; readonly ownBytes: number };
  readonly logTail: string | null;
}

/** Requests: somebody asks. */
export type RequestEvent =
  | { readonly type: 'STOP_REQUESTED'; readonly graceSeconds: number }
  | { readonly type: 'DELETE_REQUESTED'; readonly force: boolean }
  | { readonly type: 'RESTART_REQUESTED'; readonly lifetime: Partial<Lifetime> }
  | { readonly type: 'PAUSE_REQUESTED' }
  | { readonly type: 'RESUME_REQUESTED'; readonly lifetime: Partial<Lifetime> }
  | {
      readonly type: 'CLAIMED';
      readonly tenant: string;
      readonly ownerKeyId: string;
      readonly reuseKey: string | null;
      readonly start: NormalisedStart;
    }
  | { readonly type: 'RECYCLED' };

/** The outcome of a job: true only for the incarnation whose job found it. */
export type JobEvent =
  | { readonly type: 'START_SUCCEEDED'; readonly incarnation: number; readonly started: StartedFacts }
  | { readonly type: 'START_FAILED'; readonly incarnation: number; readonly reason: Reason }
  | { readonly type: 'PAUSE_SUCCEEDED'; readonly incarnation: number }
  | { readonly type: 'PAUSE_FAILED'; readonly incarnation: number; readonly message: string }
  | { readonly type: 'RESUME_SUCCEEDED'; readonly incarnation: number }
  | { readonly type: 'RESUME_FAILED'; readonly incarnation: number; readonly message: string }
  | {
      readonly type: 'STOP_SUCCEEDED';
      readonly incarnation: number;
      readonly end: EndFacts | null;
      readonly snapshot: SandboxInfo;
      /** False when a container that never ran was removed with the stop. */
      readonly isContainerKept: boolean;
    }
  | { readonly type: 'DELETE_SUCCEEDED'; readonly incarnation: number };

/** Facts of the world, found by looking. */
export type FactEvent =
  | {
      readonly type: 'CONTAINER_EXITED';
      /** The engine's State.StartedAt of the run that ended: a fact about another run is dropped. */
      readonly containerStartedAt: string;
      readonly end: EndFacts;
      /** True when found at first contact after the engine could not be reached. */
      readonly isAfterEngineLoss: boolean;
    }
  | { readonly type: 'CONTAINER_LOST'; readonly incarnation: number };

/** The service needs what it uses: memory, or the engine's disk. */
export interface ReclaimEvent {
  readonly type: 'RECLAIMED';
  readonly code: Extract<ReasonCode, 'expired' | 'disk_full'>;
  readonly message: string;
}

/** The clock. */
export interface DeadlineEvent {
  readonly type: 'DEADLINE_PASSED';
  readonly deadline: DeadlineName;
}

export type SandboxEvent = RequestEvent | JobEvent | FactEvent | ReclaimEvent | DeadlineEvent;
