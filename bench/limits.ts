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
  "the connection of the slot's rehearsal kept for its claim: stage `ready` p50 1.85 and 1.94 ms without, 1.65 and 1.96 ms with it, taken back; V8's `--always-sparkplug --no-lazy-feedback-allocation`: 6.3 to 5.7 ms of CPU, left out, being flags of one version of V8; a cache of rows before SQLite: left out, because it could lie. Since this run: that connection carries lines of JSON instead of HTTP, which is what an agent that has just woken up spent its time on: in bursts of 50 of a harness, all but the first of each service, with refills that wait for their end, 3.1 to 4.5 ms of CPU of the agent for a claim before and 0.9 to 2.4 after, of the service 3.6 to 5.1 and 2.0 to 3.5, the whole burst 261 to 404 ms and 148 to 237 (2026-12-01)";

const THE_MACHINE =
  'from there on the machine had a half to a third of the speed of 24 November: straight to the container 16,744 requests/s instead of 54,845, a bare proxy 194 MB/s written and 307 read instead of 360 and 836';

export const LIMITS: readonly Limit[] = [
  {
    row: 'warm create, one after the other',
    profile: CLAIM_PROFILE,
    tried: CLAIM_TRIED,
    limit:
      'a claim is work of the one thread of the service, spread thin: a faster core makes it shorter, no single part of it does. The factor against `docker run -d` moves with it',
  },
  {
    row: 'warm create, one a second during refill',
    profile: `${CLAIM_PROFILE}; and starts of the engine run beside it on the same two cores`,
    tried: `${CLAIM_TRIED}. Refills wait until 50 ms after the end of the last claim, 500 ms at most, and one start runs at a time`,
    limit: 'what the claim itself takes, and a core that a start under way has',
  },
  {
    row: 'burst of 50 creates',
    profile: `the claims of a burst share the one thread, so that the last waits for the CPU of all: 4.5 ms of the main thread for each in this run (row "share of a claim"). ${CLAIM_PROFILE}`,
    tried: CLAIM_TRIED,
    limit: '150 ms for 50 claims are 3 ms of CPU for each, the client and 50 agents on the same two cores not counted',
  },
  {
    row: 'create to first output through the E2B SDK, warm',
    profile:
      'by its stages: 14 ms the create, of which the SDK takes what the same create over plain HTTP does not, and 20 ms the first command; a login shell alone takes 7.5 to 10',
    tried: 'nothing of its own: what makes a claim and an exec shorter makes this shorter',
    limit: 'two calls of the SDK and a login shell, on a machine that slowed down in this part of the run',
  },
  {
    row: 'exec, argv ["true"]',
    profile:
      'by its stages: of 7.8 ms 3.5 are the process itself as the agent tells it; the rest is HTTP twice, one look at the row, and the client',
    tried:
      'kept connections to the agent, and pipes made in advance, are in use. On a quiet day 14.6 times faster than `docker exec`',
    limit: 'what is started is a process, and its start and end are near half of it',
  },
  {
    row: 'file write and read, 1 KiB',
    profile: 'by its stages: 4.7 ms the write, 2.7 the read, each HTTP twice',
    tried: 'measured again the same day: 5.9 ms; on 24 November 4.3, with the same factor against `docker cp`',
    limit: `the machine: ${THE_MACHINE}`,
  },
  {
    row: '256 MiB',
    profile: 'the bare proxy of the same run: 0.86 of its rate for writes, 1.24 for reads, 0.67 through the SDK',
    tried: 'measured again the same day: 213 MB/s written and 457 read, 377 through the SDK, all within their bars',
    limit: `the machine: ${THE_MACHINE}`,
  },
  {
    row: 'proxy to a port in the sandbox, saturated',
    profile:
      'CPU of the service for 3 s of 64 connections on 2026-11-30: writes of the kernel 23 %, our own code 20 %, undici 11 %, streams and events of Node.js 9 %, garbage 7 %, its HTTP 7 %',
    tried:
      'fewer listeners per request: 222 to 315 us of CPU for each before and 169 to 315 after, in turns; the machine moved more than that, and the change was taken back',
    limit: `the share of direct is at its bar, the rate is not: a bare proxy of undici had 5,041 requests/s in this run; ${THE_MACHINE}. On 24 November ours had 10,847`,
  },
  {
    row: 'proxy to a port in the sandbox, 4 connections',
    profile: 'a bare proxy of undici in the same run adds 0.48 ms at p50 and 2.5 at p99; ours adds as much again',
    tried: 'the same as above; on 24 November it added 0.30 ms at p50 and 2.97 at p99, within both bars',
    limit: `the machine: ${THE_MACHINE}`,
  },
  {
    row: 'pool on and idle: share of a core',
    profile:
      'a third of it was the timer that watches the event loop, 100 times a second; the pool itself adds little: 1.2 % without it',
    tried:
      'it looks 50 times a second since this run: 10.7 to 6.9 ms of CPU each second, and this row 0.97 % when measured again',
    limit: 'none: it is kept since',
  },
];

/** What is known of a row; undefined when nobody has looked yet. */
export function limitOf(row: string): Limit | undefined {
  return LIMITS.find((limit) => row.startsWith(limit.row));
}
