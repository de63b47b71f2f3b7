export { createKey, listKeys, revokeKey } from './api-keys.ts';
export type { ConnectionOptions } from './connection-options.ts';
export type { ExecOutput } from './exec-stream.ts';
export { explainSandbox } from './explain-sandbox.ts';
export type { SandboxFiles, WriteOptions } from './files.ts';
export type { SandboxFilter } from './list-views.ts';
export { capacity, pool, poolSignature } from './pool.ts';
export { type CallOptions, Sandbox } from './sandbox.ts';
export { SandglassError, type SandglassErrorCode } from './sandglass-error.ts';
export type {
  CapacityView,
  ExecOptions,
  ExecResult,
  ExecView,
  ExplanationView,
  FileEntry,
  FileList,
  FileMatches,
  KeyView,
  LifetimeChange,
  LogLine,
  Metrics,
  MetricsPoint,
  NewKey,
  NewKeyView,
  PoolSignatureView,
  PoolView,
  ProcessView,
  SandboxStart,
  SandboxView,
  StartSignature,
} from './wire.ts';
