export { createKey, listKeys, revokeKey } from './api-keys.ts';
export type { ConnectionOptions } from './connection-options.ts';
export type { ExecOutput } from './exec-stream.ts';
export { explainSandbox } from './explain-sandbox.ts';
export type { SandboxFiles, WriteOptions } from './files.ts';
export { engines, templates } from './installation.ts';
export type { SandboxFilter } from './list-views.ts';
export type { LogLinesOptions } from './log-lines.ts';
export type { MetricsOptions } from './observe.ts';
export { capacity, capacityHistory, pool, poolSignature, requestCounts } from './pool.ts';
export { type CallOptions, Sandbox } from './sandbox.ts';
export { SandglassError, type SandglassErrorCode } from './sandglass-error.ts';
export type { Terminal, TerminalEnd, TerminalOptions } from './terminal.ts';
export { type ServiceEvent, type WatchOptions, watchEvents } from './watch-events.ts';
export type { WebSocketClass, WebSocketLike } from './web-socket.ts';
export type {
  CapacityHistoryView,
  CapacityView,
  CorrectionEventData,
  EngineView,
  ExecOptions,
  ExecResult,
  ExecView,
  ExplanationView,
  FileEntry,
  FileList,
  FileMatches,
  HistoryItem,
  KeyView,
  LifetimeChange,
  LogLine,
  Metrics,
  MetricsPoint,
  NewKey,
  NewKeyView,
  PoolEventData,
  PoolSignatureView,
  PoolView,
  ProcessView,
  RequestCountsView,
  SandboxEventData,
  SandboxStart,
  SandboxView,
  StartSignature,
  TemplateView,
} from './wire.ts';
