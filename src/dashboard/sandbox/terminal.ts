import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { bodyWith } from '../../sdk/checked-body.ts';
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
    const end = await converse(terminal, await addressOf(id, terminal), signal);
    return { message: end };
  } catch (error) {
    return { message: errorMessage(error) };
  } finally {
    observer.disconnect();
    // What was printed last stays to be read; the next shell has a terminal of its own.
    if (!signal.aborted) terminal.options.disableStdin = true;
  }
}

/** A browser sends no header with a WebSocket: a ticket, good once, stands for the key. */
async function addressOf(id: string, { cols, rows }: Terminal): Promise<string> {
  const { body } = await connection().ask({ method: 'POST', path: '/v1/tickets', isRepeatable: true });
  const { ticket } = bodyWith<{ ticket: string }>(body, 'ticket');
  const query = new URLSearchParams({ cols: String(cols), rows: String(rows), ticket });
  return `${location.origin.replace(/^http/, 'ws')}/v1/sandboxes/${encodeURIComponent(id)}/terminal?${query}`;
}

/** Bytes both ways; resolves with how it ended. */
function converse(terminal: Terminal, address: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    const encoder = new TextEncoder();
    let ending: string | undefined;
    const send = (bytes: Uint8Array<ArrayBuffer> | string) =>
      socket.readyState === WebSocket.OPEN && socket.send(bytes);
    const resize = () => send(JSON.stringify({ type: 'resize', cols: terminal.cols, rows: terminal.rows }));
    terminal.onData((text) => send(encoder.encode(text)));
    terminal.onBinary((text) => send(Uint8Array.from(text, (char) => char.charCodeAt(0))));
    terminal.onResize(resize);
    socket.onopen = () => {
      resize();
      terminal.focus();
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') terminal.write(new Uint8Array(data));
      else ending = endOf(data) ?? ending;
    };
    socket.onclose = () => resolve(ending ?? 'The connection to the shell has ended.');
    signal.addEventListener('abort', () => socket.close(), { once: true });
  });
}

function endOf(frame: string): string | undefined {
  const { type, exitCode, signal } = JSON.parse(frame);
  if (type !== 'exit') return undefined;
  return signal === null ? `The shell ended with code ${exitCode}.` : `The shell was ended by ${signal}.`;
}
