// `await using` is newer than the library that most projects name.
/// <reference lib="esnext.disposable" preserve="true" />
import { type Settling, settledView, viewOf, waitSeconds } from './await-state.ts';
import { madeToRun } from './connect-sandbox.ts';
import { type Connection, openConnection } from './connection.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { type ExecCall, killExec, listExecs } from './exec.ts';
import { type ExecOutput, execStream } from './exec-stream.ts';
import { explanation } from './explain-sandbox.ts';
import { type SandboxFiles, sandboxFiles } from './files.ts';
import { history } from './history.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { listViews, type SandboxFilter } from './list-views.ts';
import { type LogLinesOptions, logLines } from './log-lines.ts';
import { runToEnd } from './long-exec.ts';
import { getLogs, getMetrics, type LogOptions, listProcesses, type MetricsOptions } from './observe.ts';
import { SandglassError } from './sandglass-error.ts';
import { openTerminal, type Terminal, type TerminalOptions } from './terminal.ts';
import { type ServiceEvent, type WatchOptions, watchSandbox } from './watch-events.ts';
import type {
  ExecResult,
  ExecView,
  ExplanationView,
  HistoryItem,
  LifecycleBody,
  LifetimeChange,
  LogLine,
  Metrics,
  PatchBody,
  ProcessView,
  SandboxStart,
  SandboxView,
} from './wire.ts';

export interface CallOptions {
  /** Ends this call and its waiting; the work that was asked for goes on. */
  readonly signal?: AbortSignal | undefined;
}

type Verb = 'stop' | 'restart' | 'pause' | 'resume';
type State = SandboxView['state'];

const STARTED: readonly State[] = ['running', 'pausing', 'paused', 'resuming', 'stopped', 'deleted'];
const AT_REST: readonly State[] = ['running', 'paused', 'stopped', 'deleted'];
const ENDED: readonly State[] = ['stopped', 'deleted'];

/**
 * One sandbox as the service last told of it. Calls wait until it has settled, however long that takes: bound them with a
 * signal. All throw SandglassError.
 */
export class Sandbox {
  readonly #connection: Connection;
  #view: SandboxView;

  private constructor(connection: Connection, view: SandboxView) {
    this.#connection = connection;
    this.#view = view;
  }

  /**
   * Starts one and waits until it runs. Safe against broken connections: a repeat never makes a second one. `onPending` is
   * given it as it is when that takes longer than a second: its events tell how far a pull of its image is.
   */
  static async start(
    wish: SandboxStart = {},
    { onPending, ...options }: ConnectionOptions & { readonly onPending?: (pending: Sandbox) => void } = {},
  ): Promise<Sandbox> {
    const { connection, signal } = opened(options);
    const wait = onPending === undefined ? waitSeconds(connection) : Math.min(1, waitSeconds(connection));
    const answer = await connection.ask({
      method: 'POST',
      path: '/v1/sandboxes',
      body: { ...wish, waitSeconds: wait },
      headers: { 'idempotency-key': idempotencyKey() },
      isRepeatable: true,
      signal,
    });
    if (answer.status === 202) onPending?.(new Sandbox(connection, viewOf(answer)));
    return new Sandbox(connection, started(await settledView(connection, answer, { states: STARTED, signal })));
  }

  /** The one of that id, made to run: resumed or restarted where it has to be. Throws `gone` for a deleted one. */
  static async connect(id: string, options: ConnectionOptions = {}): Promise<Sandbox> {
    const sandbox = await Sandbox.get(id, options);
    await madeToRun(sandbox, options.signal);
    return sandbox;
  }

  /** In any state, deleted too until the service forgets it. Throws `sandbox_not_found`. */
  static async get(id: string, options: ConnectionOptions = {}): Promise<Sandbox> {
    const { connection, signal } = opened(options);
    const answer = await connection.ask({ method: 'GET', path: pathOf(id), isRepeatable: true, signal });
    return new Sandbox(connection, viewOf(answer));
  }

