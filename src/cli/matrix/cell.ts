/** What a look at one thing came to; `unmeasured` says in its value what would be needed. */
export type Outcome = 'ok' | 'failed' | 'unmeasured';

export const AREAS = [
  ...(['capacity', 'startup', 'commands', 'files', 'uploads'] as const),
  ...(['artifacts', 'paths', 'isolation', 'cleanup', 'operations'] as const),
] as const;

export type Area = (typeof AREAS)[number];

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly outcome: Outcome;
  /** For people, a few words. */
  readonly value: string;
  /** What was answered, as it came. */
  readonly evidence: unknown;
}

export interface Cell {
  readonly outcome: Outcome;
  readonly value: string;
  readonly checks: readonly Check[];
}

export type Cells = Readonly<Record<Area, Cell>>;

/** A runtime that the engine lacks has no cells. */
export type Row =
  | { readonly runtime: string; readonly present: true; readonly cells: Cells }
  | { readonly runtime: string; readonly present: false };

/** Failed when one check failed, ok when one was measured: a cell of nothing is unmeasured. */
export function cellOf(checks: readonly Check[]): Cell {
  const has = (outcome: Outcome) => checks.some((check) => check.outcome === outcome);
  const outcome = has('failed') ? 'failed' : has('ok') ? 'ok' : 'unmeasured';
  return { outcome, value: checks.map(words).join('; '), checks };
}

/** All areas, for a runtime in which nothing could be looked at. */
export function sameCells(check: Check): Cells {
  const cells = AREAS.map((area) => [area, cellOf([check])] as const);
  return Object.fromEntries(cells) as Cells; // has every area: made from the list of them
}

export function hasFailed(rows: readonly Row[]): boolean {
  return rows.some((row) => row.present && Object.values(row.cells).some(({ outcome }) => outcome === 'failed'));
}

function words({ name, outcome, value }: Check): string {
  const marks = { ok: '', failed: 'FAILED ', unmeasured: 'not measured ' } as const;
  return `${marks[outcome]}${name}: ${value}`;
}
