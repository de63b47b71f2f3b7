// The E2B SDK as it is, with a key and two addresses in the environment.
//   npm install e2b
//   export E2B_API_KEY=... E2B_API_URL=http://127.0.0.1:4747 E2B_SANDBOX_URL=http://127.0.0.1:4747
//   node examples/e2b-sdk.mjs
import { Sandbox } from 'e2b';

const sandbox = await Sandbox.create({ timeoutMs: 120_000, metadata: { project: 'demo' } });
console.log('sandbox', sandbox.sandboxId);
try {
  const { stdout } = await sandbox.commands.run('echo hello from $(whoami)');
  console.log('command said', stdout.trim());

  await sandbox.files.write('notes/today.txt', 'remember the milk');
  console.log('read', await sandbox.files.read('notes/today.txt'));

  const written = await new Promise((resolve, reject) => {
    sandbox.files
      .watchDir('notes', ({ type, name }) => type === 'write' && resolve(name))
      .then(() => sandbox.files.write('notes/new.txt', 'x'))
      .catch(reject);
  });
  console.log('watched', written);

  const counting = await sandbox.commands.run('for i in 1 2 3; do echo $i; sleep 0.2; done', {
    background: true,
    onStdout: (line) => console.log('counted', line.trim()),
  });
  await counting.wait();

  await sandbox.pause();
  console.log('paused', (await sandbox.getInfo()).state);
  await sandbox.connect();
  console.log('resumed', (await sandbox.getInfo()).state);
  console.log('download', await (await fetch(await sandbox.downloadUrl('notes/today.txt'))).text());
} finally {
  console.log('killed', await sandbox.kill());
}
