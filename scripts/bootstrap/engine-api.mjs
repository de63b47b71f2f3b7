import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Duplex } from 'node:stream';

const LOCAL_SOCKET = '/var/run/docker.sock';

/** Where the engine is, from the environment: `url` for messages, `isLocal` when bootstrap may start one there. */
export function engineAddress(env = process.env) {
  const url = env['SANDGLASS_DOCKER_HOST'] || env['DOCKER_HOST'] || `unix://${LOCAL_SOCKET}`;
  return { url, isLocal: url === `unix://${LOCAL_SOCKET}` || url === 'unix:///run/docker.sock' };
}

/** Resolves with `undefined` when an engine answers, else with the reason why none does. */
export async function whyNoEngine(timeoutMs = 3_000) {
  try {
    const { status } = await engineCall('GET', '/_ping', { timeoutMs });
    return status === 200 ? undefined : `it answers ${status}`;
  } catch (error) {
    return error.code ?? error.message;
  }
}

/**
 * One call of the Docker Engine API. Resolves with { status, body } (body parsed when it is JSON), rejects when the
 * connection fails or nothing moves for `timeoutMs`. A body may be a stream. `onMessage` hears each line of a
 * progress stream as an object; such a call rejects when the stream carries an error.
 */
export function engineCall(method, path, { body, headers = {}, timeoutMs = 10_000, onMessage, signal } = {}) {
  return new Promise((resolve, reject) => {
    const { request, options } = transport(engineAddress().url);
    const call = request({
      ...options,
      method,
      path,
      headers: { host: 'docker', ...headers },
      timeout: timeoutMs,
      signal,
    });
    call.once('timeout', () => call.destroy(new Error(`no answer from the engine for ${timeoutMs / 1000} s`)));
    call.on('error', reject);
    call.once('response', (response) => {
      response.once('error', reject);
      const read = onMessage && response.statusCode === 200 ? readProgress(response, onMessage) : readBody(response);
      read.then((answer) => resolve({ status: response.statusCode, body: answer }), reject);
    });
    if (body && typeof body.pipe === 'function') {
      body.once('error', (error) => call.destroy(error));
      body.pipe(call);
    } else call.end(body);
  });
}

async function readBody(response) {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return /json/.test(response.headers['content-type'] ?? '') && text ? JSON.parse(text) : text;
}

async function readProgress(response, onMessage) {
  for await (const line of createInterface({ input: response })) {
    if (!line.trim()) continue;
    const message = JSON.parse(line);
    if (message.error) throw new Error(message.error);
    onMessage(message);
  }
}

function transport(url) {
  const { protocol, hostname, port, pathname, username } = new URL(url);
  if (protocol === 'unix:') return { request: http.request, options: { socketPath: pathname, agent: false } };
  if (protocol === 'ssh:')
    return { request: http.request, options: { createConnection: () => dialOverSsh(hostname, port, username) } };
  const folder = process.env['DOCKER_CERT_PATH'];
  if (!folder) return { request: http.request, options: { hostname, port: port || 2375, agent: false } };
  const read = (name) => readFileSync(join(folder, name));
  const keys = { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
  return { request: https.request, options: { hostname, port: port || 2376, agent: false, ...keys } };
}

/** The way the docker CLI does it: the far side's CLI joins its engine's socket to stdin and stdout. */
function dialOverSsh(hostname, port, username) {
  const where = username ? `${decodeURIComponent(username)}@${hostname}` : hostname;
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', ...(port ? ['-p', port] : [])];
  const child = spawn('ssh', [...options, '--', where, 'docker', 'system', 'dial-stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const socket = Duplex.from({ writable: child.stdin, readable: child.stdout });
  child.once('error', (error) => socket.destroy(error));
  socket.once('close', () => child.kill());
  return Object.assign(socket, {
    setTimeout: () => socket,
    setNoDelay: () => socket,
    setKeepAlive: () => socket,
    ref: () => socket,
    unref: () => socket,
  });
}
