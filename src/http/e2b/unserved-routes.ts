import { e2bNetworkBodySchema } from '../../contract/e2b-calls.ts';
import { saysNothing } from '../../contract/e2b-create.ts';
import { getShown } from '../../operations/e2b-standing.ts';
import { authenticateCaller } from '../authentication.ts';
import type { Http } from '../http-deps.ts';
import { addE2bEndpoint } from './e2b-endpoint.ts';
import { notServed } from './e2b-errors.ts';

/** Paths of E2B's API that are not in this release, with the feature they belong to; the first that fits names it. */
const UNSERVED: readonly (readonly [feature: string, ...paths: string[]])[] = [
  ['Reading the metrics of several sandboxes at once', '/sandboxes/metrics'],
  ['Snapshotting', '/sandboxes/:id/snapshots', '/snapshots', '/snapshots/*'],
  ['Forking', '/sandboxes/:id/fork'],
  ['Tagging templates', '/templates/tags', '/templates/:id/tags'],
  [
    'Building templates',
    ...['/templates/:id/builds/*', '/templates/:id/files/*', '/v2/templates/:id/builds/*', '/v3/templates'],
  ],
  [
    'Reading, changing and deleting templates and snapshots by this API',
    ...['/templates', '/templates/*', '/v2/templates', '/v2/templates/*', '/v3/templates/*'],
  ],
  ['Mounting volumes', '/volumes', '/volumes/*', '/volumecontent/*'],
  ['Keeping secrets', '/secrets', '/secrets/*'],
  ['Reading teams', '/teams', '/teams/*'],
];

/** What comes later answers 501 and names the feature. Goes before the routes that are served. */
export function addE2bUnservedRoutes(http: Http): void {
  const { app, deps } = http;
  for (const [feature, ...paths] of UNSERVED) {
    app.on(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], paths, async (c) => {
      c.get('facts').operation = 'e2bUnserved';
      await authenticateCaller(deps.operations, c);
      throw notServed(feature);
    });
  }
  addNetwork(http);
}

/** Replaces all egress rules: served where it leaves everything as it is. */
function addNetwork(http: Http): void {
  const { operations } = http.deps;
  const spec = { method: 'put', paths: ['/sandboxes/{sandboxID}/network'], operation: 'e2bSetNetwork' } as const;
  addE2bEndpoint(http, { ...spec, body: e2bNetworkBodySchema }, async ({ c, caller, id, body }) => {
    const { row } = await getShown(operations, caller, id);
    const { allow_internet_access: internet = true, ...rules } = body;
    if (internet !== row.internet || !Object.values(rules).every(saysNothing))
      throw notServed('Changing the network of a sandbox');
    return c.body(null, 204);
  });
}
