import { z } from '@hono/zod-openapi';
import { userSchema } from './sandbox-fields.ts';
import { instantSchema } from './sandbox-view.ts';

export const ticketSchema = z
  .object({
    ticket: z.string().openapi({ description: 'For `?ticket=` of a WebSocket; good once, as the key that made it.' }),
    expiresAt: instantSchema,
  })
  .openapi('Ticket', { example: { ticket: 'tkt_3f9a1c07b2e4d5f60718293a', expiresAt: '2026-08-01T12:00:30.000Z' } });

/** How a key is sent where no header can be: as a subprotocol of the WebSocket. */
export const KEY_PROTOCOL = 'sandglass.key.';
/** A subprotocol to offer beside it, so that the answer does not name the key. */
export const TERMINAL_PROTOCOL = 'sandglass.terminal';

function cellsSchema(example: number) {
  return z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'must be a whole number from 1 to 9999')
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 9999, example });
}

export const terminalQuerySchema = z.strictObject({
  cols: cellsSchema(80),
  rows: cellsSchema(24),
  user: userSchema.optional(),
  cwd: z.string().min(1).max(4096).optional().openapi({ example: '/home/user' }),
  ticket: z.string().max(100).optional().openapi({ example: 'tkt_3f9a1c07b2e4d5f60718293a' }),
});
