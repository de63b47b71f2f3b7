import { createHash, randomBytes } from 'node:crypto';
import type { Sandbox } from '../../../sdk/index.ts';
import type { Check } from '../cell.ts';
import { check, errorEvidence, wordsOf } from '../check.ts';
import { exec, limited, type Run } from '../run.ts';

const FOLDER = '/tmp/matrix-files';
const UPLOADS = '/mnt/user-data/uploads';
const OUTPUTS = '/mnt/user-data/outputs';
const BINARY_BYTES = 256 * 1024;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Text and bytes there and back, and what finds them. */
export async function fileChecks(run: Run, sandbox: Sandbox): Promise<readonly Check[]> {
  const { files } = sandbox;
  const signal = () => ({ signal: limited(run) });
  return [
    await check('read and write', run.signal, async () => {
      const text = 'a needle in a file\nand a line\n';
      const entry = await files.write(`${FOLDER}/notes.txt`, text, signal());
      const read = await files.readText(`${FOLDER}/notes.txt`, signal());
      return { isOk: read === text, value: `${entry.size} bytes of text`, evidence: { entry, isSame: read === text } };
    }),
    await check('binary update', run.signal, async () => {
      await files.write(`${FOLDER}/data.bin`, randomBytes(BINARY_BYTES), signal());
      const second = randomBytes(BINARY_BYTES);
      await files.write(`${FOLDER}/data.bin`, second, signal());
      const inside = await sha256Inside(run, sandbox, `${FOLDER}/data.bin`);
      const read = sha256(await files.read(`${FOLDER}/data.bin`, signal()));
      const sums = { sent: sha256(second), inside, read };
      const isOk = inside === sums.sent && read === sums.sent;
      const value = `${BINARY_BYTES / 1024} KiB, sha256 ${isOk ? 'the same on both sides' : 'DIFFERS'}`;
      return { isOk, value, evidence: { bytes: BINARY_BYTES, sha256: sums } };
    }),
    await check('list', run.signal, async () => {
      const { entries } = await files.list(FOLDER, signal());
      const names = entries.map(({ name }) => name).sort();
      return { isOk: names.join() === 'data.bin,notes.txt', value: names.join(', '), evidence: { entries } };
    }),
    await check('glob', run.signal, async () => {
      const { entries } = await files.glob('*.bin', { path: FOLDER, ...signal() });
      const names = entries.map(({ name }) => name);
      return { isOk: names.join() === 'data.bin', value: `*.bin is ${names.join(', ')}`, evidence: { entries } };
    }),
    await check('grep', run.signal, async () => {
      const { matches } = await files.grep('needle', { path: FOLDER, ...signal() });
      const [first] = matches;
      const isOk = matches.length === 1 && first?.line === 1 && first.path === `${FOLDER}/notes.txt`;
      return { isOk, value: `${matches.length} match`, evidence: { matches } };
    }),
  ];
}

/** What the gateway puts is what programs inside see. */
export async function uploadChecks(run: Run, sandbox: Sandbox): Promise<readonly Check[]> {
  return [
    await check('visible inside', run.signal, async () => {
      const bytes = randomBytes(BINARY_BYTES);
      const path = `${UPLOADS}/matrix.bin`;
      const entry = await sandbox.files.write(path, bytes, { signal: limited(run) });
      const inside = await sha256Inside(run, sandbox, path);
      const isOk = inside === sha256(bytes);
      const value = `${bytes.length / 1024} KiB in ${UPLOADS}, sha256 ${isOk ? 'the same inside' : 'DIFFERS inside'}`;
      return { isOk, value, evidence: { entry, sha256: { sent: sha256(bytes), inside } } };
    }),
  ];
}

/** What a program leaves in its outputs can be fetched while the sandbox runs, and when it is stopped. Stops it. */
export async function artifactChecks(run: Run, sandbox: Sandbox): Promise<readonly Check[]> {
  const path = `${OUTPUTS}/matrix.bin`;
  let made = '';
  const fetched = async () => sha256(await sandbox.files.read(path, { signal: limited(run) }));
  const running = await check('while it runs', run.signal, async () => {
    const write = `head -c ${BINARY_BYTES} /dev/urandom > ${path}`;
    const result = await exec(run, sandbox, ['sh', '-c', write]);
    if (result.exitCode !== 0) return { isOk: false, value: result.stderr.trim(), evidence: result };
    made = await sha256Inside(run, sandbox, path);
    const read = await fetched();
    const isOk = made !== '' && read === made;
    const value = isOk ? `${BINARY_BYTES / 1024} KiB, sha256 the same` : 'sha256 DIFFERS';
    return { isOk, value, evidence: { path, sha256: { inside: made, read } } };
  });
  const stopped = await check('after a stop', run.signal, async () => {
    await sandbox.stop({ graceSeconds: 0, signal: limited(run) });
    const read = await fetched();
    const { entries } = await sandbox.files.list(OUTPUTS, { signal: limited(run) });
    const isOk = sandbox.state === 'stopped' && made !== '' && read === made;
    const value = isOk ? 'read and listed, sha256 the same' : `${sandbox.state}, sha256 DIFFERS`;
    return { isOk, value, evidence: { state: sandbox.state, path, sha256: { inside: made, read }, entries } };
  });
  return [running, stopped];
}

async function sha256Inside(run: Run, sandbox: Sandbox, path: string): Promise<string> {
  const { exitCode, stderr, stdout } = await exec(run, sandbox, ['sha256sum', path]);
  if (exitCode !== 0) throw new Error(`sha256sum ended with ${exitCode}: ${stderr.trim()}`);
  return stdout.split(' ')[0] ?? '';
}

/** The code of what reading it answers; undefined when it could be read. */
export async function readRefusal(run: Run, sandbox: Sandbox, path: string) {
  try {
    await sandbox.files.read(path, { signal: limited(run) });
    return undefined;
  } catch (error) {
    run.signal.throwIfAborted();
    return { ...errorEvidence(error), words: wordsOf(error) };
  }
}
