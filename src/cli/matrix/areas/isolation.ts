import { Sandbox, SandglassError } from '../../../sdk/index.ts';
import type { Check } from '../cell.ts';
import { check, errorEvidence } from '../check.ts';
import { exec, limited, type Run, remove, start } from '../run.ts';
import { ask } from '../service-calls.ts';
import { readRefusal } from './files.ts';

/** The agent listens there in every sandbox. */
const AGENT_PORT = 49983;
const SECRET = '/mnt/user-data/outputs/of-another.txt';

/** What one tenant, sandbox or reuse key must not see of another. Starts sandboxes of its own, and removes them. */
export async function isolationChecks(run: Run, runtime: string): Promise<readonly Check[]> {
  const first = await start(run, runtime);
  const second = await start(run, runtime);
  const checks = [
    await check('another tenant', run.signal, () => strangerIsRefused(run, first)),
    await check("another sandbox's files", run.signal, () => filesAreApart(run, first, second)),
    await check("another sandbox's address", run.signal, () => addressIsUnreachable(run, first, second)),
    await check('two reuse keys', run.signal, () => keysAreApart(run, runtime)),
  ];
  await Promise.all([remove(run, first), remove(run, second)]);
  return checks;
}

async function strangerIsRefused(run: Run, sandbox: Sandbox) {
  const own = await Sandbox.get(sandbox.id, { ...run.options, signal: limited(run) });
  const path = `/v1/sandboxes/${sandbox.id}`;
  const options = { ...run.stranger, signal: limited(run) };
  const calls = {
    get: () => ask('GET', path, options),
    exec: () => ask('POST', `${path}/exec`, options, { command: ['true'] }),
    delete: () => ask('DELETE', `${path}?force=true`, options),
  };
  const answers: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(calls)) answers[name] = await refusalOf(run, call);
  const listed: string[] = [];
  for await (const { id } of Sandbox.list({}, { ...run.stranger, signal: limited(run) })) listed.push(id);
  const statuses = Object.values(answers).map((answer) => Object(answer).status);
  const isOk = own.id === sandbox.id && statuses.every((status) => status === 404) && listed.length === 0;
  const value = isOk ? '404, and not in its list' : `answers ${statuses.join(', ')}; ${listed.length} in its list`;
  return { isOk, value, evidence: { id: sandbox.id, ownAnswer: own.state, answers, listed } };
}

async function refusalOf(run: Run, call: () => Promise<unknown>) {
  try {
    await call();
    return { status: 200, code: null };
  } catch (error) {
    run.signal.throwIfAborted();
    if (!(error instanceof SandglassError)) throw error;
    return errorEvidence(error);
  }
}

async function filesAreApart(run: Run, first: Sandbox, second: Sandbox) {
  await first.files.write(SECRET, 'not for others', { signal: limited(run) });
  const own = await first.files.readText(SECRET, { signal: limited(run) });
  const byApi = await readRefusal(run, second, SECRET);
  const inside = await exec(run, second, ['cat', SECRET]);
  const isOk = own === 'not for others' && byApi?.status === 404 && inside.exitCode !== 0;
  const value = isOk ? 'not there' : 'READ';
  return { isOk, value, evidence: { path: SECRET, isThereInItsOwn: own !== '', byApi: byApi ?? 'READ', inside } };
}

/** The same attempt is made inside the first, where it must succeed: else it would show nothing. */
async function addressIsUnreachable(run: Run, first: Sandbox, second: Sandbox) {
  const hosts = await exec(run, first, ['sh', '-c', 'tail -n 1 /etc/hosts']);
  const address = hosts.stdout.trim().split(/\s+/)[0] ?? '';
  if (!/^[\d.]+$|:/.test(address)) throw new Error('its address is not known: /etc/hosts does not end with it');
  const own = await exec(run, first, dial(address));
  const other = await exec(run, second, dial(address));
  const isOk = own.exitCode === 0 && other.exitCode !== 0;
  const value = isOk ? 'no connection' : own.exitCode === 0 ? 'CONNECTED' : 'not even from itself';
  return { isOk, value, evidence: { address, port: AGENT_PORT, fromItself: own, fromTheOther: other } };
}

function dial(address: string): readonly string[] {
  return ['timeout', '3', 'bash', '-c', 'exec 3<>"/dev/tcp/$0/$1"', address, String(AGENT_PORT)];
}

async function keysAreApart(run: Run, runtime: string) {
  const withKey = (name: string) => start(run, runtime, { reuseKey: `matrix-${run.id}-${runtime}-${name}` });
  const one = await withKey('one');
  const two = await withKey('two');
  const again = await withKey('one');
  await one.files.write('/tmp/matrix-key.txt', 'one', { signal: limited(run) });
  const refused = await readRefusal(run, two, '/tmp/matrix-key.txt');
  const isOk = one.id !== two.id && again.id === one.id && refused?.status === 404;
  const evidence = { one: one.id, two: two.id, oneAgain: again.id, readInTwo: refused ?? 'READ' };
  await Promise.all([remove(run, one), remove(run, two)]);
  return { isOk, value: isOk ? 'two sandboxes, each found again' : 'NOT apart', evidence };
}
