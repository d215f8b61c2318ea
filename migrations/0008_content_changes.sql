CREATE TYPE "public"."content_entity" AS ENUM('post', 'tag', 'author');--> statement-breakpoint
CREATE TABLE "content_changes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"entity" "content_entity" NOT NULL,
	"entity_id" uuid NOT NULL,
	"changed_in" "xid8" NOT NULL,
	"is_known" boolean NOT NULL
);
--> statement-breakpoint
CREATE INDEX "content_changes_changed_index" ON "content_changes" USING btree ("changed_in","id");--> statement-breakpoint
CREATE INDEX "content_changes_entity_index" ON "content_changes" USING btree ("entity","entity_id");