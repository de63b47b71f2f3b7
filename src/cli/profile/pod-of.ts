import type { Metrics, ProcessView, SandboxView } from '../../sdk/index.ts';
import type { Pod, PodContainer, PodMemory, PodProcess } from './memory-profile.ts';
import { bytesText, mibOf, parseBytes, parseMillicores } from './units.ts';

const NO_MEMORY: PodMemory = {
  ...{ raw: null, bytes: null, mib: null, working_set_bytes: null, usage_bytes: null, cache_bytes: null },
  ...{ rss_bytes: null, peak_bytes: null, limit_bytes: null, source: null },
};

export interface Sampled {
  readonly view: SandboxView;
  readonly metrics: Metrics;
  readonly processes: readonly ProcessView[];
}

/** A sandbox as it was sampled; one without a measurement has an error. */
export function podOf({ view, metrics, processes }: Sampled): Pod {
  const { latest, detail, state } = metrics;
  if (latest === null) return failedPod(view, `It could not be measured: it is ${state}.`, state);
  const cpu = `${Math.round(latest.cpu.usedPct * 10)}m`;
  return {
    ...about(view, state),
    cpu: { raw: cpu, millicores: parseMillicores(cpu) },
    memory: memoryOf(latest.memory),
    pss_bytes: detail?.pssBytes ?? null,
    shim_rss_bytes: detail?.shimRssBytes ?? null,
    processes: processes.map((one) => processOf(one, detail)),
  };
}

/** A sandbox that could not be sampled, and why. */
export function failedPod(view: SandboxView, error: string, state: string = view.state): Pod {
  return { ...about(view, state), ...NOTHING, error };
}

/** A start that failed; it has no sandbox, or none that can be told. */
export function unstartedPod(name: string, error: string): Pod {
  return { name, phase: 'failed', start_time: null, labels: {}, containers: {}, ...NOTHING, error };
}

const NOTHING = {
  ...{ cpu: { raw: null, millicores: null }, memory: NO_MEMORY, pss_bytes: null, shim_rss_bytes: null },
  processes: [],
} as const;

function about(view: SandboxView, state: string) {
  const { id, startedAt, labels, image, imageDigest, resources } = view;
  const memory = `${resources.memoryMb}Mi`;
  // Admission reserves memory; a cpu is only ever bounded.
  const requests = { memory };
  const limits = { cpu: String(resources.cpus), memory };
  const sandbox: PodContainer = { image, digest: imageDigest, requests, limits };
  return { name: id, phase: state, start_time: startedAt, labels, containers: { sandbox } };
}

function memoryOf(memory: NonNullable<Metrics['latest']>['memory']): PodMemory {
  const raw = bytesText(memory.workingSetBytes);
  const bytes = parseBytes(raw);
  return {
    ...{ raw, bytes, mib: bytes === null ? null : mibOf(bytes), working_set_bytes: memory.workingSetBytes },
    ...{ usage_bytes: memory.usageBytes, cache_bytes: memory.cacheBytes, rss_bytes: memory.rssBytes },
    ...{ peak_bytes: memory.peakBytes, limit_bytes: memory.limitBytes === 0 ? null : memory.limitBytes },
    source: memory.source,
  };
}

function processOf({ pid, ppid, rssBytes, command }: ProcessView, detail: Metrics['detail']): PodProcess {
  const pssBytes = detail?.processes.find((one) => one.pid === pid)?.pssBytes ?? null;
  return {
    ...{ pid, ppid, rss_kib: Math.round(rssBytes / 1024), rss_mib: mibOf(rssBytes) },
    ...{ pss_kib: pssBytes === null ? null : Math.round(pssBytes / 1024), command },
  };
}
