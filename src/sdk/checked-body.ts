import { SandglassError } from './sandglass-error.ts';

/** The body of an answer that has at least that member; what else it has the service has validated. */
export function bodyWith<T extends object>(body: unknown, member: keyof T & string): T {
  if (typeof body === 'object' && body !== null && member in body) {
    return body as T; // the service validates what it sends against the schema that this type is made from
  }
  throw new SandglassError('unexpected_answer', `The answer has no ${member}.`);
}
