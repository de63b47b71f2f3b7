import type { components } from './gen/openapi.ts';

/** Bodies of the API as its OpenAPI document describes them. */
type Bodies = components['schemas'];

/** What may be left out may be undefined too, which a body of JSON cannot tell apart. */
type Wish<T> = T extends readonly (infer Item)[]
  ? readonly Wish<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Wish<T[Name]> | (undefined extends T[Name] ? undefined : never) }
    : T;

export type CapacityHistoryView = Bodies['CapacityHistory'];
export type CapacityView = Bodies['Capacity'];
export type CorrectionEventData = Bodies['CorrectionEvent'];
export type EngineView = Bodies['Engine'];
export type ExecEvent = Bodies['ExecEvent'];
export type ExecResult = Bodies['ExecResult'];
export type ExecView = Bodies['Exec'];
export type ExplanationView = Bodies['Explanation'];
export type FileEntry = Bodies['FileEntry'];
export type FileList = Bodies['FileList'];
export type FileMatches = Bodies['FileMatches'];
export type HistoryItem = Bodies['Transition'];
export type KeyView = Bodies['ApiKey'];
export type LogLine = Bodies['LogLine'];
export type Metrics = Bodies['Metrics'];
export type MetricsPoint = Metrics['history'][number];
export type NewKeyView = Bodies['NewApiKey'];
export type PoolEventData = Bodies['PoolEvent'];
export type PoolSignatureView = Bodies['PoolSignature'];
export type PoolView = Bodies['Pool'];
export type Problem = Bodies['Problem'];
export type ProcessView = Bodies['ProcessList']['items'][number];
export type RequestCountsView = Bodies['RequestCounts'];
export type SandboxEventData = Bodies['SandboxEvent'];
export type SandboxPageView = Bodies['SandboxPage'];
export type SandboxView = Bodies['Sandbox'];
export type StartSignature = Bodies['StartSignature'];
export type TemplateView = Bodies['Template'];
export type Unpacked = Bodies['Unpacked'];

/** What a start may ask for; everything may be left out. The client does the waiting. */
export type SandboxStart = Wish<Omit<Bodies['StartSandbox'], 'wait' | 'waitSeconds' | 'mounts'>>;

/** Spans in seconds; what is left out stays as it is, or is the installation's default at a start. */
export type LifetimeChange = NonNullable<SandboxStart['lifetime']>;

export type PatchBody = Wish<Bodies['PatchSandbox']>;

export type LifecycleBody = Wish<
  Bodies['StopSandbox'] | Bodies['RestartSandbox'] | Bodies['PauseSandbox'] | Bodies['ResumeSandbox']
>;

export type NewKey = Wish<Bodies['NewKey']>;

/** How a command runs; everything may be left out. */
export type ExecOptions = Wish<Omit<Bodies['ExecBody'], 'command'>>;