  /** All that the filter keeps, by creation, page by page as they are read. */
  static async *list(filter: SandboxFilter = {}, options: ConnectionOptions = {}): AsyncGenerator<Sandbox, void> {
    const { connection, signal } = opened(options);
    for await (const view of listViews(connection, filter, signal)) yield new Sandbox(connection, view);
  }

  /** Everything the service told, at the time of the last call on this object. */
  get view(): SandboxView {
    return this.#view;
  }
  get id(): string {
    return this.#view.id;
  }
  get state(): State {
    return this.#view.state;
  }
  /** Why it left its live state; null while it lives. */
  get reason(): SandboxView['reason'] {
    return this.#view.reason;
  }
  /** 1 for the first run, one more with each restart. */
  get incarnation(): number {
    return this.#view.incarnation;
  }
  get deadlines(): SandboxView['deadlines'] {
    return this.#view.deadlines;
  }

  /** SIGTERM, then SIGKILL after the grace (10 s when not given). Stopped already is done. Ends `stopped`, or `deleted` by policy. */
  stop({ graceSeconds, signal }: CallOptions & { readonly graceSeconds?: number } = {}): Promise<this> {
    return this.#call('stop', graceSeconds === undefined ? {} : { graceSeconds }, { states: ENDED, signal });
  }

