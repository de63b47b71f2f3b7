import type { SandboxView } from '../../contract/sandbox-view.ts';
import { Sandbox } from '../../sdk/sandbox.ts';
import { SandglassError } from '../../sdk/sandglass-error.ts';
import { noteAnswer, sandboxes } from '../live/feed.ts';
import { Icon } from '../parts/icon.tsx';
import { usePolled } from '../parts/polled.ts';
import { Remaining } from '../parts/remaining.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { connectionOptions } from '../session.ts';
import { Actions } from './actions.tsx';
import { FilesTab } from './files-tab.tsx';
import { LogsTab } from './logs-tab.tsx';
import { Overview } from './overview.tsx';
import { ProcessesTab } from './processes-tab.tsx';
import { TerminalTab } from './terminal-tab.tsx';

const TABS = [
  { tab: '', title: 'Overview' },
  { tab: 'terminal', title: 'Terminal' },
  { tab: 'files', title: 'Files' },
  { tab: 'logs', title: 'Logs' },
  { tab: 'processes', title: 'Processes' },
] as const;

interface SandboxPageProps {
  readonly id: string;
  readonly tab: string;
}

/** One sandbox: what it is, what it does, and what can be done with it. */
export function SandboxPage({ id, tab }: SandboxPageProps) {
  const view = sandboxes().get(id);
  // One that is not in the list may be a tombstone, or newer than the list.
  const asked = usePolled({
    key: id,
    everyMs: null,
    async ask(signal) {
      try {
        noteAnswer((await Sandbox.get(id, { ...connectionOptions.peek(), signal })).view);
        return 'found' as const;
      } catch (error) {
        if (error instanceof SandglassError && error.status === 404) return 'missing' as const;
        throw error;
      }
    },
  });
  if (view === undefined) return <Missing id={id} asked={asked.value} error={asked.error} />;
  return (
    <section class="page sandbox-page" aria-labelledby="title">
      <header class="page-head">
        <a class="icon-button" href="#/sandboxes" aria-label="All sandboxes">
          <Icon name="back" />
        </a>
        <h1 id="title" class="mono">
          {id}
        </h1>
        <StateBadge state={view.state} />
        <Remaining view={view} />
        <span class="spacer" />
        <Actions view={view} />
      </header>
      <nav class="tabs" aria-label="Parts of this sandbox">
        {TABS.map(({ tab: own, title }) => (
          <a key={own} href={`#/sandboxes/${id}${own && `/${own}`}`} aria-current={tab === own ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <Tab view={view} tab={tab} />
    </section>
  );
}

function Tab({ view, tab }: { readonly view: SandboxView; readonly tab: string }) {
  switch (tab) {
    case 'terminal':
      return <TerminalTab view={view} />;
    case 'files':
      return <FilesTab view={view} />;
    case 'logs':
      return <LogsTab view={view} />;
    case 'processes':
      return <ProcessesTab view={view} />;
    default:
      return <Overview view={view} />;
  }
}

interface MissingProps {
  readonly id: string;
  readonly asked: 'found' | 'missing' | undefined;
  readonly error: string | null;
}

function Missing({ id, asked, error }: MissingProps) {
  const text = asked === 'missing' ? `There is no sandbox ${id}, or not any more.` : (error ?? 'Reading it…');
  return (
    <section class="page">
      <h1>{asked === 'missing' ? 'Not found' : 'Sandbox'}</h1>
      <p class="empty">
        {text} <a href="#/sandboxes">All sandboxes</a>
      </p>
    </section>
  );
}
