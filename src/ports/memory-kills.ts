/** A process that the kernel killed for memory, in its own words. */
export interface KilledProcess {
  /** As the kernel calls it: 15 bytes at most, without arguments. */
  readonly name: string;
  /** What it had in memory that was not of files: those pages can be shared, and read again. */
  readonly ownBytes: number;
}

/** What the kernel says of the processes that it killed for memory. */
export interface MemoryKills {
  /** The last one of a container; undefined where the kernel's log cannot be read, or says none. */
  lastIn(containerId: string): KilledProcess | undefined;
}
