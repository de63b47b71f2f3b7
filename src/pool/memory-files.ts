import { readFileSync } from 'node:fs';

/** Text files by their whole path. */
export interface MemoryFiles {
  /** undefined where there is no such file, or none that can be read. Never throws. */
  read(path: string): string | undefined;
}

/** Those of this machine, read at once: the kernel makes them up in some 10 µs each. */
export const hostMemoryFiles: MemoryFiles = {
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
};
