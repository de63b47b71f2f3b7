import { childServer } from './child-server.ts';

const PIPES = `
  const { Agent, createServer, request } = require('node:http');
  const [host, port] = process.argv.slice(1);
  const agent = new Agent({ keepAlive: true });
  const server = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    const inner = request({ agent, host, port, method, path: url, headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    inner.on('error', () => answer.destroy());
    asked.pipe(inner);
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const DISPATCHES = `
  const { createServer } = require('node:http');
  const { Pool } = require('undici');
  const [host, port] = process.argv.slice(1);
  const pool = new Pool('http://' + host + ':' + port, { connections: null });
  const server = createServer((asked, answer) => {
    const { method, url, rawHeaders } = asked;
    let go = () => {};
    answer.on('drain', () => go());
    pool.dispatch({ method, path: url, headers: rawHeaders }, {
      onConnect() {},
      onHeaders(status, headers, resume) {
        go = resume;
        answer.writeHead(status, headers.map(String));
        return true;
      },
      onData: (chunk) => answer.write(chunk),
      onComplete: () => answer.end(),
      onError: () => answer.destroy(),
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** The plainest proxy of Node to one server, in a process of its own: both ways piped. */
export function barePipes(host: string, port: number, cleanUp: (task: () => Promise<void>) => void): Promise<string> {
  return childServer(PIPES, [host, String(port)], cleanUp);
}

/** The fastest that undici makes of it for requests without a body: nothing looked at, nothing changed. */
export function bareUndici(host: string, port: number, cleanUp: (task: () => Promise<void>) => void): Promise<string> {
  return childServer(DISPATCHES, [host, String(port)], cleanUp);
}
