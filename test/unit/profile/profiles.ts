import { type MemoryProfile, type Pod, PROFILE_NOTES } from '../../../src/cli/profile/memory-profile.ts';
import { phaseOf, summaryOf } from '../../../src/cli/profile/totals.ts';

const MIB = 1024 * 1024;

/** A pod with a working set of so many bytes; null = one that could not be sampled. */
export function pod(name: string, bytes: number | null, changes: Partial<Pod> = {}): Pod {
  const isMeasured = bytes !== null;
  const also = (value: number) => (isMeasured ? value : null);
  return {
    ...{ name, phase: 'running', start_time: '2026-01-01T00:00:00.000Z', labels: {} },
    cpu: { raw: isMeasured ? '12m' : null, millicores: also(12) },
    memory: {
      ...{ raw: isMeasured ? String(bytes) : null, bytes, mib: isMeasured ? bytes / MIB : null },
      ...{ working_set_bytes: bytes, usage_bytes: isMeasured ? bytes + MIB : null, cache_bytes: also(MIB) },
      ...{ rss_bytes: also(MIB), peak_bytes: also(9 * MIB), limit_bytes: also(512 * MIB) },
      source: isMeasured ? 'cgroup-v2' : null,
    },
    ...{ pss_bytes: also(2 * MIB), shim_rss_bytes: also(13 * MIB), processes: [] },
    containers: { sandbox: { image: 'base:latest', digest: null, requests: {}, limits: {} } },
    ...(isMeasured ? {} : { error: 'it is gone' }),
    ...changes,
  };
}

export function profileWith(pods: readonly Pod[], changes: Partial<MemoryProfile> = {}): MemoryProfile {
  return {
    ...{ schema_version: 1, captured_at: '2026-01-01T00:00:00.000Z', namespace: null, selector: null },
    ...{ sample: 'idle', workload: null, window_ms: 12, summary: summaryOf(pods, 0), pods, process_errors: [] },
    ...{ phases: [phaseOf('idle', pods)], startups: [], commit: null, notes: PROFILE_NOTES },
    host: { cores: 2, memory_bytes: 8 * MIB, kernel: '6.1', engine: 'local 27', storage_driver: 'o|2', cgroup: 'v2' },
    ...changes,
  };
}
