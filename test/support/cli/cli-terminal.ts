import { type IPty, spawn } from '@lydell/node-pty';
import { eventually } from '../api.ts';

/** The built command line on a terminal of its own. */
export interface CliTerminal {
  readonly pty: IPty;
  /** Everything it showed so far. */
  shown(): string;
  until(text: string | RegExp): Promise<void>;
  /** Its exit code. */
  readonly ended: Promise<number>;
}

export function cliTerminal(argv: readonly string[], env: Readonly<Record<string, string>>): CliTerminal {
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    TERM: 'xterm-256color',
    ...env,
  };
  const pty = spawn(process.execPath, ['dist/cli.js', ...argv], { cols: 90, rows: 20, env: environment });
  let shown = '';
  pty.onData((text) => {
    shown += text;
  });
  const ended = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  const has = (text: string | RegExp) => (typeof text === 'string' ? shown.includes(text) : text.test(shown));
  return {
    ...{ pty, ended, shown: () => shown },
    async until(text) {
      await eventually(`it shows ${text}:\n${shown.slice(-500)}`, async () => has(text), 30_000);
    },
  };
}
