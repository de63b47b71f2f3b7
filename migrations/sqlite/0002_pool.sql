ALTER TABLE `sandboxes` ADD `reuse_key` text;--> statement-breakpoint
ALTER TABLE `sandboxes` ADD `owes_resources` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `sandboxes_reuse_key` ON `sandboxes` (`tenant`,`reuse_key`) WHERE reuse_key is not null and state not in ('deleting', 'deleted');