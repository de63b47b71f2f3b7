import type { Readable } from 'node:stream';
import type { ContainerLimits, Resources } from '../domain/sandbox.ts';

export interface ContainerSpec {
  /** Engine-wide unique name (domain/ids.ts). */
  readonly name: string;
  readonly sandboxId: string;
  readonly tenant: string | null;
  /** Digest or name of an image that the engine has. */
  readonly image: string;
  readonly main: MainProcess;
  readonly resources: Resources;
  readonly runtime: string;
  readonly network: 'open' | 'closed';
  /** The address it must have. */
  readonly address: string;
  /** Whether programs inside may gain privileges by setuid programs such as sudo. */
  readonly sudo: boolean;
}

/** What runs as the main process under docker-init. */
export type MainProcess =
  /** The agent of the service's own build, as root, waiting for its /init. */
  { readonly kind: 'agent'; readonly initSecretHash: string } | CommandProcess;

export interface CommandProcess {
  readonly kind: 'command';
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | null;
  readonly workdir: string | null;
}

export type ContainerStatus = 'created' | 'running' | 'paused' | 'exited' | 'dead';

/** What inspect says. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly status: ContainerStatus;
  /** The service and sandbox it is labelled with; null where it is not one of any installation. */
  readonly serviceId: string | null;
  readonly sandboxId: string | null;
  /** Whom it was made for; null for a slot's, and where it does not say. */
  readonly tenant: string | null;
  /** The engine's State.StartedAt, compared as text; empty when it never ran. */
  readonly startedAt: string;
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  /** The engine's own words about a failed start; empty when there are none. */
  readonly error: string;
  readonly address: string | null;
  /** The agent it was made with; null for none. */
  readonly agentVersion: string | null;
  /** Where its agent can be reached from here, `host:port`; null while it does not run, or has none. */
  readonly agentEndpoint: string | null;
  /** The image's content id, `sha256:...`. */
  readonly imageDigest: string;
  readonly resources: ContainerLimits;
}

/** One line of a list: cheaper than inspect, and older the moment it is read. */
export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly sandboxId: string;
  readonly status: ContainerStatus;
  /** By the engine's clock. */
  readonly createdAtMs: number;
}

export interface ContainerEvent {
  readonly action: 'start' | 'die' | 'oom' | 'destroy' | 'pause' | 'unpause';
  readonly sandboxId: string;
  readonly containerId: string;
}

export interface EngineInfo {
  readonly name: string;
  readonly version: string;
  readonly storageDriver: string;
  readonly cgroupVersion: string;
  readonly runtimes: readonly string[];
  /** As uname -r tells it. */
  readonly kernel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly dataRoot: string;
  /** True when a disk bound of a sandbox is enforced by the storage driver. */
  readonly diskEnforced: boolean;
  readonly networks: readonly { readonly name: string; readonly subnet: string }[];
  /** How the service reaches the agents inside, in words. */
  readonly agentsReached: string;
  /** By the engine's clock, to judge ages. */
  readonly nowMs: number;
}

/** What a container runtime of the engine (runc, runsc, kata ...) can do with a sandbox. */
export interface RuntimeCapabilities {
  readonly restart: boolean;
  readonly pause: boolean;
  readonly quota: boolean;
  readonly stats: boolean;
}

export interface PullProgress {
  readonly phase: 'resolving' | 'downloading' | 'extracting' | 'done';
  readonly currentBytes: number;
  readonly totalBytes: number;
}

export interface CallOptions {
  /** Only waits are cut short by it; a call that was sent runs to its own deadline. */
  readonly signal?: AbortSignal;
}

export type ContainerFileType = 'file' | 'directory' | 'symlink' | 'other';

/** A file of a container, as its links lead inside of it: never a link itself. */
export interface ContainerFile {
  /** Absolute. */
  readonly path: string;
  readonly type: Exclude<ContainerFileType, 'symlink'>;
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  readonly modifiedAtMs: number;
}

/** One entry below a folder of a container; a link is told as a link. */
export interface ContainerEntry extends Omit<ContainerFile, 'path' | 'type'> {
  /** Relative to the folder. */
  readonly name: string;
  readonly type: ContainerFileType;
  readonly uid: number;
  readonly gid: number;
  /** As the link says it; null for what is none. */
  readonly linkTarget: string | null;
}

/** What a container wrote at once: a line, or a part of a long one. */
export interface LogPiece {
  readonly stream: 'stdout' | 'stderr';
  readonly atMs: number;
  /** With its line feed, where it has one. */
  readonly content: Buffer;
}

