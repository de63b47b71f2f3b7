import type { SandboxView } from '../../contract/sandbox-view.ts';

type State = SandboxView['state'];

export interface ListFilter {
  /** Empty = all but deleted ones. */
  readonly states: readonly string[];
  readonly template: string;
  /** `name:value`, or `name` for any value; empty = none asked. */
  readonly label: string;
  /** In id, image, template, labels and reason, in any case. */
  readonly search: string;
}

export function filterOf(query: URLSearchParams): ListFilter {
  return {
    states: (query.get('state') ?? '').split(',').filter((state) => state !== ''),
    template: query.get('template') ?? '',
    label: query.get('label') ?? '',
    search: query.get('q') ?? '',
  };
}

/** As it stands in the address: a filtered list can be kept and sent. */
export function queryOf({ states, template, label, search }: ListFilter): URLSearchParams {
  const all = { state: states.join(','), template, label, q: search };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ''));
}

/** Whether everything but the state fits: what the counts of the states are made over. */
export function fitsBesidesState(view: SandboxView, { template, label, search }: ListFilter): boolean {
  if (template !== '' && view.template !== template) return false;
  return fitsLabel(view.labels, label.trim()) && fitsSearch(view, search.trim().toLowerCase());
}

export function fitsState(state: State, { states }: ListFilter): boolean {
  return states.length === 0 ? state !== 'deleted' : states.includes(state);
}

function fitsLabel(labels: SandboxView['labels'], asked: string): boolean {
  if (asked === '') return true;
  const at = asked.indexOf(':');
  const name = at < 0 ? asked : asked.slice(0, at);
  const value = at < 0 ? '' : asked.slice(at + 1);
  return Object.hasOwn(labels, name) && (value === '' || labels[name] === value);
}

function fitsSearch(view: SandboxView, text: string): boolean {
  if (text === '') return true;
  const { id, image, template, tenant, labels, reason } = view;
  const labelled = Object.entries(labels).map(([name, value]) => `${name}:${value}`);
  const words = [id, image, template ?? '', tenant ?? '', reason?.code ?? '', ...labelled];
  return words.some((word) => word.toLowerCase().includes(text));
}
