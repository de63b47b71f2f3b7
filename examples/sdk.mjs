// Our own SDK: a sandbox from its start to its end.
//   export SANDGLASS_URL=http://127.0.0.1:4747 SANDGLASS_API_KEY=...
//   node examples/sdk.mjs
import { Sandbox } from 'sandglass/sdk';

const sandbox = await Sandbox.start({ labels: { project: 'demo' }, lifetime: { timeoutSeconds: 120 } });
console.log('sandbox', sandbox.id);
try {
  const { stdout, exitCode } = await sandbox.exec('echo hello from $(whoami); exit 3');
  console.log('command said', stdout.trim(), 'and ended with', exitCode);

  await sandbox.files.write('notes/today.txt', 'remember the milk\n');
  const { matches } = await sandbox.files.grep('milk', { path: 'notes' });
  console.log('found', matches.map(({ line, text }) => `${line}: ${text}`).join());

  const decoder = new TextDecoder();
  for await (const event of sandbox.execStream('for i in 1 2 3; do echo $i; sleep 0.2; done')) {
    if (event.type === 'stdout') console.log('streamed', decoder.decode(event.data).trim());
  }

  await sandbox.pause();
  console.log('paused', sandbox.state);
  await sandbox.resume();
  await sandbox.stop();
  console.log('stopped', await sandbox.files.readText('/home/user/notes/today.txt'));

  // Anybody who knows its id can go on with it: it is restarted, its files are there.
  const again = await Sandbox.connect(sandbox.id);
  console.log('restarted', (await again.exec(['cat', 'notes/today.txt'])).stdout.trim());
  await again.extend({ timeoutSeconds: 600 });
} finally {
  await sandbox.delete({ force: true });
  console.log('deleted', sandbox.state);
}
