import { bodyWith } from './checked-body.ts';
import { openConnection } from './connection.ts';
import type { ConnectionOptions } from './connection-options.ts';
import type { EngineView, TemplateView } from './wire.ts';

/** The container engines of the service, reachable or not. */
export async function engines(options: ConnectionOptions = {}): Promise<readonly EngineView[]> {
  const { body } = await openConnection(options).ask({ method: 'GET', path: '/v1/engines', isRepeatable: true });
  return bodyWith<{ items: EngineView[] }>(body, 'items').items;
}

/** What sandboxes can be started from, by name. */
export async function templates(options: ConnectionOptions = {}): Promise<readonly TemplateView[]> {
  const { body } = await openConnection(options).ask({ method: 'GET', path: '/v1/templates', isRepeatable: true });
  return bodyWith<{ items: TemplateView[] }>(body, 'items').items;
}
