import { SandglassError } from '../../sdk/sandglass-error.ts';

/** What went wrong and what to do next, for a person. */
export function errorMessage(error: unknown): string {
  if (error instanceof SandglassError) {
    const hint = error.code === 'unreachable' ? undefined : error.hint;
    return hint === undefined ? error.message : `${error.message} ${hint}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Messages by the path of the field that each is about, such as `body.resources.cpus`. */
export function fieldErrors(error: unknown): ReadonlyMap<string, string> {
  const told = error instanceof SandglassError ? error.details['errors'] : undefined;
  if (!Array.isArray(told)) return new Map();
  return new Map(told.map(({ path, message }: { path: string; message: string }) => [path, message]));
}
