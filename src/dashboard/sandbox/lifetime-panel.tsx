import { useSignal } from '@preact/signals';
import type { SandboxView } from '../../contract/sandbox-view.ts';
import { Sandbox } from '../../sdk/sandbox.ts';
import { nowMs } from '../clock.ts';
import { countdown, fullTime, seconds } from '../format.ts';
import { noteAnswer } from '../live/feed.ts';
import { attempt, say } from '../parts/notices.tsx';
import { connectionOptions } from '../session.ts';

const CHOICES: readonly { readonly title: string; readonly value: string }[] = [
  { title: '5 minutes', value: '300' },
  { title: '30 minutes', value: '1800' },
  { title: '1 hour', value: '3600' },
  { title: '8 hours', value: '28800' },
  { title: '1 day', value: '86400' },
  { title: 'no timeout', value: '' },
];
const FIXED: readonly SandboxView['state'][] = ['stopping', 'deleting', 'deleted'];

/** What the service will do by itself, and when. */
export function LifetimePanel({ view }: { readonly view: SandboxView }) {
  const { deadlines, lifetime } = view;
  return (
    <div class="panel lifetime">
      <h2>Lifetime</h2>
      {deadlines.next === null ? (
        <p class="big muted">No deadline</p>
      ) : (
        <p class="big">
          <span class="clock" data-testid="countdown">
            {countdown(Date.parse(deadlines.next.at) - nowMs.value)}
          </span>
          <span class="muted">
            until {deadlines.next.action}, {fullTime(deadlines.next.at)}
          </span>
        </p>
      )}
      <p class="muted small">
        Timeout {seconds(lifetime.timeoutSeconds)}, idle {seconds(lifetime.idleSeconds)}, then {lifetime.onTimeout}.
        After its stop it is kept{' '}
        {lifetime.autoDeleteSeconds === null ? 'for the usual time' : seconds(lifetime.autoDeleteSeconds)}, then
        deleted.
      </p>
      {!FIXED.includes(view.state) && <Extend view={view} />}
    </div>
  );
}

function Extend({ view }: { readonly view: SandboxView }) {
  const chosen = useSignal('3600');
  const extend = async (event: Event) => {
    event.preventDefault();
    const timeoutSeconds = chosen.value === '' ? null : Number(chosen.value);
    await attempt(async () => {
      const sandbox = await Sandbox.get(view.id, connectionOptions.peek());
      noteAnswer((await sandbox.extend({ timeoutSeconds })).view);
      say(view.state === 'running' ? 'It has that time from now.' : 'It has that time in its next run.');
    });
  };
  return (
    <form class="inline-form" onSubmit={(event) => void extend(event)}>
      <label>
        Give it{' '}
        <select
          value={chosen.value}
          onChange={(event) => {
            chosen.value = event.currentTarget.value;
          }}
        >
          {CHOICES.map(({ title, value }) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button">
        Set
      </button>
    </form>
  );
}
