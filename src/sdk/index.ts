export { createKey, listKeys, revokeKey } from './api-keys.ts';
export type { ConnectionOptions } from './connection-options.ts';
export { explainSandbox } from './explain-sandbox.ts';
export type { SandboxFilter } from './list-views.ts';
export { type CallOptions, Sandbox } from './sandbox.ts';
export { SandglassError, type SandglassErrorCode } from './sandglass-error.ts';
export type {
  ExplanationView,
  KeyView,
  LifetimeChange,
  NewKey,
  NewKeyView,
  SandboxStart,
  SandboxView,
} from './wire.ts';
