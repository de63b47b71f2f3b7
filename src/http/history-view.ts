import type { HistoryItem } from '../contract/history.ts';
import type { RecordedTransition } from '../domain/sandbox.ts';
import { isoInstant } from './instants.ts';

export function historyItem(transition: RecordedTransition): HistoryItem {
  const { number, seq, from, to, event, reason, actor, incarnation, atMs } = transition;
  const why = reason === null ? {} : { reason };
  return { number, seq, from, to, event, ...why, actor, incarnation, at: isoInstant(atMs) };
}
