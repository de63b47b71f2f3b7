import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { AgentError, agentErrorOf } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { exitCodeOf } from '../main-command.ts';
import { type ChildPipes, startWithPipes } from './child-pipes.ts';
import type { LiveProcess } from './live-process.ts';
import { type Outcome, type ProcessOutput, processOutput } from './process-output.ts';
import { releaseBuffer } from './release-buffer.ts';
import { type ProcessSpec, spawnAs } from './spawn-as.ts';
import { stdinOf } from './stdin.ts';
import { type Tail, watchTail } from './watch-tail.ts';

export interface PipeOptions {
  /** False: it reads an empty stdin. */
  readonly hasStdin: boolean;
  /** What is kept of each of its streams. */
  readonly keptBytes: number;
}

/** A process with pipes. Throws when it cannot be started, naming the program. */
export async function startPipes(
  { session, ticks, fifos }: AgentDeps,
  spec: ProcessSpec,
  { hasStdin, keptBytes }: PipeOptions,
): Promise<LiveProcess> {
  const wish = { fifos, owner: spec.user.uid, hasStdin };
  const pipes = await startWithPipes(wish, (stdio) => spawnAs(session, spec, stdio));
  const { child } = pipes;
  let streams: readonly Readable[] = [pipes.stdout, pipes.stderr];
  const hold = (isHeld: boolean) => {
    tail.touch();
    for (const stream of streams) isHeld ? stream.pause() : stream.resume();
  };
  const output = processOutput({ limitBytes: keptBytes, ticks, hold });
  const tail = watchTail(() => output.isHeld);
  const ended = endOf(pipes, { output, tail }, (outcome) => {
    live.outcome = outcome;
  });
  const stdin = stdinOf(child.stdin);
  const live: OwnProcess = {
    pid: child.pid ?? 0,
    isTerminal: false,
    output,
    outcome: undefined,
    ended,
    write: stdin.write,
    closeInput: stdin.close,
    resize: notATerminal,
  };
  // It is kept for minutes after its end, by the thousand: without what it needs only while it runs, 10 KiB each.
  void ended.then(() => {
    streams = [];
  });
  if (child.pid === undefined) throw await whyNotStarted(child, spec);
  return live;
}

interface OwnProcess extends LiveProcess {
  outcome: Outcome | undefined;
}

function notATerminal(): never {
  throw new AgentError('failed_precondition', 'The process has no terminal.');
}

async function whyNotStarted(child: ChildProcess, { command }: ProcessSpec): Promise<AgentError> {
  const [cause]: unknown[] = await once(child, 'error');
  const { code, message } = agentErrorOf(cause);
  return new AgentError(code, `'${command}' cannot be started: ${message}`, { cause });
}

/** The end comes after all output, and within a bound when something else holds the pipes. */
function endOf(
  { child, stdout, stderr }: ChildPipes,
  { output, tail }: { readonly output: ProcessOutput; readonly tail: Tail },
  exited: (outcome: Outcome) => void,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let isOver = false;
    const take = (name: 'stdout' | 'stderr', stream: Readable) => {
      stream.on('error', () => undefined);
      stream.on('data', (data: Buffer) => {
        tail.touch();
        // What writes on after the end is drained, so that it does not die of a closed pipe.
        if (isOver) releaseBuffer(data);
        else output.push(name, data);
      });
      return new Promise<void>((closed) => stream.once('close', closed));
    };
    const allClosed = Promise.all([take('stdout', stdout), take('stderr', stderr)]);
    const finish = (outcome: Outcome) => {
      if (isOver) return;
      isOver = true;
      tail.stop();
      output.end(outcome);
      resolve(outcome);
    };
    child.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      const outcome = { exitCode: exitCodeOf(code, signal), signal };
      exited(outcome);
      tail.begin(() => finish(outcome));
      void allClosed.then(() => finish(outcome));
    });
  });
}
