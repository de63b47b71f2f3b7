/** What others published, with the conditions under which they did. Collected in 2026; none of it was measured here. */
export interface FieldNumber {
  readonly who: string;
  readonly number: string;
  readonly conditions: string;
  /** Our rows that ask the nearest question, by their beginnings; none where it comes later. */
  readonly nearest: readonly string[];
}

const COLD = ['cold create (base template)'];
const COLD_AND_WARM = [...COLD, 'warm create, one after the other'];

export const FIELD_NUMBERS: readonly FieldNumber[] = [
  {
    who: 'fast-sandbox',
    number: 'create p50 76 ms, p95 83 ms',
    conditions: 'containerd direct (no dockerd), runc, warm image, one at a time, 8 vCPU; its own figures',
    nearest: COLD_AND_WARM,
  },
  {
    who: 'aerol-ai/microvm on dockerd',
    number: 'cold 276-303 ms; adopting a running container p50 43 ms',
    conditions: 'its own figures; the second is a pool',
    nearest: COLD_AND_WARM,
  },
  {
    who: 'OpenSandbox on Docker',
    number: '4-5 s per create',
    conditions: 'measured by a competitor',
    nearest: COLD,
  },
  {
    who: 'CubeSandbox',
    number: 'create p50/p99 64/80 ms at 1, 356/674 ms at 20 in parallel; 27-34 MB per sandbox',
    conditions: '16 vCPU VM, micro VMs',
    nearest: COLD_AND_WARM,
  },
  {
    who: 'n8n sandbox service',
    number: 'create 732 ms, exec 82 ms, wake and exec 240 ms, all p50',
    conditions: 'Firecracker, 4 vCPU',
    nearest: COLD_AND_WARM,
  },
  {
    who: 'hosted services (ComputeSDK, 2026-05)',
    number: 'p50/p95/p99: Daytona 186/492/560, E2B 491/685/740, Vercel 671/1062/1315, Modal 1723/2309/2494 ms',
    conditions: 'create to the first command done, over the network',
    nearest: ['create to first output'],
  },
  {
    who: 'AIO sandbox image',
    number: '0.5-1 GiB per sandbox',
    conditions: 'in Kubernetes',
    nearest: ['memory of an idle sandbox', 'pool on and idle: memory'],
  },
  {
    who: 'crawl4ai pool',
    number: 'reuse under 100 ms against 3-5 s; 100 in parallel p99 34 s',
    conditions: 'browsers; its own figures',
    nearest: ['burst of 100', 'pool off beside pool on'],
  },
  {
    who: 'fast-sandbox registry',
    number: '1,312 ns at 100 nodes, 14,613 ns at 1,000',
    conditions: 'its benchmark times the path that finds no place; its text says ms',
    nearest: [],
  },
];
