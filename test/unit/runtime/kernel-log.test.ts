import { expect, it } from 'vitest';
import { endReason } from '../../../src/domain/reasons.ts';
import { kernelLog, killsByContainer } from '../../../src/runtime/host/kernel-log.ts';

const ID = '6c4bff74dd6fdbc627648d0ca06ba0b31bfe8eee996efda228a5c93a4bc876df';
// As Linux 6.18 wrote them.
const choice = (priority = 6) =>
  `${priority},1,2,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=${ID},mems_allowed=0,oom_memcg=/docker/${ID},task_memcg=/docker/${ID},task=sh,pid=16712,uid=0\n`;
const kill = (pid = 16_712) =>
  `3,2,3,-;Memory cgroup out of memory: Killed process ${pid} (sh) total-vm:100580kB, anon-rss:65028kB, file-rss:1520kB, shmem-rss:0kB, UID:0 pgtables:172kB oom_score_adj:0\n`;

function after(...records: readonly string[]) {
  const kills = killsByContainer();
  for (const record of records) kills.take(record);
  return kills.lastIn(ID);
}

it('tells what was killed in a container, and how much it had of its own', () => {
  expect(after(choice(), '6,9,9,-;eth0: something else\n', kill())).toEqual({ name: 'sh', ownBytes: 65_028 * 1024 });
});

it('believes no record of a program, and none of another process', () => {
  expect(after(choice(14), kill())).toBeUndefined();
  expect(after(choice(), kill(1))).toBeUndefined();
  expect(after(kill(), 'nonsense', '')).toBeUndefined();
});

it('says nothing where there is no log', () => {
  expect(kernelLog('/nonexistent/kmsg').lastIn(ID)).toBeUndefined();
});

it('is told by the reason, without what a terminal would act upon', () => {
  const end = { exitCode: 137, signal: 'SIGKILL', oomKilled: true, logTail: null };
  const killed = { name: 'py\u001bthon`3', ownBytes: 498 << 20 };
  expect(endReason({ ...end, killed }, false).message).toMatch(/ It chose py\?thon\?3, which had 498 MiB\.$/);
  expect(endReason(end, false).message).toMatch(/all its memory\.$/);
});
