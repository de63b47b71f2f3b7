import type { SandboxView } from '../../contract/sandbox-view.ts';
import { nowMs } from '../clock.ts';
import { shortCountdown } from '../format.ts';

const PERCENT = 100;

/** The next deadline as sand that runs out: a bar, and the time that is left. */
export function Remaining({ view }: { readonly view: SandboxView }) {
  const { next } = view.deadlines;
  if (next === null) return <span class="muted">{view.state === 'running' ? 'no deadline' : '—'}</span>;
  const leftMs = Date.parse(next.at) - nowMs.value;
  const wholeMs = Date.parse(next.at) - beginOf(view);
  const left = Math.max(0, Math.min(PERCENT, (leftMs / Math.max(1, wholeMs)) * PERCENT));
  return (
    <span class={`remaining${left < 15 ? ' low' : ''}`}>
      <span class="words">
        {next.action} in <b class="clock">{shortCountdown(leftMs)}</b>
      </span>
      <span class="sandbar" aria-hidden="true">
        <span style={{ width: `${left}%` }} />
      </span>
    </span>
  );
}

/** When the sand of the present state was turned. */
function beginOf({ state, startedAt, stoppedAt, pausedAt, deletedAt, createdAt }: SandboxView): number {
  const turned = { paused: pausedAt, stopped: stoppedAt, deleted: deletedAt }[String(state)] ?? startedAt;
  return Date.parse(turned ?? createdAt);
}
