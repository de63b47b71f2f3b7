import { spawn } from 'node:child_process';
import { engineCall } from './engine-api.mjs';
import { BootstrapError } from './say.mjs';

/** Says from what an image was made; containers inherit it, so it must not look like a label of a sandbox. */
export const CONTENT_LABEL = 'sandglass.image.content';
const STALL_MS = 300_000;

/** True when the engine has this image made from this content. */
export async function hasImage(name, content) {
  const { status, body } = await engineCall('GET', `/images/${name}/json`);
  return status === 200 && body.Config?.Labels?.[CONTENT_LABEL] === content;
}

export async function hasImageNamed(name) {
  const { status } = await engineCall('GET', `/images/${name}/json`);
  return status === 200;
}

/** Pulls an image from its registry; rejects when nothing moves for `timeoutMs`, or when the signal says so. */
export async function pullImage(name, options) {
  const [fromImage, tag] = name.split(':');
  await expectOk(engineCall('POST', `/images/create?${query({ fromImage, tag })}`, options));
}

/** Makes an image out of a tar stream that holds a root file system; `openTar` is called when it can be read. */
export async function importImage(name, openTar, changes = []) {
  const [repo, tag] = name.split(':');
  const path = `/images/create?${query({ fromSrc: '-', repo, tag, changes })}`;
  await replacing(name, () =>
    expectOk(engineCall('POST', path, { body: openTar(), headers: TAR, timeoutMs: STALL_MS, onMessage: () => {} })),
  );
}

/** Builds a folder that has a Dockerfile. */
export async function buildImage(name, folder, { buildArgs = {}, labels = {}, onMessage }) {
  const [buildargs, labelsJson] = [JSON.stringify(buildArgs), JSON.stringify(labels)];
  const path = `/build?${query({ t: name, buildargs, labels: labelsJson, rm: '1', forcerm: '1' })}`;
  await replacing(name, () =>
    expectOk(engineCall('POST', path, { body: tarOf(folder), headers: TAR, timeoutMs: STALL_MS, onMessage })),
  );
}

/** A folder as a tar stream that belongs to root, whoever packs it. Read it at once: what waits is lost when tar ends. */
export function tarOf(folder) {
  const args = ['--create', '--numeric-owner', '--owner=0', '--group=0', '--sort=name', '--directory', folder, '.'];
  const child = spawn('tar', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.once('error', (error) => child.stdout.destroy(error));
  child.once('exit', (code) => code !== 0 && child.stdout.destroy(new Error(`tar ended with ${code}`)));
  return child.stdout;
}

/** Removes the image that had this name before, unless a container still needs it (the engine then refuses). */
async function replacing(name, make) {
  const { body: before } = await engineCall('GET', `/images/${name}/json`);
  await make();
  const { body: after } = await engineCall('GET', `/images/${name}/json`);
  if (before.Id && before.Id !== after.Id) await engineCall('DELETE', `/images/${before.Id}`);
}

async function expectOk(call) {
  const { status, body } = await call;
  if (status !== 200) throw new BootstrapError(`the engine refused: ${body?.message ?? body ?? status}`);
}

function query(values) {
  const pairs = Object.entries(values).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  return new URLSearchParams(pairs).toString();
}

const TAR = { 'content-type': 'application/x-tar' };
