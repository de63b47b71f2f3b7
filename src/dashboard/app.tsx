import { useEffect } from 'preact/hooks';
import { ActivityPage } from './activity/activity-page.tsx';
import { recordMemory } from './activity/memory-record.ts';
import { EnginesPage } from './engines/engines-page.tsx';
import { ListPage } from './list/list-page.tsx';
import { runFeed } from './live/feed.ts';
import { Login } from './login.tsx';
import { place } from './navigation.ts';
import { ConfirmDialog } from './parts/confirm.tsx';
import { Notices } from './parts/notices.tsx';
import { PoolPage } from './pool/pool-page.tsx';
import { SandboxPage } from './sandbox/sandbox-page.tsx';
import { apiKey, connectionOptions } from './session.ts';
import { ShortcutsDialog, useShortcuts } from './shortcuts.tsx';
import { Sidebar } from './sidebar.tsx';
import { StartPage } from './start/start-page.tsx';

/** The login, or the page that the address names. */
export function App() {
  return (
    <>
      {apiKey.value === null ? <Login /> : <SignedIn key={apiKey.value} />}
      <ConfirmDialog />
      <Notices />
    </>
  );
}

function SignedIn() {
  useShortcuts();
  useEffect(() => {
    const left = new AbortController();
    void runFeed(connectionOptions.peek(), left.signal);
    void recordMemory(left.signal);
    return () => left.abort();
  }, []);
  return (
    <div class="frame">
      <a class="skip" href={location.hash} onClick={skipToContent}>
        Skip to content
      </a>
      <Sidebar />
      <main id="content" tabIndex={-1}>
        <CurrentPage />
      </main>
      <ShortcutsDialog />
    </div>
  );
}

function CurrentPage() {
  const { page, rest } = place.value;
  const [id] = rest;
  useEffect(() => {
    document.title = `${id && page === 'sandboxes' ? id : titleOf(page)} · Sandglass`;
  }, [page, id]);
  switch (page) {
    case 'sandboxes':
      return id === undefined || id === '' ? <ListPage /> : <SandboxPage key={id} id={id} tab={rest[1] ?? ''} />;
    case 'start':
      return <StartPage />;
    case 'pool':
      return <PoolPage />;
    case 'engines':
      return <EnginesPage />;
    case 'activity':
      return <ActivityPage />;
    default:
      return (
        <section class="page">
          <h1>There is no such page</h1>
          <p>
            <a href="#/sandboxes">All sandboxes</a>
          </p>
        </section>
      );
  }
}

function titleOf(page: string): string {
  return page.charAt(0).toUpperCase() + page.slice(1);
}

function skipToContent(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#content')?.focus();
}
