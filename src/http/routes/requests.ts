import { type RequestCountsView, requestCountsSchema } from '../../contract/request-counts.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { hundredths } from '../hundredths.ts';
import { isoInstant } from '../instants.ts';
import type { RouteCount } from '../request-counts.ts';

export function addRequestsRoute(http: Http): void {
  const sinceMs = http.deps.operations.clock.nowMs();
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/requests', operationId: 'getRequests', tag: 'Operations' },
      summary: 'How often each route was asked',
      answers: {
        200: {
          description: 'By keys of the tenant; for administrators by everybody, without a valid key too',
          schema: requestCountsSchema,
        },
      },
    },
    ({ c, caller }) => {
      const counts = http.requests.of(caller.role === 'admin' ? null : caller.tenant);
      return c.json({ since: isoInstant(sinceMs), items: counts.map(countView) } satisfies RequestCountsView, 200);
    },
  );
}

function countView({ totalMs, longestMs, ...counted }: RouteCount): RequestCountsView['items'][number] {
  return { ...counted, meanMs: hundredths(totalMs / counted.count), longestMs: hundredths(longestMs) };
}
