import { describe, expect, it } from 'vitest';
import { atMost, reported } from '../../../bench/judge.ts';
import { memoryChart } from '../../../bench/stress/memory-chart.ts';
import { readStressArguments } from '../../../bench/stress/stress-arguments.ts';
import { type StressReport, stepLine, stressMarkdown } from '../../../bench/stress/stress-report.ts';

const machine = {
  ...{ cpu: 'a CPU', cores: 2, memoryGib: 24, os: 'Debian', kernel: '6.1', node: 'v20', engine: 'Docker 20' },
  ...{ storageDriver: 'overlay2', cgroup: 'v1', commit: 'abc1234', loadBefore: 0.5 },
};
const judged = [atMost('p50', 'ms', 7, 5), reported('p95', 'ms', 9), atMost('lost', 'count', Number.NaN, 0)];
const report: StressReport = {
  ...{ format: 1, date: '2026-11-30', isQuick: false, machine },
  baseline: { bootMs: 812, idleRssMib: 85.4, activeSandboxMib: 11.2 },
  steps: [
    { step: 1, name: 'health', about: 'requests', verdict: 'red', seconds: 1, judged, errors: ['a\nb'] },
    { step: 2, name: 'memory', about: 'cycles', verdict: 'red before', seconds: 2, judged: [], errors: [] },
  ],
  memory: [{ label: 'idle', serviceMib: 85, containersMib: 40, containers: 4 }],
};

describe('the report', () => {
  it('begins with boot time and idle RSS, and memory per active sandbox in its third line', () => {
    const [first, second, third] = stressMarkdown(report).split('\n');
    expect(first).toBe('Boot: 812 ms. Idle RSS of the service: 85.4 MiB.');
    expect(second).toBe('');
    expect(third).toMatch(/^Memory per active sandbox: 11\.2 MiB/);
  });

  it('says of every number whether it is kept', () => {
    const page = stressMarkdown(report);
    expect(page).toMatch(/\| p50 +\| 7\.00 ms +\| at most 5\.00 ms +\| \*\*no\*\* /);
    expect(page).toMatch(/\| p95 +\| 9\.00 ms +\| no bar +\| yes/);
    expect(page).toMatch(/\| lost +\| not measured +\| at most 0 +\| \*\*no\*\*/);
    expect(page).toContain('- a b\n');
    expect(page).toContain('## 2 memory: red before');
  });

  it('tells who watches what is wrong', () => {
    const [first] = report.steps;
    expect(first && stepLine(first).split('\n')).toEqual([
      ...['1 health: red', '  p50: 7.00 ms, at most 5.00 ms', '  lost: not measured, at most 0', '  a', 'b'],
    ]);
  });
});

describe('the chart', () => {
  const sample = (label: string, serviceMib: number, containersMib: number) => ({
    ...{ label, serviceMib, containersMib, containers: 1 },
  });

  it('has a point of both lines for every moment, the largest at the top', () => {
    const svg = memoryChart([sample('idle', 50, 100), sample('a < b', 60, 200)]);
    expect(svg.match(/<circle /g)).toHaveLength(4);
    expect(svg).toContain('a &lt; b');
    expect(svg).toContain('points="70.0,160.0 940.0,40.0"');
    expect(svg.trim().endsWith('</svg>')).toBe(true);
  });

  it('is drawn of one moment and of none', () => {
    for (const samples of [[], [sample('idle', 0, 0)]]) expect(memoryChart(samples)).not.toMatch(/NaN|Infinity/);
  });
});

describe('the arguments', () => {
  it('name a step or mean all of them', () => {
    expect(readStressArguments([])).toMatchObject({ last: 7, isQuick: false });
    expect(readStressArguments(['3', '--quick'])).toMatchObject({ last: 3, isQuick: true });
  });

  it.each(['0', '8', '3.5', 'pool', '', '-1'])('refuse %j', (step) => {
    expect(() => readStressArguments([step])).toThrow();
  });

  it('refuse two steps and what they do not know', () => {
    expect(() => readStressArguments(['1', '2'])).toThrow('one number from 1 to 7');
    expect(() => readStressArguments(['--loud'])).toThrow();
  });
});
