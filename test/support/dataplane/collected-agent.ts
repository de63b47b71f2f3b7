import type { Inside } from './inside.ts';
import { sizeOfAgent } from './process-size.ts';

type AgentSize = Awaited<ReturnType<typeof sizeOfAgent>>;

/**
 * Of a sandbox's agent after a whole collection of its garbage: what stays, not what waits for one. Needs python3 inside;
 * the agent's debugger listens there from then on (SIGUSR1 opens it in every Node), and is part of its size.
 */
export async function collectedSizeOfAgent(inside: Pick<Inside, 'ask'>): Promise<AgentSize> {
  await inside.ask(`echo ${Buffer.from(COLLECT).toString('base64')} | base64 -d | python3 -`);
  return sizeOfAgent(inside);
}

/** Finds the agent, opens its debugger, and says one thing to it over a WebSocket. */
const COLLECT = `
import base64, glob, json, os, signal, socket, time, urllib.request
def is_agent(exe):
    try: return os.readlink(exe).startswith('/opt/sandglass/')
    except OSError: return False
agent = next(int(exe.split('/')[2]) for exe in glob.glob('/proc/[0-9]*/exe') if is_agent(exe))
os.kill(agent, signal.SIGUSR1)
for _ in range(100):
    try: targets = json.load(urllib.request.urlopen('http://127.0.0.1:9229/json/list')); break
    except OSError: time.sleep(0.05)
path = targets[0]['webSocketDebuggerUrl'].split('9229', 1)[1]
peer = socket.create_connection(('127.0.0.1', 9229), 10)
key = base64.b64encode(os.urandom(16)).decode()
peer.sendall(('GET %s HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n'
    'Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: %s\\r\\n\\r\\n' % (path, key)).encode())
while not peer.recv(4096).endswith(b'\\r\\n\\r\\n'): pass
asked = json.dumps({'id': 1, 'method': 'HeapProfiler.collectGarbage'}).encode()
peer.sendall(bytes([0x81, 0x80 | len(asked), 0, 0, 0, 0]) + asked)
assert b'"id":1' in peer.recv(4096)
`;
