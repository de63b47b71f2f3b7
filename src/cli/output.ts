import { styleText } from 'node:util';
import { ClosedPipe } from './closed-pipe.ts';

type Style = 'green' | 'yellow' | 'red' | 'bold' | 'dim';

/** Where a command writes: results for pipes and files, progress for people. Throws ClosedPipe once nobody reads them. */
export interface Output {
  result(text: string): void;
  /** Bytes as they are, to standard output or standard error; resolves when more can be taken. */
  write(bytes: Uint8Array, to?: 'stdout' | 'stderr'): Promise<void>;
  progress(text: string): void;
  /** Replaces the last one in place on a terminal, and is shown nowhere else; '' takes it away. */
  status(text: string): void;
  /** Coloured where results go to a terminal, plain elsewhere. */
  paint(style: Style, text: string): string;
}

const CLEAR_LINE = '\r\u001b[K';

export function processOutput(env: Readonly<Record<string, string | undefined>>): Output {
  const { stdout, stderr } = process;
  const isColoured = stdout.isTTY && (env['NO_COLOR'] ?? '') === '';
  let hasStatus = false;
  const status = (text: string) => {
    if (!stderr.isTTY || (text === '' && !hasStatus)) return;
    stderr.write(CLEAR_LINE + text.slice(0, Math.max(1, stderr.columns - 1)));
    hasStatus = text !== '';
  };
  let isClosed = false;
  const close = (error: Error) => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
    isClosed = true;
  };
  for (const stream of [stdout, stderr]) stream.on('error', close);
  const requireReader = () => {
    if (isClosed) throw new ClosedPipe();
  };
  return {
    result(text) {
      requireReader();
      status('');
      stdout.write(`${text}\n`);
    },
    async write(bytes, to = 'stdout') {
      requireReader();
      await new Promise<void>((resolve) => void process[to].write(bytes, () => resolve()));
      requireReader();
    },
    progress(text) {
      status('');
      stderr.write(`${text}\n`);
    },
    status,
    paint: (style, text) => (isColoured ? styleText(style, text) : text),
  };
}
