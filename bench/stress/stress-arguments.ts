import { parseArgs } from 'node:util';

export interface StressArguments {
  /** The step to run, with those before it: 1 to 7. */
  readonly last: number;
  readonly isQuick: boolean;
  /** Folder of the report. */
  readonly out: string;
  readonly isHelp: boolean;
}

const ALL = 7;

export const STRESS_USAGE = `npm run stress -- [step] [options]
  step          1 to 7: that one, with the checks of those before it; without it all
  --out FOLDER  where report.md, report.json and report.svg go; default bench/out/stress
  --quick       few of everything: finds what crashes, says nothing about numbers
Exit: 0 = all green, 1 = one is red, 2 = wrong arguments.`;

/** Throws with words for the user when an argument is not one of ours. */
export function readStressArguments(argv: readonly string[]): StressArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      out: { type: 'string', default: 'bench/out/stress' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [step = String(ALL), ...more] = positionals;
  if (more.length > 0 || !/^[1-7]$/.test(step)) {
    throw new Error(`"${positionals.join(' ')}" is no step: give one number from 1 to ${ALL}, or none for all.`);
  }
  return { last: Number(step), isQuick: values.quick, out: values.out, isHelp: values.help };
}
