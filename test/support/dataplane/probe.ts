import type { Inside } from './inside.ts';

export type Reached = 'open' | 'refused' | 'nothing';

/** What a root process inside gets from each `host:port` that it tries to connect to, all at once. */
export async function probe(
  inside: Pick<Inside, 'ask'>,
  places: readonly (readonly [host: string, port: number])[],
): Promise<Readonly<Record<string, Reached>>> {
  const answer: unknown = JSON.parse(await inside.ask(`python3 - <<'END'\n${SCRIPT(JSON.stringify(places))}\nEND`));
  return answer as Record<string, Reached>; // written by the script below
}

const SCRIPT = (places: string) => `
import json, socket, threading
reached = {}
def attempt(host, port):
    kind = socket.AF_INET6 if ':' in host else socket.AF_INET
    s = socket.socket(kind, socket.SOCK_STREAM)
    s.settimeout(1.5)
    try:
        s.connect((host, port))
        answer = 'open'
    except ConnectionRefusedError:
        answer = 'refused'
    except OSError:
        answer = 'nothing'
    s.close()
    reached[host + ' ' + str(port)] = answer
threads = [threading.Thread(target=attempt, args=place) for place in json.loads('''${places}''')]
for t in threads: t.start()
for t in threads: t.join()
print(json.dumps(reached))`;

/** What a name server says to a root process inside about a name: all of its answer, or the error. */
export function lookUp(inside: Pick<Inside, 'ask'>, server: string, name: string, kind: 'A' | 'PTR'): Promise<string> {
  return inside.ask(`python3 - <<'END'
import socket
q = b'\\x12\\x34\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00'
for label in '${name}'.split('.'): q += bytes([len(label)]) + label.encode()
q += b'\\x00\\x00${kind === 'A' ? '\\x01' : '\\x0c'}\\x00\\x01'
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1.5)
try:
    s.sendto(q, ('${server}', 53))
    print(s.recv(2000))
except OSError as e:
    print(repr(e))
END`);
}
