/**
 * The worker that looks into files, as text, because the agent is one file: a regular expression of a caller may run
 * for ever, and a worker can be ended. It is given { source, flags } and batches of paths, and answers each batch with
 * { matches: [{ path, line, text }], isFull }.
 */
export const grepWorkerSource = `
'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const { openSync, fstatSync, readSync, closeSync, constants } = require('node:fs');
const { source, flags, largestBytes, longestText } = workerData;
const expression = new RegExp(source, flags);
let left = workerData.limit;
function textOf(path) {
  let file;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > largestBytes) return undefined;
    const bytes = Buffer.allocUnsafe(largestBytes + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < bytes.length; length += read) read = readSync(file, bytes, length, bytes.length - length, null);
    if (length > largestBytes || bytes.subarray(0, Math.min(length, 8192)).includes(0)) return undefined;
    return bytes.toString('utf8', 0, length);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
function look(path, matches) {
  const text = textOf(path);
  if (text === undefined) return;
  const lines = text.split('\\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index].endsWith('\\r') ? lines[index].slice(0, -1) : lines[index];
    if (!expression.test(line)) continue;
    if (left-- === 0) return;
    matches.push({ path, line: index + 1, text: line.slice(0, longestText) });
  }
}
parentPort.on('message', (paths) => {
  const matches = [];
  for (const path of paths) if (left >= 0) look(path, matches);
  parentPort.postMessage({ matches, isFull: left < 0 });
});
`;
