import type { ServerResponse } from 'node:http';

export const refusalCodes = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'method_not_allowed',
  'rate_limited',
  'sandbox_not_running',
  'resume_failed',
  'port_closed',
  'upstream_failed',
  'connect_timeout',
  'internal',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** An answer of our own in place of one from inside the sandbox. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly sandboxId: string | null;
  readonly port?: number;
  /** Seconds. */
  readonly retryAfter?: number;
}

const STATUS: Readonly<Record<RefusalCode, number>> = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  method_not_allowed: 405,
  rate_limited: 429,
  sandbox_not_running: 502,
  resume_failed: 502,
  port_closed: 502,
  upstream_failed: 502,
  connect_timeout: 504,
  internal: 500,
};

export function refusal(code: RefusalCode, message: string, sandboxId: string | null = null): Refusal {
  return { code, message, sandboxId };
}

/** The words that clients of E2B know: never 404, whatever the reason. */
export function notRunning(sandboxId: string): Refusal {
  return refusal('sandbox_not_running', 'The sandbox was not found', sandboxId);
}

/** Answers with it where an answer can still be given, else cuts the connection. */
export function refuse(response: ServerResponse, { code, message, sandboxId, port, retryAfter }: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = STATUS[code];
  const body = JSON.stringify({
    ...(sandboxId === null ? {} : { sandboxId }),
    message,
    ...(port === undefined ? {} : { port }),
    code: status,
  });
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'X-Sandglass-Error': code,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
  });
  response.end(body);
}
