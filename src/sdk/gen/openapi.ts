// Written by scripts/openapi-types.mjs from the OpenAPI document of the service.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ApiKey: {
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string | null;
            id: string;
            name: string;
            quota: {
                cpus: number | null;
                memoryMb: number | null;
                sandboxes: number | null;
            };
            /** Format: date-time */
            revokedAt: string | null;
            /** @enum {string} */
            role: "user" | "admin";
            tenant: string;
        };
        ApiKeyList: {
            items: components["schemas"]["ApiKey"][];
        };
        Batch: {
            /** @enum {string} */
            action: "stop" | "restart" | "delete";
            ids: string[];
            /** @description false = do not wait: waitSeconds 0. */
            wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            waitSeconds?: number;
        };
        BatchAnswer: {
            items: {
                error?: components["schemas"]["Problem"];
                id: string;
                /** @description What the single call would have answered. */
                status: number;
                view?: components["schemas"]["Sandbox"];
            }[];
        };
        Capacity: {
            /** @description The engine's data root; null where it cannot be seen. */
            disk: {
                freeMb: number;
                /** @description Whether the largest writer is stopped when it gets nearly full. */
                guarded: boolean;
                totalMb: number;
            } | null;
            engine: string;
            /** @description All that may be reserved: memoryMb times overcommit. */
            limitMb: number | null;
            /** @description The engine's memory; null while it is not known. */
            memoryMb: number | null;
            overcommit: number;
            /** @description Measured memory; null before the first look. */
            pressure: {
                limitMb: number;
                /** @description 0 to 1. */
                ratio: number;
                /** @description Where measured memory comes from: cgroup-v2, cgroup-v1 or host. */
                source: string;
                usedMb: number;
            } | null;
            /**
             * @description Why the next start would wait now; null = it would not.
             * @enum {string|null}
             */
            refuses: "memory_reserved" | "memory_pressure" | "disk_full" | "queue_full" | null;
            /** @description Of live sandboxes, warm containers and admissions under way. */
            reservedMb: number;
            /** @description Starts that wait for room. */
            waiting: number;
        };
        CapacityHistory: {
            /** @description One each 15 seconds since the service began, an hour at most. */
            points: {
                at: string;
                reservedMb: number;
                usedMb: number;
            }[];
        };
        CorrectionEvent: {
            /** @description As in the metric `sandglass_corrections_total`. */
            kind: string;
            sandboxId: string;
        };
        Engine: {
            /** @description How the service reaches the agents inside sandboxes. */
            agentsReached: string;
            cgroupVersion: string;
            cpus: number;
            /** @description Whether diskMb of a sandbox is enforced. */
            diskEnforced: boolean;
            /** @description Whether the host drops new connections from sandboxes. */
            hostIsolated: boolean;
            /** @description Its release, as uname -r tells it. */
            kernel: string;
            memoryBytes: number;
            memoryMb: number;
            name: string;
            networks: {
                name: string;
                subnet: string;
            }[];
            /** @enum {boolean} */
            reachable: true;
            runtimes: string[];
            storageDriver: string;
            version: string;
        } | {
            name: string;
            /** @enum {boolean} */
            reachable: false;
        };
        EngineList: {
            items: components["schemas"]["Engine"][];
        };
        Exec: {
            command: string | string[];
            durationMs: number;
            execId: string;
            exitCode: number | null;
            pid: number;
            running: boolean;
            signal: string | null;
            /** Format: date-time */
            startedAt: string;
            timedOut: boolean;
            user: string;
        };
        ExecBody: {
            /** @description A text runs in a login shell (bash -lc; sh where there is no bash), a list as it is. */
            command: string | string[];
            cwd?: string;
            env?: {
                [key: string]: string;
            };
            /** @description A name to find it again; chosen when left out. */
            execId?: string;
            /** @description What the command reads; nothing when left out. */
            stdin?: string;
            /**
             * @description Then all of its process group is killed; null = no limit.
             * @default 60
             */
            timeoutSeconds?: number | null;
            user?: string;
        };
        ExecEvent: {
            execId: string;
            pid: number;
            seq: number;
            /** @enum {string} */
            type: "start";
        } | {
            /** @description Base64. */
            data: string;
            seq: number;
            /** @enum {string} */
            type: "stdout" | "stderr";
        } | {
            seq: number;
            /** @enum {string} */
            type: "heartbeat";
        } | {
            durationMs: number;
            /** @description 128 and the number of the signal for one that was killed. */
            exitCode: number;
            seq: number;
            signal: string | null;
            timedOut: boolean;
            /** @enum {string} */
            type: "end";
        } | {
            /** @description The stream ends, of the command nothing more is known: `sandbox_stopped`, `service_closing` ... */
            reason: {
                code: string;
                message: string;
                state?: string;
            };
            seq: number;
            /** @enum {string} */
            type: "end";
        };
        ExecList: {
            items: components["schemas"]["Exec"][];
        };
        ExecResult: {
            durationMs: number;
            execId: string;
            /** @description 128 and the number of the signal for one that was killed. */
            exitCode: number;
            signal: string | null;
            stderr: string;
            stdout: string;
            timedOut: boolean;
            truncated: {
                stderr: boolean;
                stdout: boolean;
            };
        };
        Explanation: {
            /** @description Calls that it accepts now. */
            accepts: string[];
            /** @description The newest entry of its history. */
            because: {
                /** @description An API key's id, or system. */
                actor: string;
                /** Format: date-time */
                at: string;
                event: string;
                /** @enum {string|null} */
                reason: "requested" | "expired" | "idle" | "exited" | "crashed" | "oom_killed" | "disk_full" | "start_failed" | "name_conflict" | "engine_lost" | "container_lost" | null;
            };
            id: string;
            /** @description While work is owed; null = not tried yet since the service started. */
            lastAttempt: {
                /**
                 * Format: date-time
                 * @description When the newest try began or, once it has failed, when it failed.
                 */
                at: string;
                /** @description Tries so far, the one under way included. */
                count: number;
                /** @description What the last failed try said; null = none failed. */
                error: string | null;
                /** @enum {string} */
                job: "startContainer" | "stopContainer" | "removeContainer" | "pauseContainer" | "resumeContainer";
                /**
                 * Format: date-time
                 * @description When it is tried again; null = a try is under way.
                 */
                nextAt: string | null;
            } | null;
            /** @description What the service will do by itself, and when; null = nothing. */
            next: {
                /** @enum {string} */
                action: "stop" | "pause" | "delete" | "purge" | "kill";
                /** Format: date-time */
                at: string;
            } | null;
            /**
             * @description The work that its state owes; null = none, it is at rest.
             * @enum {string|null}
             */
            owes: "startContainer" | "stopContainer" | "removeContainer" | "pauseContainer" | "resumeContainer" | null;
            /** @description All of that for a person. Its wording may change. */
            sentence: string;
            /** Format: date-time */
            since: string;
            state: components["schemas"]["SandboxState"];
        };
        FileEntry: {
            group: string;
            mode: string;
            modifiedAt: string;
            name: string;
            owner: string;
            path: string;
            /** @description Bytes. */
            size: number;
            symlinkTarget?: string;
            /** @enum {string} */
            type: "file" | "directory" | "symlink" | "other";
        };
        FileList: {
            entries: components["schemas"]["FileEntry"][];
            truncated: boolean;
        };
        FileMatches: {
            matches: {
                line: number;
                path: string;
                text: string;
            }[];
            timedOut: boolean;
            truncated: boolean;
        };
        Health: {
            /** @enum {string} */
            status: "ok";
        };
        HistoryPage: {
            items: components["schemas"]["Transition"][];
            nextCursor: string | null;
        };
        Info: {
            version: string;
        } & {
            [key: string]: unknown;
        };
        LogLine: {
            at: string;
            /**
             * @description The line goes on in the next one.
             * @enum {boolean}
             */
            partial?: true;
            /** @enum {string} */
            stream: "stdout" | "stderr";
            /** @description Without its line feed. */
            text: string;
        };
        Metrics: {
            /** @description Only when asked for; null = its processes cannot be seen from the service. */
            detail?: {
                /** @description By their ids inside, as in the list of processes. */
                processes: {
                    pid: number;
                    pssBytes: number | null;
                }[];
                /** @description Resident memory, each shared page divided by its number of users; null where it is not permitted. */
                pssBytes: number | null;
                /** @description Resident memory of the engine's process beside the sandbox, which is not charged to it. */
                shimRssBytes: number | null;
            } | null;
            /** @description The last minutes, oldest first, `latest` included unless it was read now. */
            history: {
                at: string;
                cpu: {
                    count: number;
                    /** @description Percent of one cpu since the point before. */
                    usedPct: number;
                };
                /** @description Of the file system of its root, which sandboxes without a bound of their own share; 0 = not known. */
                disk: {
                    totalBytes: number;
                    usedBytes: number;
                };
                memory: {
                    cacheBytes: number;
                    limitBytes: number;
                    /** @description Processes that the kernel killed for memory in this run; null where nobody counts them. */
                    oomKills: number | null;
                    peakBytes: number;
                    /** @description Of its processes, and backed by no file. */
                    rssBytes: number;
                    /**
                     * @description Who counted.
                     * @enum {string}
                     */
                    source: "cgroup-v2" | "cgroup-v1" | "engine";
                    /** @description Charged to the sandbox, page cache included. */
                    usageBytes: number;
                    /** @description Usage without cache that can be given back at once. */
                    workingSetBytes: number;
                };
                pids: number;
            }[];
            id: string;
            /** @description null = not measured yet, or it does not run. */
            latest: {
                at: string;
                cpu: {
                    count: number;
                    /** @description Percent of one cpu since the point before. */
                    usedPct: number;
                };
                /** @description Of the file system of its root, which sandboxes without a bound of their own share; 0 = not known. */
                disk: {
                    totalBytes: number;
                    usedBytes: number;
                };
                memory: {
                    cacheBytes: number;
                    limitBytes: number;
                    /** @description Processes that the kernel killed for memory in this run; null where nobody counts them. */
                    oomKills: number | null;
                    peakBytes: number;
                    /** @description Of its processes, and backed by no file. */
                    rssBytes: number;
                    /**
                     * @description Who counted.
                     * @enum {string}
                     */
                    source: "cgroup-v2" | "cgroup-v1" | "engine";
                    /** @description Charged to the sandbox, page cache included. */
                    usageBytes: number;
                    /** @description Usage without cache that can be given back at once. */
                    workingSetBytes: number;
                };
                pids: number;
            } | null;
            state: string;
        };
        NewApiKey: components["schemas"]["ApiKey"] & {
            key: string;
        };
        NewKey: {
            /**
             * Format: date-time
             * @description null = never.
             * @default null
             */
            expiresAt?: string | null;
            /** @default unnamed */
            name?: string;
            /**
             * @description What its tenant may hold at once through this key; null = no bound.
             * @default {
             *       "sandboxes": null,
             *       "cpus": null,
             *       "memoryMb": null
             *     }
             */
            quota?: {
                /** @default null */
                cpus?: number | null;
                /** @default null */
                memoryMb?: number | null;
                /** @default null */
                sandboxes?: number | null;
            };
            /**
             * @default user
             * @enum {string}
             */
            role?: "user" | "admin";
            tenant: string;
        };
        NewTemplate: {
            env?: {
                [key: string]: string;
            };
            /**
             * @description Warm containers kept ready.
             * @default 0
             */
            floor?: number;
            image: string;
            /** @default null */
            memoryBudgetMb?: number | null;
            name: string;
            /** @default {} */
            resources?: {
                cpus?: number;
                diskMb?: number | null;
                memoryMb?: number;
                pids?: number;
            };
            /**
             * @description Whether programs inside may gain privileges by sudo.
             * @default false
             */
            sudo?: boolean;
            /** @default null */
            user?: string | null;
            /** @default null */
            workdir?: string | null;
        };
        Pass: {
            containers: number;
            errors: {
                id: string;
                message: string;
            }[];
            /** @description Rows that could disagree with a container. */
            looked: number;
            orphansRemoved: number;
        };
        PatchSandbox: {
            /** @description Merged into those it has; null removes one. */
            labels?: {
                [key: string]: string | null;
            };
            lifetime?: {
                /** @description From the stop until the sandbox is deleted; null = the installation's default, 0 = at once. */
                autoDeleteSeconds?: number | null;
                /** @description Without activity until onTimeout; null = no idle timeout. */
                idleSeconds?: number | null;
                /** @enum {string} */
                onTimeout?: "stop" | "pause" | "delete";
                /** @description From the start of each run until onTimeout; null = no timeout. */
                timeoutSeconds?: number | null;
            };
            resources?: {
                cpus?: number;
                diskMb?: number | null;
                memoryMb?: number;
                pids?: number;
            };
        };
        PauseSandbox: {
            /** @description false = do not wait: waitSeconds 0. */
            wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            waitSeconds?: number;
        };
        Pool: {
            /** @description One for each signature that is used. */
            items: components["schemas"]["PoolSignature"][];
            /** @description Whether the configuration has any floor. */
            on: boolean;
        };
        PoolEvent: {
            /** @description Of claims. */
            durationMs?: number;
            /** @description The first 8 characters of the SHA-256 of what cannot be changed in a container once it is made. */
            signature: string | null;
            /**
             * @description `permanent`: a floor of the configuration. `hot`: used often of late. `cold`: made on demand.
             * @enum {string}
             */
            tier: "permanent" | "hot" | "cold";
            /** @description Of reaped: idle, age or pressure; of evicted: room. */
            why?: string;
        };
        PoolSignature: {
            /** @description Of the last 200 hits, milliseconds; null before the first. */
            claimMs: {
                p50: number;
                p99: number;
            } | null;
            /** @description Warm containers that did not take their sandbox over. */
            discards: number;
            /** @description 0 to 1; null before the first claim. */
            hitRate: number | null;
            hits: number;
            image: string;
            /** @description Starts of warm containers under way. */
            inStart: number;
            misses: number;
            network: {
                internet: boolean;
            };
            oldestReadySeconds: number | null;
            ready: number;
            runtime: string;
            /** @description The first 8 characters of the SHA-256 of what cannot be changed in a container once it is made. */
            signature: string;
            /** @description How many warm containers it should have. */
            target: number;
            template: string | null;
            /**
             * @description `permanent`: a floor of the configuration. `hot`: used often of late. `cold`: made on demand.
             * @enum {string}
             */
            tier: "permanent" | "hot" | "cold";
        };
        Problem: {
            /** @enum {string} */
            code: "invalid_request" | "unauthenticated" | "forbidden" | "sandbox_not_found" | "conflict" | "gone" | "unsupported" | "payload_too_large" | "idempotency_mismatch" | "quota_exceeded" | "capacity_exhausted" | "engine_unavailable" | "storage_unavailable" | "start_failed" | "agent_unavailable" | "disk_full" | "not_found" | "method_not_allowed" | "unsupported_media_type" | "range_not_satisfiable" | "rate_limited" | "not_implemented" | "internal";
            /** @description What went wrong, fit to show. */
            detail: string;
            /** @description Every field that is wrong. */
            errors?: {
                message: string;
                path: string;
            }[];
            /** @description What to do next. */
            hint?: string;
            /** @description Names the request in the log of the service. */
            requestId: string;
            status: number;
            title: string;
            type: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Largest memory first. */
        ProcessList: {
            items: {
                command: string;
                cpuSeconds: number;
                pid: number;
                ppid: number;
                rssBytes: number;
                user: string;
            }[];
        };
        Readiness: {
            checks: {
                engine: {
                    detail: string;
                    ok: boolean;
                };
                live: {
                    detail: string;
                    ok: boolean;
                };
                pool: {
                    detail: string;
                    ok: boolean;
                };
                sql: {
                    detail: string;
                    ok: boolean;
                };
            };
            degraded: string[];
            ready: boolean;
        };
        Reason: {
            /** @enum {string} */
            code: "requested" | "expired" | "idle" | "exited" | "crashed" | "oom_killed" | "disk_full" | "start_failed" | "name_conflict" | "engine_lost" | "container_lost";
            exitCode?: number;
            /** @description The last 4 KiB of its log. */
            logTail?: string;
            message: string;
            oomKilled?: boolean;
            signal?: string;
        };
        RequestCounts: {
            /** @description The most asked first. */
            items: {
                count: number;
                /** @description Answered with 500 or more. */
                failed: number;
                longestMs: number;
                /** @description Until the head of the answer, as the service measured it. */
                meanMs: number;
                method: string;
                /** @description Answered with 400 to 499. */
                refused: number;
                /** @description The path with its parameters by name; `unmatched` where there is none. */
                route: string;
            }[];
            /** @description When this process of the service began to count. */
            since: string;
        };
        RestartSandbox: {
            lifetime?: {
                /** @description From the stop until the sandbox is deleted; null = the installation's default, 0 = at once. */
                autoDeleteSeconds?: number | null;
                /** @description Without activity until onTimeout; null = no idle timeout. */
                idleSeconds?: number | null;
                /** @enum {string} */
                onTimeout?: "stop" | "pause" | "delete";
                /** @description From the start of each run until onTimeout; null = no timeout. */
                timeoutSeconds?: number | null;
            };
            /** @description false = do not wait: waitSeconds 0. */
            wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            waitSeconds?: number;
        };
        ResumeSandbox: {
            /** @description A new timeout from now; what was left of the old one when left out. */
            lifetime?: {
                /** @description From the start of each run until onTimeout; null = no timeout. */
                timeoutSeconds?: number | null;
            };
            /** @description false = do not wait: waitSeconds 0. */
            wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            waitSeconds?: number;
        };
        Sandbox: {
            /** Format: date-time */
            createdAt: string;
            deadlines: {
                /** Format: date-time */
                deleteAt: string | null;
                /**
                 * Format: date-time
                 * @description A lower bound: activity moves it on.
                 */
                idleStopAt: string | null;
                /** @description What the service will do by itself, and when; null = only a call can move it. */
                next: {
                    /** @enum {string} */
                    action: "stop" | "pause" | "delete" | "purge";
                    /** Format: date-time */
                    at: string;
                } | null;
                /** Format: date-time */
                stopAt: string | null;
            };
            /** Format: date-time */
            deletedAt: string | null;
            engine: string;
            /** @description Values are never shown; null = what it was started with is no longer readable. */
            envNames: string[] | null;
            id: string;
            image: string;
            imageDigest: string | null;
            /** @description Raised by each restart. */
            incarnation: number;
            labels: {
                [key: string]: string;
            };
            /** Format: date-time */
            lastActivityAt: string | null;
            lifetime: {
                /** @description From the stop until the sandbox is deleted; null = the installation's default, 0 = at once. */
                autoDeleteSeconds: number | null;
                /** @description Without activity until onTimeout; null = no idle timeout. */
                idleSeconds: number | null;
                /** @enum {string} */
                onTimeout: "stop" | "pause" | "delete";
                /** @description From the start of each run until onTimeout; null = no timeout. */
                timeoutSeconds: number | null;
            };
            network: {
                internet: boolean;
            };
            /** Format: date-time */
            pausedAt: string | null;
            reason: components["schemas"]["Reason"] | null;
            resources: {
                cpus: number;
                /** @description Only where diskMb is set: whether the storage driver of the engine enforces it. */
                diskEnforced?: boolean;
                diskMb: number | null;
                memoryMb: number;
                pids: number;
            };
            runtime: string;
            start: {
                durationMs: number;
                /** @enum {string} */
                path: "warm" | "cold" | "restart" | "reuse";
                /** @description Stage -> milliseconds. */
                stages: {
                    [key: string]: number;
                };
            } | null;
            /** Format: date-time */
            startedAt: string | null;
            state: components["schemas"]["SandboxState"];
            /** Format: date-time */
            stoppedAt: string | null;
            template: string | null;
            tenant: string | null;
            urls: {
                /** @description null while no agent runs in it. */
                agent: string | null;
                /** @description Put a port for {port}. */
                path: string;
                /** @description Put a port for {port}; null without SANDGLASS_DOMAIN. */
                port: string | null;
            };
            /** @description Raised by each transition and PATCH. */
            version: number;
        };
        SandboxEvent: (components["schemas"]["Sandbox"] & {
            pull?: {
                currentBytes: number;
                /** @enum {string} */
                phase: "resolving" | "downloading" | "extracting" | "done";
                /** @description As far as it is known; 0 = not yet */
                totalBytes: number;
            };
            transition: components["schemas"]["Transition"] | null;
        }) | {
            id: string;
            /** @enum {string} */
            state: "deleted";
            transition: components["schemas"]["Transition"];
        };
        SandboxPage: {
            items: components["schemas"]["Sandbox"][];
            nextCursor: string | null;
        };
        /** @enum {string} */
        SandboxState: "warming" | "warm" | "pending" | "running" | "pausing" | "paused" | "resuming" | "stopping" | "stopped" | "deleting" | "deleted";
        Scans: {
            /** @description One per kind of deadline. */
            deadlines: {
                /** @description Which one was looked at: startBy, stopAt, idleStopAt ... */
                deadline: string;
                failed: {
                    id: string;
                    message: string;
                }[];
                /** @description The clock is not to be believed now: nothing was looked at. */
                isPaused: boolean;
                /** @description Ids of sandboxes that were moved on, oldest deadline first. */
                moved: string[];
            }[];
            purged: number;
        };
        StartSandbox: {
            /** @description The main process: its exit ends the sandbox. Without it the sandbox idles. */
            command?: string[];
            env?: {
                [key: string]: string;
            };
            id?: string;
            image?: string;
            labels?: {
                [key: string]: string;
            };
            lifetime?: {
                /** @description From the stop until the sandbox is deleted; null = the installation's default, 0 = at once. */
                autoDeleteSeconds?: number | null;
                /** @description Without activity until onTimeout; null = no idle timeout. */
                idleSeconds?: number | null;
                /** @enum {string} */
                onTimeout?: "stop" | "pause" | "delete";
                /** @description From the start of each run until onTimeout; null = no timeout. */
                timeoutSeconds?: number | null;
            };
            /** @description Volumes do not exist yet: answers 400. */
            mounts?: unknown[];
            network?: {
                internet?: boolean;
            };
            resources?: {
                cpus?: number;
                diskMb?: number | null;
                memoryMb?: number;
                pids?: number;
            };
            /** @description Find or start: answers 200 with your sandbox of this key, resumed or restarted where it has to be. */
            reuseKey?: string;
            runtime?: string;
            template?: string;
            user?: string;
            /** @description false = do not wait: waitSeconds 0. */
            wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            waitSeconds?: number;
            workdir?: string;
        };
        StartSignature: {
            agentVersion: string | null;
            diskMb: number | null;
            image: string;
            imageDigest: string;
            network: {
                internet: boolean;
            };
            runtime: string;
            /** @description The first 8 characters of the SHA-256 of what cannot be changed in a container once it is made. */
            signature: string;
            /** @description Whether programs inside may gain privileges; by the template. */
            sudo: boolean;
            template: string | null;
        };
        StopSandbox: {
            /** @description From SIGTERM to SIGKILL; 10 when left out. */
            graceSeconds?: number;
            /** @description false = do not wait: waitSeconds 0. */
            wait?: boolean;
            /** @description Longest wait for the end of the work. When it is over: 202, and the work goes on. */
            waitSeconds?: number;
        };
        Template: {
            envNames: string[];
            floor: number;
            image: string;
            memoryBudgetMb: number | null;
            name: string;
            resources: {
                cpus?: number;
                diskMb?: number | null;
                memoryMb?: number;
                pids?: number;
            };
            /**
             * @description Only those of the API can be deleted there.
             * @enum {string}
             */
            source: "builtin" | "file" | "api";
            sudo: boolean;
            user: string | null;
            workdir: string | null;
        };
        TemplateList: {
            items: components["schemas"]["Template"][];
        };
        Ticket: {
            /** Format: date-time */
            expiresAt: string;
            /** @description For `?ticket=` of a WebSocket; good once, as the key that made it. */
            ticket: string;
        };
        Transition: {
            /** @description An API key's id, or system. */
            actor: string;
            /** Format: date-time */
            at: string;
            event: string;
            from: components["schemas"]["SandboxState"] | null;
            incarnation: number;
            /** @description 1, 2, 3 ... per sandbox, without gaps. */
            number: number;
            /** @enum {string} */
            reason?: "requested" | "expired" | "idle" | "exited" | "crashed" | "oom_killed" | "disk_full" | "start_failed" | "name_conflict" | "engine_lost" | "container_lost";
            /** @description Grows over all sandboxes; the id of the event in streams. */
            seq: number;
            to: components["schemas"]["SandboxState"];
        };
        Unpacked: {
            bytes: number;
            entries: number;
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
