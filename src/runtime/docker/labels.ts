/** Only containers with the service's label are ever changed. */
export const LABELS = {
  service: 'sandglass.service',
  sandbox: 'sandglass.sandbox',
  tenant: 'sandglass.tenant',
} as const;

/** On an image: its containers may gain privileges by setuid programs such as sudo. */
export const SUDO_LABEL = 'sandglass.sudo';

/** Shared by all installations on an engine. */
export const NETWORKS = {
  open: { name: 'sandglass-open', bridge: 'sg-open' },
  closed: { name: 'sandglass-closed', bridge: 'sg-closed' },
} as const;
