// What can go wrong, and how the SDK says it.
//   export SANDGLASS_URL=http://127.0.0.1:4747 SANDGLASS_API_KEY=...
//   node examples/sdk-errors.mjs
import { Sandbox, SandglassError } from 'sandglass/sdk';

/** The code of what is thrown; errors of other kinds are not ours to catch. */
async function codeOf(work) {
  try {
    await work();
    return 'nothing was thrown';
  } catch (error) {
    if (error instanceof SandglassError) return error.code;
    return error.name;
  }
}

console.log('unknown', await codeOf(() => Sandbox.get('nobody')));
console.log('wrong key', await codeOf(() => Sandbox.start({}, { apiKey: `e2b_${'0'.repeat(40)}` })));
console.log('wrong field', await codeOf(() => Sandbox.start({ resources: { cpus: -1 } })));
console.log('nobody there', await codeOf(() => Sandbox.get('nobody', { url: 'http://127.0.0.1:9', timeoutMs: 1_000 })));

const sandbox = await Sandbox.start({ lifetime: { timeoutSeconds: 120 } });
try {
  console.log('not stopped', await codeOf(() => sandbox.delete()));
  console.log('no such file', await codeOf(() => sandbox.files.readText('none.txt')));
  // A call ends with its signal; the command goes on until its own timeout.
  console.log('too long', await codeOf(() => sandbox.exec('sleep 30', { signal: AbortSignal.timeout(300) })));
  console.log('killed', (await sandbox.exec('sleep 30', { timeoutSeconds: 0.3 })).timedOut);
  await sandbox.stop();
  console.log('stopped', await codeOf(() => sandbox.exec('true')));
} finally {
  await sandbox.delete({ force: true });
}
console.log('deleted', await codeOf(() => Sandbox.connect(sandbox.id)));
