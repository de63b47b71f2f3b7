import type { Bench } from './bench.ts';
import { bursts } from './rows/bursts.ts';
import { claimShares } from './rows/claim-shares.ts';
import { claimsDuringRefill } from './rows/claims-during-refill.ts';
import { cliGet } from './rows/cli-get.ts';
import { coldCreate } from './rows/cold-create.ts';
import { createDeleteCycles } from './rows/create-delete-cycles.ts';
import { dueScan } from './rows/due-scan.ts';
import { exec } from './rows/exec.ts';
import { firstCommand } from './rows/first-command.ts';
import { firstEvents } from './rows/first-events.ts';
import { healthz } from './rows/healthz.ts';
import { hundredSandboxes } from './rows/hundred-sandboxes.ts';
import { idleMemory } from './rows/idle-memory.ts';
import { idlePool } from './rows/idle-pool.ts';
import { largeFiles } from './rows/large-files.ts';
import { largeList } from './rows/large-list.ts';
import { lifecycleCommit } from './rows/lifecycle-commit.ts';
import { liveSandboxes } from './rows/live-sandboxes.ts';
import { portProxy } from './rows/port-proxy.ts';
import { restart } from './rows/restart.ts';
import { smallFiles } from './rows/small-files.ts';
import { warmCreate } from './rows/warm-create.ts';

export const benches: readonly Bench[] = [
  lifecycleCommit,
  dueScan,
  largeList,
  healthz,
  cliGet,
  coldCreate,
  warmCreate,
  claimsDuringRefill,
  bursts,
  claimShares,
  restart,
  firstCommand,
  exec,
  firstEvents,
  smallFiles,
  largeFiles,
  portProxy,
  idleMemory,
  idlePool,
  hundredSandboxes,
  createDeleteCycles,
  liveSandboxes,
];

/** What has a bar already and comes with the part of Sandglass that it measures. */
export const ROWS_TO_COME: readonly string[] = ['placement allocate and release (fleet)'];
