import { z } from 'zod';

/** What every tool that works in a sandbox takes. */
export const whereFields = {
  sandboxId: z.string().optional().describe('The sandbox; the one of this session when left out.'),
};

/** What every tool that reads or writes files takes besides. */
export const fileFields = {
  ...whereFields,
  path: z.string().min(1).describe("Absolute, or relative to the user's home."),
  user: z.string().optional().describe('Whose home, and whose rights; the user of the sandbox when left out.'),
};

/** Only what was given: the client wants what is left out left out. */
export function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }; // those without undefined
}
