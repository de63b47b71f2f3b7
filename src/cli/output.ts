import { styleText } from 'node:util';

type Style = 'green' | 'yellow' | 'red' | 'bold' | 'dim';

/** Where a command writes: results for pipes and files, progress for people. */
export interface Output {
  result(text: string): void;
  progress(text: string): void;
  /** Coloured where results go to a terminal, plain elsewhere. */
  paint(style: Style, text: string): string;
}

export function processOutput(env: Readonly<Record<string, string | undefined>>): Output {
  const isColoured = process.stdout.isTTY && (env['NO_COLOR'] ?? '') === '';
  return {
    result: (text) => void process.stdout.write(`${text}\n`),
    progress: (text) => void process.stderr.write(`${text}\n`),
    paint: (style, text) => (isColoured ? styleText(style, text) : text),
  };
}
