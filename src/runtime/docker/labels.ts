/** Only containers with the service's label are ever changed. */
export const LABELS = {
  service: 'sandglass.service',
  sandbox: 'sandglass.sandbox',
  tenant: 'sandglass.tenant',
  /** The kind of container, as the pool names it: what it was made of when it was made. */
  signature: 'sandglass.signature',
  /** On containers, volumes and images of an agent: its version. */
  agent: 'sandglass.agent',
  /** On the short-lived containers that set rules on the host for a service in a container. */
  firewall: 'sandglass.firewall',
} as const;

/** Shared by all installations on an engine. */
export const NETWORKS = {
  open: { name: 'sandglass-open', bridge: 'sg-open' },
  closed: { name: 'sandglass-closed', bridge: 'sg-closed' },
} as const;
