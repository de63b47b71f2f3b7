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
  /** Another port than AGENT_PORT, where the agent runs outside of a sandbox. */
  port: 'SANDGLASS_AGENT_PORT',
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

/** The incarnation of a slot: nobody's, and followed by the first run of whoever claims it. */
export const REHEARSAL = 0;

/** Body of `POST /init`: a run of the sandbox, handed over once. The same run again answers 200. */
export interface AgentInit {
  readonly incarnation: number;
  /** When the sandbox was asked for: one that an older copy of the database gave to somebody else differs in this alone. */
  readonly createdAtMs: number;
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
  /** What this call took inside the agent, milliseconds. */
  readonly tookMs: number;
}

/** 422 of `POST /init`: the agent ends after it. */
export interface AgentInitRefused {
  readonly outcome: 'refused';
  /** Fit to show. */
  readonly message: string;
  /** How the command ended; null when it was never started. */
  readonly exitCode: number | null;
}

/** The `upgrade` header of `/init` as a connection that stays: an AgentInit a line, answered by an AgentInitLine each. */
export const INIT_LINE = 'sandglass-init';

/** What `POST /init` would have answered. */
export interface AgentInitLine {
  readonly status: number;
  readonly body: unknown;
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

/** An entry of a directory, as our own file API tells it: a link is a link. */
export interface AgentFileEntry {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Four octal digits, such as 0644. */
  readonly mode: string;
  /** ISO 8601. */
  readonly modifiedAt: string;
  readonly owner: string;
  readonly group: string;
  /** As the link says it. */
  readonly symlinkTarget?: string;
}

/** 200 of `GET /sandglass/files/list` and `/glob`: depth-first, lexical. */
export interface AgentFileList {
  readonly entries: readonly AgentFileEntry[];
  /** There were more. */
  readonly truncated: boolean;
}

export interface AgentFileMatch {
  /** Absolute. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** The line's first 500 characters. */
  readonly text: string;
}

/** 200 of `GET /sandglass/files/grep`. */
export interface AgentFileMatches {
  readonly matches: readonly AgentFileMatch[];
  /** There were more, or the time was over. */
  readonly truncated: boolean;
  readonly timedOut: boolean;
}

/** 200 of `PUT /sandglass/files/archive`. */
export interface AgentUnpacked {
  readonly entries: number;
  /** Of the files' contents. */
  readonly bytes: number;
}

/** How a command ended: 200 of `POST /sandglass/exec` without `Accept: application/x-ndjson`. */
export interface AgentExecResult {
  readonly execId: string;
  /** 128 and the signal's number for one that was killed. */
  readonly exitCode: number;
  /** Like `SIGKILL`; null = it ended by itself. */
  readonly signal: string | null;
  /** What is not UTF-8 is replaced; the middle is left out, and said so, beyond 10 MiB. */
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly truncated: { readonly stdout: boolean; readonly stderr: boolean };
  readonly durationMs: number;
}

/** A line of the NDJSON form; `seq` counts from 0 over all lines but heartbeats, which repeat the last one. */
export type AgentExecLine =
  | { readonly seq: number; readonly type: 'start'; readonly execId: string; readonly pid: number }
  /** `data` is base64. */
  | { readonly seq: number; readonly type: 'stdout' | 'stderr'; readonly data: string }
  | { readonly seq: number; readonly type: 'heartbeat' }
  | ({ readonly seq: number; readonly type: 'end' } & Pick<
      AgentExecResult,
      'exitCode' | 'signal' | 'timedOut' | 'durationMs'
    >)
  /** The stream was cut, the command was not: the reader was too slow, or the agent ends. */
  | {
      readonly seq: number;
      readonly type: 'end';
      readonly reason: { readonly code: string; readonly message: string };
    };

/** An item of `GET /sandglass/exec`. */
export interface AgentExecView {
  readonly execId: string;
  readonly pid: number;
  readonly command: string | readonly string[];
  readonly user: string;
  readonly running: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  /** null while it runs. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** So far, while it runs. */
  readonly durationMs: number;
}

/** An item of `GET /sandglass/processes`. */
export interface AgentProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly user: string;
  readonly rssBytes: number;
  /** Of one cpu, since it started. */
  readonly cpuSeconds: number;
  readonly command: string;
}

/** `GET /metrics`, with the names of envd. */
export interface AgentMetrics {
  /** Unix seconds. */
  readonly ts: number;
  readonly cpu_count: number;
  /** Of all of them together, 0 to 100. */
  readonly cpu_used_pct: number;
  readonly mem_total: number;
  readonly mem_used: number;
  readonly mem_cache: number;
  readonly disk_used: number;
  readonly disk_total: number;
}
