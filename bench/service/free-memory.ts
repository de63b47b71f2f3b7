import { readFileSync } from 'node:fs';

/** What new programs could have without swapping, as the kernel estimates it. */
export function freeMemoryMib(): number {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  if (kib === undefined) throw new Error('the kernel does not tell how much memory is free');
  return Number(kib) / 1024;
}
