import type { Judged, Unit } from './measurement.ts';

export function atMost(what: string, unit: Unit, value: number, bar: number): Judged {
  return { what, unit, value, bar: { kind: 'at most', value: bar } };
}

export function atLeast(what: string, unit: Unit, value: number, bar: number): Judged {
  return { what, unit, value, bar: { kind: 'at least', value: bar } };
}

export function exactly(what: string, unit: Unit, value: number, bar: number): Judged {
  return { what, unit, value, bar: { kind: 'exactly', value: bar } };
}

/** A number without a bar of its own, yet. */
export function reported(what: string, unit: Unit, value: number): Judged {
  return { what, unit, value, bar: null };
}
