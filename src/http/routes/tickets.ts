import { ticketSchema } from '../../contract/ticket.ts';
import { keyOf } from '../authentication.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { isoInstant } from '../instants.ts';

/** Tickets for WebSockets. */
export function addTicketRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'post', path: '/v1/tickets', operationId: 'createTicket', tag: 'Terminal' },
      summary: 'A one-time stand-in for the key, good for 30 s, for clients that can send no header',
      answers: { 201: { description: 'Made', schema: ticketSchema } },
    },
    ({ c }) => {
      const { ticket, expiresAtMs } = http.deps.tickets.make(keyOf(c.req.header()) ?? '');
      return c.json({ ticket, expiresAt: isoInstant(expiresAtMs) }, 201);
    },
  );
}
