import type { KeyBody } from '../contract/api-key.ts';
import type { ExecBody } from '../contract/exec.ts';
import type { PauseBody, RestartBody, ResumeBody, StopBody } from '../contract/lifecycle-calls.ts';
import type { StartBody } from '../contract/start-sandbox.ts';

export type { KeyView, NewKeyView } from '../contract/api-key.ts';
export type { CapacityView } from '../contract/capacity.ts';
export type { ExecEvent, ExecResult, ExecView } from '../contract/exec.ts';
export type { ExplanationView } from '../contract/explanation.ts';
export type { FileEntry, FileList, FileMatches, Unpacked } from '../contract/files.ts';
export type { HistoryItem } from '../contract/history.ts';
export type { LogLine } from '../contract/logs.ts';
export type { Metrics, MetricsPoint } from '../contract/metrics.ts';
export type { PatchBody } from '../contract/patch-sandbox.ts';
export type { PoolEventData, PoolSignatureView, PoolView, StartSignature } from '../contract/pool.ts';
export type { ProcessView } from '../contract/processes.ts';
export type { SandboxPageView } from '../contract/read-sandbox.ts';
export type { SandboxEventData } from '../contract/sandbox-event.ts';
export type { SandboxView } from '../contract/sandbox-view.ts';

/** What a start may ask for; everything may be left out. The client does the waiting. */
export type SandboxStart = Omit<StartBody, 'wait' | 'waitSeconds' | 'mounts'>;

/** Spans in seconds; what is left out stays as it is, or is the installation's default at a start. */
export type LifetimeChange = NonNullable<StartBody['lifetime']>;

export type LifecycleBody = StopBody | RestartBody | PauseBody | ResumeBody;

export type NewKey = KeyBody;

/** How a command runs; everything may be left out. */
export type ExecOptions = Omit<ExecBody, 'command'>;
