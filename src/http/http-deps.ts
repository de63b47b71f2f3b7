import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Readiness } from '../contract/health.ts';
import type { SandboxView } from '../contract/sandbox-view.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { Log } from '../observe/logger.ts';
import type { OperationDeps } from '../operations/deps.ts';
import type { Tickets } from '../operations/tickets.ts';
import type { RequestCounts } from './request-counts.ts';

export interface HttpConfig {
  /** How long a lifecycle call waits when it does not say. */
  readonly waitSecondsDefault: number;
  /** Under which `<port>-<id>` names lead here; null = none. */
  readonly domain: string | null;
  /** Origins whose pages may call; empty = none. */
  readonly corsOrigins: readonly string[];
  /** Between two comments on a quiet event stream; 15 s when not given. */
  readonly heartbeatMs?: number;
  /** A stream whose reader takes nothing for so long is closed; 120 s when not given. */
  readonly stallMs?: number;
}

export interface HttpDeps {
  readonly operations: OperationDeps;
  readonly log: Log;
  readonly version: string;
  /** Where the built dashboard lies; none is served when not given. */
  readonly dashboardDir?: string | undefined;
  readonly config: HttpConfig;
  readonly readiness: () => Promise<Readiness>;
  /** What an administrator may know of this installation; secrets hidden. */
  readonly info: () => Promise<object>;
  readonly tickets: Tickets;
  /** Aborts when the service ends: streams without an end of their own end with it. */
  readonly closing?: AbortSignal;
  /** After each answer; `route` is the path with its parameters by name. */
  readonly onRequest: (route: string, method: string, status: number, durationMs: number) => void;
}

/** What is known of a request while it is answered. */
export interface RequestFacts {
  requestId: string;
  traceId: string | null;
  beganMs: number;
  /** The path with its parameters by name; null where there is no such path. */
  route: string | null;
  operation: string | null;
  keyId: string | null;
  /** Whose key it is; counted by, not logged. */
  tenant: string | null;
  sandboxId: string | null;
  incarnation: number | null;
  /** What was thrown, for the log. */
  failure: unknown;
}

export interface HttpEnv {
  Variables: { facts: RequestFacts };
}

export type HttpContext = Context<HttpEnv>;

/** What routes are added to. */
export interface Http {
  readonly app: OpenAPIHono<HttpEnv>;
  readonly deps: HttpDeps;
  readonly viewOf: (row: Sandbox) => Promise<SandboxView>;
  readonly requests: RequestCounts;
  /** The methods of each path so far. */
  readonly methods: Map<string, Set<string>>;
}
