/** A run of `sandglass profile`, in the words of its JSON. A superset of what deer-flow users parse, hence the names. */
export interface MemoryProfile {
  readonly schema_version: 1;
  readonly captured_at: string;
  /** The tenant that was asked for; null = all that the key sees. */
  readonly namespace: string | null;
  readonly selector: string | null;
  /** The phase, in the caller's words. */
  readonly sample: string;
  /** The work that was done first; null = what ran already was sampled. */
  readonly workload: string | null;
  /** From before the first sandbox was sampled until after the last. */
  readonly window_ms: number;
  readonly summary: ProfileSummary;
  readonly pods: readonly Pod[];
  readonly process_errors: readonly { readonly name: string; readonly error: string }[];
  /** What was sampled on the way; the last one is `pods`. */
  readonly phases: readonly Phase[];
  /** Of what was started for this; empty where nothing was. */
  readonly startups: readonly Startups[];
  readonly host: ProfileHost;
  /** That the command line was built from; null = not known. */
  readonly commit: string | null;
  readonly notes: readonly string[];
}

export interface ProfileSummary {
  readonly sandbox_count: number;
  /** The same. */
  readonly pod_count: number;
  readonly parsed_memory_count: number;
  readonly unparsed_memory_count: number;
  /** Of the working sets. */
  readonly total_memory_bytes: number;
  readonly total_memory_mib: number;
  readonly average_memory_mib: number | null;
  readonly max_memory_mib: number | null;
  readonly parsed_cpu_count: number;
  readonly unparsed_cpu_count: number;
  readonly total_cpu_millicores: number;
  readonly pods_with_process_samples: number;
  readonly pods_with_process_sample_errors: number;
}

/** One sandbox. Of one that could not be sampled all numbers are null, and `error` says why. */
export interface Pod {
  readonly name: string;
  /** Its state. */
  readonly phase: string;
  readonly start_time: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly cpu: { readonly raw: string | null; readonly millicores: number | null };
  readonly memory: PodMemory;
  readonly pss_bytes: number | null;
  readonly shim_rss_bytes: number | null;
  readonly containers: Readonly<Record<string, PodContainer>>;
  /** Largest first, as many as were asked for. */
  readonly processes: readonly PodProcess[];
  readonly error?: string;
}

export interface PodMemory {
  readonly raw: string | null;
  /** The working set. */
  readonly bytes: number | null;
  readonly mib: number | null;
  readonly working_set_bytes: number | null;
  readonly usage_bytes: number | null;
  readonly cache_bytes: number | null;
  readonly rss_bytes: number | null;
  readonly peak_bytes: number | null;
  readonly limit_bytes: number | null;
  readonly source: 'cgroup-v2' | 'cgroup-v1' | 'engine' | null;
}

export interface PodContainer {
  readonly image: string;
  readonly digest: string | null;
  /** What is reserved for it. */
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

export interface PodProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly rss_kib: number;
  readonly rss_mib: number;
  readonly pss_kib: number | null;
  readonly command: string;
}

/** Averages per sandbox that could be sampled. */
export interface Phase {
  readonly name: string;
  readonly sandbox_count: number;
  readonly total_memory_bytes: number;
  readonly average_working_set_mib: number | null;
  readonly average_usage_mib: number | null;
}

/** Sandboxes that were started at once, as their caller waited for them. */
export interface Startups {
  readonly concurrency: number;
  readonly started: number;
  readonly errors: number;
  readonly warm: number;
  readonly cold: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly max_ms: number | null;
}

export interface ProfileHost {
  readonly cores: number | null;
  readonly memory_bytes: number | null;
  readonly kernel: string | null;
  readonly engine: string | null;
  readonly storage_driver: string | null;
  readonly cgroup: string | null;
}

export const PROFILE_NOTES: readonly string[] = [
  'memory.bytes is the working set, usage without file cache that nobody used lately: a signal for capacity, not memory that the sandbox has to itself.',
  'Cgroup memory and the RSS of processes do not match: the cgroup also counts file cache, buffers and kernel memory; RSS counts a page that several processes share in each of them, and pages of files that another cgroup is charged for.',
  'pss_bytes divides each shared page by the number of its users on the whole machine; shim_rss_bytes belongs to the engine and is charged to no sandbox.',
];
