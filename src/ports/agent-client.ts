import type { Duplex, Readable } from 'node:stream';

/** The port on which the agent listens inside; the wire contract of E2B. */
export const AGENT_PORT = 49983;

/** A run of a sandbox, as its agent takes it over. */
export interface AgentInit {
  readonly incarnation: number;
  /** When the sandbox was asked for: one that an older copy of the database gave to somebody else differs in this alone. */
  readonly createdAtMs: number;
  readonly accessToken: string;
  readonly env: Readonly<Record<string, string>>;
  /** null = the image's user, else `user`, else root. */
  readonly user: string | null;
  /** null = the image's, else the user's home. */
  readonly workdir: string | null;
  /** argv of the main process; null = the sandbox idles. */
  readonly command: readonly string[] | null;
}

export type AgentInitOutcome =
  /** `tookMs`: what the call took inside the agent; absent where an agent of an earlier release does not say. */
  | { readonly outcome: 'ready'; readonly tookMs?: number }
  /** It will end: the command ended at once (with its code), or could not be started. */
  | { readonly outcome: 'refused'; readonly message: string; readonly exitCode: number | null }
  /** It serves another run than the one that was handed to it. */
  | { readonly outcome: 'other_incarnation' };

/** Where an agent answers: `host:port`. */
export type AgentEndpoint = string;

export interface AgentRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** With its query, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable | string | undefined;
  /** Cuts request and answer. */
  readonly signal: AbortSignal;
}

export interface AgentAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The caller's to read or to destroy. */
  readonly body: Readable;
}

/** The connection that left HTTP, or the answer that refused it. */
export type AgentUpgrade =
  | {
      readonly outcome: 'switched';
      readonly headers: AgentAnswer['headers'];
      readonly socket: Duplex;
      /** What the agent sent already in the new protocol. */
      readonly head: Buffer;
    }
  | { readonly outcome: 'refused'; readonly answer: AgentAnswer };

/** Calls to the agents inside the sandboxes. */
export interface AgentClient {
  /** A use call, with the sandbox's access token. Throws `agent_unavailable` when it cannot be reached, or ends before it answers. */
  call(endpoint: AgentEndpoint, accessToken: string, request: AgentRequest): Promise<AgentAnswer>;
  /** Asks for the protocol of the `upgrade` header. Throws `agent_unavailable` when there is no answer within 10 s. */
  upgrade(
    endpoint: AgentEndpoint,
    accessToken: string,
    request: Pick<AgentRequest, 'path' | 'headers' | 'signal'>,
  ): Promise<AgentUpgrade>;
  /** Whether a process started through the agent runs; false when the agent does not say so within 500 ms. */
  isBusy(endpoint: AgentEndpoint, accessToken: string): Promise<boolean>;
  /**
   * Waits until the agent answers and hands it a run. The same run again is `ready`. Throws `agent_unavailable` when it
   * does not answer for `patienceMs`, and the signal's reason when that aborts first. `isUp`: it is known to listen, so
   * it is asked once. Incarnation 0 is a rehearsal: the agent takes it, compiles what a first run needs, and waits.
   */
  init(
    endpoint: AgentEndpoint,
    secret: string,
    init: AgentInit,
    options: { readonly patienceMs: number; readonly isUp?: boolean; readonly signal: AbortSignal },
  ): Promise<AgentInitOutcome>;
  /** Tells it when SIGKILL comes, so that it can end its processes before. Never throws; at most 1 s. */
  announceStop(endpoint: AgentEndpoint, secret: string, killInMs: number): Promise<void>;
  close(): Promise<void>;
}
