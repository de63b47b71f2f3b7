import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../../src/domain/errors.ts';
import { endingOnSignals } from '../ending.ts';
import { machineFacts } from '../machine-facts.ts';
import { memoryChart } from './memory-chart.ts';
import { runSteps } from './run-steps.ts';
import { steps } from './steps.ts';
import { readStressArguments, STRESS_USAGE, type StressArguments } from './stress-arguments.ts';
import { type StressReport, stepLine, stressMarkdown } from './stress-report.ts';
import { openWorld } from './world.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);
const print = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const given = argumentsOrUndefined();
  if (given === undefined) return 2;
  if (given.isHelp) {
    print(STRESS_USAGE);
    return 0;
  }
  const report = await measure(given);
  mkdirSync(given.out, { recursive: true });
  const page = stressMarkdown(report);
  writeFileSync(join(given.out, 'report.md'), page);
  writeFileSync(join(given.out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(given.out, 'report.svg'), memoryChart(report.memory));
  print(page);
  say(`wrote report.md, report.json and report.svg to ${given.out}`);
  return report.steps.every(({ verdict }) => verdict === 'green') ? 0 : 1;
}

function argumentsOrUndefined(): StressArguments | undefined {
  try {
    return readStressArguments(process.argv.slice(2));
  } catch (error) {
    say(`${errorMessage(error)}\n${STRESS_USAGE}`);
    return undefined;
  }
}

async function measure({ isQuick, last }: StressArguments): Promise<StressReport> {
  const machine = await machineFacts();
  const ending = endingOnSignals();
  return ending.around(async (cleanUp) => {
    const world = await openWorld({ isQuick, ending, say }, cleanUp, last);
    const results = await runSteps(steps.slice(0, last), world, (result) => say(stepLine(result)));
    const { baseline, samples } = world;
    const date = new Date().toISOString().slice(0, 10);
    return { format: 1, date, isQuick, machine, baseline, steps: results, memory: samples };
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(errorMessage(error));
    process.exit(1);
  },
);
