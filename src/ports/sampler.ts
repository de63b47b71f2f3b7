/** What a sandbox used at one instant. */
export interface Sample {
  readonly atMs: number;
  readonly cpuCount: number;
  /** Percent of one cpu since the sample before. */
  readonly cpuUsedPct: number;
  readonly memUsedBytes: number;
  readonly memTotalBytes: number;
  readonly memCacheBytes: number;
  readonly diskUsedBytes: number;
  /** 0 = no bound. */
  readonly diskTotalBytes: number;
  /** Charged to it, page cache included; this and what follows only where it was counted. */
  readonly memChargedBytes?: number;
  /** Charged without cache that nobody has used lately. */
  readonly memWorkingSetBytes?: number;
  /** Most that was ever charged in this run. */
  readonly memPeakBytes?: number;
  /** Of its processes, and backed by no file. */
  readonly memRssBytes?: number;
  /** Processes that were killed for memory in this run; null where nobody counts them. */
  readonly oomKills?: number | null;
  readonly pids?: number;
  /** Who counted: the kernel's own files, or the engine. */
  readonly source?: 'cgroup-v2' | 'cgroup-v1' | 'engine';
}

/** What only a look at each process tells, which takes about a millisecond for each. */
export interface MemoryDetail {
  /** Resident memory, each page that several share divided by their number; null where the kernel does not tell it. */
  readonly pssBytes: number | null;
  /** Resident memory of the engine's process beside it, outside of its cgroup; null where it is not found. */
  readonly shimRssBytes: number | null;
  /** By their ids inside. */
  readonly processes: readonly { readonly pid: number; readonly pssBytes: number | null }[];
}

/** A sample of this moment. */
export interface Reading {
  readonly sample: Sample;
  /** null where the sandbox's processes are not this machine's. */
  readonly detail: MemoryDetail | null;
}

/** The last minutes of what each live sandbox used. */
export interface Sampler {
  /** Samples of `fromMs` to `toMs`, both included, oldest first; empty for a sandbox that was never sampled. */
  recent(sandboxId: string, fromMs: number, toMs: number): readonly Sample[];
  /** Reads it now, apart from the samples; undefined for one that does not run, or that cannot be measured now. */
  read(sandboxId: string): Promise<Reading | undefined>;
}
