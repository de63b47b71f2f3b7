import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** This machine's engine behind TLS with client certificates, as `dockerd --tlsverify -H tcp://` is. */
export interface TlsFront {
  readonly dockerHost: string;
  /** A folder like DOCKER_CERT_PATH. */
  readonly certPath: string;
  close(): Promise<void>;
}

export async function tlsFront(engineSocket = '/var/run/docker.sock'): Promise<TlsFront> {
  const certPath = await mkdtemp(join(tmpdir(), 'sandglass-tls-'));
  await makeCertificates(certPath);
  const read = (name: string) => readFile(join(certPath, name));
  const [ca, cert, key] = await Promise.all([read('ca.pem'), read('cert.pem'), read('key.pem')]);
  const server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, (client) => {
    const engine = connect(engineSocket);
    client.pipe(engine).pipe(client);
    client.on('error', () => engine.destroy());
    engine.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    dockerHost: `tcp://127.0.0.1:${port}`,
    certPath,
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await rm(certPath, { recursive: true });
    },
  };
}

/** One certificate serves both sides; it names the loopback address. */
async function makeCertificates(folder: string): Promise<void> {
  const file = (name: string) => join(folder, name);
  const openssl = (...argv: readonly string[]) => run('openssl', argv, { timeout: 30_000 });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout'];
  await openssl(
    'req',
    '-x509',
    '-days',
    '2',
    '-subj',
    '/CN=test-ca',
    ...key,
    file('ca-key.pem'),
    '-out',
    file('ca.pem'),
  );
  await openssl(
    'req',
    '-subj',
    '/CN=engine',
    ...key,
    file('key.pem'),
    '-out',
    file('cert.csr'),
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  );
  const sign = ['-CA', file('ca.pem'), '-CAkey', file('ca-key.pem'), '-CAcreateserial', '-copy_extensions', 'copy'];
  await openssl('x509', '-req', '-days', '2', '-in', file('cert.csr'), ...sign, '-out', file('cert.pem'));
}
