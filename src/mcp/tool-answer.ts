import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { SandglassError } from '../sdk/index.ts';

/** An answer for programs and, as text, for models: the text is what is given, else the JSON. */
export function told(facts: object, text = JSON.stringify(facts, null, 2)): CallToolResult {
  return { content: [{ type: 'text', text }], structuredContent: { ...facts } };
}

/** What a tool does, where a refusal is an answer too: a model reads it and does the next thing. */
export async function answered(work: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await work();
  } catch (error) {
    return { content: [{ type: 'text', text: refusalText(error) }], isError: true };
  }
}

function refusalText(error: unknown): string {
  if (!(error instanceof SandglassError)) return error instanceof Error ? error.message : String(error);
  const { code, message, hint, details } = error;
  const wrong = Array.isArray(details['errors']) ? `\n${JSON.stringify(details['errors'])}` : '';
  return `${code}: ${message}${hint === undefined ? '' : ` ${hint}`}${wrong}`;
}
