import type { SandboxState } from '../../src/domain/sandbox.ts';

/** The whole lifecycle in ten lines: where a sandbox may go from each state. */
export const lifecycleModel: Readonly<Record<string, readonly SandboxState[]>> = {
  null: ['pending'],
  pending: ['running', 'stopping'],
  running: ['pausing', 'stopping'],
  pausing: ['paused', 'running', 'stopping'],
  paused: ['resuming', 'stopping'],
  resuming: ['running', 'stopping'],
  stopping: ['stopping', 'stopped'],
  stopped: ['pending', 'deleting', 'stopped'],
  deleting: ['deleted'],
};
