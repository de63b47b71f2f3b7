import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { processStat } from '../../../../src/agent/process/process-stat.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function aProcess(command: string, ...args: string[]): number {
  const child = spawn(command, args, { detached: true, stdio: 'ignore' });
  children.push(child);
  return child.pid ?? -1;
}

describe('what the kernel tells of a process', () => {
  it('that sleeps: its group, its session, and next to no time on a CPU', async () => {
    const pid = aProcess('sleep', '60');
    await expect.poll(() => processStat(pid)?.state).toBe('S');
    expect(processStat(pid)).toMatchObject({ group: pid, session: pid });
    expect(processStat(pid)?.cpuMs).toBeLessThan(50);
  });

  it('that is busy: it wants a CPU, and its time there grows', async () => {
    const pid = aProcess('sh', '-c', 'while :; do :; done');
    await expect.poll(() => processStat(pid)?.cpuMs ?? 0, { timeout: 20_000 }).toBeGreaterThan(100);
    expect(processStat(pid)?.state).toBe('R');
  });

  it('whatever it is called', async () => {
    const pid = aProcess(process.execPath, '-e', 'process.title = ") R 1 (2) S"; setInterval(() => {}, 1e6)');
    await expect.poll(() => processStat(pid)?.state).toBe('S');
    expect(processStat(pid)?.group).toBe(pid);
  });

  it('that nobody is: nothing', () => {
    expect(processStat('nobody')).toBeUndefined();
  });
});
