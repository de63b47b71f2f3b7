import { AGENT_PORT } from '../ports/agent-client.ts';

/** How a request said which port of which sandbox it wants. */
export type TargetForm = 'header' | 'host' | 'path' | 'signed';

export interface Target {
  readonly form: TargetForm;
  readonly id: string;
  readonly port: number;
  /** What the program inside is asked for, with its query, encoded as it came. */
  readonly path: string;
  /** What was taken off the front of the path; empty but for the path form. Ends without a slash. */
  readonly prefix: string;
}

export type Recognition =
  /** Not for a sandbox: the API's. */
  | { readonly kind: 'none' }
  | { readonly kind: 'target'; readonly target: Target }
  /** A signed URL, which names no sandbox. */
  | { readonly kind: 'signed'; readonly path: string }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'refused'; readonly message: string };

/** What is looked at: the request's target and headers as they came. */
export interface RequestHead {
  readonly url: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
}

interface Place {
  readonly id: string;
  readonly port: number;
}

const NONE: Recognition = { kind: 'none' };
const ID = /^[a-z0-9]{1,40}$/;
const PORT = /^[1-9]\d{0,4}$/;
const HOST_LABEL = /^(\d{1,5})-([a-z0-9]{1,40})(?:[.:]|$)/;
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/is;
const PATH_FORM = /^\/sandbox\/([^/?]+)\/([^/?]+)(\/[^?]*)?(\?.*)?$/s;

/** Finds out whether a request is for a sandbox. What contradicts itself is refused: two readers would read it in two ways. */
export function recognise(head: RequestHead, options: { readonly hasPathForm: boolean }): Recognition {
  const { ids, ports, hosts } = hints(head.rawHeaders);
  const absolute = head.url.startsWith('/') ? null : ABSOLUTE.exec(head.url);
  if (absolute?.[1] !== undefined) hosts.push(absolute[1].toLowerCase());
  const path = absolute === null ? head.url : originForm(absolute[2] ?? '');
  const named = [...fromHeaders(ids, ports), ...fromHosts(hosts)];
  const inPath = options.hasPathForm && path.startsWith('/sandbox/') ? PATH_FORM.exec(path) : null;
  if (named.length === 0 && inPath === null) return isFiles(path) ? { kind: 'signed', path } : NONE;
  if (inPath !== null) named.push(placeOf(inPath[1], inPath[2]));
  return settle(named, { path, inPath, hasHeaders: ids.length > 0, hostCount: new Set(hosts).size });
}

/** A sandbox named by its signature; the port is always the agent's. */
export function signedTarget(id: string, path: string): Target {
  return { form: 'signed', id, port: AGENT_PORT, path, prefix: '' };
}

interface Evidence {
  readonly path: string;
  readonly inPath: RegExpExecArray | null;
  readonly hasHeaders: boolean;
  readonly hostCount: number;
}

function settle(named: readonly (Place | string)[], { path, inPath, hasHeaders, hostCount }: Evidence): Recognition {
  const places: Place[] = [];
  for (const one of named) {
    if (typeof one === 'string') return { kind: 'refused', message: one };
    places.push(one);
  }
  const [place, ...others] = places;
  if (place === undefined) return NONE;
  if (hostCount > 1 || others.some(({ id, port }) => id !== place.id || port !== place.port)) {
    return { kind: 'refused', message: 'The request names more than one place.' };
  }
  if (inPath === null || places.length > 1) {
    if (!path.startsWith('/')) return { kind: 'refused', message: 'The target of the request is no path.' };
    return { kind: 'target', target: { form: hasHeaders ? 'header' : 'host', ...place, path, prefix: '' } };
  }
  const prefix = `/sandbox/${place.id}/${place.port}`;
  const query = inPath[4] ?? '';
  if (inPath[3] === undefined) return { kind: 'redirect', location: `${prefix}/${query}` };
  return { kind: 'target', target: { form: 'path', ...place, path: `${inPath[3]}${query}`, prefix } };
}

function hints(rawHeaders: readonly string[]) {
  const found = { ids: [] as string[], ports: [] as string[], hosts: [] as string[] };
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    // Lengths first: this runs for each header of each request.
    if (name.length !== 4 && name.length !== 14 && name.length !== 16) continue;
    const value = rawHeaders[i + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'host') found.hosts.push(value.toLowerCase());
    else if (lower === 'e2b-sandbox-id') found.ids.push(value);
    else if (lower === 'e2b-sandbox-port') found.ports.push(value);
  }
  return found;
}

function fromHeaders(ids: readonly string[], ports: readonly string[]): (Place | string)[] {
  if (ids.length === 0 && ports.length === 0) return [];
  if (ids.length !== 1 || ports.length !== 1) {
    return ['E2b-Sandbox-Id and E2b-Sandbox-Port belong together, once each.'];
  }
  return [placeOf(ids[0], ports[0])];
}

function fromHosts(hosts: readonly string[]): (Place | string)[] {
  const found: (Place | string)[] = [];
  for (const host of hosts) {
    const label = HOST_LABEL.exec(host);
    if (label !== null) found.push(placeOf(label[2], label[1]));
  }
  return found;
}

/** The place, or why it is none. */
function placeOf(id = '', port = ''): Place | string {
  if (!ID.test(id)) return 'A sandbox id is 1 to 40 characters of a-z and 0-9.';
  const number = PORT.test(port) ? Number(port) : 0;
  return number >= 1 && number <= 65_535 ? { id, port: number } : 'A port is a number from 1 to 65535.';
}

function originForm(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function isFiles(path: string): boolean {
  return path === '/files' || path.startsWith('/files?');
}
