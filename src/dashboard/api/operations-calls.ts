import type { EngineView } from '../../contract/engine.ts';
import type { TemplateView } from '../../contract/template.ts';
import { bodyWith } from '../../sdk/checked-body.ts';
import type { Connection } from '../../sdk/connection.ts';

export function listEngines(connection: Connection, signal?: AbortSignal): Promise<readonly EngineView[]> {
  return itemsOf(connection, '/v1/engines', signal);
}

export function listTemplates(connection: Connection, signal?: AbortSignal): Promise<readonly TemplateView[]> {
  return itemsOf(connection, '/v1/templates', signal);
}

async function itemsOf<T>(connection: Connection, path: string, signal?: AbortSignal): Promise<readonly T[]> {
  const { body } = await connection.ask({ method: 'GET', path, isRepeatable: true, signal });
  return bodyWith<{ items: T[] }>(body, 'items').items;
}
