import { computed, signal } from '@preact/signals';
import { type Connection, openConnection } from '../sdk/connection.ts';
import type { ConnectionOptions } from '../sdk/connection-options.ts';
import { noteClock } from './api/clock-skew.ts';

/** Kept for this tab only: it is gone when the tab is closed. */
const STORAGE_KEY = 'sandglass.key';
const UNAUTHENTICATED = 401;

/** The key that the reader signed in with; null = nobody is. */
export const apiKey = signal<string | null>(sessionStorage.getItem(STORAGE_KEY));
/** Why the reader has to sign in again; null = no reason to tell. */
export const endedBecause = signal<string | null>(null);

/** How the SDK reaches the service that this page came from, as whoever signed in. */
export const connectionOptions = computed<ConnectionOptions>(() => optionsFor(apiKey.value));

export function connection(): Connection {
  return openConnection(connectionOptions.value);
}

/** Throws what the service says when it does not take the key. */
export async function signIn(key: string): Promise<void> {
  await openConnection(optionsFor(key)).ask({ method: 'GET', path: '/v1/capacity', isRepeatable: true });
  sessionStorage.setItem(STORAGE_KEY, key);
  endedBecause.value = null;
  apiKey.value = key;
}

export function signOut(because: string | null = null): void {
  sessionStorage.removeItem(STORAGE_KEY);
  endedBecause.value = because;
  apiKey.value = null;
}

function optionsFor(key: string | null): ConnectionOptions {
  return {
    url: location.origin,
    apiKey: key ?? undefined,
    async fetch(input, init) {
      const response = await fetch(input, init);
      noteClock(response);
      if (response.status === UNAUTHENTICATED && key !== null && key === apiKey.peek()) {
        signOut('The service does not take this key any more.');
      }
      return response;
    },
  };
}
