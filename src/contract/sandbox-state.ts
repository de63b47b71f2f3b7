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

export const sandboxStateSchema = z.enum(wireStates).openapi('SandboxState');

const isCallerState = (text: string): text is (typeof callerStates)[number] => callerStates.some((one) => one === text);

/** A comma list of states; each once. */
export const stateListSchema = z
  .string()
  .transform((text, context) => {
    const named = [...new Set(text.split(','))];
    const states = named.filter(isCallerState);
    if (states.length < named.length) context.addIssue(`must be a comma list of ${callerStates.join(', ')}`);
    return states;
  })
  .openapi({ type: 'string', example: 'running,stopped', description: `Comma list of ${callerStates.join(', ')}.` });
