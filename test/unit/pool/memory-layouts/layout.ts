import type { MemoryFiles } from '../../../../src/pool/memory-files.ts';
import type { MemoryReading } from '../../../../src/pool/memory-pressure.ts';

export const GIB = 1024 ** 3;

/** A machine's files, and what is to be read from them. */
export interface MemoryLayout {
  readonly name: string;
  /** Text by path; what is not here does not exist. */
  readonly files: Readonly<Record<string, string>>;
  readonly expected: MemoryReading;
}

/** /proc/meminfo of a host. */
export function meminfo(totalGib: number, availableGib: number): Record<string, string> {
  const kib = (gib: number) => `${gib * 1024 * 1024} kB`;
  const lines = [
    `MemTotal:       ${kib(totalGib)}`,
    'MemFree:          204800 kB',
    `MemAvailable:   ${kib(availableGib)}`,
  ];
  return { '/proc/meminfo': `${lines.join('\n')}\nBuffers:           87104 kB\n` };
}

export function filesOf(layout: Pick<MemoryLayout, 'files'>): MemoryFiles {
  return { read: (path) => (Object.hasOwn(layout.files, path) ? layout.files[path] : undefined) };
}

/** The expected reading of a host with 16 GiB, 12 of them available. */
export const quietHost: MemoryReading = {
  ...{ source: 'host', detail: '/proc/meminfo' },
  ...{ usedBytes: 4 * GIB, limitBytes: 16 * GIB, ratio: 0.25 },
};
