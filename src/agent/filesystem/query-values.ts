import { AgentError } from '../agent-error.ts';

/** A query parameter that the call cannot do without. Throws `invalid_argument`. */
export function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === '') throw new AgentError('invalid_argument', `${name} is required`);
  return value;
}

interface Bounds {
  readonly least: number;
  readonly most: number;
  /** Where the query names none. */
  readonly otherwise: number;
}

export function integerOf(query: URLSearchParams, name: string, { least, most, otherwise }: Bounds): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
  throw new AgentError('invalid_argument', `${name} must be a whole number from ${least} to ${most}`);
}

export function isTrue(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new AgentError('invalid_argument', `${name} must be true or false`);
}

/** The rights of a file, octal; undefined where the query names none. */
export function modeOf(query: URLSearchParams): number | undefined {
  const text = query.get('mode');
  if (text === null) return undefined;
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new AgentError('invalid_argument', 'mode must be three octal digits, such as 644');
}
