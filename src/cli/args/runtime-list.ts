import { InvalidArgumentError } from 'commander';

/** As the service takes the name of a runtime. */
const RUNTIME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** A comma list of names, each once. */
export function runtimeList(text: string): readonly string[] {
  const names = text.split(',');
  if (names.every((name) => RUNTIME.test(name))) return [...new Set(names)];
  throw new InvalidArgumentError('It is a comma list of container runtimes, such as runc,runsc.');
}
