import type { Config } from '../config.ts';
import { fileSignature } from '../contract/file-signature.ts';
import type { Log } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { OperationDeps } from '../operations/deps.ts';
import { resumeSandbox } from '../operations/resume-sandbox.ts';
import { type DataPlane, dataPlane } from '../proxy/data-plane.ts';

const NO_QUOTA = { sandboxes: null, cpus: null, memoryMb: null };
const RESUME_SECONDS = 10;

/** The way into sandboxes; traffic resumes those that ask for it, in the name of their own tenant. */
export function openDataPlane(
  config: Config,
  operations: OperationDeps,
  { log, metrics }: { readonly log: Log; readonly metrics: Pick<Metrics, 'onExchange'> },
): DataPlane {
  return dataPlane({
    ...operations,
    log,
    stallMs: config.SANDGLASS_PROXY_STALL_SECONDS * 1000,
    hasPathForm: config.SANDGLASS_PATH_ROUTING === 'on',
    sign: fileSignature,
    onExchange: metrics.onExchange,
    resume: (id) => resumeByTraffic(operations, id),
  });
}

async function resumeByTraffic(operations: OperationDeps, id: string): Promise<void> {
  const row = await operations.store.find(id);
  if (row?.tenant == null) return;
  const caller = { keyId: 'traffic', tenant: row.tenant, role: 'user', quota: NO_QUOTA } as const;
  const { timeoutSeconds } = row.lifetime;
  await resumeSandbox(operations, caller, { id, lifetime: { timeoutSeconds } }, { seconds: RESUME_SECONDS });
}
