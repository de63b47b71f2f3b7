import { type ClientOptions, WebSocket } from 'ws';
import { eventually } from '../api.ts';

/** A terminal as a client sees it. */
export interface TerminalClient {
  readonly protocol: string;
  /** Bytes of the shell so far. */
  output(): string;
  /** Control messages so far. */
  readonly control: readonly string[];
  type(keys: string): void;
  say(control: object): void;
  until(text: string): Promise<void>;
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Opens one. Throws with the status where it is refused. */
export function openTerminal(
  url: string,
  { protocols = [], ...options }: ClientOptions & { readonly protocols?: string[] } = {},
): Promise<TerminalClient> {
  const client = new WebSocket(url.replace(/^http/, 'ws'), protocols, options);
  let output = '';
  const control: string[] = [];
  client.on('message', (data, isBinary) => {
    if (isBinary) output += String(data);
    else control.push(String(data));
  });
  const closed = new Promise<void>((resolve) => client.on('close', () => resolve()));
  return new Promise((resolve, reject) => {
    client.on('unexpected-response', (_request, response) => {
      response.resume();
      reject(new Error(`refused with ${response.statusCode}`));
    });
    client.on('error', reject);
    client.on('open', () =>
      resolve({
        ...{ protocol: client.protocol, output: () => output, control, closed },
        type: (keys) => client.send(Buffer.from(keys)),
        say: (message) => client.send(JSON.stringify(message)),
        until: async (text) => void (await eventually(`the terminal says ${text}`, async () => output.includes(text))),
        close: () => client.close(),
      }),
    );
  });
}
