import { fstatSync, type Stats } from 'node:fs';

const SILENT_MS = 1_000;

/** What is on standard input: `none` on a terminal or without one, `silent` when nothing comes, nor its end. */
export type StandardInput = Uint8Array | 'none' | 'silent';

/**
 * Reads standard input to its end. A pipe that stays open without a byte, as many programs leave it to those they run,
 * is waited for 1 s only, unless `isAwaited`.
 */
export async function standardInput(isAwaited: boolean): Promise<StandardInput> {
  const kind = statOf(0);
  if (kind === undefined || kind.isCharacterDevice()) return 'none';
  const chunks: Buffer[] = [];
  const reader: AsyncIterator<Buffer> = process.stdin[Symbol.asyncIterator]();
  const first = reader.next();
  const isSilent = !isAwaited && !kind.isFile() && (await isLate(first));
  if (isSilent) {
    // It would hold the process.
    process.stdin.destroy();
    first.catch(() => undefined);
    return 'silent';
  }
  for (let read = await first; !read.done; read = await reader.next()) chunks.push(read.value);
  return Buffer.concat(chunks);
}

function statOf(descriptor: number): Stats | undefined {
  try {
    return fstatSync(descriptor);
  } catch {
    return undefined; // it is closed
  }
}

async function isLate(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), SILENT_MS);
  });
  try {
    return (await Promise.race([work, late])) === 'late';
  } finally {
    clearTimeout(timer);
  }
}
