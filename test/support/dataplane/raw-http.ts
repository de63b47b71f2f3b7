import { connect } from 'node:net';

const BOUND_MS = 3_000;
const QUIET_MS = 250;

/** Says bytes to a server as they are, and answers all that came back until it closes or is quiet. */
export function sayRaw(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const heard: Buffer[] = [];
    const done = () => {
      clearTimeout(late);
      clearTimeout(quiet);
      socket.destroy();
      resolve(Buffer.concat(heard).toString('latin1'));
    };
    const late = setTimeout(done, BOUND_MS);
    let quiet: NodeJS.Timeout | undefined;
    socket.on('data', (chunk) => {
      heard.push(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(done, QUIET_MS);
    });
    socket.once('error', done);
    socket.once('close', done);
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}

/** A head of lines with CRLF, and the empty line behind. */
export function head(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Status codes of all answers in what came back. */
export function statusesIn(heard: string): readonly number[] {
  return [...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}
