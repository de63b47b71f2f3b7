import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentMetrics, agentPaths } from '../../contract/agent.ts';
import type { Accounts } from '../accounts.ts';
import { type AgentRoute, sendJson } from '../http/agent-call.ts';
import { readUsage, type Usage } from './cgroup.ts';
import { processList } from './proc-list.ts';
import type { ProcessTable } from './process-table.ts';

/** What runs inside, and what it uses. */
export function usageRoutes(accounts: Accounts, table: ProcessTable): readonly AgentRoute[] {
  const metrics = metricsReader();
  return [
    route(agentPaths.busy, async () => ({ busy: table.groups().length > 0 })),
    route(agentPaths.processes, async () => ({ items: processList(accounts) })),
    route('/metrics', metrics),
  ];
}

function route(path: string, read: () => Promise<unknown>): AgentRoute {
  const answer: AgentRoute['answer'] = async ({ response }) => sendJson(response, 200, await read());
  return { path, methods: ['GET'], access: 'token', answer };
}

/** Over a shorter time the share of the cpu says nothing; over a longer one it is old. */
const SHORTEST_MS = 100;
const LONGEST_MS = 60_000;

interface Sample {
  readonly atMs: number;
  readonly usage: Usage;
}

/** The cpu's share is that since the last call, of the last 100 ms when there was none in the last minute. */
function metricsReader(): () => Promise<AgentMetrics> {
  let last: Sample | undefined;
  return async () => {
    let before = last ?? sample();
    if (performance.now() - before.atMs > LONGEST_MS) before = sample();
    const ageMs = performance.now() - before.atMs;
    if (ageMs < SHORTEST_MS) await sleep(SHORTEST_MS - ageMs);
    const now = sample();
    last = now;
    return metricsOf(before, now, await statfs('/'));
  };
}

function sample(): Sample {
  return { atMs: performance.now(), usage: readUsage() };
}

function metricsOf(before: Sample, now: Sample, disk: StatsFs): AgentMetrics {
  const { cpus, cpuSeconds, memoryTotalBytes, memoryUsedBytes, memoryCacheBytes } = now.usage;
  const share = (cpuSeconds - before.usage.cpuSeconds) / ((now.atMs - before.atMs) / 1_000) / cpus;
  return {
    ts: Math.floor(Date.now() / 1_000),
    // envd counts whole cpus, and its clients expect an integer.
    cpu_count: Math.max(1, Math.ceil(cpus)),
    cpu_used_pct: Math.round(Math.min(100, Math.max(0, share * 100)) * 100) / 100,
    ...{ mem_total: memoryTotalBytes, mem_used: memoryUsedBytes, mem_cache: memoryCacheBytes },
    disk_used: (disk.blocks - disk.bfree) * disk.bsize,
    disk_total: disk.blocks * disk.bsize,
  };
}
