import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { openTerminal } from '../../sdk/terminal.ts';
import { errorMessage } from '../parts/error-text.ts';
import { connection } from '../session.ts';
import { colourOf } from '../theme.ts';
import { styleUnderPolicy } from './styles-under-policy.ts';

export interface TerminalEnd {
  /** For the reader. */
  readonly message: string;
}

const FONT = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace';

/** A shell of the sandbox in the element, until it ends or the signal aborts. */
export async function runTerminal(id: string, element: HTMLElement, signal: AbortSignal): Promise<TerminalEnd> {
  signal.throwIfAborted();
  const endStyles = styleUnderPolicy();
  const terminal = new Terminal({
    ...{ fontFamily: FONT, fontSize: 13, scrollback: 5_000, cursorBlink: true },
    theme: { background: colourOf('--term-bg'), foreground: colourOf('--term-text'), cursor: colourOf('--accent') },
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  fit.fit();
  const observer = new ResizeObserver(() => fit.fit());
  observer.observe(element);
  const close = () => {
    observer.disconnect();
    terminal.dispose();
    endStyles();
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    return { message: await converse(id, terminal, signal) };
  } catch (error) {
    return { message: errorMessage(error) };
  } finally {
    observer.disconnect();
    // What was printed last stays to be read; the next shell has a terminal of its own.
    if (!signal.aborted) terminal.options.disableStdin = true;
  }
}

/** Bytes both ways; resolves with how the shell ended. */
async function converse(id: string, terminal: Terminal, signal: AbortSignal): Promise<string> {
  const shell = await openTerminal(connection(), id, { cols: terminal.cols, rows: terminal.rows, signal });
  signal.addEventListener('abort', () => shell.close(), { once: true });
  if (signal.aborted) shell.close();
  terminal.onData((text) => shell.write(text));
  terminal.onBinary((text) => shell.write(Uint8Array.from(text, (char) => char.charCodeAt(0))));
  terminal.onResize((size) => shell.resize(size));
  terminal.focus();
  for await (const bytes of shell.output) terminal.write(bytes);
  const { exitCode, signal: killedBy } = await shell.ended;
  return killedBy === null ? `The shell ended with code ${exitCode}.` : `The shell was ended by ${killedBy}.`;
}
