import { bodyWith } from '../../sdk/checked-body.ts';
import { openConnection } from '../../sdk/connection.ts';
import type { components } from '../../sdk/gen/openapi.ts';
import type { ConnectionOptions } from '../../sdk/index.ts';
import type { EngineReport } from '../commands/doctor-engine-checks.ts';

type Bodies = components['schemas'];
export type EngineView = Extract<Bodies['Engine'], { reachable: true }>;
export type TemplateView = Bodies['Template'];
type NewTemplate = Bodies['NewTemplate'];
export type PassView = Bodies['Pass'];

/** The first engine that answers; undefined where none does. */
export async function reachableEngine(options: ConnectionOptions): Promise<EngineView | undefined> {
  const { items } = bodyWith<Bodies['EngineList']>(await get('/v1/engines', options), 'items');
  return items.find((engine): engine is EngineView => engine.reachable);
}

export async function templates(options: ConnectionOptions): Promise<readonly TemplateView[]> {
  return bodyWith<Bodies['TemplateList']>(await get('/v1/templates', options), 'items').items;
}

/** Makes it, or changes the one of that name. */
export async function putTemplate(template: NewTemplate, options: ConnectionOptions): Promise<void> {
  const call = { method: 'POST', path: '/v1/admin/templates', body: template, isRepeatable: true } as const;
  await openConnection(options).ask(call);
}

/** Throws `not_found`. */
export async function removeTemplate(name: string, options: ConnectionOptions): Promise<void> {
  const path = `/v1/admin/templates/${encodeURIComponent(name)}`;
  await openConnection(options).ask({ method: 'DELETE', path, isRepeatable: true });
}

/** Rows and containers are compared now. */
export async function reconcile(options: ConnectionOptions): Promise<PassView> {
  const call = { method: 'POST', path: '/v1/admin/reconcile', isRepeatable: true } as const;
  return bodyWith<PassView>((await openConnection(options).ask(call)).body, 'orphansRemoved');
}

/** Versions and settings of the installation, secrets hidden. */
export async function serviceFacts(options: ConnectionOptions): Promise<ServiceFacts> {
  return bodyWith<ServiceFacts>(await get('/v1/admin/info', options), 'serviceId');
}

export interface ServiceFacts {
  readonly version: string;
  readonly serviceId: string;
  /** The engine as the doctor looks at it. */
  readonly engine: EngineReport;
}

/** Whether its process answers now; asked once. */
export async function isAwake(options: ConnectionOptions): Promise<boolean> {
  const call = { method: 'GET', path: '/healthz', isRepeatable: false, timeoutMs: 2_000 } as const;
  return openConnection(options)
    .ask(call)
    .then(
      () => true,
      () => false,
    );
}

/** One call as it is, sent once. */
export async function ask(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  options: ConnectionOptions,
  body?: object,
): Promise<unknown> {
  const call = { method, path, isRepeatable: method === 'GET', ...(body === undefined ? {} : { body }) };
  return (await openConnection(options).ask(call)).body;
}

function get(path: string, options: ConnectionOptions): Promise<unknown> {
  return ask('GET', path, options);
}
