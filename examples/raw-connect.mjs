// A sandbox without any SDK: fetch and envelopes.
//   E2B_API_KEY=... E2B_API_URL=http://127.0.0.1:4747 node examples/raw-connect.mjs
import { control, inside, stream, unary } from './connect.mjs';

const sandbox = await control('POST', '/v2/sandboxes', { templateID: 'base', timeout: 120 });
console.log('sandbox', sandbox.sandboxID);
try {
  await runCommand();
  await talkToCommand();
  await writeAndRead();
  await useTerminal();
} finally {
  await control('DELETE', `/sandboxes/${sandbox.sandboxID}`);
  console.log('killed');
}

/** Start streams: start, data, end. */
async function runCommand() {
  const process = { cmd: '/bin/bash', args: ['-l', '-c', 'echo hello from $(whoami); exit 3'], envs: {} };
  for await (const { event } of stream(sandbox, 'process.Process/Start', { process, stdin: false })) {
    if (event.data?.stdout) console.log('command said', text(event.data.stdout));
    if (event.end) console.log('command ended with', event.end.exitCode);
  }
}

/** A process is named by its pid, or by a tag of your own; what it reads is sent by a call of its own. */
async function talkToCommand() {
  const process = { cmd: '/bin/cat', args: [], envs: {} };
  for await (const { event } of stream(sandbox, 'process.Process/Start', { process, stdin: true, tag: 'echo' })) {
    const named = { process: { tag: 'echo' } };
    if (event.start) await unary(sandbox, 'process.Process/SendInput', { ...named, input: { stdin: base64('ping') } });
    if (event.data?.stdout) {
      console.log('cat echoed', text(event.data.stdout));
      await unary(sandbox, 'process.Process/CloseStdin', named);
    }
    if (event.end) console.log('cat ended');
  }
}

/** Files are plain HTTP. */
async function writeAndRead() {
  const written = await inside(sandbox, '/files?path=notes/today.txt', {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: 'remember the milk',
  });
  console.log('wrote', (await written.json())[0].path);
  const read = await inside(sandbox, '/files?path=notes/today.txt');
  console.log('read', await read.text());
}

/** A terminal is a process that is started with a size. */
async function useTerminal() {
  const process = { cmd: '/bin/bash', args: ['-i', '-l'], envs: {} };
  const pty = { size: { cols: 80, rows: 24 } };
  let screen = '';
  for await (const { event } of stream(sandbox, 'process.Process/Start', { process, pty }, { timeoutMs: 30_000 })) {
    if (event.start) {
      const input = { pty: base64('echo terminal says $((6 * 7)); exit\n') };
      await unary(sandbox, 'process.Process/SendInput', { process: { pid: event.start.pid }, input });
    }
    if (event.data?.pty) screen += text(event.data.pty);
  }
  console.log(/terminal says \d+/.exec(screen)?.[0]);
}

function base64(value) {
  return Buffer.from(value).toString('base64');
}

function text(value) {
  return Buffer.from(value, 'base64').toString('utf8').trim();
}
