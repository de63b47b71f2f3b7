import { connect, type Socket } from 'node:net';

export interface Place {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const CHUNK = Buffer.alloc(1024 * 1024, 'sandglass ');
const READ_BYTES = 256 * 1024;
const DEADLINE_MS = 120_000;

/** POSTs so many bytes as an octet-stream; seconds until the answer, which must be 200, is there. */
export async function sendBytes(place: Place, bytes: number): Promise<number> {
  const beganMs = performance.now();
  const answer = await exchange(place, 'POST', bytes);
  if (!answer.head.startsWith('HTTP/1.1 200')) throw new Error(`the write answered ${answer.head.slice(0, 300)}`);
  return (performance.now() - beganMs) / 1_000;
}

/** GETs a file; seconds until all of it is there. Throws unless it is 200 and so many bytes. */
export async function receiveBytes(place: Place, bytes: number): Promise<number> {
  const beganMs = performance.now();
  const answer = await exchange(place, 'GET', 0);
  if (!answer.head.startsWith('HTTP/1.1 200')) throw new Error(`the read answered ${answer.head.slice(0, 300)}`);
  if (answer.bodyBytes !== bytes) throw new Error(`${answer.bodyBytes} bytes came, not ${bytes}`);
  return (performance.now() - beganMs) / 1_000;
}

interface Exchanged {
  readonly head: string;
  readonly bodyBytes: number;
}

/** On a bare socket, reading into one buffer: a client as cheap as curl. */
function exchange({ url, path, headers }: Place, method: 'GET' | 'POST', bytes: number): Promise<Exchanged> {
  const { hostname, port, host } = new URL(url);
  const content = method === 'POST' ? { 'content-type': 'application/octet-stream', 'content-length': bytes } : {};
  const lines = Object.entries({ host, connection: 'close', ...headers, ...content });
  const asked = `${method} ${path} HTTP/1.1\r\n${lines.map((pair) => `${pair.join(': ')}\r\n`).join('')}\r\n`;
  return new Promise((resolve, reject) => {
    const reader = answerReader((answer) => {
      socket.destroy();
      resolve(answer);
    });
    const socket = connect({
      host: hostname,
      port: Number(port),
      onread: { buffer: Buffer.alloc(READ_BYTES), callback: (length, buffer) => reader(buffer, length) },
    });
    socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error('nothing moves')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection ended early')));
    socket.once('connect', () => {
      socket.write(asked, 'latin1');
      writeAll(socket, bytes);
    });
  });
}

function writeAll(socket: Socket, bytes: number): void {
  let left = bytes;
  const go = () => {
    while (left > 0 && !socket.destroyed) {
      const piece = left >= CHUNK.length ? CHUNK : CHUNK.subarray(0, left);
      left -= piece.length;
      if (!socket.write(piece)) {
        socket.once('drain', go);
        return;
      }
    }
  };
  go();
}

/** Takes pieces of an answer with a content-length; true = more is wanted. */
function answerReader(done: (answer: Exchanged) => void): (buffer: Uint8Array, length: number) => boolean {
  let head = '';
  let wanted = -1;
  let got = 0;
  return (buffer, length) => {
    if (wanted !== -1) got += length;
    else {
      head += Buffer.from(buffer.subarray(0, length)).toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return true;
      wanted = Number(/\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end))?.[1] ?? Number.NaN);
      got = head.length - end - 4;
    }
    if (got >= wanted || Number.isNaN(wanted)) done({ head, bodyBytes: got });
    return true;
  };
}
