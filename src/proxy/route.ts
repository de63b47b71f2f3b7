import type { Sandbox, SandboxState } from '../domain/sandbox.ts';
import { readSpec } from '../domain/spec.ts';

/** What the data plane needs to know of a sandbox. */
export interface Route {
  readonly id: string;
  readonly version: number;
  readonly incarnation: number;
  readonly state: SandboxState;
  readonly address: string | null;
  /** Where its agent answers, `host:port`. */
  readonly agentEndpoint: string | null;
  readonly stopAtMs: number | null;
  readonly isAutoResumed: boolean;
  /** False: ports other than the agent's need the traffic token. */
  readonly isPublic: boolean;
  readonly maskRequestHost: string | null;
}

/** A row without a readable spec is not public: what it wanted is not known. */
export function routeOf(row: Sandbox): Route {
  const reading = readSpec(row.spec);
  const spec = reading.outcome === 'ok' ? reading.spec : undefined;
  return {
    id: row.id,
    version: row.version,
    incarnation: row.incarnation,
    state: row.state,
    address: row.address,
    agentEndpoint: row.agentEndpoint,
    stopAtMs: row.stopAtMs,
    isAutoResumed: row.autoResume && !row.deleteAfterStop,
    isPublic: spec?.allowPublicTraffic ?? false,
    maskRequestHost: spec?.maskRequestHost ?? null,
  };
}

/** States in which connections to the inside live on: a pause freezes them, nothing more. */
export function keepsConnections(state: SandboxState): boolean {
  return state === 'running' || state === 'pausing' || state === 'paused' || state === 'resuming';
}
