import { createHash } from 'node:crypto';
import { type Sandbox, SandglassError } from '../../sdk/index.ts';
import type { WorkloadName } from './workload-names.ts';

/** A sandbox to work in, started for this and by nobody else. */
export interface Workplace {
  readonly sandbox: Sandbox;
  /** The same start again, with the same `reuseKey`; throws where there was none. */
  readonly startAgain: () => Promise<Sandbox>;
  readonly signal?: AbortSignal | undefined;
}

export interface StandardWorkload {
  /** What it leaves behind in the memory of the sandbox, for people. */
  readonly meaning: string;
  /** True: each sandbox is started with a `reuseKey` of its own. */
  readonly isReused: boolean;
  /** Throws SandglassError when the sandbox cannot do it, such as for a program that its image lacks. */
  readonly run: (at: Workplace) => Promise<void>;
}

/** What agents do with sandboxes, small enough to be repeated, for measurements that can be compared. */
export const STANDARD_WORKLOADS = {
  empty: { meaning: 'nothing runs but the agent', isReused: false, run: async () => {} },
  bash: { meaning: 'a shell script has ended', isReused: false, run: runBash },
  python: { meaning: 'a Python that has imported what most programs do stays', isReused: false, run: runPython },
  node: { meaning: 'a Node.js that has parsed and compressed some MiB stays', isReused: false, run: runNode },
  artifact: { meaning: 'a file of 8 MiB was made and fetched', isReused: false, run: fetchArtifact },
  'warm-reuse': { meaning: 'worked, stopped, found again by its key, worked again', isReused: true, run: workTwice },
} as const satisfies Readonly<Record<WorkloadName, StandardWorkload>>;

/** Where agents put what people are to have (images/base/Dockerfile). */
const OUTPUTS = '/mnt/user-data/outputs';
const ARTIFACT_BYTES = 8 * 1024 * 1024;
const READY = 'ready';

const BASH = `set -e
cd "$(mktemp -d)"
for i in $(seq 1 200); do echo "line $i of this file" >> text; done
for i in $(seq 1 20); do sort -r text | uniq | wc -l > "count$i"; done
cat count* | sort -n | tail -n 1
rm -f text count*`;

const PYTHON = `import asyncio, decimal, http.client, http.server, json, signal, sqlite3, ssl
rows = sqlite3.connect(":memory:")
rows.execute("create table t (n integer, words text)")
rows.executemany("insert into t values (?, ?)", ((n, str(n) * 8) for n in range(20000)))
text = json.dumps(rows.execute("select * from t").fetchall())
assert len(json.loads(text)) == 20000
assert sum(decimal.Decimal(n) / 3 for n in range(1000)) > 0
asyncio.run(asyncio.sleep(0))
ssl.create_default_context()
print("${READY}", flush=True)
signal.pause()`;

const NODE = `const { gzipSync } = require('node:zlib');
const { createHash } = require('node:crypto');
const rows = Array.from({ length: 20000 }, (_, n) => ({ n, words: String(n).repeat(8) }));
const text = JSON.stringify(rows);
if (JSON.parse(text).length !== 20000) process.exit(1);
createHash('sha256').update(gzipSync(text)).digest('hex');
console.log('${READY}');
setInterval(() => {}, 1 << 30);`;

async function runBash({ sandbox, signal }: Workplace): Promise<void> {
  const { exitCode, stdout, stderr } = await sandbox.exec(['bash', '-c', BASH], { signal });
  if (exitCode !== 0 || stdout.trim() !== '200') throw failed('bash', `${stdout}${stderr}`);
}

function runPython(at: Workplace): Promise<void> {
  return stays(at, ['python3', '-c', PYTHON]);
}

function runNode(at: Workplace): Promise<void> {
  return stays(at, ['node', '-e', NODE]);
}

/** The program goes on when it has said that it is ready, until its sandbox ends. */
async function stays({ sandbox, signal }: Workplace, argv: readonly string[]): Promise<void> {
  let said = '';
  for await (const output of sandbox.execStream(argv, { timeoutSeconds: null, signal })) {
    if (output.type === 'start' || output.type === 'end') continue;
    said += new TextDecoder().decode(output.data);
    if (said.split('\n').includes(READY)) return;
  }
  throw failed(argv[0] ?? '', said);
}

async function fetchArtifact({ sandbox, signal }: Workplace): Promise<void> {
  const path = `${OUTPUTS}/artifact.bin`;
  const command = `head -c ${ARTIFACT_BYTES} /dev/urandom > ${path} && sha256sum < ${path}`;
  const { exitCode, stdout, stderr } = await sandbox.exec(['sh', '-c', command], { signal });
  if (exitCode !== 0) throw failed('artifact', stderr);
  const bytes = await sandbox.files.read(path, { signal });
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (!stdout.startsWith(sum)) throw failed('artifact', 'What was fetched is not what was written.');
}

async function workTwice(at: Workplace): Promise<void> {
  await runPython(at);
  await at.sandbox.stop({ graceSeconds: 1, signal: at.signal });
  const again = await at.startAgain();
  if (again.id !== at.sandbox.id) throw failed('warm-reuse', `Its key found sandbox ${again.id}.`);
  await runPython({ ...at, sandbox: again });
}

function failed(name: string, said: string): SandglassError {
  return new SandglassError(
    'conflict',
    `The work "${name}" could not be done there: ${said.trim() || 'it said nothing'}`,
    {
      hint: 'Standard workloads need bash, python3 and node in the image, and /mnt/user-data/outputs; base has them.',
    },
  );
}
