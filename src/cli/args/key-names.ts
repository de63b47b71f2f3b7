import { InvalidArgumentError } from 'commander';

export function tenantName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('It is 1 to 63 letters, digits, dots, underscores or dashes.');
}

/** What a person calls a key: no control characters, which a terminal would act upon. */
export function keyName(text: string): string {
  if (/^[^\p{Cc}]{1,63}$/u.test(text)) return text;
  throw new InvalidArgumentError('It is 1 to 63 characters without control characters.');
}
