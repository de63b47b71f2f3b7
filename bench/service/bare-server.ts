import { childServer } from './child-server.ts';

const PROGRAM = `
  const server = require('node:http').createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.end('{"status":"ok"}');
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** Node's own HTTP server in a process of its own, answering every request with the same line. */
export function bareServer(cleanUp: (task: () => Promise<void>) => void): Promise<string> {
  return childServer(PROGRAM, [], cleanUp);
}
