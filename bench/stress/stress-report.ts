import type { MachineFacts } from '../machine-facts.ts';
import { isKept, type Judged } from '../measurement.ts';
import { figure } from '../report/figures.ts';
import { table } from '../report/table.ts';
import type { StepResult } from './step.ts';
import type { Baseline, MemorySample } from './world.ts';

/** Everything that a run found; report.json is this. */
export interface StressReport {
  readonly format: 1;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly isQuick: boolean;
  readonly machine: MachineFacts;
  readonly baseline: Baseline;
  readonly steps: readonly StepResult[];
  readonly memory: readonly MemorySample[];
}

/** For people; the first and the third line are those that are asked for most. */
export function stressMarkdown(report: StressReport): string {
  const { baseline, date, isQuick, machine, memory, steps } = report;
  return `${[
    `Boot: ${figure(baseline.bootMs)} ms. Idle RSS of the service: ${figure(baseline.idleRssMib)} MiB.`,
    '',
    `Memory per active sandbox: ${figure(baseline.activeSandboxMib)} MiB (working set of its cgroup, after a command).`,
    '',
    `${date}, commit ${machine.commit}, ${machine.cores} x ${machine.cpu}, ${machine.memoryGib} GiB, Node ${machine.node}, ${machine.engine}, ${machine.storageDriver}, cgroup ${machine.cgroup}, load ${figure(machine.loadBefore)}.`,
    ...(isQuick ? ['', 'A quick run: few of everything. It says nothing about numbers.'] : []),
    '',
    ...table(
      ['step', 'name', 'verdict', 'seconds'],
      steps.map(({ step, name, verdict, seconds }) => [String(step), name, verdict, figure(seconds)]),
    ),
    ...steps.flatMap(stepLines),
    '',
    '## Memory',
    '',
    '![RSS of the service and working set of all containers, by moment](report.svg)',
    '',
    ...table(
      ['moment', 'service RSS, MiB', 'containers, MiB', 'containers'],
      memory.map(({ label, serviceMib, containersMib, containers }) => [
        ...[label, figure(serviceMib), figure(containersMib), String(containers)],
      ]),
    ),
  ].join('\n')}\n`;
}

/** A line for who watches a run. */
export function stepLine({ step, name, verdict, judged, errors }: StepResult): string {
  const wrong = judged.filter((one) => !isKept(one)).map((one) => `  ${one.what}: ${valueText(one)}, ${barText(one)}`);
  return [`${step} ${name}: ${verdict}`, ...wrong, ...errors.map((error) => `  ${error}`)].join('\n');
}

function stepLines({ step, name, about, verdict, judged, errors }: StepResult): readonly string[] {
  const rows = judged.map((one) => [one.what, valueText(one), barText(one), isKept(one) ? 'yes' : '**no**']);
  return [
    '',
    `## ${step} ${name}: ${verdict}`,
    '',
    `${about[0]?.toUpperCase()}${about.slice(1)}.`,
    ...(rows.length === 0 ? [] : ['', ...table(['number', 'value', 'bar', 'kept'], rows)]),
    ...(errors.length === 0 ? [] : ['', ...errors.map((error) => `- ${error.replaceAll('\n', ' ')}`)]),
  ];
}

function valueText({ value, unit }: Judged): string {
  if (!Number.isFinite(value)) return 'not measured';
  return unit === 'count' ? String(value) : `${figure(value)} ${unit}`;
}

function barText({ bar, unit }: Judged): string {
  if (bar === null) return 'no bar';
  return unit === 'count' ? `${bar.kind} ${bar.value}` : `${bar.kind} ${figure(bar.value)} ${unit}`;
}
