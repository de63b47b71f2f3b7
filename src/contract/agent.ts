/** What the service and the agent inside a sandbox say to each other, besides the services in proto/. */

/** The port on which the agent listens inside. */
export const AGENT_PORT = 49983;

/** The features that clients of envd find by its version: contracts/e2b.md lists which version brought what. */
export const ENVD_VERSION = '0.6.4';

export const agentHeaders = {
  /** The sandbox's own token; needed everywhere but for /health. */
  accessToken: 'x-access-token',
  /** The secret of /init and /stop. The container knows its SHA-256 only, so nothing inside can say it. */
  initSecret: 'x-sandglass-init-secret',
} as const;

/** Environment of the agent's own process; never passed on to what it starts. */
export const agentVariables = {
  /** SHA-256 of the init secret, hex. */
  initSecretHash: 'SANDGLASS_INIT_SHA256',
  /** The USER of the image, empty when it names none. */
  imageUser: 'SANDGLASS_IMAGE_USER',
} as const;

/** Paths of the agent. Those under /sandglass serve our own API, and are forwarded by the service. */
export const agentPaths = {
  health: '/health',
  init: '/init',
  stop: '/stop',
  /** 200 `{ busy }`: whether a process started through the agent runs. */
  busy: '/sandglass/busy',
  exec: '/sandglass/exec',
  files: '/sandglass/files',
  processes: '/sandglass/processes',
  terminal: '/sandglass/terminal',
} as const;

/** Body of `POST /init`: a run of the sandbox, handed over once. The same incarnation again answers 200. */
export interface AgentInit {
  readonly incarnation: number;
  readonly accessToken: string;
  readonly env: Readonly<Record<string, string>>;
  /** Name, uid or uid:gid; null = the image's user, else `user`, else root. */
  readonly user: string | null;
  /** null = the image's, else the user's home. */
  readonly workdir: string | null;
  /** argv of the main process, whose end ends the sandbox; null = the sandbox idles. */
  readonly command: readonly string[] | null;
}

/** 200 of `POST /init`. */
export interface AgentInitDone {
  readonly outcome: 'ready';
}

/** 422 of `POST /init`: the agent ends after it. */
export interface AgentInitRefused {
  readonly outcome: 'refused';
  /** Fit to show. */
  readonly message: string;
  /** How the command ended; null when it was never started. */
  readonly exitCode: number | null;
}

/** Body of `POST /stop`: SIGKILL comes in so many milliseconds. */
export interface AgentStop {
  readonly killInMs: number;
}

/** Body of `POST /sandglass/exec`. */
export interface AgentExec {
  /** A string runs in a login shell, an argv as it is. */
  readonly command: string | readonly string[];
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | null;
  /** What the process reads; null = nothing. */
  readonly stdin: string | null;
  /** null = no limit. */
  readonly timeoutSeconds: number | null;
  readonly execId: string | null;
}
