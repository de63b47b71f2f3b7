import type { Accounts } from './accounts.ts';
import type { FifoPool } from './process/fifo-pool.ts';
import type { Session } from './session.ts';
import type { Ticks } from './ticks.ts';

/** What everything in the agent works with; built once, in main.ts. */
export interface AgentDeps {
  readonly session: Session;
  readonly accounts: Accounts;
  readonly ticks: Ticks;
  readonly fifos: FifoPool;
}
