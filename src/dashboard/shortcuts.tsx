import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { goTo } from './navigation.ts';
import { nextTheme } from './theme.ts';

export const isHelpShown = signal(false);

interface Shortcut {
  readonly key: string;
  readonly what: string;
  readonly act: () => void;
}

const SHORTCUTS: readonly Shortcut[] = [
  { key: '/', what: 'search', act: () => document.querySelector<HTMLElement>('[data-shortcut=search]')?.focus() },
  { key: 'l', what: 'all sandboxes', act: () => goTo('/sandboxes') },
  { key: 'n', what: 'start a sandbox', act: () => goTo('/start') },
  { key: 'a', what: 'activity', act: () => goTo('/activity') },
  { key: 'p', what: 'pool', act: () => goTo('/pool') },
  { key: 'e', what: 'engines', act: () => goTo('/engines') },
  { key: 't', what: 'change the theme', act: nextTheme },
  {
    key: '?',
    what: 'this help',
    act: () => {
      isHelpShown.value = true;
    },
  },
];

/** Single keys act wherever nothing is written and no dialog is open. */
export function useShortcuts(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return;
      const shortcut = SHORTCUTS.find(({ key }) => key === event.key);
      if (shortcut === undefined) return;
      event.preventDefault();
      shortcut.act();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

export function ShortcutsDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isShown = isHelpShown.value;
  useLayoutEffect(() => {
    if (isShown) dialog.current?.showModal();
  }, [isShown]);
  if (!isShown) return null;
  const close = () => {
    isHelpShown.value = false;
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="shortcuts" onClose={close}>
      <h2 id="shortcuts">Keyboard</h2>
      <dl class="keys">
        {SHORTCUTS.map(({ key, what }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>↑</kbd> <kbd>↓</kbd> <kbd>Enter</kbd>
          </dt>
          <dd>from row to row, and into one</dd>
        </div>
      </dl>
      <div class="buttons">
        <button type="button" class="button" onClick={close}>
          Close
        </button>
      </div>
    </dialog>
  );
}

function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // What is in a dialog that was just closed keeps the focus until the browser draws again.
  return target.matches('input, textarea, select') || target.closest('dialog[open], .xterm') !== null;
}
