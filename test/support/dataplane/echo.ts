import { eventually } from '../api.ts';
import type { Inside } from './inside.ts';

/** The port of the echo inside. */
export const ECHO_PORT = 8000;

/** Answers each request with the sandbox's id and the head that came, and counts connections' requests in a file. */
export async function serveEcho(inside: Inside): Promise<void> {
  await inside.ask(`cat > /tmp/echo.py <<'END'
import http.server, json
class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def handle_any(self):
        with open('/tmp/seen', 'a') as seen: seen.write(self.command + ' ' + self.path + '\\n')
        size = int(self.headers.get('content-length') or 0)
        if size: self.rfile.read(size)
        elif self.headers.get('transfer-encoding'):
            while True:
                n = int(self.rfile.readline().split(b';')[0], 16)
                self.rfile.read(n + 2)
                if n == 0: break
        body = json.dumps({'in': '${inside.id}', 'path': self.path, 'headers': self.headers.items()}).encode()
        self.send_response(200)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = do_PUT = handle_any
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(('0.0.0.0', ${ECHO_PORT}), Echo).serve_forever()
END
: > /tmp/seen; (setsid python3 /tmp/echo.py >/dev/null 2>&1 &)`);
  await eventually('the echo answers', async () => (await inside.fetch('/', { port: ECHO_PORT })).ok);
  await inside.ask(': > /tmp/seen');
}

/** Requests that came to the echo since the last look, as method and path. */
export async function seenIn(inside: Inside): Promise<readonly string[]> {
  const text = await inside.ask('cat /tmp/seen; : > /tmp/seen');
  return text === '' ? [] : text.split('\n');
}
