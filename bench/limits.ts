/** What is known of a bar that is missed. */
export interface Limit {
  /** The row's name begins with it. */
  readonly row: string;
  /** Where its time goes, and how that was seen. */
  readonly profile: string;
  readonly tried: string;
  /** What stands in the way. */
  readonly limit: string;
}

const CLAIM_PROFILE =
  'CPU of the service in 160 claims on 2026-11-30, some 6 ms each on a machine that was slow that day: SQLite with what leads to it 21 %, HTTP 11 %, the connection to the agent 9 %, writes to sockets 7 %, the state machine 5 %, garbage 3 %, Redis 3 %, validation 2 %; nothing else has more than 3 %';
const CLAIM_TRIED =
  "the connection of the slot's rehearsal kept for its claim: stage `ready` p50 1.85 and 1.94 ms without, 1.65 and 1.96 ms with it, taken back; V8's `--always-sparkplug --no-lazy-feedback-allocation`: 6.3 to 5.7 ms of CPU, left out, being flags of one version of V8; a cache of rows before SQLite: left out, because it could lie";

export const LIMITS: readonly Limit[] = [
  {
    row: 'warm create, one after the other',
    profile: CLAIM_PROFILE,
    tried: CLAIM_TRIED,
    limit:
      'a claim is work of the one thread of the service, spread thin: a faster core makes it shorter, no single part of it does. The factor against `docker run -d` moves with it',
  },
  {
    row: 'burst of 50 creates',
    profile: `the claims of a burst share the one thread, so that the last waits for the CPU of all. ${CLAIM_PROFILE}`,
    tried: CLAIM_TRIED,
    limit: '150 ms for 50 claims are 3 ms of CPU for each, the client on the same two cores not counted',
  },
  {
    row: 'exec, argv ["true"]',
    profile:
      'by the stages of a run on 2026-11-30: of 8.4 ms 3.7 are the process itself as the agent tells it; the rest is HTTP twice, one look at the row, and the client',
    tried:
      'kept connections to the agent, and pipes made in advance, are in use. Measured since this run: 14.6 times faster than `docker exec` on a quiet day, 12.3 and 11.5 times on 2026-11-30',
    limit: 'what is started is a process, and its start and end are near half of it',
  },
  {
    row: 'exec, string "true"',
    profile: 'a login shell is most of it: 7.5 of 12.0 ms on 2026-11-30',
    tried: 'measured since this run, on 2026-11-30: 12.0 ms and 8.3 times faster than `docker exec`, within both bars',
    limit: 'the shell itself',
  },
  {
    row: 'proxy to a port in the sandbox, saturated',
    profile:
      'CPU of the service for 3 s of 64 connections on 2026-11-30: writes of the kernel 23 %, our own code 20 %, undici 11 %, streams and events of Node.js 9 %, garbage 7 %, its HTTP 7 %',
    tried:
      'fewer listeners per request: 222 to 315 us of CPU for each before and 169 to 315 after, in turns; the machine moved more than that, and the change was taken back',
    limit:
      'both sides speak HTTP through one thread: a proxy of undici that does nothing else had 31 % of direct in a run of 2026-11-30, and ours 59 % of that',
  },
];

/** What is known of a row; undefined when nobody has looked yet. */
export function limitOf(row: string): Limit | undefined {
  return LIMITS.find((limit) => row.startsWith(limit.row));
}
