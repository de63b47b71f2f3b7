import { Agent, request } from 'node:http';
import type { BenchSandbox } from './bench-sandbox.ts';

export interface BytesAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** From before the request is made until the whole answer is read. */
  readonly ms: number;
}

export interface BytesClient {
  /** A call to the sandbox's agent through the data plane. */
  send(method: 'GET' | 'POST', path: string, body?: Buffer): Promise<BytesAnswer>;
  close(): void;
}

const DEADLINE_MS = 120_000;

/** Raw HTTP over keep-alive connections, bytes in and out. */
export function bytesClient(url: string, sandbox: Pick<BenchSandbox, 'id' | 'token'>): BytesClient {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(url);
  return {
    send(method, path, body) {
      const content =
        body === undefined ? {} : { 'content-type': 'application/octet-stream', 'content-length': body.length };
      const headers = { ...agentHeadersOf(sandbox), ...content };
      return new Promise((resolve, reject) => {
        const beganMs = performance.now();
        const sent = request({ agent, hostname, port, method, path, headers, timeout: DEADLINE_MS }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.once('error', reject);
          answer.once('end', () => {
            const ms = performance.now() - beganMs;
            resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks), ms });
          });
        });
        sent.once('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path} in ${DEADLINE_MS} ms`)));
        sent.once('error', reject);
        sent.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}

/** The header form of the data plane, for the agent's port. */
export function agentHeadersOf({ id, token }: Pick<BenchSandbox, 'id' | 'token'>): Readonly<Record<string, string>> {
  return { 'e2b-sandbox-id': id, 'e2b-sandbox-port': '49983', 'x-access-token': token };
}
