import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findCgroup } from '../../../src/sample/cgroup-usage.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sandglass-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

it('reads version 2 as systemd lays it out', () => {
  const at = 'system.slice/docker-abc.scope';
  put({
    [`${at}/memory.current`]: '1000\n',
    [`${at}/memory.peak`]: '1500\n',
    [`${at}/memory.max`]: 'max\n',
    [`${at}/memory.stat`]: 'anon 70\nfile 300\ninactive_file 200\n',
    [`${at}/memory.events`]: 'low 0\noom 1\noom_kill 3\n',
    [`${at}/cgroup.procs`]: '12\n0\n14\n',
    [`${at}/cpu.stat`]: 'usage_usec 7\nuser_usec 5\n',
    [`${at}/pids.current`]: '4\n',
  });
  expect(findCgroup('abc', root)?.read()).toEqual({
    ...{ cpuNs: 7_000, memChargedBytes: 1000, memPeakBytes: 1500, memLimitBytes: 0 },
    ...{ memCacheBytes: 300, memInactiveFileBytes: 200, memRssBytes: 70, oomKills: 3, pids: 4 },
  });
  expect(findCgroup('abc', root)).toMatchObject({ version: 2 });
  expect(findCgroup('abc', root)?.pids()).toEqual([12, 14]);
});

it('reads version 1 as the cgroupfs driver lays it out', () => {
  put({
    'memory/docker/abc/memory.usage_in_bytes': '1000\n',
    'memory/docker/abc/memory.max_usage_in_bytes': '1500\n',
    'memory/docker/abc/memory.limit_in_bytes': '536870912\n',
    'memory/docker/abc/memory.stat':
      'cache 1\ninactive_file 2\ntotal_rss 80\ntotal_cache 300\ntotal_inactive_file 200\n',
    'memory/docker/abc/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 5\n',
    'cpuacct/docker/abc/cpuacct.usage': '7000\n',
    'pids/docker/abc/pids.current': '4\n',
  });
  expect(findCgroup('abc', root)?.read()).toEqual({
    ...{ cpuNs: 7_000, memChargedBytes: 1000, memPeakBytes: 1500, memLimitBytes: 536_870_912 },
    ...{ memCacheBytes: 300, memInactiveFileBytes: 200, memRssBytes: 80, oomKills: 5, pids: 4 },
  });
  expect(findCgroup('abc', root)).toMatchObject({ version: 1 });
  expect(findCgroup('abc', root)?.pids()).toEqual([]);
});

it('knows nothing of a container that is not on this machine, or no more', () => {
  expect(findCgroup('abc', root)).toBeUndefined();
  put({ 'docker/abc/memory.current': '1\n' });
  const cgroup = findCgroup('abc', root);
  rmSync(join(root, 'docker'), { recursive: true });
  expect(cgroup?.read()).toBeUndefined();
});
