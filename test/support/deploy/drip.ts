import type { Inside } from '../dataplane/inside.ts';

/** The port of the drip inside. */
export const DRIP_PORT = 8001;

/** A program inside that says "first" and, after a GET of /more, "second", without a word on how it wants to be passed on. */
export async function serveDrip(inside: Inside): Promise<void> {
  await inside.ask(`cat > /tmp/drip.py <<'END'
import http.server, threading
more = threading.Event()
class Drip(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        self.send_response(200)
        self.send_header('content-type', 'text/plain')
        if self.path == '/more':
            more.set()
            self.send_header('content-length', '0')
            return self.end_headers()
        self.send_header('transfer-encoding', 'chunked')
        self.end_headers()
        more.clear()
        self.wfile.write(b'5\\r\\nfirst\\r\\n')
        more.wait(20)
        self.wfile.write(b'6\\r\\nsecond\\r\\n0\\r\\n\\r\\n')
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(('0.0.0.0', ${DRIP_PORT}), Drip).serve_forever()
END
(setsid python3 /tmp/drip.py >/dev/null 2>&1 &)
for i in $(seq 100); do python3 -c 'import socket; socket.create_connection(("127.0.0.1", ${DRIP_PORT}), 1)' 2>/dev/null && exit 0; sleep 0.1; done
exit 1`);
}
