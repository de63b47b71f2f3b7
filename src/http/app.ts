import { OpenAPIHono } from '@hono/zod-openapi';
import { SandboxError } from '../domain/errors.ts';
import { diskEnforcement } from './disk-enforcement.ts';
import { e2bErrorResponse, isE2bPath, notServed } from './e2b/e2b-errors.ts';
import { addE2bRoutes } from './e2b/e2b-routes.ts';
import { pathPattern } from './endpoint.ts';
import { errorResponse } from './error-response.ts';
import type { Http, HttpContext, HttpDeps, HttpEnv } from './http-deps.ts';
import { accessLog } from './middleware/access-log.ts';
import { answerHeaders } from './middleware/answer-headers.ts';
import { crossOrigin } from './middleware/cross-origin.ts';
import { requestFacts } from './middleware/request-facts.ts';
import { addOpenapiRoute } from './openapi-document.ts';
import { requestCounts } from './request-counts.ts';
import { checkTarget } from './request-target.ts';
import { addAdminRoutes } from './routes/admin.ts';
import { addBatchRoute } from './routes/batch.ts';
import { addCapacityRoutes } from './routes/capacity.ts';
import { addDashboard } from './routes/dashboard.ts';
import { addEngineRoutes } from './routes/engines.ts';
import { addEventRoutes } from './routes/events.ts';
import { addExecRoutes } from './routes/exec.ts';
import { addExplainRoute } from './routes/explain.ts';
import { addFileRoutes } from './routes/files.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addHistoryRoute } from './routes/history.ts';
import { addKeyRoutes } from './routes/keys.ts';
import { addLifecycleRoutes } from './routes/lifecycle.ts';
import { addListRoute } from './routes/list.ts';
import { addLogRoute } from './routes/logs.ts';
import { addMetricsRoute } from './routes/metrics.ts';
import { addPoolRoutes } from './routes/pool.ts';
import { addProcessRoute } from './routes/processes.ts';
import { addRequestsRoute } from './routes/requests.ts';
import { addSandboxRoutes } from './routes/sandboxes.ts';
import { addStartRoute } from './routes/start.ts';
import { addTemplateRoutes } from './routes/templates.ts';
import { addTerminalRoute } from './routes/terminal.ts';
import { addTicketRoute } from './routes/tickets.ts';
import { sandboxViews } from './sandbox-view.ts';

/** The HTTP API over the operations; nothing is opened, nothing runs until it is asked. */
export function createApp(deps: HttpDeps): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  const viewOf = sandboxViews({ domain: deps.config.domain, isDiskEnforced: diskEnforcement(deps.operations) });
  const http: Http = { app, deps, viewOf, requests: requestCounts(), methods: new Map() };
  app.onError((error, c) => (isE2bPath(c.req.path) ? e2bErrorResponse(c, error) : errorResponse(c, error)));
  app.notFound((c) =>
    isE2bPath(c.req.path)
      ? e2bErrorResponse(c, notServed(`${c.req.method} ${c.req.path.slice(0, 200)}`))
      : errorResponse(c, noSuchRoute(c)),
  );
  app.use(requestFacts(deps), accessLog(deps, http.requests), answerHeaders);
  if (deps.config.corsOrigins.length > 0) app.use(crossOrigin(deps.config.corsOrigins));
  app.use((c, next) => {
    checkTarget(c);
    return next();
  });
  for (const addRoutes of [addStartRoute, addListRoute, addSandboxRoutes, addLifecycleRoutes, addHistoryRoute]) {
    addRoutes(http);
  }
  for (const addRoutes of [addExplainRoute, addEventRoutes, addBatchRoute, addTemplateRoutes, addEngineRoutes])
    addRoutes(http);
  for (const addRoutes of [addKeyRoutes, addAdminRoutes, addHealthRoutes, addOpenapiRoute]) addRoutes(http);
  for (const addRoutes of [addExecRoutes, addFileRoutes, addLogRoute, addMetricsRoute, addProcessRoute])
    addRoutes(http);
  for (const addRoutes of [addPoolRoutes, addCapacityRoutes, addRequestsRoute]) addRoutes(http);
  addTicketRoute(http);
  addTerminalRoute(http);
  addDashboard(http);
  addE2bRoutes(http);
  refuseOtherMethods(http);
  return app;
}

/** Answers what is left on each path: 405 with what the path knows, and OPTIONS with the same list. */
function refuseOtherMethods({ app, methods }: Http): void {
  for (const [path, known] of methods) {
    const allow = [...known, ...(known.has('GET') ? ['HEAD'] : []), 'OPTIONS'];
    app.all(pathPattern(path), (c) => {
      c.get('facts').route = path;
      if (c.req.method === 'OPTIONS') return c.body(null, 204, { Allow: allow.join(', ') });
      throw new SandboxError('method_not_allowed', `${path} does not know ${c.req.method}.`, {
        hint: `It knows ${allow.join(', ')}.`,
        details: { allow },
      });
    });
  }
}

function noSuchRoute(c: HttpContext): SandboxError {
  return new SandboxError('not_found', `There is nothing at ${c.req.path.slice(0, 200)}.`, {
    hint: 'GET /openapi.json lists what there is.',
    details: { resource: 'route' },
  });
}
