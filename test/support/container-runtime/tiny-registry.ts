import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

export interface RegistryOptions {
  /** `user:password` that every request must bring. */
  readonly login?: string;
  readonly layers?: number;
}

type Pace = 'whole' | 'drip' | 'stuck';

export interface TinyRegistry {
  /** `127.0.0.1:port`: the engine speaks plain HTTP to a loopback registry. */
  readonly host: string;
  /** An image of random bytes that nobody else has. */
  readonly image: string;
  /** The content id that the engine must give it. */
  readonly imageId: string;
  /** How layers are sent from now on: whole, a little every 50 ms, or begun and never continued. */
  pace(pace: Pace): void;
  /** Layers that are being sent slowly now. */
  openBlobs(): number;
  close(): Promise<void>;
}

const LAYER_BYTES = 3 * 1024 * 1024;

/** A registry (OCI distribution, pulls only) with one image in it. */
export async function tinyRegistry({ login, layers = 2 }: RegistryOptions = {}): Promise<TinyRegistry> {
  const name = `sgt-${randomBytes(4).toString('hex')}`;
  const { manifest, blobs, imageId } = randomImage(name, layers);
  const manifestUrls = [`/v2/${name}/manifests/1`, `/v2/${name}/manifests/${digestOf(manifest)}`];
  let pace: Pace = 'whole';
  let open = 0;

  const server = createServer((request, response) => {
    if (login !== undefined && request.headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="tiny"' }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
    } else if (request.url === '/v2/') response.end('{}');
    else if (manifestUrls.includes(request.url ?? '')) sendManifest(request, response, manifest);
    else sendBlob(response, blobs.get((request.url ?? '').split('/').at(-1) ?? ''));
  });
  const sendBlob = (response: ServerResponse, blob: Buffer | undefined) => {
    if (blob === undefined) {
      response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
      return;
    }
    response.writeHead(200, { 'content-length': blob.length });
    if (pace === 'whole' || blob.length < LAYER_BYTES) {
      response.end(blob);
      return;
    }
    open++;
    response.write(blob.subarray(0, 1_000));
    let sent = 1_000;
    const drip = () => {
      response.write(blob.subarray(sent, sent + 1_000));
      sent += 1_000;
    };
    const timer = pace === 'drip' ? setInterval(drip, 50) : undefined;
    response.on('close', () => {
      open--;
      clearInterval(timer);
    });
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    host,
    image: `${host}/${name}:1`,
    imageId,
    pace(next) {
      pace = next;
    },
    openBlobs: () => open,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sendManifest(request: IncomingMessage, response: ServerResponse, manifest: Buffer): void {
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  response.writeHead(200, {
    'content-type': type,
    'content-length': manifest.length,
    'docker-content-digest': digestOf(manifest),
  });
  response.end(request.method === 'HEAD' ? undefined : manifest);
}

function randomImage(name: string, count: number) {
  const tars = Array.from({ length: count }, (_, index) => tarOf(`${name}-${index}`, randomBytes(LAYER_BYTES)));
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: ['/none'] },
      rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
    }),
  );
  const zipped = tars.map((tar) => gzipSync(tar, { level: 1 }));
  const described = (mediaType: string, blob: Buffer) => ({ mediaType, size: blob.length, digest: digestOf(blob) });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: described('application/vnd.docker.container.image.v1+json', config),
      layers: zipped.map((blob) => described('application/vnd.docker.image.rootfs.diff.tar.gzip', blob)),
    }),
  );
  const blobs = new Map([config, ...zipped].map((blob) => [digestOf(blob), blob]));
  return { manifest, blobs, imageId: digestOf(config) };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A tar archive with one file (POSIX ustar). */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(content.length, 12) + octal(0, 12), 100);
  header.write('        0', 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}
