/** One line of the doctor's report. */
export interface Check {
  readonly name: string;
  readonly outcome: 'ok' | 'warn' | 'fail';
  /** What was found, one sentence or less. */
  readonly found: string;
  /** What to do next; absent where there is nothing to do. */
  readonly next?: string;
}

export function ok(name: string, found: string): Check {
  return { name, outcome: 'ok', found };
}

export function warn(name: string, found: string, next: string): Check {
  return { name, outcome: 'warn', found, next };
}

export function fail(name: string, found: string, next: string): Check {
  return { name, outcome: 'fail', found, next };
}
