import { readdirSync, readFileSync } from 'node:fs';
import { engineCall, whyNoEngine } from '../bootstrap/engine-api.mjs';

const LABEL = 'sandglass.test';

/** Removes what tests left behind: this run's containers, and all others when no other test run is at work here. */
export async function removeTestContainers(runId) {
  if ((await whyNoEngine()) !== undefined) return;
  const filter = isAnotherRunAtWork() ? `${LABEL}=${runId}` : LABEL;
  const filters = encodeURIComponent(JSON.stringify({ label: [filter] }));
  const { body: leftovers } = await engineCall('GET', `/containers/json?all=1&filters=${filters}`);
  for (const { Id } of leftovers) {
    await engineCall('DELETE', `/containers/${Id}?force=1&v=1`, { timeoutMs: 60_000 }).catch(() => {});
  }
  if (leftovers.length > 0) console.error(`removed ${leftovers.length} containers that tests had left`);
}

/** This run's vitest has ended by now, so one that lives belongs to somebody else. */
function isAnotherRunAtWork() {
  return processIds().some((pid) => /vitest(\.mjs)?\0/.test(readCommandLine(pid)));
}

function processIds() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function readCommandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
