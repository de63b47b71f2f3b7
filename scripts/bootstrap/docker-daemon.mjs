import { spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rootPrefix } from './debian-packages.mjs';
import { whyNoEngine } from './engine-api.mjs';
import { findProgram, runCommand } from './run-command.mjs';
import { BootstrapError, say } from './say.mjs';

const PID_FILE = '/var/run/docker.pid';
const CONTAINERD_PID_FILE = '/var/run/docker/containerd/containerd.pid';
const CONTAINERD_CONFIG = '/var/run/docker/containerd/containerd.toml';
// A daemon that finds containers of the last run first stops them, which takes 10 s or more.
const READY_WITHIN_MS = 90_000;
const STEP = 'engine:';

/** Starts the installed Docker daemon and waits until it answers. One that is just starting or ending is waited for. */
export async function startDockerDaemon() {
  const prefix = await rootPrefix();
  if (!prefix) {
    throw new BootstrapError('the Docker daemon is not running, and starting it needs root', startCommand());
  }
  if (runningDaemon()) {
    say(STEP, 'a Docker daemon is there and does not answer, waiting for it');
    const reason = await waitForAnswer(() => (runningDaemon() ? undefined : 'it ended'));
    if (reason === undefined) return;
  }
  const { logFile, whyEnded } = await (hasSystemd() ? startBySystemd(prefix) : startInBackground(prefix));
  const reason = await waitForAnswer(whyEnded);
  if (reason === undefined) return;
  throw new BootstrapError(`the Docker daemon does not answer (${reason}); ${logFile} says why`, startCommand());
}

async function startBySystemd(prefix) {
  say(STEP, 'systemctl start docker');
  await runCommand([...prefix, 'systemctl', 'start', 'docker'], { timeoutMs: READY_WITHIN_MS }).catch((error) => {
    throw new BootstrapError(error.message, startCommand());
  });
  return { logFile: 'journalctl -u docker', whyEnded: () => undefined };
}

async function startInBackground(prefix) {
  await clearLeftovers(prefix);
  const logFile = prefix.length === 0 ? '/var/log/dockerd.log' : join(tmpdir(), 'sandglass-dockerd.log');
  say(STEP, `starting dockerd in the background (no systemd here), log in ${logFile}`);
  const log = openSync(logFile, 'a');
  const [program, ...args] = [...prefix, findProgram('dockerd') ?? 'dockerd'];
  // detached = a session of its own: it lives on when this terminal closes.
  const daemon = spawn(program, args, { detached: true, stdio: ['ignore', log, log], cwd: '/' });
  let ended;
  daemon.once('error', (error) => {
    ended = error.message;
  });
  daemon.once('exit', (code, signal) => {
    ended = `dockerd ended with ${signal ?? code}`;
  });
  daemon.unref();
  return { logFile, whyEnded: () => ended };
}

/** Resolves with undefined when the engine answers, else with the reason why it will not. */
async function waitForAnswer(whyEnded) {
  const giveUpAtMs = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const reason = await whyNoEngine();
    if (reason === undefined) return undefined;
    if (reason === 'EACCES') throw noPermission();
    if (whyEnded() || Date.now() > giveUpAtMs) return whyEnded() ?? reason;
    await sleep(100);
  }
}

export function noPermission() {
  return new BootstrapError(
    'a Docker engine is there, but this user may not use its socket',
    'sudo usermod -aG docker "$USER", then log in again',
  );
}

/**
 * A daemon killed the hard way leaves two pid files behind: its own, and the one of the containerd that it started.
 * With a dead (or zombie) containerd's pid in the second, the next daemon waits 15 s for it and gives up. Shims and
 * their state stay: through them the next daemon finds the containers of the last run and ends them in good order
 * (without them their processes run on for ever, and "container with given ID already exists"; tried with 20.10).
 */
async function clearLeftovers(prefix) {
  const files = [PID_FILE, CONTAINERD_PID_FILE].filter((file) => existsSync(file));
  const orphans = processes().filter(({ args }) => args[1] === '--config' && args[2] === CONTAINERD_CONFIG);
  if (files.length === 0 && orphans.length === 0) return;
  say(STEP, `clearing what a killed daemon left behind: ${files.join(', ')}`);
  for (const { pid } of orphans) {
    await runCommand([...prefix, 'kill', '-9', String(pid)], { timeoutMs: 5_000 }).catch(() => {});
  }
  await runCommand([...prefix, 'rm', '-f', ...files], { timeoutMs: 10_000 });
}

function runningDaemon() {
  const pid = existsSync(PID_FILE) ? Number(readFileSync(PID_FILE, 'utf8')) : undefined;
  return processes().find((one) => one.pid === pid && /dockerd$/.test(one.args[0]));
}

function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), args: readArguments(pid) }))
    .filter(({ args }) => args[0]);
}

function readArguments(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function hasSystemd() {
  return existsSync('/run/systemd/system');
}

function startCommand() {
  return hasSystemd() ? 'sudo systemctl start docker' : 'sudo dockerd';
}
