import type { AgentExec } from '../../contract/agent.ts';
import { AgentError } from '../agent-error.ts';

const EXEC_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The body of a POST, with every absent field as null or empty. Throws `invalid_argument` naming the field. */
export function execBody(body: unknown): AgentExec {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw wrong('The body', 'a JSON object');
  const field = (name: keyof AgentExec): unknown => Reflect.get(body, name) ?? null;
  return {
    command: commandOf(field('command')),
    cwd: textOf('cwd', field('cwd')),
    env: envOf(field('env')),
    user: textOf('user', field('user')),
    stdin: textOf('stdin', field('stdin')),
    timeoutSeconds: secondsOf(field('timeoutSeconds')),
    execId: execIdOf(field('execId')),
  };
}

function commandOf(value: unknown): string | readonly string[] {
  if (typeof value === 'string' && value !== '') return plain('command', value);
  if (isTexts(value) && value.length > 0) return value.map((text) => plain('command', text));
  throw wrong('command', 'a text or a list of texts that is not empty');
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function envOf(value: unknown): Readonly<Record<string, string>> {
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong('env', 'an object of texts');
  const entries = Object.entries(value).map(([name, text]): [string, string] => {
    if (typeof text !== 'string' || name === '' || name.includes('=')) throw wrong('env', 'an object of texts');
    return [plain('env', name), plain('env', text)];
  });
  return Object.fromEntries(entries);
}

function textOf(name: 'cwd' | 'user' | 'stdin', value: unknown): string | null {
  if (value === null) return null;
  if (typeof value !== 'string') throw wrong(name, 'a text');
  return name === 'stdin' ? value : plain(name, value);
}

function secondsOf(value: unknown): number | null {
  if (value === null) return null;
  if (typeof value !== 'number' || !(value > 0) || value > 2 ** 31) throw wrong('timeoutSeconds', 'a positive number');
  return value;
}

function execIdOf(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value !== 'string' || !EXEC_ID.test(value))
    throw wrong('execId', '1 to 64 letters, digits, ".", "_" or "-"');
  return value;
}

/** The system calls end a text at its first NUL. */
function plain(name: string, text: string): string {
  if (text.includes('\0')) throw wrong(name, 'without NUL');
  return text;
}

function wrong(name: string, what: string): AgentError {
  return new AgentError('invalid_argument', `${name} must be ${what}.`);
}
