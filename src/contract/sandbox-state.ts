import { z } from '@hono/zod-openapi';

/** What a caller's sandbox can be in. */
export const callerStates = [
  'pending',
  'running',
  'pausing',
  'paused',
  'resuming',
  'stopping',
  'stopped',
  'deleting',
  'deleted',
] as const;

/** Pool slots that nobody has claimed: seen in histories of what was claimed from them, never in a list. */
const slotStates = ['warming', 'warm'] as const;

export const wireStates = [...slotStates, ...callerStates] as const;

export const callerStateSchema = z.enum(callerStates);
export const sandboxStateSchema = z.enum(wireStates).openapi('SandboxState');

/** A comma list of states; each once. */
export const stateListSchema = z
  .string()
  .transform((text) => [...new Set(text.split(','))])
  .pipe(z.array(callerStateSchema))
  .openapi({ type: 'string', example: 'running,stopped', description: `Comma list of ${callerStates.join(', ')}.` });
