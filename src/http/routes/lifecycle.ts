import {
  deleteQuerySchema,
  pauseBodySchema,
  restartBodySchema,
  resumeBodySchema,
  stopBodySchema,
} from '../../contract/lifecycle-calls.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { deleteSandbox } from '../../operations/delete-sandbox.ts';
import { pauseSandbox } from '../../operations/pause-sandbox.ts';
import { restartSandbox } from '../../operations/restart-sandbox.ts';
import { resumeSandbox } from '../../operations/resume-sandbox.ts';
import { stopSandbox } from '../../operations/stop-sandbox.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { lifecycleAnswer, tellStages, waitOf } from '../lifecycle-answer.ts';
import { goesOn, settledAs, stagesHeader } from '../lifecycle-document.ts';

const tag = 'Sandboxes';
const params = sandboxPathSchema;
const refusals = ['sandbox_not_found', 'conflict', 'gone'] as const;

/** What moves a sandbox from state to state; what each call answers in each state is a table of design/lifecycle.md. */
export function addLifecycleRoutes(http: Http): void {
  addStop(http);
  addRestart(http);
  addPause(http);
  addResume(http);
  addDelete(http);
}

function addStop(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'post', path: '/v1/sandboxes/{id}/stop', operationId: 'stopSandbox', tag, params },
      summary: 'Stop it; its files stay',
      body: stopBodySchema,
      answers: { 200: settledAs('Stopped, or deleted where its lifetime says so'), 202: goesOn },
      errors: refusals,
    },
    async ({ c, caller, params: { id }, body }) => {
      const request = { id, graceSeconds: body.graceSeconds };
      const outcome = await stopSandbox(http.deps.operations, caller, request, waitOf(http, c, body));
      return lifecycleAnswer(http, c, outcome, 200);
    },
  );
}

function addRestart(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'post', path: '/v1/sandboxes/{id}/restart', operationId: 'restartSandbox', tag, params },
      summary: 'Start the container of a stopped sandbox again',
      body: restartBodySchema,
      answers: { 200: settledAs('It runs', stagesHeader), 202: goesOn },
      errors: [
        ...refusals,
        'quota_exceeded',
        'unsupported',
        'start_failed',
        'capacity_exhausted',
        'engine_unavailable',
        'disk_full',
      ],
    },
    async ({ c, caller, params: { id }, body }) => {
      const request = { id, lifetime: body.lifetime };
      const outcome = await restartSandbox(http.deps.operations, caller, request, waitOf(http, c, body));
      if (outcome.isSettled) tellStages(http, c, outcome);
      return lifecycleAnswer(http, c, outcome, 200);
    },
  );
}

function addPause(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'post', path: '/v1/sandboxes/{id}/pause', operationId: 'pauseSandbox', tag, params },
      summary: 'Freeze it: its lifetime stands still, its memory stays held',
      body: pauseBodySchema,
      answers: { 200: settledAs('Paused'), 202: goesOn },
      errors: [...refusals, 'unsupported', 'engine_unavailable'],
    },
    async ({ c, caller, params: { id }, body }) => {
      const outcome = await pauseSandbox(http.deps.operations, caller, id, waitOf(http, c, body));
      return lifecycleAnswer(http, c, outcome, 200);
    },
  );
}

function addResume(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'post', path: '/v1/sandboxes/{id}/resume', operationId: 'resumeSandbox', tag, params },
      summary: 'Thaw it with what was left of its lifetime',
      body: resumeBodySchema,
      answers: { 200: settledAs('It runs'), 202: goesOn },
      errors: [...refusals, 'engine_unavailable'],
    },
    async ({ c, caller, params: { id }, body }) => {
      const request = { id, lifetime: body.lifetime };
      const outcome = await resumeSandbox(http.deps.operations, caller, request, waitOf(http, c, body));
      return lifecycleAnswer(http, c, outcome, 200);
    },
  );
}

function addDelete(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'delete', path: '/v1/sandboxes/{id}', operationId: 'deleteSandbox', tag, params },
      summary: 'Remove it for good, container and files',
      query: deleteQuerySchema,
      answers: { 204: { description: 'Deleted, now or before' }, 202: goesOn },
      errors: ['sandbox_not_found', 'conflict'],
    },
    async ({ c, caller, params: { id }, query: { force = false, ...waiting } }) => {
      const outcome = await deleteSandbox(http.deps.operations, caller, { id, force }, waitOf(http, c, waiting));
      return lifecycleAnswer(http, c, outcome, 204);
    },
  );
}
