/** What the sandboxes of one moment used together. */
export interface MemoryUse {
  readonly count: number;
  readonly measured: number;
  readonly totalBytes: number;
  /** null of none. */
  readonly averageBytes: number | null;
  readonly maxBytes: number | null;
}

/** `bytes`: one for each sandbox; null = it could not be measured. */
export function memoryUse(bytes: readonly (number | null)[]): MemoryUse {
  const measured = bytes.filter((one) => one !== null);
  const totalBytes = measured.reduce((sum, one) => sum + one, 0);
  const isNone = measured.length === 0;
  return {
    ...{ count: bytes.length, measured: measured.length, totalBytes },
    averageBytes: isNone ? null : totalBytes / measured.length,
    maxBytes: isNone ? null : Math.max(...measured),
  };
}

/** `100 sandboxes, 1203.4 MiB in all, 12.0 average, 12.9 max`. */
export function memoryWords({ averageBytes, count, maxBytes, measured, totalBytes }: MemoryUse): string {
  const lacking = measured === count ? '' : ` (${count - measured} not measured)`;
  const each = averageBytes === null || maxBytes === null ? '' : `, ${mib(averageBytes)} average, ${mib(maxBytes)} max`;
  return `${count} sandboxes${lacking}, ${mib(totalBytes)} MiB in all${each}`;
}

export function mib(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}
