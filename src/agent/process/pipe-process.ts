import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { AgentError, agentErrorOf } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { exitCodeOf } from '../main-command.ts';
import { type ChildPipes, startWithPipes } from './child-pipes.ts';
import type { LiveProcess } from './live-process.ts';
import { closeWriteEnd, outputPipes } from './output-pipes.ts';
import { type Outcome, type ProcessOutput, processOutput } from './process-output.ts';
import { releaseBuffer } from './release-buffer.ts';
import { type ProcessSpec, spawnAs } from './spawn-as.ts';
import { stdinOf } from './stdin.ts';

export interface PipeOptions {
  /** False: it reads an empty stdin. */
  readonly hasStdin: boolean;
  /** What is kept of each of its streams. */
  readonly keptBytes: number;
}

const pipes = outputPipes();

/** Something that the process left behind holds its output open: its end is told after so much silence. */
const QUIET_MS = 500;
/** And after so much talk. */
const LONGEST_TAIL_MS = 2_000;

/** A process with pipes. Throws when it cannot be started, naming the program. */
export async function startPipes(
  { session, ticks, fifos }: AgentDeps,
  spec: ProcessSpec,
  { hasStdin, keptBytes }: PipeOptions,
): Promise<LiveProcess> {
  const { child, stdout, stderr } = await spawnWithPipes(session, spec, hasStdin);
  const streams = [stdout, stderr].filter((stream) => stream !== null);
  const hold = (isHeld: boolean) => {
    for (const stream of streams) isHeld ? stream.pause() : stream.resume();
  };
  const output = processOutput({ limitBytes: keptBytes, ticks, hold });
  let outcome: Outcome | undefined;
  child.once('exit', (code, signal) => {
    outcome = { exitCode: exitCodeOf(code, signal), signal };
  });
  const ended = endOf({ child, stdout, stderr }, output);
  const pid = await pidOf(child, spec);
  const stdin = stdinOf(pipes.stdin);
  return {
    ...{ pid, isTerminal: false, output, ended, write: stdin.write, closeInput: stdin.close },
    get outcome() {
      return outcome;
    },
    resize() {
      throw new AgentError('failed_precondition', 'The process has no terminal.');
    },
  };
}

interface Spawned {
  readonly child: ChildProcess;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
}

async function spawnWithPipes(session: AgentDeps['session'], spec: ProcessSpec, hasStdin: boolean): Promise<Spawned> {
  const stdin = hasStdin ? 'pipe' : 'ignore';
  const [out, err] = [await pipes.open(spec.user), await pipes.open(spec.user)];
  const opened = [out, err].filter((pipe) => pipe !== undefined);
  try {
    const child = spawnAs(session, spec, [stdin, out?.writeFd ?? 'pipe', err?.writeFd ?? 'pipe']);
    return { child, stdout: out?.readable ?? child.stdout, stderr: err?.readable ?? child.stderr };
  } catch (error) {
    for (const { readable } of opened) readable.destroy();
    throw error;
  } finally {
    for (const pipe of opened) closeWriteEnd(pipe);
  }
}

async function pidOf(child: ChildProcess, { command }: ProcessSpec): Promise<number> {
  try {
    if (child.pid === undefined) await once(child, 'spawn');
    if (child.pid !== undefined) return child.pid;
  } catch (cause) {
    const { code, message } = agentErrorOf(cause);
    throw new AgentError(code, `'${command}' cannot be started: ${message}`, { cause });
  }
  throw new AgentError('internal', `'${command}' cannot be started.`);
}

function whenClosed(stream: Readable | null): Promise<void> {
  return stream === null || stream.closed ? Promise.resolve() : new Promise((resolve) => stream.once('close', resolve));
}

/** The end comes after all output, and within a bound when something else holds the pipes. */
function endOf({ child, stdout, stderr }: Spawned, output: ProcessOutput): Promise<Outcome> {
  return new Promise((resolve) => {
    let isOver = false;
    let dataMs = 0;
    let timer: NodeJS.Timeout | undefined;
    let open = 0;
    let close: (() => void) | undefined;
    for (const [name, stream] of [['stdout', stdout], ['stderr', stderr]] as const) {
      open += 1;
      stream.on('data', (data: Buffer) => {
        dataMs = performance.now();
        // What writes on after the end is drained, so that it does not die of a closed pipe.
        if (isOver) releaseBuffer(data);
        else output.push(name, data);
      });
    take('stdout', stdout)?.on('error', () => undefined);
    take('stderr', stderr)?.on('error', () => undefined);
    const closed = Promise.all([stdout, stderr].map(whenClosed));
    const finish = (outcome: Outcome) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      output.end(outcome);
      resolve(outcome);
    };
    child.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      const outcome = { exitCode: exitCodeOf(code, signal), signal };
      let tailMs = 0;
      const look = () => {
        if (!output.isHeld) tailMs += QUIET_MS;
        const isQuiet = performance.now() - dataMs >= QUIET_MS;
        if (!output.isHeld && (isQuiet || tailMs >= LONGEST_TAIL_MS)) finish(outcome);
        else timer = setTimeout(look, QUIET_MS);
      };
      timer = setTimeout(look, QUIET_MS);
      void closed.then(() => finish(outcome));
    });
  });
}
