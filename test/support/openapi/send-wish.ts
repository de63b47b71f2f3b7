import { OF_SITUATION, type Wish } from './arbitrary-of-operation.ts';
import type { Documented } from './document.ts';
import type { FuzzedService } from './fuzzed-service.ts';

/** Nobody waits long in a test. */
const LONGEST_WAIT_SECONDS = 0.01;
/** More is refused, and stays as it is. */
const MOST_SECONDS = 300;
const WAITS = ['waitSeconds', 'timeoutSeconds'];

/** Answered, with the connection still open; undefined where the address would be another one. */
export async function sendWish(
  service: FuzzedService,
  { method, path, operation }: Documented,
  wish: Wish,
  signal: AbortSignal,
): Promise<Response | undefined> {
  const { who, situation, parameters, body } = wish;
  const id = path.includes('{id}') ? await service.sandboxIn(situation) : '';
  const givenFor = (name: string) => (parameters[name] === OF_SITUATION ? id : parameters[name]);
  const target = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(givenFor(name))));
  const query = new URLSearchParams(wish.unknownQuery === null ? {} : { [wish.unknownQuery]: '1' });
  const headers = new Headers();
  for (const { name, in: place } of operation.parameters ?? []) {
    const value = givenFor(name);
    if (value === undefined || place === 'path') continue;
    if (place === 'header') headers.set(name, String(value));
    else for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(shortened(name, one)));
  }
  const address = `${service.url}${target}${query.size === 0 ? '' : `?${query}`}`;
  if (new URL(address).pathname !== target) return undefined;
  const secret = service.secretOf(who);
  if (secret !== undefined) headers.set('x-api-key', secret);
  if (wish.accept !== null) headers.set('accept', wish.accept);
  if (typeof body?.type === 'string') headers.set('content-type', body.type);
  service.refuseInside(wish.refusedInside);
  return fetch(address, { method, headers, signal, body: body === null ? null : new Blob([shortWaits(body.text)]) });
}

function shortened(name: string, value: unknown): unknown {
  return WAITS.includes(name) && Number(value) > LONGEST_WAIT_SECONDS ? LONGEST_WAIT_SECONDS : value;
}

function shortWaits(text: string): string {
  return text.replace(/"waitSeconds":([\d.]+)(?=[,}])/g, (given, seconds: string) =>
    Number(seconds) > MOST_SECONDS ? given : `"waitSeconds":${LONGEST_WAIT_SECONDS}`,
  );
}
