import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Agent, fetch as undiciFetch } from 'undici';
import { freePort } from '../run-program.ts';

/** The domain that stands in the settings under deploy/. */
export const DOMAIN = 'sandboxes.example.com';

/** A reverse proxy with settings of deploy/, as a client of the domain sees it. */
export interface Front {
  /** https://sandboxes.example.com:PORT */
  readonly url: string;
  readonly port: number;
  /** Of plain HTTP. */
  readonly httpPort: number;
  readonly ca: string;
  /** Finds every name on this machine, and takes the certificate; `from` is the address that calls. */
  dispatcher(from?: string): Agent;
  close(): Promise<void>;
}

export interface Place {
  readonly folder: string;
  readonly port: number;
  readonly httpPort: number;
  readonly certificate: string;
  readonly key: string;
  /** HOST:PORT of the service. */
  readonly service: string;
  readonly isAnswering: () => Promise<boolean>;
}

/** Makes a certificate for the domain and the names below it, and lets `run` start the proxy. */
export async function startFront(
  service: string,
  run: (place: Place) => Promise<{ close(): Promise<void> }>,
): Promise<Front> {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-front-'));
  const [certificate, key] = [join(folder, 'front.crt'), join(folder, 'front.key')];
  await makeCertificate(certificate, key);
  const ca = readFileSync(certificate, 'utf8');
  const [port, httpPort] = [await freePort(), await freePort()];
  const url = `https://${DOMAIN}:${port}`;
  const agents: Agent[] = [];
  const dispatcher = (from?: string) => {
    const agent = new Agent({ connect: { ca, lookup }, ...(from === undefined ? {} : { localAddress: from }) });
    agents.push(agent);
    return agent;
  };
  const asked = dispatcher();
  const isAnswering = () =>
    undiciFetch(`${url}/healthz`, { dispatcher: asked }).then(
      ({ status }) => status === 200,
      () => false,
    );
  const host = new URL(service).host;
  const program = await run({ folder, port, httpPort, certificate, key, service: host, isAnswering });
  return {
    ...{ url, port, httpPort, ca, dispatcher },
    async close() {
      await Promise.all(agents.map((agent) => agent.destroy()));
      await program.close();
    },
  };
}

/** Every name is this machine. */
export const lookup: LookupFunction = (_name, { all }, found) => {
  if (all === true) found(null, [{ address: '127.0.0.1', family: 4 }]);
  else found(null, '127.0.0.1', 4);
};

/** Puts words in place of others; throws where a word is not there, for then the settings are others than the test thinks. */
export function replaced(text: string, words: Readonly<Record<string, string>>): string {
  return Object.entries(words).reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the settings do not say: ${from}`);
    return before.replaceAll(from, () => to);
  }, text);
}

async function makeCertificate(certificate: string, key: string): Promise<void> {
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${DOMAIN}`, '-addext', `subjectAltName=DNS:${DOMAIN},DNS:*.${DOMAIN}`];
  await promisify(execFile)('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate, ...names]);
}
