import { stat, truncate } from 'node:fs/promises';

const LIMIT_BYTES = 1024 * 1024;

/** Empties the server's log once it is longer than 1 MiB. The server appends, so it writes on from the start. */
export async function trimServerLog(path: string): Promise<void> {
  try {
    if ((await stat(path)).size > LIMIT_BYTES) await truncate(path);
  } catch {
    // No log yet, or a disk that takes no change: the next round looks again.
  }
}
