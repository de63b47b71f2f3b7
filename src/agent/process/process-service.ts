import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import {
  type Process,
  type ProcessSelector,
  Signal,
  type StartRequest,
} from '../../contract/gen/process/process_pb.js';
import { AgentError } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { timeoutMsOf } from '../http/connect-routes.ts';
import { userOf } from '../session.ts';
import type { TerminalSize } from './live-process.ts';
import { processEvents } from './process-events.ts';
import type { OutputReader } from './process-output.ts';
import type { ProcessTable, StartedProcess, StartOptions } from './process-table.ts';
import type { ProcessSpec } from './spawn-as.ts';

/** The lag that a reader may have: one that reads gets everything. */
const KEPT_BYTES = 256 * 1024;
const USUAL_SIZE: TerminalSize = { cols: 80, rows: 24 };

/** `process.Process`, as clients of envd know it. */
export function processService(deps: AgentDeps, table: ProcessTable): ServiceImpl<typeof Process> {
  const select = (selector: ProcessSelector | undefined): StartedProcess => {
    const found = table.find(wanted(selector));
    if (found === undefined) throw new AgentError('not_found', `There is no process with ${nameOf(selector)}.`);
    return found;
  };
  const selectRunning = (selector: ProcessSelector | undefined): StartedProcess => {
    const found = select(selector);
    if (found.live.outcome !== undefined)
      throw new AgentError('not_found', `The process with ${nameOf(selector)} has ended.`);
    return found;
  };
  return {
    async *start(request, context) {
      const started = await table.start(specOf(deps, request, context), optionsOf(request));
      const reader = started.live.output.readKept();
      const limitMs = timeoutMsOf(context.requestHeader);
      if (limitMs !== undefined) limitLife(started, reader, limitMs);
      yield { event: { event: { case: 'start', value: { pid: started.live.pid } } } };
      yield* processEvents(reader, context);
    },
    async *connect({ process }, context) {
      const started = select(process);
      const { output, pid } = started.live;
      const reader = table.running().includes(started) ? output.readNew() : output.readKept();
      const limitMs = timeoutMsOf(context.requestHeader);
      const cancel = limitMs === undefined ? undefined : deps.ticks.after(limitMs, () => reader.fail(tooLong()));
      context.signal.addEventListener('abort', () => cancel?.(), { once: true });
      yield { event: { event: { case: 'start', value: { pid } } } };
      yield* processEvents(reader, context);
    },
    list: () => ({
      processes: table
        .running()
        .filter(({ origin }) => origin === 'connect')
        .map(infoOf),
    }),
    update({ process, pty }) {
      const { live } = selectRunning(process);
      if (pty?.size !== undefined) live.resize({ cols: pty.size.cols, rows: pty.size.rows });
      return {};
    },
    async sendInput({ process, input }, { signal }) {
      const { live } = selectRunning(process);
      const given = input?.input;
      if (given?.case === undefined) throw new AgentError('invalid_argument', 'The input is missing.');
      if ((given.case === 'pty') !== live.isTerminal) {
        const kind = live.isTerminal ? 'a terminal: send `pty`' : 'no terminal: send `stdin`';
        throw new AgentError('failed_precondition', `The process has ${kind}.`);
      }
      await live.write(given.value, signal);
      return {};
    },
    sendSignal({ process, signal }) {
      const name = signal === Signal.SIGTERM ? 'SIGTERM' : signal === Signal.SIGKILL ? 'SIGKILL' : undefined;
      if (name === undefined)
        throw new AgentError('invalid_argument', 'Signals are SIGNAL_SIGTERM and SIGNAL_SIGKILL.');
      table.signal(selectRunning(process), name);
      return {};
    },
    closeStdin({ process }) {
      selectRunning(process).live.closeInput();
      return {};
    },
  };

  /** The time of a Start is the life of its process, whether somebody follows it or not. */
  function limitLife(started: StartedProcess, reader: OutputReader, limitMs: number): void {
    const cancel = deps.ticks.after(limitMs, () => {
      reader.fail(tooLong());
      table.signal(started, 'SIGKILL');
    });
    void started.live.ended.then(cancel);
  }
}

function specOf({ session, accounts }: AgentDeps, request: StartRequest, context: HandlerContext): ProcessSpec {
  const { process } = request;
  if (process === undefined || process.cmd === '') throw new AgentError('invalid_argument', 'The command is missing.');
  const user = userOf(context.requestHeader.get('authorization'), session, accounts);
  return { user, command: process.cmd, args: process.args, cwd: process.cwd ?? null, env: process.envs };
}

function optionsOf({ pty, tag, stdin }: StartRequest): StartOptions {
  const { cols, rows } = pty?.size ?? USUAL_SIZE;
  const size = { cols: cols || USUAL_SIZE.cols, rows: rows || USUAL_SIZE.rows };
  return { origin: 'connect', tag, pty: pty && size, hasStdin: stdin ?? true, keptBytes: KEPT_BYTES };
}

function wanted(selector: ProcessSelector | undefined): (process: StartedProcess) => boolean {
  const choice = selector?.selector;
  switch (choice?.case) {
    case 'pid':
      return ({ live }) => live.pid === choice.value;
    case 'tag':
      return ({ tag }) => tag === choice.value;
    case undefined:
      throw new AgentError('invalid_argument', 'The process is to be named by its pid or its tag.');
    default:
      return choice satisfies never;
  }
}

function nameOf(selector: ProcessSelector | undefined): string {
  return `${selector?.selector.case} ${selector?.selector.value}`;
}

function infoOf({ live, spec, tag }: StartedProcess) {
  const { command, args, env, cwd } = spec;
  const config = { cmd: command, args: [...args], envs: { ...env }, ...(cwd === null ? {} : { cwd }) };
  return { pid: live.pid, config, ...(tag === undefined ? {} : { tag }) };
}

function tooLong(): AgentError {
  return new AgentError('deadline_exceeded', 'The time of the call is over.');
}
