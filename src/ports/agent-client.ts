/** A run of a sandbox, as its agent takes it over. */
export interface AgentInit {
  readonly incarnation: number;
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
  | { readonly outcome: 'ready' }
  /** It will end: the command ended at once (with its code), or could not be started. */
  | { readonly outcome: 'refused'; readonly message: string; readonly exitCode: number | null }
  /** It serves another run than the one that was handed to it. */
  | { readonly outcome: 'other_incarnation' };

/** Where an agent answers: `host:port`. */
export type AgentEndpoint = string;

/** The control calls to the agents inside the sandboxes. */
export interface AgentClient {
  /**
   * Waits until the agent answers and hands it a run. The same run again is `ready`. Throws `agent_unavailable` when it
   * does not answer for `patienceMs`, and the signal's reason when that aborts first.
   */
  init(
    endpoint: AgentEndpoint,
    secret: string,
    init: AgentInit,
    options: { readonly patienceMs: number; readonly signal: AbortSignal },
  ): Promise<AgentInitOutcome>;
  /** Tells it when SIGKILL comes, so that it can end its processes before. Never throws; at most 1 s. */
  announceStop(endpoint: AgentEndpoint, secret: string, killInMs: number): Promise<void>;
  close(): Promise<void>;
}
