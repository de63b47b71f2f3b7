import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** From before the request is made until the whole answer is read. */
  readonly ms: number;
}

export interface HttpClient {
  send(method: 'GET' | 'POST' | 'DELETE', path: string, body?: string): Promise<Answer>;
  close(): void;
}

const DEADLINE_MS = 120_000;

/** Keep-alive connections to one server, as many as are used at once. */
export function httpClient(url: string, apiKey?: string): HttpClient {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(url);
  const key = apiKey === undefined ? {} : { 'x-api-key': apiKey };
  return {
    send(method, path, body) {
      const content =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const options = { agent, hostname, port, method, path, headers: { ...key, ...content }, timeout: DEADLINE_MS };
      return new Promise((resolve, reject) => {
        const beganMs = performance.now();
        const sent = request(options, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.once('error', reject);
          answer.once('end', () => {
            const ms = performance.now() - beganMs;
            resolve({ status: answer.statusCode ?? 0, body: read(Buffer.concat(chunks).toString('utf8')), ms });
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

/** Throws with what the server said when it did not answer as it had to. */
export function expectStatus(answer: Answer, status: number, what: string): void {
  if (answer.status === status) return;
  throw new Error(`${what} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 300)}`);
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
