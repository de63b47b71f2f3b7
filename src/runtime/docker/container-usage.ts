import { z } from 'zod';
import type { ContainerUsage } from '../../ports/container-runtime.ts';
import { containerPath } from './container-look.ts';
import type { EngineContext } from './engine-context.ts';
import { refusal, understood } from './refusals.ts';

const number = z.number().catch(0);

/** Names of both cgroup versions; a container that does not run has no memory_stats.usage. */
const usageSchema = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: number }) }),
  memory_stats: z.object({
    usage: z.number().optional(),
    max_usage: number,
    limit: number,
    stats: z.record(z.string(), z.number()).default({}),
  }),
  pids_stats: z.object({ current: number }).partial().default({}),
});

export async function containerUsage(context: EngineContext, containerId: string): Promise<ContainerUsage | undefined> {
  const answer = await context.calls.ask({
    name: 'stats',
    method: 'GET',
    path: containerPath(containerId, '/stats'),
    query: { stream: 'false', 'one-shot': 'true' },
    deadlineMs: context.deadlines.read,
  });
  if (answer.status === 404 || answer.status === 409) return undefined;
  if (answer.status !== 200) throw refusal(answer, 'measure a container');
  const { cpu_stats: cpu, memory_stats: memory, pids_stats: pids } = understood(usageSchema, answer, 'usage');
  if (memory.usage === undefined) return undefined;
  const { stats } = memory;
  return {
    cpuNs: cpu.cpu_usage.total_usage,
    memChargedBytes: memory.usage,
    memCacheBytes: stats['total_cache'] ?? stats['file'] ?? 0,
    memInactiveFileBytes: stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0,
    memRssBytes: stats['total_rss'] ?? stats['anon'] ?? 0,
    oomKills: null,
    memPeakBytes: Math.max(memory.usage, memory.max_usage),
    memLimitBytes: memory.limit,
    pids: pids.current ?? 0,
  };
}
