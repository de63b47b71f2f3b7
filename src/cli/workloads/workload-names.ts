/** Apart from what they do, which most commands need not load. */
export const WORKLOAD_NAMES = ['empty', 'bash', 'python', 'node', 'artifact', 'warm-reuse'] as const;

export type WorkloadName = (typeof WORKLOAD_NAMES)[number];
