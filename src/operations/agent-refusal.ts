import { type ErrorCode, SandboxError } from '../domain/errors.ts';
import type { AgentAnswer, AgentRequest } from '../ports/agent-client.ts';

const MOST_BYTES = 64 * 1024;
const LONGEST_MESSAGE = 1_000;

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_request',
  // The token is ours: what the agent does not know is a user.
  401: 'invalid_request',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  410: 'gone',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  416: 'range_not_satisfiable',
  501: 'unsupported',
  507: 'disk_full',
};

/**
 * An agent's answer of 400 or above as our own error: its words are what a user of the sandbox may see. `resource` is what
 * a 404 is about; a refusal that does not fit the request is not believed.
 */
export async function agentRefusal(
  answer: AgentAnswer,
  resource: string,
  { method, headers = {} }: Pick<AgentRequest, 'method' | 'headers'>,
): Promise<SandboxError> {
  const message = await messageOf(answer);
  const isOfBody = answer.status === 413 || answer.status === 415;
  const isFitting = isOfBody ? method === 'PUT' || method === 'POST' : answer.status !== 416 || 'range' in headers;
  const code = (isFitting ? CODES[answer.status] : undefined) ?? 'agent_unavailable';
  if (code === 'range_not_satisfiable') return beyondEnd(answer);
  const silent =
    answer.status === 401 ? 'The sandbox has no such user.' : `The agent inside answered ${answer.status}.`;
  const words = message === '' ? silent : sentence(message);
  return new SandboxError(code, words, { details: code === 'not_found' ? { resource } : {} });
}

function beyondEnd({ headers }: AgentAnswer): SandboxError {
  const sizeBytes = Number(/^bytes \*\/(\d+)$/.exec(String(headers['content-range']))?.[1] ?? 0);
  return new SandboxError('range_not_satisfiable', `The file has ${sizeBytes} bytes.`, { details: { sizeBytes } });
}

/** What runs inside may answer in the agent's place: nothing is believed, nothing is read without a bound. */
async function messageOf({ body }: AgentAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for await (const chunk of body) {
      // Node hands out buffers as long as no encoding is set.
      const piece = chunk as Buffer;
      total += piece.length;
      if (total > MOST_BYTES) return '';
      chunks.push(piece);
    }
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const message: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'message') : '';
    return typeof message === 'string' ? message.slice(0, LONGEST_MESSAGE) : '';
  } catch {
    return '';
  }
}

function sentence(message: string): string {
  const upper = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