  /** Runs the same container again: its files are there, its processes are not. Throws `conflict` unless it is stopped. */
  async restart({ lifetime, signal }: CallOptions & { readonly lifetime?: LifetimeChange } = {}): Promise<this> {
    await this.#call('restart', lifetime === undefined ? {} : { lifetime }, { states: STARTED, signal });
    started(this.#view);
    return this;
  }

  /** Freezes its processes; its timeout stands still. Paused already is done. */
  pause({ signal }: CallOptions = {}): Promise<this> {
    return this.#call('pause', {}, { states: AT_REST, signal });
  }

  /** Thaws it; it has the time that was left, or `timeoutSeconds` from now. Running already is done. */
  resume({ timeoutSeconds, signal }: CallOptions & { readonly timeoutSeconds?: number | null } = {}): Promise<this> {
    const body = timeoutSeconds === undefined ? {} : { lifetime: { timeoutSeconds } };
    return this.#call('resume', body, { states: AT_REST, signal });
  }

  /** Removes it for good, with its files. Throws `conflict` unless it is stopped; `force` stops it first. Deleted already is done. */
  async delete({ force = false, signal }: CallOptions & { readonly force?: boolean } = {}): Promise<void> {
    const answer = await this.#connection.ask({
      method: 'DELETE',
      path: pathOf(this.id),
      query: { force: force || undefined, waitSeconds: waitSeconds(this.#connection) },
      isRepeatable: true,
      signal,
    });
    this.#view =
      answer.status === 204
        ? { ...this.#view, state: 'deleted' }
        : await settledView(this.#connection, answer, { states: ['deleted'], signal });
  }

  /** `await using sandbox = ...`: deletes it at the end of the block, whatever its state. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.delete({ force: true });
  }

  /** Waits until nothing is under way with it: it runs, is paused, stopped or deleted. */
  async settle({ signal }: CallOptions = {}): Promise<this> {
    const answer = { status: 202, body: this.#view };
    this.#view = await settledView(this.#connection, answer, { states: AT_REST, signal });
    return this;
  }

  /** Changes its lifetime; `timeoutSeconds` counts from now on a running sandbox. */
  async extend(lifetime: LifetimeChange, { signal }: CallOptions = {}): Promise<this> {
    const body: PatchBody = { lifetime };
    const call = { method: 'PATCH', path: pathOf(this.id), body, isRepeatable: true, signal } as const;
    this.#view = viewOf(await this.#connection.ask(call));
    return this;
  }

  /** Reads it again. */
  async refresh({ signal }: CallOptions = {}): Promise<this> {
    const call = { method: 'GET', path: pathOf(this.id), isRepeatable: true, signal } as const;
    this.#view = viewOf(await this.#connection.ask(call));
    return this;
  }

  /** Why it is in its state, what was last tried, and what comes next; `sentence` says it for a person. */
  explain({ signal }: CallOptions = {}): Promise<ExplanationView> {
    return explanation(this.#connection, this.id, signal);
  }

  /**
   * Runs a command to its end: a text in a login shell, a list as it is. A code that is not 0 is a result. Throws
   * `conflict` when the sandbox does not run, or stops meanwhile.
   */
  exec(command: string | readonly string[], call: ExecCall = {}): Promise<ExecResult> {
    return runToEnd(this.#connection, this.id, command, call);
  }

  /** The same as its output comes; a connection that breaks is taken up again where it broke. */
  execStream(command: string | readonly string[], call: ExecCall = {}): AsyncGenerator<ExecOutput, void> {
    return execStream(this.#connection, this.id, command, call);
  }

  /** Commands that run, and those that ended in the last 10 minutes. */
  execs({ signal }: CallOptions = {}): Promise<readonly ExecView[]> {
    return listExecs(this.#connection, this.id, signal);
  }

  /** Kills a command with all of its process group; ended already is done. */
  killExec(execId: string, { signal }: CallOptions = {}): Promise<void> {
    return killExec(this.#connection, this.id, execId, signal);
  }

  /** A login shell in a terminal. Throws `conflict` unless it runs. */
  terminal(options: TerminalOptions = {}): Promise<Terminal> {
    return openTerminal(this.#connection, this.id, options);
  }

  /** Its files; those of a stopped sandbox can be read, listed and archived. */
  get files(): SandboxFiles {
    return sandboxFiles(this.#connection, this.id);
  }

  /** What its main process wrote. */
  logs(options: LogOptions = {}): Promise<string> {
    return getLogs(this.#connection, this.id, options);
  }

  /** The same line by line, with `follow` until it stops; a connection that breaks is taken up again where it broke. */
  logLines(options: LogLinesOptions = {}): AsyncGenerator<LogLine, void> {
    return logLines(this.#connection, this.id, options);
  }

  /** What happens to it, as it happens, without an end; a connection that breaks is taken up again where it broke. */
  events(options: WatchOptions = {}): AsyncGenerator<ServiceEvent, void> {
    return watchSandbox(this.#connection, this.id, options);
  }

  /** What happened to it, oldest first, page by page as it is read. */
  history({ signal }: CallOptions = {}): AsyncGenerator<HistoryItem, void> {
    return history(this.#connection, this.id, signal);
  }

  /** What it used in the last minutes. */
  metrics(options: MetricsOptions = {}): Promise<Metrics> {
    return getMetrics(this.#connection, this.id, options);
  }

  /** Processes inside, largest memory first. */
  processes({ signal }: CallOptions = {}): Promise<readonly ProcessView[]> {
    return listProcesses(this.#connection, this.id, signal);
  }

  async #call(verb: Verb, body: LifecycleBody, settling: Settling): Promise<this> {
    const answer = await this.#connection.ask({
      method: 'POST',
      path: `${pathOf(this.id)}/${verb}`,
      body: { ...body, waitSeconds: waitSeconds(this.#connection) },
      // A restart that did happen makes its repeat a conflict.
      isRepeatable: verb !== 'restart',
      signal: settling.signal,
    });
    this.#view = await settledView(this.#connection, answer, settling);
    return this;
  }
}

/** The signal of the options is for one call: what was made by it lives on without it. */
function opened({ signal, ...options }: ConnectionOptions) {
  return { connection: openConnection(options), signal };
}

function pathOf(id: string): string {
  return `/v1/sandboxes/${encodeURIComponent(id)}`;
}

/** A start that failed after its 202 throws what it would have thrown while waiting. */
function started(view: SandboxView): SandboxView {
  const { reason } = view;
  if (view.state === 'running' || view.startedAt !== null) return view;
  throw new SandglassError('start_failed', reason?.message ?? 'It did not start.', {
    hint: 'The sandbox stays: restart it to try again, or delete it.',
    details: { id: view.id, reason: reason?.code, exitCode: reason?.exitCode, logTail: reason?.logTail },
  });
}
