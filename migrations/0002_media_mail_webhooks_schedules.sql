CREATE TYPE "public"."batch_state" AS ENUM('pending', 'sending', 'sent', 'failed', 'uncertain');--> statement-breakpoint
CREATE TYPE "public"."delivery_state" AS ENUM('pending', 'delivered', 'failed');--> statement-breakpoint
CREATE TYPE "public"."media_status" AS ENUM('processing', 'ready', 'failed');--> statement-breakpoint
CREATE TYPE "public"."newsletter_status" AS ENUM('active', 'archived');--> statement-breakpoint
CREATE TYPE "public"."recipient_state" AS ENUM('pending', 'sent', 'skipped', 'failed', 'uncertain');--> statement-breakpoint
CREATE TYPE "public"."report_frequency" AS ENUM('weekly', 'monthly');--> statement-breakpoint
CREATE TYPE "public"."send_state" AS ENUM('building', 'sending', 'paused', 'sent', 'failed', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."subscriber_status" AS ENUM('pending', 'active', 'unsubscribed', 'suppressed');--> statement-breakpoint
CREATE TYPE "public"."suppression_reason" AS ENUM('hard_bounce', 'complaint', 'manual', 'unsubscribe_all');--> statement-breakpoint
CREATE TYPE "public"."webhook_format" AS ENUM('standard', 'ghost');--> statement-breakpoint
CREATE TYPE "public"."webhook_status" AS ENUM('enabled', 'disabled');--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mail_events" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"provider" text NOT NULL,
	"event_id" text NOT NULL,
	"kind" text NOT NULL,
	"address_hash" text NOT NULL,
	CONSTRAINT "mail_events_key" UNIQUE("provider","event_id")
);
--> statement-breakpoint
CREATE TABLE "media" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"status" "media_status" DEFAULT 'processing' NOT NULL,
	"file_name" text NOT NULL,
	"content_type" text NOT NULL,
	"size" bigint NOT NULL,
	"sha256" text NOT NULL,
	"upload_key" text,
	"object_key" text,
	"width" integer,
	"height" integer,
	"alt_text" text,
	"caption" text,
	"focal_x" real,
	"focal_y" real,
	"placeholder" text,
	"dominant_color" text,
	"variants" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"error_code" text,
	"source_url" text,
	"job_id" uuid,
	"created_by" uuid,
	CONSTRAINT "media_source_url_key" UNIQUE("source_url")
);
--> statement-breakpoint
CREATE TABLE "media_uses" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"media_id" uuid NOT NULL,
	"post_id" uuid,
	"user_id" uuid,
	CONSTRAINT "media_uses_key" UNIQUE NULLS NOT DISTINCT("media_id","post_id","user_id"),
	CONSTRAINT "media_uses_by_one" CHECK (num_nonnulls(post_id, user_id) = 1)
);
--> statement-breakpoint
CREATE TABLE "newsletters" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"status" "newsletter_status" DEFAULT 'active' NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"sender_name" text,
	"sender_email" text,
	"reply_to" text,
	"postal_address" text,
	"accent_color" text,
	CONSTRAINT "newsletters_slug_key" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "report_schedules" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_by" uuid,
	"frequency" "report_frequency" NOT NULL,
	"recipients" uuid[] NOT NULL,
	"next_at" timestamp(3) with time zone NOT NULL,
	"job_id" uuid NOT NULL,
	"last_report_id" uuid
);
--> statement-breakpoint
CREATE TABLE "send_batches" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"send_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"state" "batch_state" DEFAULT 'pending' NOT NULL,
	"claims" integer DEFAULT 0 NOT NULL,
	"lease_token" uuid,
	"lease_until" timestamp(3) with time zone,
	"next_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"sealed_at" timestamp(3) with time zone,
	"first_try_at" timestamp(3) with time zone,
	"error_code" text,
	CONSTRAINT "send_batches_key" UNIQUE("send_id","number"),
	CONSTRAINT "send_batches_sending_has_lease" CHECK ((state = 'sending') = (lease_token is not null))
);
--> statement-breakpoint
CREATE TABLE "send_recipients" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"send_id" uuid NOT NULL,
	"subscriber_id" uuid NOT NULL,
	"batch" integer NOT NULL,
	"state" "recipient_state" DEFAULT 'pending' NOT NULL,
	"email" text,
	"name" text,
	"reason" text,
	CONSTRAINT "send_recipients_key" UNIQUE("send_id","subscriber_id")
);
--> statement-breakpoint
CREATE TABLE "sends" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"newsletter_id" uuid NOT NULL,
	"post_id" uuid,
	"post_version" integer NOT NULL,
	"state" "send_state" DEFAULT 'building' NOT NULL,
	"segment" jsonb NOT NULL,
	"sender" text NOT NULL,
	"reply_to" text,
	"subject" text NOT NULL,
	"html" text NOT NULL,
	"text" text NOT NULL,
	"total" integer,
	"pause_reason" text,
	"job_id" uuid,
	"created_by" uuid,
	"started_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "subscriber_events" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"subscriber_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"newsletter_id" uuid,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "subscribers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"email" text NOT NULL,
	"name" text,
	"status" "subscriber_status" DEFAULT 'pending' NOT NULL,
	"labels" text[] DEFAULT '{}'::text[] NOT NULL,
	"source" text NOT NULL,
	"confirmation_id" uuid,
	"confirmation_expires_at" timestamp(3) with time zone,
	"confirmed_at" timestamp(3) with time zone,
	"unsubscribed_at" timestamp(3) with time zone,
	"soft_bounces" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "subscribers_email_key" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "subscriptions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"subscriber_id" uuid NOT NULL,
	"newsletter_id" uuid NOT NULL,
	CONSTRAINT "subscriptions_key" UNIQUE("newsletter_id","subscriber_id")
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"address_hash" text NOT NULL,
	"reason" "suppression_reason" NOT NULL,
	CONSTRAINT "suppressions_address_hash_key" UNIQUE("address_hash")
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"webhook_id" uuid NOT NULL,
	"event_id" uuid NOT NULL,
	"state" "delivery_state" DEFAULT 'pending' NOT NULL,
	"attempts" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"next_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	"job_id" uuid NOT NULL,
	CONSTRAINT "webhook_deliveries_key" UNIQUE("webhook_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"url" text NOT NULL,
	"description" text,
	"events" text[] NOT NULL,
	"format" "webhook_format" DEFAULT 'standard' NOT NULL,
	"secret" text NOT NULL,
	"previous_secret" text,
	"previous_secret_expires_at" timestamp(3) with time zone,
	"status" "webhook_status" DEFAULT 'enabled' NOT NULL,
	"disabled_reason" text,
	"failing_since" timestamp(3) with time zone,
	"created_by" uuid
);
--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "publish_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "publish_job_id" uuid;--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "publish_send" jsonb;--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "unpublish_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "unpublish_job_id" uuid;--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "publish_lag" integer;--> statement-breakpoint
ALTER TABLE "reports" ADD COLUMN "mail_to" uuid[] DEFAULT '{}'::uuid[] NOT NULL;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media_uses" ADD CONSTRAINT "media_uses_media_id_media_id_fk" FOREIGN KEY ("media_id") REFERENCES "public"."media"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media_uses" ADD CONSTRAINT "media_uses_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media_uses" ADD CONSTRAINT "media_uses_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "report_schedules" ADD CONSTRAINT "report_schedules_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "report_schedules" ADD CONSTRAINT "report_schedules_last_report_id_reports_id_fk" FOREIGN KEY ("last_report_id") REFERENCES "public"."reports"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "send_batches" ADD CONSTRAINT "send_batches_send_id_sends_id_fk" FOREIGN KEY ("send_id") REFERENCES "public"."sends"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "send_recipients" ADD CONSTRAINT "send_recipients_send_id_sends_id_fk" FOREIGN KEY ("send_id") REFERENCES "public"."sends"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sends" ADD CONSTRAINT "sends_newsletter_id_newsletters_id_fk" FOREIGN KEY ("newsletter_id") REFERENCES "public"."newsletters"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sends" ADD CONSTRAINT "sends_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sends" ADD CONSTRAINT "sends_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sends" ADD CONSTRAINT "sends_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriber_events" ADD CONSTRAINT "subscriber_events_subscriber_id_subscribers_id_fk" FOREIGN KEY ("subscriber_id") REFERENCES "public"."subscribers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_subscriber_id_subscribers_id_fk" FOREIGN KEY ("subscriber_id") REFERENCES "public"."subscribers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_newsletter_id_newsletters_id_fk" FOREIGN KEY ("newsletter_id") REFERENCES "public"."newsletters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_webhooks_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "public"."webhooks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "events_created_index" ON "events" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "mail_events_created_at_index" ON "mail_events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "media_created_index" ON "media" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "media_object_key_index" ON "media" USING btree ("object_key");--> statement-breakpoint
CREATE INDEX "media_job_id_index" ON "media" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "media_created_by_index" ON "media" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "media_uses_post_id_index" ON "media_uses" USING btree ("post_id");--> statement-breakpoint
CREATE INDEX "media_uses_user_id_index" ON "media_uses" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "newsletters_created_index" ON "newsletters" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "report_schedules_created_index" ON "report_schedules" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "report_schedules_created_by_index" ON "report_schedules" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "report_schedules_last_report_id_index" ON "report_schedules" USING btree ("last_report_id");--> statement-breakpoint
CREATE INDEX "send_recipients_batch_index" ON "send_recipients" USING btree ("send_id","batch");--> statement-breakpoint
CREATE INDEX "send_recipients_subscriber_id_index" ON "send_recipients" USING btree ("subscriber_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sends_under_way_key" ON "sends" USING btree ("newsletter_id","post_id") WHERE state in ('building', 'sending', 'paused');--> statement-breakpoint
CREATE INDEX "sends_newsletter_id_index" ON "sends" USING btree ("newsletter_id","created_at","id");--> statement-breakpoint
CREATE INDEX "sends_post_id_index" ON "sends" USING btree ("post_id");--> statement-breakpoint
CREATE INDEX "sends_job_id_index" ON "sends" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "sends_created_by_index" ON "sends" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "subscriber_events_subscriber_id_index" ON "subscriber_events" USING btree ("subscriber_id","created_at");--> statement-breakpoint
CREATE INDEX "subscribers_created_index" ON "subscribers" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "subscribers_confirmation_expires_at_index" ON "subscribers" USING btree ("confirmation_expires_at") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "subscriptions_subscriber_id_index" ON "subscriptions" USING btree ("subscriber_id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_event_id_index" ON "webhook_deliveries" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_created_index" ON "webhook_deliveries" USING btree ("webhook_id","created_at","id");--> statement-breakpoint
CREATE INDEX "webhooks_created_index" ON "webhooks" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "webhooks_created_by_index" ON "webhooks" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "posts_publish_at_index" ON "posts" USING btree ("publish_at") WHERE publish_at is not null;--> statement-breakpoint
CREATE INDEX "posts_unpublish_at_index" ON "posts" USING btree ("unpublish_at") WHERE unpublish_at is not null;--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_scheduled_has_date" CHECK ((status = 'scheduled') = (publish_at is not null));