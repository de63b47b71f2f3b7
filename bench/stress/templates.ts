const BASE = 'sandglass-base:latest';
const BUSYBOX = 'sandglass-busybox:latest';

/** Its floor is filled while a run goes on. */
export const FLOOR_TEMPLATE = 'stress-floor';

/** As SANDGLASS_TEMPLATES takes them: no two, with the network of their starts, share warm containers. */
export const templates = [
  { name: 'stress-1', image: BASE },
  { name: 'stress-2', image: BUSYBOX },
  { name: 'stress-3', image: BASE },
  { name: 'stress-4', image: BUSYBOX },
  { name: FLOOR_TEMPLATE, image: BUSYBOX, sudo: true },
];

/** Bodies of starts, each of a template and a key of its own. */
export const keyedStarts = [
  { template: 'stress-1', reuseKey: 'key-1', network: { internet: true } },
  { template: 'stress-2', reuseKey: 'key-2', network: { internet: true } },
  { template: 'stress-3', reuseKey: 'key-3', network: { internet: false } },
  { template: 'stress-4', reuseKey: 'key-4', network: { internet: false } },
];
