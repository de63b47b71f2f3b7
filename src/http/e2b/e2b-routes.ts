import type { Http } from '../http-deps.ts';
import { addE2bCreateRoute } from './create-route.ts';
import { addE2bLifecycleRoutes } from './lifecycle-routes.ts';
import { addE2bListRoutes } from './list-routes.ts';
import { addE2bObserveRoutes } from './observe-routes.ts';
import { addE2bUnservedRoutes } from './unserved-routes.ts';

/** E2B's control plane, as its SDKs call it (contracts/e2b.md). */
export function addE2bRoutes(http: Http): void {
  for (const addRoutes of [addE2bUnservedRoutes, addE2bCreateRoute, addE2bListRoutes]) addRoutes(http);
  for (const addRoutes of [addE2bLifecycleRoutes, addE2bObserveRoutes]) addRoutes(http);
}
