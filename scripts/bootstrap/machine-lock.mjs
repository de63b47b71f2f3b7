import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootstrapError, say } from './say.mjs';

const WAIT_MS = 1_800_000;

/**
 * Runs `work` while no other bootstrap of this user runs: packages, engine and images are shared by all clones.
 * A lock whose process is gone is taken over. Rejects when the holder is not done within half an hour.
 */
export async function withMachineLock(work, file = join(tmpdir(), `sandglass-bootstrap-${userInfo().uid}.lock`)) {
  await take(file);
  const release = () => readHolder(file)?.text === ownText() && rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

async function take(file) {
  const giveUpAtMs = Date.now() + WAIT_MS;
  let told;
  while (!tryTake(file)) {
    const holder = readHolder(file);
    if (holder && !isAlive(holder)) {
      setAside(file, holder);
      continue;
    }
    if (holder && holder.pid !== told)
      say('bootstrap:', `another one (process ${holder.pid}) is at work, waiting for it`);
    told = holder?.pid ?? told;
    if (Date.now() > giveUpAtMs)
      throw new BootstrapError(`process ${told} has held ${file} for half an hour`, `rm ${file}`);
    await sleep(200);
  }
}

/** A hard link appears whole or not at all, and only where nothing is. */
function tryTake(file) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, ownText());
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new BootstrapError(`the lock ${file} cannot be written: ${error.message}`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a dead holder's lock away; one that a living process took in between goes back to its place. */
function setAside(file, holder) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    if (readHolder(aside)?.text !== holder.text) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(error.code)) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readHolder(file) {
  try {
    const text = readFileSync(file, 'utf8');
    const [pid, startedAt] = text.split(' ');
    return { text, pid: Number(pid), startedAt };
  } catch {
    return undefined;
  }
}

function isAlive({ pid, startedAt }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return startTime(pid) === startedAt;
}

function ownText() {
  return `${process.pid} ${startTime(process.pid)}`;
}

/** Process ids come round again: a process is the same one only when its start time is (field 22 of proc(5) stat). */
function startTime(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[19];
  } catch {
    return 'unknown';
  }
}
