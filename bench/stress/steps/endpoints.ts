import { WebSocket } from 'ws';
import { errorMessage } from '../../../src/domain/errors.ts';
import { Sandbox } from '../../../src/sdk/index.ts';
import { benchSandbox } from '../../service/bench-sandbox.ts';
import { SERVER_ANSWER, startServerInside } from '../../service/server-inside.ts';
import { deleteAll } from '../../service/warm-pool.ts';
import { type Answers, judgeEndpoints } from '../judgements.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

const PORT = 8_080;
const FOLDER = '/home/user/stress';
/** No search may find it. */
const OTHER_FILE = `${FOLDER}/other.md`;
const LONGEST_MS = 30_000;

/** One use of the sandbox; throws unless the answer is the right one. `round` makes each different. */
type Use = (round: number) => Promise<void>;

export const endpoints: Step = {
  name: 'all endpoints',
  about: 'everything that a running sandbox is used by, in turns, each answer looked at',
  async run(world) {
    const { service, setup, sizes } = world;
    const inside = await benchSandbox(service);
    await startServerInside(inside, PORT);
    const errors: string[] = [];
    const taken = new Map<string, { asked: number; latencies: number[] }>();
    const sandbox = await sandboxOf(world, inside.id);
    await sandbox.files.write(OTHER_FILE, 'found by no search\n');
    const uses = usesOf(world, sandbox);
    for (let round = 0; round < sizes.endpointRounds; round += 1) {
      for (const [name, use] of uses) {
        setup.ending.check();
        const answers = taken.get(name) ?? { asked: 0, latencies: [] };
        taken.set(name, answers);
        answers.asked += 1;
        const beganMs = performance.now();
        await inTime(use(round)).then(
          () => void answers.latencies.push(performance.now() - beganMs),
          (error: unknown) => void errors.push(`${name}: ${errorMessage(error)}`),
        );
      }
    }
    await deleteAll(service, [inside.id]);
    return { judged: judgeEndpoints(taken satisfies ReadonlyMap<string, Answers>), errors };
  },
};

function sandboxOf({ service }: World, id: string): Promise<Sandbox> {
  const { url, adminKey } = service.process();
  return Sandbox.get(id, { url, apiKey: adminKey, webSocket: WebSocket });
}

function usesOf({ service }: World, sandbox: Sandbox): ReadonlyMap<string, Use> {
  const path = (round: number) => `${FOLDER}/file-${round}.txt`;
  const text = (round: number) => `stress ${1_000 + round}\n`;
  const { files } = sandbox;
  return new Map<string, Use>([
    ['exec', async (round) => expectSame((await sandbox.exec(`echo ${round}`)).stdout, `${round}\n`)],
    ['write', async (round) => expectSame((await files.write(path(round), text(round))).size, text(round).length)],
    ['read', async (round) => expectSame(await files.readText(path(round)), text(round))],
    ['list', async (round) => expectPath((await files.list(FOLDER)).entries, path(round))],
    ['glob', async (round) => expectFound((await files.glob('*.txt', { path: FOLDER })).entries, path(round))],
    ['grep', async (round) => expectFound((await files.grep('stress', { path: FOLDER })).matches, path(round))],
    ['terminal', (round) => useTerminal(sandbox, round)],
    ['proxy', () => useProxy(service.process().url, sandbox.id)],
  ]);
}

/** What it prints last before its shell ends has to come as well. */
async function useTerminal(sandbox: Sandbox, round: number): Promise<void> {
  const terminal = await sandbox.terminal();
  terminal.write(`exec printf '<%d>' $((1000 + ${round}))\n`);
  let output = '';
  for await (const piece of terminal.output) output += Buffer.from(piece).toString('utf8');
  const { exitCode } = await terminal.ended;
  expectSame(exitCode, 0);
  if (!output.includes(`<${1_000 + round}>`)) throw new Error(`it printed ${JSON.stringify(output.slice(-200))}`);
}

async function useProxy(url: string, id: string): Promise<void> {
  const headers = { 'e2b-sandbox-id': id, 'e2b-sandbox-port': String(PORT) };
  const answer = await fetch(url, { headers });
  expectSame(answer.status, 200);
  expectSame(await answer.text(), SERVER_ANSWER);
}

function expectPath(entries: readonly { readonly path: string }[], path: string): void {
  if (!entries.some((entry) => entry.path === path)) throw new Error(`${path} is not among ${entries.length}`);
}

function expectFound(entries: readonly { readonly path: string }[], path: string): void {
  expectPath(entries, path);
  if (entries.some((entry) => entry.path === OTHER_FILE)) throw new Error(`${OTHER_FILE} was found`);
}

function expectSame(got: unknown, wanted: unknown): void {
  if (got !== wanted) throw new Error(`answered ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${LONGEST_MS} ms`)), LONGEST_MS);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
