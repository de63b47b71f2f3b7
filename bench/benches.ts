import type { Bench } from './bench.ts';
import { coldCreate } from './rows/cold-create.ts';
import { dueScan } from './rows/due-scan.ts';
import { exec } from './rows/exec.ts';
import { firstCommand } from './rows/first-command.ts';
import { firstEvents } from './rows/first-events.ts';
import { healthz } from './rows/healthz.ts';
import { hundredSandboxes } from './rows/hundred-sandboxes.ts';
import { idleMemory } from './rows/idle-memory.ts';
import { largeFiles } from './rows/large-files.ts';
import { largeList } from './rows/large-list.ts';
import { lifecycleCommit } from './rows/lifecycle-commit.ts';
import { portProxy } from './rows/port-proxy.ts';
import { restart } from './rows/restart.ts';
import { smallFiles } from './rows/small-files.ts';

export const benches: readonly Bench[] = [
  lifecycleCommit,
  dueScan,
  largeList,
  healthz,
  coldCreate,
  restart,
  firstCommand,
  exec,
  firstEvents,
  smallFiles,
  largeFiles,
  portProxy,
  idleMemory,
  hundredSandboxes,
];

/** What has a bar already and comes with the part of Sandglass that it measures. */
export const ROWS_TO_COME: readonly string[] = [
  'warm create (pool)',
  'create to first output through the E2B SDK, warm (pool)',
  'warm create during refill (pool)',
  'burst of 50 (pool)',
  'pool off beside pool on',
  'RSS growth over 1,000 create-delete cycles',
  'placement allocate and release (fleet)',
  'sandglass get from process start to exit',
  'largest number of live idle sandboxes',
];
