/** E2B's shapes of a sandbox, as its published OpenAPI names the members. Sizes in MiB, instants ISO 8601. */
export interface E2bSandbox {
  readonly sandboxID: string;
  readonly templateID: string;
  /** Long without a meaning; clients still read it. */
  readonly clientID: string;
  /** The template's name. */
  readonly alias?: string;
  readonly envdVersion: string;
  readonly envdAccessToken?: string;
  readonly trafficAccessToken?: string;
  readonly domain: string | null;
}

export interface E2bListed {
  readonly sandboxID: string;
  readonly templateID: string;
  readonly clientID: string;
  readonly alias?: string;
  readonly envdVersion: string;
  readonly startedAt: string;
  readonly endAt: string;
  readonly state: 'running' | 'paused';
  readonly cpuCount: number;
  readonly memoryMB: number;
  /** 0 = no bound. */
  readonly diskSizeMB: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly volumeMounts: readonly [];
}

export interface E2bDetail extends E2bListed {
  readonly envdAccessToken: string;
  readonly domain: string | null;
  readonly allowInternetAccess: boolean;
  readonly network: { readonly allowPublicTraffic: boolean; readonly maskRequestHost?: string };
  readonly lifecycle: { readonly onTimeout: 'pause' | 'kill'; readonly autoResume: boolean };
}

/** Sizes in bytes. */
export interface E2bMetric {
  readonly timestamp: string;
  readonly timestampUnix: number;
  readonly cpuCount: number;
  readonly cpuUsedPct: number;
  readonly memUsed: number;
  readonly memTotal: number;
  readonly memCache: number;
  readonly diskUsed: number;
  readonly diskTotal: number;
}

export interface E2bLogEntry {
  readonly timestamp: string;
  readonly message: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, string>>;
}
