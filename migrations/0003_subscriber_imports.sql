CREATE TABLE "subscriber_imports" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"job_id" uuid NOT NULL,
	"created_by" uuid,
	"object_key" text NOT NULL,
	"size" bigint NOT NULL,
	"attestation" text NOT NULL,
	"newsletter_ids" uuid[] NOT NULL,
	"labels" text[] NOT NULL,
	"created_count" integer DEFAULT 0 NOT NULL,
	"updated_count" integer DEFAULT 0 NOT NULL,
	"unchanged_count" integer DEFAULT 0 NOT NULL,
	"skipped_count" integer DEFAULT 0 NOT NULL,
	"failed_count" integer DEFAULT 0 NOT NULL,
	"failures" jsonb DEFAULT '[]'::jsonb NOT NULL,
	CONSTRAINT "subscriber_imports_job_id_key" UNIQUE("job_id")
);
--> statement-breakpoint
ALTER TABLE "subscriber_imports" ADD CONSTRAINT "subscriber_imports_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriber_imports" ADD CONSTRAINT "subscriber_imports_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "subscriber_imports_created_index" ON "subscriber_imports" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "subscriber_imports_created_by_index" ON "subscriber_imports" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "mail_events_address_hash_index" ON "mail_events" USING btree ("address_hash","created_at");