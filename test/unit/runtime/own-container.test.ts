import { expect, it } from 'vitest';
import { idInMounts } from '../../../src/runtime/docker/own-container.ts';

const ID = '0f'.repeat(32);

it('finds the id of the container in what Docker mounts into it', () => {
  const mounts = [
    '512 300 0:50 / / ro,relatime - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/AB',
    `530 512 254:0 /var/lib/docker/containers/${ID}/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda rw`,
    '540 512 254:0 /var/lib/docker/volumes/data/_data /data rw - ext4 /dev/vda rw',
  ];
  expect(idInMounts(mounts.join('\n'))).toBe(ID);
});

it('finds none on a host, where the folders of containers may be mounted too', () => {
  expect(idInMounts('')).toBeUndefined();
  expect(idInMounts('29 1 254:0 / / rw - ext4 /dev/vda rw')).toBeUndefined();
  expect(idInMounts(`77 29 0:4 / /var/lib/docker/containers/${ID}/mounts/shm rw - tmpfs shm rw`)).toBeUndefined();
});
