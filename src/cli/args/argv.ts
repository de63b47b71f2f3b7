import { InvalidArgumentError } from 'commander';

/** A command as a JSON list of words, as it is run: no shell reads it. */
export function argvList(text: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed) && parsed.length > 0 && parsed.every(isWord)) return parsed;
  } catch {
    // said below
  }
  throw new InvalidArgumentError('It is a JSON list of words, such as ["systemctl", "restart", "sandglass"].');
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}
