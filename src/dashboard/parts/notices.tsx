import { signal } from '@preact/signals';
import { SandglassError } from '../../sdk/sandglass-error.ts';
import { clockSkewMs } from '../api/clock-skew.ts';
import { noteHappening } from '../live/feed.ts';
import { failedCall } from '../live/happenings.ts';
import { errorMessage } from './error-text.ts';
import { Icon } from './icon.tsx';

interface Notice {
  readonly key: number;
  readonly text: string;
  readonly isBad: boolean;
}

const SHOWN_MS = 6_000;
const BAD_SHOWN_MS = 15_000;

const notices = signal<readonly Notice[]>([]);
let count = 0;

/** Says something for some seconds. */
export function say(text: string, isBad = false): void {
  count += 1;
  const key = count;
  notices.value = [...notices.value, { key, text, isBad }];
  setTimeout(() => drop(key), isBad ? BAD_SHOWN_MS : SHOWN_MS);
}

/** Does it and says how it failed, which the activity page keeps too; undefined then. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    // The reader is led to the login already.
    if (error instanceof SandglassError && error.code === 'unauthenticated') return undefined;
    noteHappening(failedCall(error, Date.now() + clockSkewMs.peek()));
    say(errorMessage(error), true);
    return undefined;
  }
}

/** Where notices appear: once, at the end of the page. */
export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ key, text, isBad }) => (
        <div key={key} class={`notice${isBad ? ' bad' : ''}`}>
          <span>{text}</span>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => drop(key)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}

function drop(key: number): void {
  notices.value = notices.value.filter((one) => one.key !== key);
}
