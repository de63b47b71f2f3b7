import type { SandboxEvent } from '../domain/events.ts';
import type { Reason, ReasonCode, RecordedTransition, Sandbox } from '../domain/sandbox.ts';

type EventName = SandboxEvent['type'] | 'START_REQUESTED';

const WORDS: Readonly<Record<EventName, string>> = {
  START_REQUESTED: 'a start was requested',
  RESTART_REQUESTED: 'a restart was requested',
  PAUSE_REQUESTED: 'a pause was requested',
  RESUME_REQUESTED: 'a resume was requested',
  STOP_REQUESTED: 'a stop was requested',
  DELETE_REQUESTED: 'a delete was requested',
  CLAIMED: 'a start was requested and it was claimed from the pool',
  RECYCLED: 'it was not fit for use any more',
  START_SUCCEEDED: 'its start succeeded',
  START_FAILED: 'its start failed',
  PAUSE_SUCCEEDED: 'a pause was requested',
  PAUSE_FAILED: 'it could not be frozen',
  RESUME_SUCCEEDED: 'it was resumed',
  RESUME_FAILED: 'it could not be resumed',
  STOP_SUCCEEDED: 'its container has ended',
  DELETE_SUCCEEDED: 'its container was removed',
  CONTAINER_EXITED: 'its container has ended',
  CONTAINER_LOST: 'its container was removed from outside',
  DEADLINE_PASSED: 'a deadline passed',
  RECLAIMED: 'the machine ran short',
};

/** Events of which the row's reason tells more than their name. */
const TOLD_BY_REASON: readonly EventName[] = [
  'START_FAILED',
  'STOP_SUCCEEDED',
  'PAUSE_SUCCEEDED',
  'CONTAINER_EXITED',
  'CONTAINER_LOST',
  'DEADLINE_PASSED',
  'RECLAIMED',
];

const START_TROUBLE: readonly ReasonCode[] = ['start_failed', 'name_conflict', 'disk_full'];

/** Why the newest entry of its history was written: half a sentence without a full stop. */
export function causeWords(entry: RecordedTransition, row: Sandbox): string {
  // The reason tells why it left its live state; this is about what came later.
  if (entry.event === 'DEADLINE_PASSED' && entry.to === 'deleting') return deletionWords(row);
  if (!isKnown(entry.event)) return `of ${entry.event}`;
  if (row.reason !== null && TOLD_BY_REASON.includes(entry.event)) return reasonWords(row.reason);
  const words = WORDS[entry.event];
  return entry.actor === 'system' ? words : `${words} by ${entry.actor}`;
}

function deletionWords({ deleteAfterStop }: Sandbox): string {
  return deleteAfterStop ? 'it was to be deleted once it had stopped' : 'it was stopped for as long as it is kept';
}

function reasonWords({ code, message }: Reason): string {
  const text = message.replace(/\.$/, '');
  if (START_TROUBLE.includes(code)) return `its start failed: ${text}`;
  if (text.startsWith('Found ')) return `it was ${lowered(text)}`;
  // The first words of our own messages; what an engine said is quoted.
  return /^(Its?|An?|The) /.test(text) ? lowered(text) : `of this: ${text}`;
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function isKnown(event: string): event is EventName {
  return Object.hasOwn(WORDS, event);
}
