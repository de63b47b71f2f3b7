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
  readonly pids?: number;
  /** Who counted: the kernel's own files, or the engine. */
  readonly source?: 'cgroup' | 'engine';
}

/** The last minutes of what each live sandbox used. */
export interface Sampler {
  /** Samples of `fromMs` to `toMs`, both included, oldest first; empty for a sandbox that was never sampled. */
  recent(sandboxId: string, fromMs: number, toMs: number): readonly Sample[];
}
