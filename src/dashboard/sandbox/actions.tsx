import { useSignal } from '@preact/signals';
import type { SandboxView } from '../../contract/sandbox-view.ts';
import { Sandbox } from '../../sdk/sandbox.ts';
import { noteAnswer } from '../live/feed.ts';
import { confirm } from '../parts/confirm.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { attempt, say } from '../parts/notices.tsx';
import { connectionOptions } from '../session.ts';

interface Action {
  readonly verb: string;
  readonly icon: IconName;
  readonly when: readonly SandboxView['state'][];
  readonly isDangerous?: boolean;
  /** What the reader is asked first; the action is done at once when not given. */
  readonly question?: (view: SandboxView) => string;
  readonly act: (sandbox: Sandbox) => Promise<unknown>;
}

const LIVE = ['pending', 'running', 'pausing', 'paused', 'resuming'] as const;

const ACTIONS: readonly Action[] = [
  { verb: 'Pause', icon: 'pause', when: ['running'], act: (sandbox) => sandbox.pause() },
  { verb: 'Resume', icon: 'resume', when: ['paused'], act: (sandbox) => sandbox.resume() },
  { verb: 'Restart', icon: 'restart', when: ['stopped'], act: (sandbox) => sandbox.restart() },
  {
    verb: 'Stop',
    icon: 'stop',
    when: LIVE,
    question: () => 'Its processes end. Its files stay, and it can be restarted.',
    act: (sandbox) => sandbox.stop(),
  },
  {
    verb: 'Delete',
    icon: 'trash',
    when: [...LIVE, 'stopping', 'stopped'],
    isDangerous: true,
    question: ({ state }) =>
      state === 'stopped'
        ? 'Its files are gone for good.'
        : 'It is stopped first. Its processes and its files are gone for good.',
    act: (sandbox) => sandbox.delete({ force: sandbox.state !== 'stopped' }),
  },
];

/** What can be done with a sandbox in its state; what ends something is asked about first. */
export function Actions({ view }: { readonly view: SandboxView }) {
  const busyWith = useSignal<string | null>(null);
  const run = async ({ verb, question, isDangerous = false, act }: Action) => {
    const text = question?.(view);
    if (text !== undefined && !(await confirm({ title: `${verb} ${view.id}?`, text, verb, isDangerous }))) return;
    busyWith.value = verb;
    await attempt(async () => {
      const sandbox = await Sandbox.get(view.id, connectionOptions.peek());
      await act(sandbox);
      if (sandbox.state === 'deleted') say(`${view.id} is deleted.`);
      else noteAnswer(sandbox.view);
    });
    busyWith.value = null;
  };
  return (
    <div class="actions">
      {ACTIONS.filter(({ when }) => when.includes(view.state)).map((action) => (
        <button
          key={action.verb}
          type="button"
          class={`button${action.isDangerous ? ' danger-quiet' : ''}`}
          disabled={busyWith.value !== null}
          onClick={() => void run(action)}
        >
          <Icon name={action.icon} /> {busyWith.value === action.verb ? `${action.verb}…` : action.verb}
        </button>
      ))}
    </div>
  );
}
