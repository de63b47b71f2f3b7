import type { Phase, Pod, ProfileSummary } from './memory-profile.ts';
import { mibOf } from './units.ts';

/** Sums over what could be sampled; what could not is counted as unparsed. */
export function summaryOf(pods: readonly Pod[], processErrors: number): ProfileSummary {
  const memory = present(pods.map((pod) => pod.memory.bytes));
  const cpu = present(pods.map((pod) => pod.cpu.millicores));
  const totalBytes = sum(memory);
  return {
    ...{ sandbox_count: pods.length, pod_count: pods.length },
    ...{ parsed_memory_count: memory.length, unparsed_memory_count: pods.length - memory.length },
    ...{ total_memory_bytes: totalBytes, total_memory_mib: mibOf(totalBytes) },
    average_memory_mib: averageMib(memory),
    max_memory_mib: memory.length === 0 ? null : mibOf(memory.reduce((most, one) => Math.max(most, one), 0)),
    ...{ parsed_cpu_count: cpu.length, unparsed_cpu_count: pods.length - cpu.length, total_cpu_millicores: sum(cpu) },
    pods_with_process_samples: pods.filter(({ processes }) => processes.length > 0).length,
    pods_with_process_sample_errors: processErrors,
  };
}

export function phaseOf(name: string, pods: readonly Pod[]): Phase {
  const workingSets = present(pods.map((pod) => pod.memory.bytes));
  const usages = present(pods.map((pod) => pod.memory.usage_bytes));
  return {
    ...{ name, sandbox_count: workingSets.length, total_memory_bytes: sum(workingSets) },
    ...{ average_working_set_mib: averageMib(workingSets), average_usage_mib: averageMib(usages) },
  };
}

/** null of nothing. */
export function averageMib(bytes: readonly number[]): number | null {
  return bytes.length === 0 ? null : mibOf(sum(bytes) / bytes.length);
}

export function present(values: readonly (number | null)[]): readonly number[] {
  return values.filter((value) => value !== null);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
