import { SandglassError } from './sandglass-error.ts';
import type { SandboxView } from './wire.ts';

/** As much of a sandbox as it takes to make it run. */
interface Startable {
  readonly state: SandboxView['state'];
  resume(call: { readonly signal: AbortSignal | undefined }): Promise<unknown>;
  restart(call: { readonly signal: AbortSignal | undefined }): Promise<unknown>;
  refresh(call: { readonly signal: AbortSignal | undefined }): Promise<unknown>;
  settle(call: { readonly signal: AbortSignal | undefined }): Promise<unknown>;
}

/** Somebody else may move it meanwhile; nobody does so for ever. */
const MOST_TRIES = 5;

/** Resumed or restarted where it has to be. Throws `gone` for a deleted one. */
export async function madeToRun(sandbox: Startable, signal: AbortSignal | undefined): Promise<void> {
  for (let tries = 1; sandbox.state !== 'running'; tries += 1) {
    try {
      await nextStep(sandbox, signal);
    } catch (error) {
      const isOvertaken = error instanceof SandglassError && error.code === 'conflict';
      if (!isOvertaken || tries >= MOST_TRIES) throw error;
      await sandbox.refresh({ signal });
    }
  }
}

function nextStep(sandbox: Startable, signal: AbortSignal | undefined): Promise<unknown> {
  switch (sandbox.state) {
    case 'paused':
      return sandbox.resume({ signal });
    case 'stopped':
    case 'deleted':
      return sandbox.restart({ signal });
    default:
      return sandbox.settle({ signal });
  }
}
