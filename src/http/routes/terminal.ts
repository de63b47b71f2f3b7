import { z } from '@hono/zod-openapi';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { TERMINAL_PROTOCOL, terminalQuerySchema } from '../../contract/ticket.ts';
import { SandboxError } from '../../domain/errors.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { ofUse } from '../use-document.ts';

/** The terminal as it is documented; requests for a WebSocket are taken by terminal-upgrade.ts before they come here. */
export function addTerminalRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes/{id}/terminal', operationId: 'openTerminal', tag: 'Terminal' },
      summary:
        'A shell in a terminal over a WebSocket: binary frames are bytes, text frames JSON such as {"type":"resize"}',
      params: sandboxPathSchema,
      query: terminalQuerySchema,
      headers: z.object({
        'Sec-WebSocket-Protocol': z
          .string()
          .optional()
          .openapi({
            description: 'Where no key can be sent as a header: sandglass.key.KEY, and one to be answered with.',
            example: `${TERMINAL_PROTOCOL}, sandglass.key.e2b_...`,
          }),
      }),
      answers: { 101: { description: 'The WebSocket' } },
      errors: ofUse,
    },
    () => {
      throw new SandboxError('invalid_request', 'A terminal is a WebSocket.', {
        hint: 'Ask with Connection: Upgrade and Upgrade: websocket.',
      });
    },
  );
}