export interface LogQuery {
  /** From so many lines before its end. */
  readonly tailLines: number;
  /** True: goes on until the container stops. */
  readonly isFollowed: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** What a container uses at this moment. */
export interface ContainerUsage {
  /** Nanoseconds of cpu since it started. */
  readonly cpuNs: number;
  /** Charged, page cache included. */
  readonly memChargedBytes: number;
  readonly memCacheBytes: number;
  /** Cache that nobody has used lately: given back before anything is killed. */
  readonly memInactiveFileBytes: number;
  /** Memory of its processes that no file backs. */
  readonly memRssBytes: number;
  /** Processes that the kernel killed for memory since it started; null where nobody counts them. */
  readonly oomKills: number | null;
  readonly memPeakBytes: number;
  /** 0 = no limit. */
  readonly memLimitBytes: number;
  readonly pids: number;
}

/**
 * Whether a create made the container (its facts are what was asked for: the digest of a named image is empty), found
 * ours, met somebody else's under the name, or lacks the image.
 */
export type ContainerCreateOutcome =
  | { readonly outcome: 'created' | 'adopted'; readonly facts: ContainerFacts }
  | { readonly outcome: 'name_conflict' | 'no_image' };

/**
 * One container engine. Every call is bounded by its own deadline. Errors: `engine_unavailable` when the engine cannot be
 * reached, does not answer in time or its breaker is open ("unknown": nothing may be concluded from it);
 * `start_failed` when it answered and refused, with its words; `disk_full` when it has no space.
 * Only containers with this installation's label are ever changed.
 */
export interface ContainerRuntime {
  /** The engine's name in rows and views. */
  readonly engine: string;
  /** Round trip to the engine; throws `engine_unavailable`. */
  ping(): Promise<void>;
  info(): Promise<EngineInfo>;
  /**
   * True when the host drops new connections from sandboxes; false where that could not be set up. Asks the firewall by
   * processes of its own: nothing for what runs often.
   */
  isHostIsolated(): Promise<boolean>;
  /** What `runtime` can do; undefined when the engine does not have it. */
  capabilities(runtime: string): Promise<RuntimeCapabilities | undefined>;
  /** Makes the two networks (and the host's firewall rule where it may); safe to call again. */
  prepare(): Promise<void>;
  /** The address with that index in a network's ring; undefined past its end. Index 0 is the first usable one. */
  addressAt(network: 'open' | 'closed', index: number): string | undefined;
  /** How many addresses a network's ring has. */
  addressCount(network: 'open' | 'closed'): number;

  /** The content id of an image that the engine has; undefined when it has none of that name. */
  findImage(image: string): Promise<string | undefined>;
  /** Pulls an image with the credentials of the standard Docker config; joins a pull of the same image under way. */
  pullImage(image: string, onProgress?: (progress: PullProgress) => void, options?: CallOptions): Promise<string>;
  /** Keeps an image from being pruned under a tag of ours for the template, instead of the one kept for it before. */
  keepImage(templateName: string, image: string): Promise<void>;
  /** Keeps nothing for the template any more; nothing kept is done. What containers are made of stays. */
  releaseImages(templateName: string): Promise<void>;

  /** The agent that containers are made with now; null = none. Asks nobody. */
  agentVersion(): Promise<string | null>;
  /** Puts the agent of this build on the engine and removes agents that nothing uses any more; safe to call again. */
  deliverAgent(): Promise<void>;
  create(spec: ContainerSpec): Promise<ContainerCreateOutcome>;
  /**
   * Starts it; running already is done. `known` is what the caller has just read, and saves a look. Throws `not_found` when the container is gone, and `conflict` with
   * `details.reason = 'address_in_use'` when somebody else on the engine has its address.
   */
  start(containerId: string, known?: Pick<ContainerFacts, 'status' | 'address'>): Promise<void>;
  /** Gives a container that does not run another address in its network. */
  moveAddress(containerId: string, network: 'open' | 'closed', address: string): Promise<void>;
  /** SIGTERM, after `graceSeconds` SIGKILL; thaws a paused one. Not running, or gone, is done. */
  stop(containerId: string, graceSeconds: number): Promise<void>;
  /** SIGKILL at once; not running, or gone, is done. */
  kill(containerId: string): Promise<void>;
  /** Paused already is done. Throws `not_found` when the container is gone, `conflict` when it does not run. */
  pause(containerId: string): Promise<void>;
  unpause(containerId: string): Promise<void>;
  /** Changes the limits live; memory and swap together. */
  update(containerId: string, resources: Resources): Promise<void>;
  /** Kills and removes it with its anonymous volumes; returns only when inspect says it is gone. */
  remove(containerId: string): Promise<void>;
  /** By id or name; undefined when the engine has none. */
  inspect(idOrName: string): Promise<ContainerFacts | undefined>;
  /** All containers of this installation, in every status. */
  list(): Promise<readonly ContainerSummary[]>;
  /** The end of both output streams, at most `maxBytes`, as text; empty when it is gone. */
  logTail(containerId: string, maxBytes: number): Promise<string>;
  /** What it wrote, oldest first, of runs before this one too; nothing when it is gone. Throws `engine_unavailable` when it breaks. */
  log(containerId: string, query: LogQuery): Promise<AsyncIterable<LogPiece>>;
  /** What each container of this installation has written over its image; dear: the engine looks at every file. */
  writtenBytes(): Promise<readonly { readonly sandboxId: string; readonly bytes: number }[]>;
  /** As the engine counts it, which takes a second or two; undefined when it does not run. */
  usage(containerId: string): Promise<ContainerUsage | undefined>;
  /** What an absolute path leads to in a container of any status, never out of it; undefined when it leads nowhere. */
  findFile(containerId: string, path: string): Promise<ContainerFile | undefined>;
  /**
   * The bytes of a regular file that `findFile` found. Whoever takes it reads or destroys it soon: meanwhile the engine
   * answers no other call about the container. Throws `not_found`. So do the next two.
   */
  readFile(containerId: string, path: string, signal: AbortSignal): Promise<Readable>;
  /** What lies below a folder, at any depth, each folder before its entries. */
  walkFolder(containerId: string, path: string, signal: AbortSignal): Promise<AsyncIterable<ContainerEntry>>;
  /** A folder as tar, names relative to it (`./name`); a file as a tar of that one. */
  packFolder(containerId: string, path: string, signal: AbortSignal): Promise<Readable>;
  /** Events of this installation's containers until the signal aborts; throws when the stream breaks. */
  events(signal: AbortSignal): AsyncIterable<ContainerEvent>;
  close(): Promise<void>;
}
