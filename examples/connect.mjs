// The wire of a sandbox in one page: Connect in JSON over HTTP/1.1, said with fetch and nothing else.

const apiUrl = process.env.E2B_API_URL ?? 'http://127.0.0.1:4747';
const apiKey = process.env.E2B_API_KEY ?? '';

/** A call of the control plane. Answers the body, or throws with what the service said. */
export async function control(method, path, body) {
  const answer = await fetch(`${apiUrl}${path}`, {
    method,
    headers: { 'X-API-Key': apiKey, 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** A request to a port inside; 49983 is the agent's, which wants the sandbox's own token. */
export function inside(sandbox, path, { port = 49983, headers = {}, ...request } = {}) {
  return fetch(`${apiUrl}${path}`, {
    ...request,
    headers: {
      'E2b-Sandbox-Id': sandbox.sandboxID,
      'E2b-Sandbox-Port': `${port}`,
      ...(port === 49983 ? { 'X-Access-Token': sandbox.envdAccessToken } : {}),
      ...headers,
    },
  });
}

/** A unary call: JSON there, JSON back. A refusal is `{ code, message }` with a status of its own. */
export async function unary(sandbox, method, message) {
  const answer = await inside(sandbox, `/${method}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Connect-Protocol-Version': '1' },
    body: JSON.stringify(message),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${method}: ${body.code} ${body.message}`);
  return body;
}

/** A server stream: one envelope there, many back. Ends with the stream; throws what its last envelope says. */
export async function* stream(sandbox, method, message, { timeoutMs, signal } = {}) {
  const answer = await inside(sandbox, `/${method}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/connect+json',
      'Connect-Protocol-Version': '1',
      'Keepalive-Ping-Interval': '50',
      // On Start it is the life of the process too; without it there is no limit.
      ...(timeoutMs === undefined ? {} : { 'Connect-Timeout-Ms': `${timeoutMs}` }),
    },
    body: envelope(message),
    signal,
  });
  if (answer.status !== 200) throw new Error(`${method}: ${answer.status} ${await answer.text()}`);
  let waiting = Buffer.alloc(0);
  for await (const piece of answer.body) {
    waiting = Buffer.concat([waiting, piece]);
    while (waiting.length >= 5 && waiting.length >= 5 + waiting.readUInt32BE(1)) {
      const end = 5 + waiting.readUInt32BE(1);
      const isLast = (waiting[0] & 0x02) !== 0;
      const received = JSON.parse(waiting.subarray(5, end).toString('utf8'));
      waiting = waiting.subarray(end);
      if (!isLast) yield received;
      else if (received.error) throw new Error(`${method}: ${received.error.code} ${received.error.message ?? ''}`);
    }
  }
}

/** A flag byte, four bytes of length (big-endian), JSON. */
function envelope(message) {
  const payload = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}
