// What E2B's Python SDKs say on the wire: the synchronous one polls a watcher, the asynchronous one streams.
//   E2B_API_KEY=... E2B_API_URL=http://127.0.0.1:4747 node examples/python-wire.mjs
import { control, inside, stream, unary } from './connect.mjs';

const SEEN = 'filesystem.Filesystem';
const sandbox = await control('POST', '/v2/sandboxes', { templateID: 'base', timeout: 120, secure: true });
console.log('sandbox', sandbox.sandboxID);
try {
  await unary(sandbox, `${SEEN}/MakeDir`, { path: '/home/user/watched' });
  await poll();
  await follow();
  await uploadForm();
} finally {
  await control('DELETE', `/sandboxes/${sandbox.sandboxID}`);
  console.log('killed');
}

/** sandbox.files.watch_dir(...).get_new_events() of the synchronous SDK. */
async function poll() {
  const { watcherId } = await unary(sandbox, `${SEEN}/CreateWatcher`, { path: '/home/user/watched', recursive: true });
  await write('/home/user/watched/polled/file.txt', 'x');
  const events = [];
  while (!events.some(({ name, type }) => name === 'polled/file.txt' && type === 'EVENT_TYPE_WRITE')) {
    // What has been told is not told again; a default, such as an empty list, may be absent.
    const answer = await unary(sandbox, `${SEEN}/GetWatcherEvents`, { watcherId });
    events.push(...(answer.events ?? []));
  }
  console.log('polled', events.map(({ name, type }) => `${type} ${name}`).join(', '));
  await unary(sandbox, `${SEEN}/RemoveWatcher`, { watcherId });
  await unary(sandbox, `${SEEN}/GetWatcherEvents`, { watcherId }).catch((error) =>
    console.log('removed:', error.message),
  );
}

/** await sandbox.files.watch_dir(...) of the asynchronous SDK. */
async function follow() {
  const leaving = new AbortController();
  const request = { path: '/home/user/watched', recursive: true };
  try {
    for await (const told of stream(sandbox, `${SEEN}/WatchDir`, request, {
      timeoutMs: 60_000,
      signal: leaving.signal,
    })) {
      if (told.start) await write('/home/user/watched/streamed.txt', 'x');
      if (told.filesystem?.name !== 'streamed.txt') continue;
      console.log('streamed', told.filesystem.type, told.filesystem.name);
      leaving.abort();
    }
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
}

/** sandbox.files.write_files([...]): one form, each file under its whole path. */
async function uploadForm() {
  const form = new FormData();
  form.append('file', new Blob(['print("one")\n']), '/home/user/app/one.py');
  form.append('file', new Blob(['print("two")\n']), '/home/user/app/two.py');
  const answer = await inside(sandbox, '/files', { method: 'POST', body: form });
  console.log('uploaded', (await answer.json()).map(({ path }) => path).join(', '));
  const process = { cmd: '/bin/bash', args: ['-l', '-c', 'python3 app/one.py && python3 app/two.py'] };
  let said = '';
  for await (const { event } of stream(
    sandbox,
    'process.Process/Start',
    { process, stdin: false },
    { timeoutMs: 60_000 },
  )) {
    said += Buffer.from(event.data?.stdout ?? '', 'base64').toString('utf8');
  }
  console.log('ran', said.trim().split('\n').join(', '));
}

async function write(path, content) {
  const query = new URLSearchParams({ path });
  const headers = { 'Content-Type': 'application/octet-stream' };
  const answer = await inside(sandbox, `/files?${query}`, { method: 'POST', headers, body: content });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}
