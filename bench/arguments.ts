import { parseArgs } from 'node:util';

export interface BenchArguments {
  /** Where the results go, as JSON and, beside it, as Markdown; undefined = nowhere. */
  readonly jsonFile: string | undefined;
  readonly isCheck: boolean;
  readonly isQuick: boolean;
  /** Only rows whose name contains one of these; empty = all. */
  readonly only: readonly string[];
  readonly isPage: boolean;
  readonly isHelp: boolean;
}

export const USAGE = `npm run bench -- [options]
  --json FILE   write all results with their raw samples to FILE, and a readable copy beside it (.md)
  --check       exit 1 when a row misses its bar, had a failure or was not measured
  --quick       few iterations, held against no bar: finds what crashes
  --only NAME   only rows whose name contains NAME; may be given several times
  --page        write docs/performance.md from the newest file of bench/results; measures nothing`;

/** Throws with words for the user when an option is not one of ours. */
export function readArguments(argv: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'string' },
      check: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      page: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    jsonFile: values.json,
    isCheck: values.check,
    isQuick: values.quick,
    only: values.only,
    isPage: values.page,
    isHelp: values.help,
  };
}
