CREATE TABLE `address_rings` (
	`network` text PRIMARY KEY NOT NULL,
	`next_index` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `addresses` (
	`network` text NOT NULL,
	`ring_index` integer NOT NULL,
	`sandbox_id` text NOT NULL,
	`freed_at_ms` integer,
	PRIMARY KEY(`network`, `ring_index`)
);
--> statement-breakpoint
CREATE INDEX `addresses_sandbox` ON `addresses` (`sandbox_id`);--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`secret_hash` text NOT NULL,
	`tenant` text NOT NULL,
	`role` text NOT NULL,
	`name` text NOT NULL,
	`quota_sandboxes` integer,
	`quota_cpus` real,
	`quota_memory_mb` integer,
	`created_at_ms` integer NOT NULL,
	`expires_at_ms` integer,
	`revoked_at_ms` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_secret_hash_unique` ON `api_keys` (`secret_hash`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`tenant` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`sandbox_id` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at_ms`);--> statement-breakpoint
CREATE TABLE `installation` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sandbox_events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`sandbox_id` text NOT NULL,
	`tenant` text,
	`number` integer NOT NULL,
	`from_state` text,
	`to_state` text NOT NULL,
	`event` text NOT NULL,
	`reason` text,
	`actor` text NOT NULL,
	`incarnation` integer NOT NULL,
	`at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sandbox_events_number` ON `sandbox_events` (`sandbox_id`,`number`);--> statement-breakpoint
CREATE INDEX `sandbox_events_tenant` ON `sandbox_events` (`tenant`,`seq`);--> statement-breakpoint
CREATE TABLE `sandboxes` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant` text,
	`owner_key_id` text,
	`state` text NOT NULL,
	`version` integer NOT NULL,
	`incarnation` integer NOT NULL,
	`history_number` integer NOT NULL,
	`reason` text,
	`spec` text,
	`template` text,
	`image` text NOT NULL,
	`image_digest` text,
	`runtime` text NOT NULL,
	`internet` integer NOT NULL,
	`labels` text NOT NULL,
	`cpus` real NOT NULL,
	`memory_mb` integer NOT NULL,
	`disk_mb` integer,
	`pids` integer NOT NULL,
	`timeout_seconds` real,
	`idle_seconds` real,
	`on_timeout` text NOT NULL,
	`auto_delete_seconds` real,
	`auto_resume` integer NOT NULL,
	`engine` text NOT NULL,
	`address` text,
	`container_id` text,
	`container_started_at` text,
	`ran_once` integer NOT NULL,
	`agent_version` text,
	`traffic_token_hash` text,
	`delete_after_stop` integer NOT NULL,
	`stop_at_ms` integer,
	`idle_stop_at_ms` integer,
	`paused_until_ms` integer,
	`delete_at_ms` integer,
	`purge_at_ms` integer,
	`start_by_ms` integer,
	`kill_at_ms` integer,
	`remaining_ms` integer,
	`created_at_ms` integer NOT NULL,
	`started_at_ms` integer,
	`stopped_at_ms` integer,
	`paused_at_ms` integer,
	`deleted_at_ms` integer,
	`last_activity_at_ms` integer,
	`start` text,
	`snapshot` text
);
--> statement-breakpoint
CREATE INDEX `sandboxes_created` ON `sandboxes` (`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `sandboxes_tenant_created` ON `sandboxes` (`tenant`,`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `sandboxes_state` ON `sandboxes` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `sandboxes_start_by` ON `sandboxes` (`start_by_ms`) WHERE start_by_ms is not null;--> statement-breakpoint
CREATE INDEX `sandboxes_stop_at` ON `sandboxes` (`stop_at_ms`) WHERE stop_at_ms is not null;--> statement-breakpoint
CREATE INDEX `sandboxes_idle_stop_at` ON `sandboxes` (`idle_stop_at_ms`) WHERE idle_stop_at_ms is not null;--> statement-breakpoint
CREATE INDEX `sandboxes_paused_until` ON `sandboxes` (`paused_until_ms`) WHERE paused_until_ms is not null;--> statement-breakpoint
CREATE INDEX `sandboxes_delete_at` ON `sandboxes` (`delete_at_ms`) WHERE delete_at_ms is not null;--> statement-breakpoint
CREATE INDEX `sandboxes_purge_at` ON `sandboxes` (`purge_at_ms`) WHERE purge_at_ms is not null;--> statement-breakpoint
CREATE TABLE `templates` (
	`name` text PRIMARY KEY NOT NULL,
	`definition` text NOT NULL
);
