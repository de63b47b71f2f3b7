import { InvalidArgumentError } from 'commander';

type Pairs = Readonly<Record<string, string>>;

/** `name=value` of a label, added to those before it. */
export function labelPair(text: string, before: Pairs = {}): Pairs {
  const { name, value } = halves(text);
  if (/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/.test(name) && value !== undefined && /^\P{Cc}{0,256}$/u.test(value)) {
    return { ...before, [name]: value };
  }
  throw new InvalidArgumentError('It is name=value: a name of letters, digits and ._/-, a value without line breaks.');
}

/** `NAME=value` of a variable, or `NAME` alone, which takes the value that it has here. */
export function variablePair(text: string, before: Pairs = {}): Pairs {
  const { name, value = process.env[name] } = halves(text);
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && value !== undefined) return { ...before, [name]: value };
  throw new InvalidArgumentError('It is NAME=value, or the NAME of a variable that is set here.');
}

function halves(text: string): { readonly name: string; readonly value: string | undefined } {
  const at = text.indexOf('=');
  return at === -1 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) };
}
