import { type FeedState, feedState } from './live/feed.ts';
import { place } from './navigation.ts';
import { Hourglass } from './parts/hourglass.tsx';
import { Icon, type IconName } from './parts/icon.tsx';
import { signOut } from './session.ts';
import { isHelpShown } from './shortcuts.tsx';
import { nextTheme, type Theme, theme } from './theme.ts';

interface Entry {
  readonly page: string;
  readonly title: string;
  readonly icon: IconName;
}

const ENTRIES: readonly Entry[] = [
  { page: 'sandboxes', title: 'Sandboxes', icon: 'list' },
  { page: 'activity', title: 'Activity', icon: 'activity' },
  { page: 'pool', title: 'Pool', icon: 'pool' },
  { page: 'engines', title: 'Engines', icon: 'engine' },
];
const THEME_ICONS: Readonly<Record<Theme, IconName>> = { system: 'system', light: 'sun', dark: 'moon' };
const FEED_WORDS: Readonly<Record<FeedState, string>> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'reconnecting',
};

export function Sidebar() {
  const { page } = place.value;
  return (
    <header class="sidebar">
      <a class="brand" href="#/sandboxes">
        <Hourglass /> <span>Sandglass</span>
      </a>
      <nav aria-label="Pages">
        {ENTRIES.map(({ page: own, title, icon }) => (
          <a key={own} href={`#/${own}`} aria-current={page === own ? 'page' : undefined}>
            <Icon name={icon} /> <span>{title}</span>
          </a>
        ))}
      </nav>
      <div class="tools">
        <span class={`feed ${feedState.value}`} data-feed={feedState.value} role="status">
          <span class="dot" /> {FEED_WORDS[feedState.value]}
        </span>
        <button type="button" class="icon-button" aria-label={`Theme: ${theme.value}`} onClick={nextTheme}>
          <Icon name={THEME_ICONS[theme.value]} />
        </button>
        <button
          type="button"
          class="icon-button wide-only"
          aria-label="Keyboard shortcuts"
          onClick={() => {
            isHelpShown.value = true;
          }}
        >
          <Icon name="help" />
        </button>
        <button type="button" class="icon-button" aria-label="Sign out" onClick={() => signOut()}>
          <Icon name="out" />
        </button>
      </div>
    </header>
  );
}
