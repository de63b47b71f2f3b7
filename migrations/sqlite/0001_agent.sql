ALTER TABLE `sandboxes` ADD `agent_endpoint` text;--> statement-breakpoint
ALTER TABLE `sandboxes` ADD `delete_if_unstarted` integer DEFAULT false NOT NULL;