import { fullTime, timeOfDay } from '../format.ts';
import { recentHappenings } from '../live/feed.ts';
import type { Happening } from '../live/happenings.ts';

const MOST = 200;

interface HappeningListProps {
  readonly kind: Happening['kind'];
  /** What is said while there is none. */
  readonly none: string;
}

/** Of one kind, newest first. */
export function HappeningList({ kind, none }: HappeningListProps) {
  const shown = recentHappenings()
    .filter((one) => one.kind === kind)
    .toReversed()
    .slice(0, MOST);
  if (shown.length === 0) return <p class="empty">{none}</p>;
  return (
    <ul class="happenings panel">
      {shown.map(({ key, atMs, what, detail, sandboxId }) => (
        <li key={key}>
          <time class="clock muted" title={fullTime(atMs)}>
            {timeOfDay(atMs)}
          </time>{' '}
          <b>{what}</b>{' '}
          {sandboxId !== null && (
            <a class="id" href={`#/sandboxes/${sandboxId}`}>
              {sandboxId}
            </a>
          )}{' '}
          <span class="muted">{detail}</span>
        </li>
      ))}
    </ul>
  );
}
