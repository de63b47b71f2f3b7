-- A database as release 0.1.0 left it after a kill, by `.dump`: rows in every state at rest and one whose start was under
-- way. Never to be edited: a later release must boot on it. @SERVICE_ID@, @CONTAINER_ID@ and @STARTED_AT@ are filled in.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "__drizzle_migrations" (
				id SERIAL PRIMARY KEY,
				hash text NOT NULL,
				created_at numeric
			);
INSERT INTO __drizzle_migrations VALUES(NULL,'e0d3ad8418cd8a06dd8fa49d1e473459285964258c068ec67551c14c601fbfdb',1795500041839);
CREATE TABLE `address_rings` (
	`network` text PRIMARY KEY NOT NULL,
	`next_index` integer NOT NULL
);
INSERT INTO address_rings VALUES('open',22102);
CREATE TABLE `addresses` (
	`network` text NOT NULL,
	`ring_index` integer NOT NULL,
	`sandbox_id` text NOT NULL,
	`freed_at_ms` integer,
	PRIMARY KEY(`network`, `ring_index`)
);
INSERT INTO addresses VALUES('open',22096,'running1',NULL);
INSERT INTO addresses VALUES('open',22097,'paused1',NULL);
INSERT INTO addresses VALUES('open',22098,'stopped1',NULL);
INSERT INTO addresses VALUES('open',22099,'failed1',NULL);
INSERT INTO addresses VALUES('open',22100,'deleted1',1795507368356);
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
INSERT INTO api_keys VALUES('key_4975501f3e8979a1','4dec0119a16b08bfac536678b66787e3d27eeb068219012ae2cbb359df280c1b','default','admin','SANDGLASS_ADMIN_KEY',NULL,NULL,NULL,1795507365359,NULL,NULL);
INSERT INTO api_keys VALUES('key_ef9c148eb069af86','8ded9e75de4c0ab033cca068c8045c06b312c776ca7ea0024692b6044b6f533c','acme','user','a user',NULL,NULL,NULL,1795507368752,NULL,NULL);
CREATE TABLE `idempotency_keys` (
	`tenant` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`sandbox_id` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `key`)
);
INSERT INTO idempotency_keys VALUES('default','first','478107d4058e9a7a68d88cec53777d3197e83461e986c0a4b54bc1d423cfac57','running1',1795507365582);
CREATE TABLE `installation` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
INSERT INTO installation VALUES('service_id','@SERVICE_ID@');
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
INSERT INTO sandbox_events VALUES(1,'running1','default',1,NULL,'pending','START_REQUESTED',NULL,'key_4975501f3e8979a1',1,1795507365582);
INSERT INTO sandbox_events VALUES(2,'running1','default',2,'pending','running','START_SUCCEEDED',NULL,'system',1,1795507366006);
INSERT INTO sandbox_events VALUES(3,'paused1','default',1,NULL,'pending','START_REQUESTED',NULL,'key_4975501f3e8979a1',1,1795507366049);
INSERT INTO sandbox_events VALUES(4,'paused1','default',2,'pending','running','START_SUCCEEDED',NULL,'system',1,1795507366461);
INSERT INTO sandbox_events VALUES(5,'paused1','default',3,'running','pausing','PAUSE_REQUESTED',NULL,'key_4975501f3e8979a1',1,1795507366472);
INSERT INTO sandbox_events VALUES(6,'paused1','default',4,'pausing','paused','PAUSE_SUCCEEDED',NULL,'system',1,1795507366499);
INSERT INTO sandbox_events VALUES(7,'stopped1','default',1,NULL,'pending','START_REQUESTED',NULL,'key_4975501f3e8979a1',1,1795507366513);
INSERT INTO sandbox_events VALUES(8,'stopped1','default',2,'pending','running','START_SUCCEEDED',NULL,'system',1,1795507366876);
INSERT INTO sandbox_events VALUES(9,'stopped1','default',3,'running','stopping','STOP_REQUESTED','requested','key_4975501f3e8979a1',1,1795507366887);
INSERT INTO sandbox_events VALUES(10,'stopped1','default',4,'stopping','stopped','STOP_SUCCEEDED','requested','system',1,1795507367047);
INSERT INTO sandbox_events VALUES(11,'failed1','default',1,NULL,'pending','START_REQUESTED',NULL,'key_4975501f3e8979a1',1,1795507367060);
INSERT INTO sandbox_events VALUES(12,'failed1','default',2,'pending','stopping','START_FAILED','start_failed','system',1,1795507367516);
INSERT INTO sandbox_events VALUES(13,'failed1','default',3,'stopping','stopped','STOP_SUCCEEDED','start_failed','system',1,1795507367554);
INSERT INTO sandbox_events VALUES(14,'deleted1','default',1,NULL,'pending','START_REQUESTED',NULL,'key_4975501f3e8979a1',1,1795507367580);
INSERT INTO sandbox_events VALUES(15,'deleted1','default',2,'pending','running','START_SUCCEEDED',NULL,'system',1,1795507368101);
INSERT INTO sandbox_events VALUES(16,'deleted1','default',3,'running','stopping','DELETE_REQUESTED','requested','key_4975501f3e8979a1',1,1795507368129);
INSERT INTO sandbox_events VALUES(17,'deleted1','default',4,'stopping','stopped','STOP_SUCCEEDED','requested','system',1,1795507368293);
INSERT INTO sandbox_events VALUES(18,'deleted1','default',5,'stopped','deleting','DEADLINE_PASSED','requested','system',1,1795507368294);
INSERT INTO sandbox_events VALUES(19,'deleted1','default',6,'deleting','deleted','DELETE_SUCCEEDED','requested','system',1,1795507368357);
INSERT INTO sandbox_events VALUES(20,'pending1','default',1,NULL,'pending','START_REQUESTED',NULL,'key_4975501f3e8979a1',1,1795507368363);
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
INSERT INTO sandboxes VALUES('running1','default','key_4975501f3e8979a1','running',2,1,2,NULL,'{"env":{"A":"1"},"user":null,"workdir":null,"sudo":false,"command":null,"version":1}',NULL,'sandglass-busybox:latest','sha256:63ec71bd8b9671f465cdabd0660bc815f352a27aec8991874d1793c2e5d1c022','runc',1,'{"team":"blue"}',1.0,512,NULL,256,NULL,NULL,'stop',NULL,0,'local','10.213.86.82','@CONTAINER_ID@','@STARTED_AT@',1,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795507365582,1795507366006,NULL,NULL,NULL,1795507366006,'{"path":"cold","durationMs":420.43,"stages":{"create":31.05,"start":315.33,"ready":50.35,"verify":20.46}}',NULL);
INSERT INTO sandboxes VALUES('paused1','default','key_4975501f3e8979a1','paused',4,1,4,NULL,'{"env":{},"user":null,"workdir":null,"sudo":false,"command":null,"version":1}',NULL,'sandglass-busybox:latest','sha256:63ec71bd8b9671f465cdabd0660bc815f352a27aec8991874d1793c2e5d1c022','runc',1,'{}',1.0,512,NULL,256,300.0,NULL,'stop',NULL,0,'local','10.213.86.83','c1f7ee6998a04b6ed70233eb56e3247d61c5f53d9f357368c0912d964cb833a7','2026-11-24T08:02:46.400153178Z',1,NULL,NULL,0,NULL,NULL,4102444800000,NULL,NULL,NULL,NULL,299962,1795507366049,1795507366461,NULL,1795507366499,NULL,1795507366461,'{"path":"cold","durationMs":411.1,"stages":{"create":36.77,"start":315.73,"ready":50.72,"verify":7.05}}',NULL);
INSERT INTO sandboxes VALUES('stopped1','default','key_4975501f3e8979a1','stopped',4,1,4,'{"code":"requested","message":"A stop was requested.","exitCode":143,"signal":"SIGTERM","oomKilled":false,"logTail":null}','{"env":{},"user":null,"workdir":null,"sudo":false,"command":null,"version":1}',NULL,'sandglass-busybox:latest','sha256:63ec71bd8b9671f465cdabd0660bc815f352a27aec8991874d1793c2e5d1c022','runc',1,'{"kept":"yes"}',1.0,512,NULL,256,300.0,NULL,'stop',NULL,0,'local','10.213.86.84','490456423b9d3caa58c6fff11e5a864c06f4098b33b0bbce1cc6f61a69f31768','2026-11-24T08:02:46.819128442Z',1,NULL,NULL,0,NULL,NULL,NULL,4102444800000,NULL,NULL,NULL,NULL,1795507366513,1795507366876,1795507367047,NULL,NULL,1795507366876,'{"path":"cold","durationMs":362.4,"stages":{"create":20.05,"start":287.13,"ready":49.91,"verify":4.3}}','{"id":"stopped1","tenant":"default","state":"stopped","incarnation":1,"engine":"local","address":"10.213.86.84","agentVersion":null,"template":null,"image":"sandglass-busybox:latest","imageDigest":"sha256:63ec71bd8b9671f465cdabd0660bc815f352a27aec8991874d1793c2e5d1c022","labels":{"kept":"yes"},"resources":{"cpus":1,"memoryMb":512,"diskMb":null,"pids":256},"runtime":"runc","network":{"internet":true},"onTimeout":"stop","autoResume":false,"trafficTokenHash":null,"createdAtMs":1795507366513,"startedAtMs":1795507366876,"stopAtMs":1795507666876,"idleSeconds":null,"lastActivityAtMs":1795507366876}');
INSERT INTO sandboxes VALUES('failed1','default','key_4975501f3e8979a1','stopped',3,1,3,'{"code":"start_failed","message":"Its command ended at once with code 3.","exitCode":3,"signal":null,"oomKilled":false,"logTail":null}','{"env":{},"user":null,"workdir":null,"sudo":false,"command":["sh","-c","exit 3"],"version":1}',NULL,'sandglass-busybox:latest',NULL,'runc',1,'{}',1.0,512,NULL,256,300.0,NULL,'stop',NULL,0,'local',NULL,NULL,NULL,0,NULL,NULL,0,NULL,NULL,NULL,4102444800000,NULL,NULL,NULL,NULL,1795507367060,NULL,1795507367554,NULL,NULL,NULL,NULL,'{"id":"failed1","tenant":"default","state":"stopped","incarnation":1,"engine":"local","address":null,"agentVersion":null,"template":null,"image":"sandglass-busybox:latest","imageDigest":null,"labels":{},"resources":{"cpus":1,"memoryMb":512,"diskMb":null,"pids":256},"runtime":"runc","network":{"internet":true},"onTimeout":"stop","autoResume":false,"trafficTokenHash":null,"createdAtMs":1795507367060,"startedAtMs":null,"stopAtMs":null,"idleSeconds":null,"lastActivityAtMs":null}');
INSERT INTO sandboxes VALUES('deleted1','default','key_4975501f3e8979a1','deleted',6,1,6,'{"code":"requested","message":"A forced delete was requested.","exitCode":143,"signal":"SIGTERM","oomKilled":false,"logTail":null}','{"env":{},"user":null,"workdir":null,"sudo":false,"command":null,"version":1}',NULL,'sandglass-busybox:latest','sha256:63ec71bd8b9671f465cdabd0660bc815f352a27aec8991874d1793c2e5d1c022','runc',1,'{}',1.0,512,NULL,256,300.0,NULL,'stop',NULL,0,'local','10.213.86.86',NULL,'2026-11-24T08:02:48.029292305Z',1,NULL,NULL,1,NULL,NULL,NULL,NULL,4102444800000,NULL,NULL,NULL,1795507367580,1795507368101,1795507368293,NULL,1795507368357,1795507368101,'{"path":"cold","durationMs":519.06,"stages":{"create":38.17,"start":411.37,"ready":52.93,"verify":15.7}}','{"id":"deleted1","tenant":"default","state":"stopped","incarnation":1,"engine":"local","address":"10.213.86.86","agentVersion":null,"template":null,"image":"sandglass-busybox:latest","imageDigest":"sha256:63ec71bd8b9671f465cdabd0660bc815f352a27aec8991874d1793c2e5d1c022","labels":{},"resources":{"cpus":1,"memoryMb":512,"diskMb":null,"pids":256},"runtime":"runc","network":{"internet":true},"onTimeout":"stop","autoResume":false,"trafficTokenHash":null,"createdAtMs":1795507367580,"startedAtMs":1795507368101,"stopAtMs":1795507668101,"idleSeconds":null,"lastActivityAtMs":1795507368101}');
INSERT INTO sandboxes VALUES('pending1','default','key_4975501f3e8979a1','pending',1,1,1,NULL,'{"env":{},"user":null,"workdir":null,"sudo":false,"command":null,"version":1}',NULL,'sandglass-busybox:latest',NULL,'runc',1,'{}',1.0,512,NULL,256,300.0,NULL,'stop',NULL,0,'local',NULL,NULL,NULL,0,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,4102444800000,NULL,NULL,1795507368363,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE `templates` (
	`name` text PRIMARY KEY NOT NULL,
	`definition` text NOT NULL
);
INSERT INTO templates VALUES('blue','{"name":"blue","image":"sandglass-busybox:latest","resources":{},"user":null,"workdir":null,"sudo":false,"env":{"COLOUR":"blue"},"memoryBudgetMb":null,"floor":0,"source":"api"}');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('sandbox_events',20);
CREATE INDEX `addresses_sandbox` ON `addresses` (`sandbox_id`);
CREATE UNIQUE INDEX `api_keys_secret_hash_unique` ON `api_keys` (`secret_hash`);
CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at_ms`);
CREATE UNIQUE INDEX `sandbox_events_number` ON `sandbox_events` (`sandbox_id`,`number`);
CREATE INDEX `sandbox_events_tenant` ON `sandbox_events` (`tenant`,`seq`);
CREATE INDEX `sandboxes_created` ON `sandboxes` (`created_at_ms`,`id`);
CREATE INDEX `sandboxes_tenant_created` ON `sandboxes` (`tenant`,`created_at_ms`,`id`);
CREATE INDEX `sandboxes_state` ON `sandboxes` (`state`,`id`);
CREATE INDEX `sandboxes_start_by` ON `sandboxes` (`start_by_ms`) WHERE start_by_ms is not null;
CREATE INDEX `sandboxes_stop_at` ON `sandboxes` (`stop_at_ms`) WHERE stop_at_ms is not null;
CREATE INDEX `sandboxes_idle_stop_at` ON `sandboxes` (`idle_stop_at_ms`) WHERE idle_stop_at_ms is not null;
CREATE INDEX `sandboxes_paused_until` ON `sandboxes` (`paused_until_ms`) WHERE paused_until_ms is not null;
CREATE INDEX `sandboxes_delete_at` ON `sandboxes` (`delete_at_ms`) WHERE delete_at_ms is not null;
CREATE INDEX `sandboxes_purge_at` ON `sandboxes` (`purge_at_ms`) WHERE purge_at_ms is not null;
COMMIT;
