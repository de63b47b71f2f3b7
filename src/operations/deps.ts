import type { LifetimePolicy } from '../domain/lifetime.ts';
import type { Limits } from '../domain/limits.ts';
import type { StartDefaults } from '../domain/spec.ts';
import type { Activity } from '../ports/activity.ts';
import type { AgentClient } from '../ports/agent-client.ts';
import type { Capacity } from '../ports/capacity.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { Ids } from '../ports/ids.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { LiveStore } from '../ports/live-store.ts';
import type { PoolView } from '../ports/pool-view.ts';
import type { Sampler } from '../ports/sampler.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { SlotSource } from '../ports/slot-source.ts';
import type { Tokens } from '../ports/tokens.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import type { TemplateRegistry } from './template-registry.ts';

export interface StartObservation {
  readonly path: 'warm' | 'cold' | 'reuse' | 'restart';
  readonly outcome: 'success' | 'failure' | 'unfinished';
  /** `fast`: the caller did not wait until it ran. */
  readonly mode: 'fast' | 'strong';
  readonly sandboxId: string;
  readonly durationMs: number;
  /** Stage -> milliseconds. */
  readonly stages: Readonly<Record<string, number>>;
  /** Milliseconds of the stage `ready` that the agent itself took; absent where it did not say. */
  readonly agentMs?: number;
}

/** What the operations are made of; built once, in compose.ts. */
export interface OperationDeps {
  readonly store: SandboxStore;
  readonly live: LiveStore;
  readonly keys: KeyStore;
  readonly runtime: ContainerRuntime;
  readonly agent: AgentClient;
  readonly tokens: Tokens;
  readonly activity: Activity;
  /** Absent where nothing is measured. */
  readonly sampler?: Sampler | undefined;
  readonly reconciler: Reconciler;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly policy: LifetimePolicy;
  readonly limits: Limits;
  readonly startDefaults: StartDefaults;
  readonly slots: SlotSource;
  readonly pool: PoolView;
  readonly capacity: Capacity;
  readonly templates: TemplateRegistry;
  /** How a start or restart went; after its answer is known. */
  readonly onStart: (report: StartObservation) => void;
  /** Patterns (`*` matches anything) of images that role `user` may start besides those of templates. */
  readonly allowedImages: readonly string[];
}
