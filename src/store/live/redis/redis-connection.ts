import { Redis } from 'ioredis';
import { errorMessage, SandboxError } from '../../../domain/errors.ts';
import type { Log } from '../../../observe/logger.ts';
import type { Clock } from '../../../ports/clock.ts';
import { backoffMs } from './backoff.ts';
import { liveScripts } from './live-scripts.ts';
import { type OutageWatch, outageWatch } from './outage-watch.ts';
import type { RedisTarget } from './redis-target.ts';

const COMMAND_TIMEOUT_MS = 900;
const SILENCE_LIMIT_MS = 1_000;
const FIRST_REPORT_WAIT_MS = 1_000;
const DISCONNECT_TIMEOUT_MS = 50;

export interface RedisConnectionDeps {
  readonly target: RedisTarget;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

export interface RedisConnection extends Pick<OutageWatch, 'isUp' | 'detail' | 'onReconnect'> {
  /** Runs one command; throws `storage_unavailable` within a second when there is no answer or a refusal. */
  ask<Reply>(command: (client: Redis) => Promise<Reply>): Promise<Reply>;
  /** Ends the connection in at most a second; never throws. */
  close(): Promise<void>;
}

/** Resolves once Redis answered or was found out of reach, a second at most; keeps trying for ever until closed. */
export async function redisConnection({ target, clock, log, random }: RedisConnectionDeps): Promise<RedisConnection> {
  const watch = outageWatch({ shownAs: target.shownAs, clock, log });
  const client = new Redis(clientOptions(target, random));
  client.on('ready', watch.reportUp);
  client.on('error', (error) => watch.reportDown(errorMessage(error)));
  client.on('close', () => {
    // After an error there is nothing to add.
    if (watch.isUp()) watch.reportDown('the connection was closed');
  });
  await firstReport(watch, clock);
  return {
    isUp: watch.isUp,
    detail: watch.detail,
    onReconnect: watch.onReconnect,
    ask: (command) => command(client).catch((error) => Promise.reject(unavailable(error))),
    async close() {
      const wasUp = watch.isUp();
      watch.close();
      if (wasUp) await client.quit().catch(() => undefined);
      client.disconnect();
    },
  };
}

function clientOptions(target: RedisTarget, random: () => number) {
  return {
    ...target.endpoint,
    connectionName: 'sandglass',
    disableClientInfo: true,
    scripts: liveScripts,
    connectTimeout: COMMAND_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    // A connection on which an expected answer does not come is given up, so that later commands fail at once.
    socketTimeout: SILENCE_LIMIT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    // No command waits for a connection, and none whose caller was told "unknown" is sent again on the next one.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt: number) => backoffMs(attempt, random),
  };
}

async function firstReport(watch: OutageWatch, clock: Clock): Promise<void> {
  const waiting = new AbortController();
  const outOfTime = clock.sleep(FIRST_REPORT_WAIT_MS, waiting.signal).then(
    () => true,
    () => false,
  );
  const isLate = await Promise.race([outOfTime, watch.firstReport.then(() => false)]);
  waiting.abort();
  if (isLate) watch.reportDown(`no answer within ${FIRST_REPORT_WAIT_MS} ms`);
}

/** ioredis puts the arguments of the command on its errors, a password among them: only the words go on. */
function unavailable(error: unknown): SandboxError {
  return new SandboxError('storage_unavailable', 'Live information cannot be reached right now.', {
    hint: 'Try again in a few seconds; /readyz says what is wrong.',
    cause: new Error(errorMessage(error)),
  });
}
