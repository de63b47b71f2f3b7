import type { HistoryItem } from '../../contract/history.ts';
import type { SandboxView } from '../../contract/sandbox-view.ts';
import { historyOf } from '../api/newest-seq.ts';
import { nowMs } from '../clock.ts';
import { duration, fullTime, roughly, timeOfDay } from '../format.ts';
import { usePolled } from '../parts/polled.ts';
import { StateBadge } from '../parts/state-badge.tsx';
import { connection } from '../session.ts';

/** What happened to it, newest first: who or what moved it, and why. */
export function Timeline({ view }: { readonly view: SandboxView }) {
  const { value: items = [] } = usePolled({
    key: `${view.id} ${view.version}`,
    everyMs: null,
    ask: () => historyOf(connection(), view.id),
  });
  const newestFirst = items.toReversed();
  return (
    <div class="panel">
      <h2>Timeline</h2>
      <ol class="timeline">
        {newestFirst.map((item, index) => (
          <Step key={item.number} item={item} untilMs={instantOf(newestFirst[index - 1])} view={view} />
        ))}
      </ol>
    </div>
  );
}

interface StepProps {
  readonly item: HistoryItem;
  /** When the next one happened; undefined = it is the newest. */
  readonly untilMs: number | undefined;
  readonly view: SandboxView;
}

function Step({ item, untilMs, view }: StepProps) {
  const { to, event, reason, actor, at, incarnation } = item;
  const message = untilMs === undefined && view.reason?.code === reason ? view.reason?.message : undefined;
  return (
    <li>
      <time dateTime={at} title={fullTime(at)} class="clock">
        {timeOfDay(at)}
      </time>
      <StateBadge state={to} isPast={untilMs !== undefined} />
      <span class="why">
        <span>{event.toLowerCase().replaceAll('_', ' ')}</span>
        {reason !== undefined && <b> · {reason.replaceAll('_', ' ')}</b>}
        {message !== undefined && <span class="muted"> {message}</span>}
        <span class="muted small">
          {' '}
          by {actor}
          {incarnation > 1 && `, run ${incarnation}`}
        </span>
      </span>
      <span class="muted clock span">
        {untilMs === undefined ? `for ${roughly(nowMs.value - Date.parse(at))}` : duration(untilMs - Date.parse(at))}
      </span>
    </li>
  );
}

function instantOf(item: HistoryItem | undefined): number | undefined {
  return item === undefined ? undefined : Date.parse(item.at);
}
