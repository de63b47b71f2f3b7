import { setup } from 'xstate';
import { canRestart, type DecisionInput, isBroughtForward, isDeadline, isStartedAsAsked, isThisRun } from './guards.ts';
import { askForStop, becomePending, becomeStopping, freezeFor, giveReason, loseContainer, thaw } from './intents.ts';
import { claim, recordDeletion, recordPause, recordResume, recordStart, recordStop } from './outcomes.ts';
import type { Sandbox } from './sandbox.ts';

export type JobName = 'startContainer' | 'pauseContainer' | 'resumeContainer' | 'stopContainer' | 'removeContainer';

const working = (job: JobName) => ({ tags: ['working' as const], meta: { job } });

/** Ways out of every state in which a container may run. */
const leave = {
  STOP_REQUESTED: { target: 'stopping', actions: 'becomeStopping' },
  DELETE_REQUESTED: { guard: 'isForced', target: 'stopping', actions: 'becomeStopping' },
} as const;

/** What may be ended when the machine runs out of something; pending and stopping end by themselves. */
const reclaimed = { RECLAIMED: { target: 'stopping', actions: 'becomeStopping' } } as const;

const containerGone = {
  CONTAINER_EXITED: { guard: 'isThisRun', target: 'stopping', actions: 'becomeStopping' },
  CONTAINER_LOST: { guard: 'isThisRun', target: 'stopping', actions: 'becomeStopping' },
} as const;

/**
 * The lifecycle as a table: states, what each accepts, and the job that a working state owes (`meta.job`). Pure: timers,
 * invokes, spawned actors, entry and exit actions have no place in it (test/unit/machine-form.test.ts); time and ids
 * come in with the event. The context is the row itself.
 */
export const sandboxMachine = setup({
  types: {
    context: {} as Sandbox,
    events: {} as DecisionInput,
    tags: {} as 'working',
    meta: {} as { job: JobName },
  },
  guards: {
    isThisRun: ({ context, event }) => isThisRun(context, event),
    isStartedAsAsked: ({ context, event }) => isStartedAsAsked(context, event),
    isForced: ({ event }) => event.type === 'DELETE_REQUESTED' && event.force,
    isBroughtForward: ({ context, event }) => isBroughtForward(context, event),
    canRestart: ({ context, event }) => canRestart(context, event.atMs),
    isStartBy: ({ context, event }) => isDeadline(context, event, 'startBy'),
    isPausedUntil: ({ context, event }) => isDeadline(context, event, 'pausedUntil'),
    isDeleteAt: ({ context, event }) => isDeadline(context, event, 'deleteAt'),
    isTimeoutToPause: ({ context, event }) =>
      isDeadline(context, event, 'stopAt', 'idleStopAt') && context.lifetime.onTimeout === 'pause',
    isTimeout: ({ context, event }) => isDeadline(context, event, 'stopAt', 'idleStopAt'),
    isPausedByRequest: ({ context, event }) => isThisRun(context, event) && context.reason === null,
    canBeLost: ({ context, event }) =>
      isThisRun(context, event) && context.ranOnce && context.reason?.code !== 'container_lost',
  },
  actions: {
    becomePending,
    becomeStopping,
    askForStop,
    freezeFor,
    thaw,
    giveReason,
    loseContainer,
    claim,
    recordStart,
    recordPause,
    recordResume,
    recordStop,
    recordDeletion,
  },
}).createMachine({
  id: 'sandbox',
  initial: 'pending',
  // A constant: every decision brings its own row through resolveState.
  context: {} as Sandbox,
  states: {
    warming: {
      ...working('startContainer'),
      on: {
        START_SUCCEEDED: { guard: 'isThisRun', target: 'warm', actions: 'recordStart' },
        START_FAILED: { guard: 'isThisRun', target: 'deleting', actions: 'giveReason' },
      },
    },
    warm: {
      on: {
        CLAIMED: { target: 'pending', actions: 'claim' },
        RECYCLED: { target: 'deleting' },
        CONTAINER_EXITED: { guard: 'isThisRun', target: 'deleting', actions: 'giveReason' },
        CONTAINER_LOST: { guard: 'isThisRun', target: 'deleting', actions: 'giveReason' },
      },
    },
    pending: {
      ...working('startContainer'),
      on: {
        ...leave,
        START_SUCCEEDED: { guard: 'isStartedAsAsked', target: 'running', actions: 'recordStart' },
        START_FAILED: { guard: 'isThisRun', target: 'stopping', actions: 'becomeStopping' },
        DEADLINE_PASSED: { guard: 'isStartBy', target: 'stopping', actions: 'becomeStopping' },
      },
    },
    running: {
      on: {
        ...leave,
        ...containerGone,
        ...reclaimed,
        PAUSE_REQUESTED: { target: 'pausing' },
        DEADLINE_PASSED: [
          { guard: 'isTimeoutToPause', target: 'pausing', actions: 'freezeFor' },
          { guard: 'isTimeout', target: 'stopping', actions: 'becomeStopping' },
        ],
      },
    },
    pausing: {
      ...working('pauseContainer'),
      on: {
        ...leave,
        ...containerGone,
        PAUSE_SUCCEEDED: { guard: 'isThisRun', target: 'paused', actions: 'recordPause' },
        PAUSE_FAILED: [
          { guard: 'isPausedByRequest', target: 'running' },
          { guard: 'isThisRun', target: 'stopping', actions: 'becomeStopping' },
        ],
      },
    },
    paused: {
      on: {
        ...leave,
        ...containerGone,
        ...reclaimed,
        RESUME_REQUESTED: { target: 'resuming', actions: 'thaw' },
        DEADLINE_PASSED: { guard: 'isPausedUntil', target: 'stopping', actions: 'becomeStopping' },
      },
    },
    resuming: {
      ...working('resumeContainer'),
      on: {
        ...leave,
        ...containerGone,
        RESUME_SUCCEEDED: { guard: 'isThisRun', target: 'running', actions: 'recordResume' },
        RESUME_FAILED: { guard: 'isThisRun', target: 'stopping', actions: 'becomeStopping' },
      },
    },
    stopping: {
      ...working('stopContainer'),
      on: {
        STOP_SUCCEEDED: { guard: 'isThisRun', target: 'stopped', actions: 'recordStop' },
        STOP_REQUESTED: { guard: 'isBroughtForward', target: 'stopping', actions: 'askForStop' },
        DELETE_REQUESTED: { guard: 'isBroughtForward', target: 'stopping', actions: 'askForStop' },
      },
    },
    stopped: {
      on: {
        RESTART_REQUESTED: { guard: 'canRestart', target: 'pending', actions: 'becomePending' },
        DELETE_REQUESTED: { target: 'deleting' },
        DEADLINE_PASSED: { guard: 'isDeleteAt', target: 'deleting' },
        CONTAINER_LOST: { guard: 'canBeLost', target: 'stopped', actions: 'loseContainer' },
      },
    },
    deleting: {
      ...working('removeContainer'),
      on: { DELETE_SUCCEEDED: { guard: 'isThisRun', target: 'deleted', actions: 'recordDeletion' } },
    },
    deleted: { type: 'final' },
  },
});
