import type { Bench } from './bench.ts';
import { coldCreate } from './rows/cold-create.ts';
import { dueScan } from './rows/due-scan.ts';
import { healthz } from './rows/healthz.ts';
import { hundredSandboxes } from './rows/hundred-sandboxes.ts';
import { largeList } from './rows/large-list.ts';
import { lifecycleCommit } from './rows/lifecycle-commit.ts';
import { restart } from './rows/restart.ts';

export const benches: readonly Bench[] = [
  lifecycleCommit,
  dueScan,
  largeList,
  healthz,
  coldCreate,
  restart,
  hundredSandboxes,
];

/** What has a bar already and comes with the part of Sandglass that it measures. */
export const ROWS_TO_COME: readonly string[] = [
  'warm create (pool)',
  'warm create during refill (pool)',
  'burst of 50 (pool)',
  'pool off beside pool on',
  'create to first output through the E2B SDK',
  'exec',
  'stream first byte and first WatchDir event',
  'file write and read, 1 KiB and 1 MiB',
  '256 MiB streamed',
  'proxy to a port in the sandbox',
  'memory of an idle sandbox (agent)',
  'RSS growth over 1,000 create-delete cycles',
  'placement allocate and release (fleet)',
  'sandglass get from process start to exit',
  'largest number of live idle sandboxes',
];
