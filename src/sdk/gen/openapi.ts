// Written by scripts/openapi-types.mjs from the OpenAPI document of the service.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly ApiKey: {
            /** Format: date-time */
            readonly createdAt: string;
            /** Format: date-time */
            readonly expiresAt: string | null;
            readonly id: string;
            readonly name: string;
            readonly quota: {
                readonly cpus: number | null;
                readonly memoryMb: number | null;
                readonly sandboxes: number | null;
            };
            /** Format: date-time */
            readonly revokedAt: string | null;
            /** @enum {string} */
            readonly role: "user" | "admin";
            readonly tenant: string;
        };
        readonly ApiKeyList: {
            readonly items: readonly components["schemas"]["ApiKey"][];
        };
        readonly Batch: {
            /** @enum {string} */
            readonly action: "stop" | "restart" | "delete";
            readonly ids: readonly string[];
            /** @description false = do not wait: waitSeconds 0. */
            readonly wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            readonly waitSeconds?: number;
        };
        readonly BatchAnswer: {
            readonly items: readonly {
                readonly error?: components["schemas"]["Problem"];
                readonly id: string;
                /** @description What the single call would have answered. */
                readonly status: number;
                readonly view?: components["schemas"]["Sandbox"];
            }[];
        };
        readonly Capacity: {
            /** @description The engine's data root; null where it cannot be seen. */
            readonly disk: {
                readonly freeMb: number;
                /** @description Whether the largest writer is stopped when it gets nearly full. */
                readonly guarded: boolean;
                readonly totalMb: number;
            } | null;
            readonly engine: string;
            /** @description All that may be reserved: memoryMb times overcommit. */
            readonly limitMb: number | null;
            /** @description The engine's memory; null while it is not known. */
            readonly memoryMb: number | null;
            readonly overcommit: number;
            /** @description Measured memory; null before the first look. */
            readonly pressure: {
                readonly limitMb: number;
                /** @description 0 to 1. */
                readonly ratio: number;
                /** @description Where measured memory comes from: cgroup-v2, cgroup-v1 or host. */
                readonly source: string;
                readonly usedMb: number;
            } | null;
            /**
             * @description Why the next start would wait now; null = it would not.
             * @enum {string|null}
             */
            readonly refuses: "memory_reserved" | "memory_pressure" | "disk_full" | "queue_full" | null;
            /** @description Of live sandboxes, warm containers and admissions under way. */
            readonly reservedMb: number;
            /** @description Starts that wait for room. */
            readonly waiting: number;
        };
        readonly Engine: {
            /** @description How the service reaches the agents inside sandboxes. */
            readonly agentsReached: string;
            readonly cgroupVersion: string;
            readonly cpus: number;
            /** @description Whether diskMb of a sandbox is enforced. */
            readonly diskEnforced: boolean;
            /** @description Whether the host drops new connections from sandboxes. */
            readonly hostIsolated: boolean;
            readonly memoryMb: number;
            readonly name: string;
            readonly networks: readonly {
                readonly name: string;
                readonly subnet: string;
            }[];
            /** @enum {boolean} */
            readonly reachable: true;
            readonly runtimes: readonly string[];
            readonly storageDriver: string;
            readonly version: string;
        } | {
            readonly name: string;
            /** @enum {boolean} */
            readonly reachable: false;
        };
        readonly EngineList: {
            readonly items: readonly components["schemas"]["Engine"][];
        };
        readonly Exec: {
            readonly command: string | readonly string[];
            readonly durationMs: number;
            readonly execId: string;
            readonly exitCode: number | null;
            readonly pid: number;
            readonly running: boolean;
            readonly signal: string | null;
            /** Format: date-time */
            readonly startedAt: string;
            readonly timedOut: boolean;
            readonly user: string;
        };
        readonly ExecBody: {
            /** @description A text runs in a login shell (bash -lc; sh where there is no bash), a list as it is. */
            readonly command: string | readonly string[];
            readonly cwd?: string;
            readonly env?: {
                readonly [key: string]: string;
            };
            /** @description A name to find it again; chosen when left out. */
            readonly execId?: string;
            /** @description What the command reads; nothing when left out. */
            readonly stdin?: string;
            /**
             * @description Then all of its process group is killed; null = no limit.
             * @default 60
             */
            readonly timeoutSeconds?: number | null;
            readonly user?: string;
        };
        readonly ExecEvent: {
            readonly execId: string;
            readonly pid: number;
            readonly seq: number;
            /** @enum {string} */
            readonly type: "start";
        } | {
            /** @description Base64. */
            readonly data: string;
            readonly seq: number;
            /** @enum {string} */
            readonly type: "stdout" | "stderr";
        } | {
            readonly seq: number;
            /** @enum {string} */
            readonly type: "heartbeat";
        } | {
            readonly durationMs: number;
            /** @description 128 and the number of the signal for one that was killed. */
            readonly exitCode: number;
            readonly seq: number;
            readonly signal: string | null;
            readonly timedOut: boolean;
            /** @enum {string} */
            readonly type: "end";
        } | {
            /** @description The stream ends, of the command nothing more is known: `sandbox_stopped`, `service_closing` ... */
            readonly reason: {
                readonly code: string;
                readonly message: string;
                readonly state?: string;
            };
            readonly seq: number;
            /** @enum {string} */
            readonly type: "end";
        };
        readonly ExecList: {
            readonly items: readonly components["schemas"]["Exec"][];
        };
        readonly ExecResult: {
            readonly durationMs: number;
            readonly execId: string;
            /** @description 128 and the number of the signal for one that was killed. */
            readonly exitCode: number;
            readonly signal: string | null;
            readonly stderr: string;
            readonly stdout: string;
            readonly timedOut: boolean;
            readonly truncated: {
                readonly stderr: boolean;
                readonly stdout: boolean;
            };
        };
        readonly Explanation: {
            /** @description Calls that it accepts now. */
            readonly accepts: readonly string[];
            /** @description The newest entry of its history. */
            readonly because: {
                /** @description An API key's id, or system. */
                readonly actor: string;
                /** Format: date-time */
                readonly at: string;
                readonly event: string;
                /** @enum {string|null} */
                readonly reason: "requested" | "expired" | "idle" | "exited" | "crashed" | "oom_killed" | "disk_full" | "start_failed" | "name_conflict" | "engine_lost" | "container_lost" | null;
            };
            readonly id: string;
            /** @description While work is owed; null = not tried yet since the service started. */
            readonly lastAttempt: {
                /**
                 * Format: date-time
                 * @description When the newest try began or, once it has failed, when it failed.
                 */
                readonly at: string;
                /** @description Tries so far, the one under way included. */
                readonly count: number;
                /** @description What the last failed try said; null = none failed. */
                readonly error: string | null;
                /** @enum {string} */
                readonly job: "startContainer" | "stopContainer" | "removeContainer" | "pauseContainer" | "resumeContainer";
                /**
                 * Format: date-time
                 * @description When it is tried again; null = a try is under way.
                 */
                readonly nextAt: string | null;
            } | null;
            /** @description What the service will do by itself, and when; null = nothing. */
            readonly next: {
                /** @enum {string} */
                readonly action: "stop" | "pause" | "delete" | "purge" | "kill";
                /** Format: date-time */
                readonly at: string;
            } | null;
            /**
             * @description The work that its state owes; null = none, it is at rest.
             * @enum {string|null}
             */
            readonly owes: "startContainer" | "stopContainer" | "removeContainer" | "pauseContainer" | "resumeContainer" | null;
            /** @description All of that for a person. Its wording may change. */
            readonly sentence: string;
            /** Format: date-time */
            readonly since: string;
            readonly state: components["schemas"]["SandboxState"];
        };
        readonly FileEntry: {
            readonly group: string;
            readonly mode: string;
            readonly modifiedAt: string;
            readonly name: string;
            readonly owner: string;
            readonly path: string;
            /** @description Bytes. */
            readonly size: number;
            readonly symlinkTarget?: string;
            /** @enum {string} */
            readonly type: "file" | "directory" | "symlink" | "other";
        };
        readonly FileList: {
            readonly entries: readonly components["schemas"]["FileEntry"][];
            readonly truncated: boolean;
        };
        readonly FileMatches: {
            readonly matches: readonly {
                readonly line: number;
                readonly path: string;
                readonly text: string;
            }[];
            readonly timedOut: boolean;
            readonly truncated: boolean;
        };
        readonly Health: {
            /** @enum {string} */
            readonly status: "ok";
        };
        readonly HistoryPage: {
            readonly items: readonly components["schemas"]["Transition"][];
            readonly nextCursor: string | null;
        };
        readonly Info: {
            readonly version: string;
        } & {
            readonly [key: string]: unknown;
        };
        readonly LogLine: {
            readonly at: string;
            /**
             * @description The line goes on in the next one.
             * @enum {boolean}
             */
            readonly partial?: true;
            /** @enum {string} */
            readonly stream: "stdout" | "stderr";
            /** @description Without its line feed. */
            readonly text: string;
        };
        readonly Metrics: {
            /** @description The last minutes, oldest first, `latest` included. */
            readonly history: readonly {
                readonly at: string;
                readonly cpu: {
                    readonly count: number;
                    /** @description Percent of one cpu since the point before. */
                    readonly usedPct: number;
                };
                /** @description Of the file system of its root, which sandboxes without a bound of their own share; 0 = not known. */
                readonly disk: {
                    readonly totalBytes: number;
                    readonly usedBytes: number;
                };
                readonly memory: {
                    readonly cacheBytes: number;
                    readonly limitBytes: number;
                    readonly peakBytes: number;
                    /**
                     * @description Who counted.
                     * @enum {string}
                     */
                    readonly source: "cgroup" | "engine";
                    /** @description Charged to the sandbox, page cache included. */
                    readonly usageBytes: number;
                    /** @description Usage without cache that can be given back at once. */
                    readonly workingSetBytes: number;
                };
                readonly pids: number;
            }[];
            readonly id: string;
            /** @description null = not measured yet, or it does not run. */
            readonly latest: {
                readonly at: string;
                readonly cpu: {
                    readonly count: number;
                    /** @description Percent of one cpu since the point before. */
                    readonly usedPct: number;
                };
                /** @description Of the file system of its root, which sandboxes without a bound of their own share; 0 = not known. */
                readonly disk: {
                    readonly totalBytes: number;
                    readonly usedBytes: number;
                };
                readonly memory: {
                    readonly cacheBytes: number;
                    readonly limitBytes: number;
                    readonly peakBytes: number;
                    /**
                     * @description Who counted.
                     * @enum {string}
                     */
                    readonly source: "cgroup" | "engine";
                    /** @description Charged to the sandbox, page cache included. */
                    readonly usageBytes: number;
                    /** @description Usage without cache that can be given back at once. */
                    readonly workingSetBytes: number;
                };
                readonly pids: number;
            } | null;
            readonly state: string;
        };
        readonly NewApiKey: components["schemas"]["ApiKey"] & {
            readonly key: string;
        };
        readonly NewKey: {
            /**
             * Format: date-time
             * @description null = never.
             * @default null
             */
            readonly expiresAt?: string | null;
            /** @default unnamed */
            readonly name?: string;
            /**
             * @description What its tenant may hold at once through this key; null = no bound.
             * @default {
             *       "sandboxes": null,
             *       "cpus": null,
             *       "memoryMb": null
             *     }
             */
            readonly quota?: {
                /** @default null */
                readonly cpus?: number | null;
                /** @default null */
                readonly memoryMb?: number | null;
                /** @default null */
                readonly sandboxes?: number | null;
            };
            /**
             * @default user
             * @enum {string}
             */
            readonly role?: "user" | "admin";
            readonly tenant: string;
        };
        readonly NewTemplate: {
            readonly env?: {
                readonly [key: string]: string;
            };
            /**
             * @description Warm containers kept ready.
             * @default 0
             */
            readonly floor?: number;
            readonly image: string;
            /** @default null */
            readonly memoryBudgetMb?: number | null;
            readonly name: string;
            /** @default {} */
            readonly resources?: {
                readonly cpus?: number;
                readonly diskMb?: number | null;
                readonly memoryMb?: number;
                readonly pids?: number;
            };
            /**
             * @description Whether programs inside may gain privileges by sudo.
             * @default false
             */
            readonly sudo?: boolean;
            /** @default null */
            readonly user?: string | null;
            /** @default null */
            readonly workdir?: string | null;
        };
        readonly Pass: {
            readonly containers: number;
            readonly errors: readonly {
                readonly id: string;
                readonly message: string;
            }[];
            /** @description Rows that could disagree with a container. */
            readonly looked: number;
            readonly orphansRemoved: number;
        };
        readonly PatchSandbox: {
            /** @description Merged into those it has; null removes one. */
            readonly labels?: {
                readonly [key: string]: string | null;
            };
            readonly lifetime?: {
                /** @description From the stop until the sandbox is deleted; null = the installation's default, 0 = at once. */
                readonly autoDeleteSeconds?: number | null;
                /** @description Without activity until onTimeout; null = no idle timeout. */
                readonly idleSeconds?: number | null;
                /** @enum {string} */
                readonly onTimeout?: "stop" | "pause" | "delete";
                /** @description From the start of each run until onTimeout; null = no timeout. */
                readonly timeoutSeconds?: number | null;
            };
            readonly resources?: {
                readonly cpus?: number;
                readonly diskMb?: number | null;
                readonly memoryMb?: number;
                readonly pids?: number;
            };
        };
        readonly PauseSandbox: {
            /** @description false = do not wait: waitSeconds 0. */
            readonly wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            readonly waitSeconds?: number;
        };
        readonly Pool: {
            /** @description One for each signature that is used. */
            readonly items: readonly components["schemas"]["PoolSignature"][];
            /** @description Whether the configuration has any floor. */
            readonly on: boolean;
        };
        readonly PoolEvent: {
            /** @description Of claims. */
            readonly durationMs?: number;
            /** @description The first 8 characters of the SHA-256 of what cannot be changed in a container once it is made. */
            readonly signature: string | null;
            /**
             * @description `permanent`: a floor of the configuration. `hot`: used often of late. `cold`: made on demand.
             * @enum {string}
             */
            readonly tier: "permanent" | "hot" | "cold";
            /** @description Of reaped: idle, age or pressure; of evicted: room. */
            readonly why?: string;
        };
        readonly PoolSignature: {
            /** @description Of the last 200 hits, milliseconds; null before the first. */
            readonly claimMs: {
                readonly p50: number;
                readonly p99: number;
            } | null;
            /** @description Warm containers that did not take their sandbox over. */
            readonly discards: number;
            /** @description 0 to 1; null before the first claim. */
            readonly hitRate: number | null;
            readonly hits: number;
            readonly image: string;
            /** @description Starts of warm containers under way. */
            readonly inStart: number;
            readonly misses: number;
            readonly network: {
                readonly internet: boolean;
            };
            readonly oldestReadySeconds: number | null;
            readonly ready: number;
            readonly runtime: string;
            /** @description The first 8 characters of the SHA-256 of what cannot be changed in a container once it is made. */
            readonly signature: string;
            /** @description How many warm containers it should have. */
            readonly target: number;
            readonly template: string | null;
            /**
             * @description `permanent`: a floor of the configuration. `hot`: used often of late. `cold`: made on demand.
             * @enum {string}
             */
            readonly tier: "permanent" | "hot" | "cold";
        };
        readonly Problem: {
            /** @enum {string} */
            readonly code: "invalid_request" | "unauthenticated" | "forbidden" | "sandbox_not_found" | "conflict" | "gone" | "unsupported" | "payload_too_large" | "idempotency_mismatch" | "quota_exceeded" | "capacity_exhausted" | "engine_unavailable" | "storage_unavailable" | "start_failed" | "agent_unavailable" | "disk_full" | "not_found" | "method_not_allowed" | "unsupported_media_type" | "range_not_satisfiable" | "rate_limited" | "not_implemented" | "internal";
            /** @description What went wrong, fit to show. */
            readonly detail: string;
            /** @description Every field that is wrong. */
            readonly errors?: readonly {
                readonly message: string;
                readonly path: string;
            }[];
            /** @description What to do next. */
            readonly hint?: string;
            /** @description Names the request in the log of the service. */
            readonly requestId: string;
            readonly status: number;
            readonly title: string;
            readonly type: string;
        } & {
            readonly [key: string]: unknown;
        };
        /** @description Largest memory first. */
        readonly ProcessList: {
            readonly items: readonly {
                readonly command: string;
                readonly cpuSeconds: number;
                readonly pid: number;
                readonly ppid: number;
                readonly rssBytes: number;
                readonly user: string;
            }[];
        };
        readonly Readiness: {
            readonly checks: {
                readonly engine: {
                    readonly detail: string;
                    readonly ok: boolean;
                };
                readonly live: {
                    readonly detail: string;
                    readonly ok: boolean;
                };
                readonly pool: {
                    readonly detail: string;
                    readonly ok: boolean;
                };
                readonly sql: {
                    readonly detail: string;
                    readonly ok: boolean;
                };
            };
            readonly degraded: readonly string[];
            readonly ready: boolean;
        };
        readonly Reason: {
            /** @enum {string} */
            readonly code: "requested" | "expired" | "idle" | "exited" | "crashed" | "oom_killed" | "disk_full" | "start_failed" | "name_conflict" | "engine_lost" | "container_lost";
            readonly exitCode?: number;
            /** @description The last 4 KiB of its log. */
            readonly logTail?: string;
            readonly message: string;
            readonly oomKilled?: boolean;
            readonly signal?: string;
        };
        readonly RestartSandbox: {
            readonly lifetime?: {
                /** @description From the stop until the sandbox is deleted; null = the installation's default, 0 = at once. */
                readonly autoDeleteSeconds?: number | null;
                /** @description Without activity until onTimeout; null = no idle timeout. */
                readonly idleSeconds?: number | null;
                /** @enum {string} */
                readonly onTimeout?: "stop" | "pause" | "delete";
                /** @description From the start of each run until onTimeout; null = no timeout. */
                readonly timeoutSeconds?: number | null;
            };
            /** @description false = do not wait: waitSeconds 0. */
            readonly wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            readonly waitSeconds?: number;
        };
        readonly ResumeSandbox: {
            /** @description A new timeout from now; what was left of the old one when left out. */
            readonly lifetime?: {
                /** @description From the start of each run until onTimeout; null = no timeout. */
                readonly timeoutSeconds?: number | null;
            };
            /** @description false = do not wait: waitSeconds 0. */
            readonly wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            readonly waitSeconds?: number;
        };
        readonly Sandbox: {
            /** Format: date-time */
            readonly createdAt: string;
            readonly deadlines: {
                /** Format: date-time */
                readonly deleteAt: string | null;
                /**
                 * Format: date-time
                 * @description A lower bound: activity moves it on.
                 */
                readonly idleStopAt: string | null;
                /** @description What the service will do by itself, and when; null = only a call can move it. */
                readonly next: {
                    /** @enum {string} */
                    readonly action: "stop" | "pause" | "delete" | "purge";
                    /** Format: date-time */
                    readonly at: string;
                } | null;
                /** Format: date-time */
                readonly stopAt: string | null;
            };
            /** Format: date-time */
            readonly deletedAt: string | null;
            readonly engine: string;
            /** @description Values are never shown; null = what it was started with is no longer readable. */
            readonly envNames: readonly string[] | null;
            readonly id: string;
            readonly image: string;
            readonly imageDigest: string | null;
            /** @description Raised by each restart. */
            readonly incarnation: number;
            readonly labels: {
                readonly [key: string]: string;
            };
            /** Format: date-time */
            readonly lastActivityAt: string | null;
            readonly lifetime: {
                /** @description From the stop until the sandbox is deleted; null = the installation's default, 0 = at once. */
                readonly autoDeleteSeconds: number | null;
                /** @description Without activity until onTimeout; null = no idle timeout. */
                readonly idleSeconds: number | null;
                /** @enum {string} */
                readonly onTimeout: "stop" | "pause" | "delete";
                /** @description From the start of each run until onTimeout; null = no timeout. */
                readonly timeoutSeconds: number | null;
            };
            readonly network: {
                readonly internet: boolean;
            };
            /** Format: date-time */
            readonly pausedAt: string | null;
            readonly reason: components["schemas"]["Reason"] | null;
            readonly resources: {
                readonly cpus: number;
                /** @description Only where diskMb is set: whether the storage driver of the engine enforces it. */
                readonly diskEnforced?: boolean;
                readonly diskMb: number | null;
                readonly memoryMb: number;
                readonly pids: number;
            };
            readonly runtime: string;
            readonly start: {
                readonly durationMs: number;
                /** @enum {string} */
                readonly path: "warm" | "cold" | "restart" | "reuse";
                /** @description Stage -> milliseconds. */
                readonly stages: {
                    readonly [key: string]: number;
                };
            } | null;
            /** Format: date-time */
            readonly startedAt: string | null;
            readonly state: components["schemas"]["SandboxState"];
            /** Format: date-time */
            readonly stoppedAt: string | null;
            readonly template: string | null;
            readonly tenant: string | null;
            readonly urls: {
                /** @description null while no agent runs in it. */
                readonly agent: string | null;
                /** @description Put a port for {port}. */
                readonly path: string;
                /** @description Put a port for {port}; null without SANDGLASS_DOMAIN. */
                readonly port: string | null;
            };
            /** @description Raised by each transition and PATCH. */
            readonly version: number;
        };
        readonly SandboxEvent: (components["schemas"]["Sandbox"] & {
            readonly transition: components["schemas"]["Transition"] | null;
        }) | {
            readonly id: string;
            /** @enum {string} */
            readonly state: "deleted";
            readonly transition: components["schemas"]["Transition"];
        };
        readonly SandboxPage: {
            readonly items: readonly components["schemas"]["Sandbox"][];
            readonly nextCursor: string | null;
        };
        /** @enum {string} */
        readonly SandboxState: "warming" | "warm" | "pending" | "running" | "pausing" | "paused" | "resuming" | "stopping" | "stopped" | "deleting" | "deleted";
        readonly Scans: {
            /** @description One per kind of deadline. */
            readonly deadlines: readonly {
                /** @description Which one was looked at: startBy, stopAt, idleStopAt ... */
                readonly deadline: string;
                readonly failed: readonly {
                    readonly id: string;
                    readonly message: string;
                }[];
                /** @description The clock is not to be believed now: nothing was looked at. */
                readonly isPaused: boolean;
                /** @description Ids of sandboxes that were moved on, oldest deadline first. */
                readonly moved: readonly string[];
            }[];
            readonly purged: number;
        };
        readonly StartSandbox: {
            /** @description The main process: its exit ends the sandbox. Without it the sandbox idles. */
            readonly command?: readonly string[];
            readonly env?: {
                readonly [key: string]: string;
            };
            readonly id?: string;
            readonly image?: string;
            readonly labels?: {
                readonly [key: string]: string;
            };
            readonly lifetime?: {
                /** @description From the stop until the sandbox is deleted; null = the installation's default, 0 = at once. */
                readonly autoDeleteSeconds?: number | null;
                /** @description Without activity until onTimeout; null = no idle timeout. */
                readonly idleSeconds?: number | null;
                /** @enum {string} */
                readonly onTimeout?: "stop" | "pause" | "delete";
                /** @description From the start of each run until onTimeout; null = no timeout. */
                readonly timeoutSeconds?: number | null;
            };
            /** @description Volumes do not exist yet: answers 400. */
            readonly mounts?: readonly unknown[];
            readonly network?: {
                readonly internet?: boolean;
            };
            readonly resources?: {
                readonly cpus?: number;
                readonly diskMb?: number | null;
                readonly memoryMb?: number;
                readonly pids?: number;
            };
            /** @description Find or start: answers 200 with your sandbox of this key, resumed or restarted where it has to be. */
            readonly reuseKey?: string;
            readonly runtime?: string;
            readonly template?: string;
            readonly user?: string;
            /** @description false = do not wait: waitSeconds 0. */
            readonly wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            readonly waitSeconds?: number;
            readonly workdir?: string;
        };
        readonly StartSignature: {
            readonly agentVersion: string | null;
            readonly diskMb: number | null;
            readonly image: string;
            readonly imageDigest: string;
            readonly network: {
                readonly internet: boolean;
            };
            readonly runtime: string;
            /** @description The first 8 characters of the SHA-256 of what cannot be changed in a container once it is made. */
            readonly signature: string;
            /** @description Whether programs inside may gain privileges; by the template. */
            readonly sudo: boolean;
            readonly template: string | null;
        };
        readonly StopSandbox: {
            /** @description From SIGTERM to SIGKILL; 10 when left out. */
            readonly graceSeconds?: number;
            /** @description false = do not wait: waitSeconds 0. */
            readonly wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            readonly waitSeconds?: number;
        };
        readonly Template: {
            readonly envNames: readonly string[];
            readonly floor: number;
            readonly image: string;
            readonly memoryBudgetMb: number | null;
            readonly name: string;
            readonly resources: {
                readonly cpus?: number;
                readonly diskMb?: number | null;
                readonly memoryMb?: number;
                readonly pids?: number;
            };
            /**
             * @description Only those of the API can be deleted there.
             * @enum {string}
             */
            readonly source: "builtin" | "file" | "api";
            readonly sudo: boolean;
            readonly user: string | null;
            readonly workdir: string | null;
        };
        readonly TemplateList: {
            readonly items: readonly components["schemas"]["Template"][];
        };
        readonly Ticket: {
            /** Format: date-time */
            readonly expiresAt: string;
            /** @description For `?ticket=` of a WebSocket; good once, as the key that made it. */
            readonly ticket: string;
        };
        readonly Transition: {
            /** @description An API key's id, or system. */
            readonly actor: string;
            /** Format: date-time */
            readonly at: string;
            readonly event: string;
            readonly from: components["schemas"]["SandboxState"] | null;
            readonly incarnation: number;
            /** @description 1, 2, 3 ... per sandbox, without gaps. */
            readonly number: number;
            /** @enum {string} */
            readonly reason?: "requested" | "expired" | "idle" | "exited" | "crashed" | "oom_killed" | "disk_full" | "start_failed" | "name_conflict" | "engine_lost" | "container_lost";
            /** @description Grows over all sandboxes; the id of the event in streams. */
            readonly seq: number;
            readonly to: components["schemas"]["SandboxState"];
        };
        readonly Unpacked: {
            readonly bytes: number;
            readonly entries: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
