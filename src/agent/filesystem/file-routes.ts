import { Filesystem } from '../../contract/gen/filesystem/filesystem_pb.js';
import type { AgentDeps } from '../deps.ts';
import type { AgentRoute } from '../http/agent-call.ts';
import { connectRoutes } from '../http/connect-routes.ts';
import { filesRoute } from './files-route.ts';
import { filesystemService } from './filesystem-service.ts';
import { ownFilesRoutes } from './own-files-routes.ts';

/** Everything that the agent serves about files. */
export function fileRoutes(deps: AgentDeps): AgentRoute[] {
  const service = filesystemService(deps);
  return [
    filesRoute(deps),
    ...ownFilesRoutes(deps),
    ...connectRoutes([Filesystem.typeName], (router) => router.service(Filesystem, service)),
  ];
}
