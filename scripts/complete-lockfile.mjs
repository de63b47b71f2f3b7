import { readFileSync, writeFileSync } from 'node:fs';

// A registry mirror may lack packages for other platforms. npm leaves such optional packages out of the lockfile it
// writes, and then `npm ci` refuses that file. This names them again, with the platform that their name says.
const FILE = 'package-lock.json';
const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const before = Object.keys(lock.packages).length;

for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isListed(path, name) || !/^\d/.test(version)) continue;
    const { cpu, libc, os } = platformOf(name);
    lock.packages[`node_modules/${name}`] = { version, cpu, dev, libc, optional: true, os };
  }
}

const [self, ...rest] = Object.entries(lock.packages);
rest.sort(([one], [other]) => one.localeCompare(other, 'en'));
lock.packages = Object.fromEntries([self, ...rest]);
const added = rest.length + 1 - before;
if (added > 0) writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added > 0 ? `${added} optional packages named again` : 'the lockfile is complete');

/** Looks where Node.js would: in node_modules of the package, then of each one around it. */
function isListed(path, name) {
  for (let place = path; ; place = place.slice(0, place.lastIndexOf('node_modules/')).replace(/\/$/, '')) {
    if (lock.packages[`${place ? `${place}/` : ''}node_modules/${name}`]) return true;
    if (!place) return false;
  }
}

function platformOf(name) {
  const [, os, cpu, abi] = /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-(\w+))?$/.exec(name) ?? [];
  if (!os) return {};
  const libc = { gnu: ['glibc'], musl: ['musl'] }[abi];
  return { cpu: [cpu], os: [os], libc };
}
