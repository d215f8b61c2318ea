CREATE TABLE "post_search" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"post_id" uuid NOT NULL,
	"type" "post_type" NOT NULL,
	"published_at" timestamp(3) with time zone NOT NULL,
	"body" text NOT NULL,
	"title_words" "tsvector" NOT NULL,
	"words" "tsvector" NOT NULL,
	CONSTRAINT "post_search_post_id_key" UNIQUE("post_id")
);
--> statement-breakpoint
CREATE TABLE "search_vocabulary" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"word" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "post_search" ADD CONSTRAINT "post_search_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "post_search_words_index" ON "post_search" USING gin ("words");--> statement-breakpoint
CREATE INDEX "post_search_title_words_index" ON "post_search" USING gin ("title_words");--> statement-breakpoint
CREATE INDEX "post_search_published_index" ON "post_search" USING btree ("published_at","post_id");--> statement-breakpoint
CREATE INDEX "search_vocabulary_word_index" ON "search_vocabulary" USING btree ("word");--> statement-breakpoint
CREATE INDEX "search_vocabulary_similar_index" ON "search_vocabulary" USING gin ("word" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "tags_words_index" ON "tags" USING gin (search_vector(name));--> statement-breakpoint
CREATE INDEX "tags_similar_index" ON "tags" USING gin (search_fold(name) gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "users_words_index" ON "users" USING gin (search_vector(name));--> statement-breakpoint
CREATE INDEX "users_similar_index" ON "users" USING gin (search_fold(name) gin_trgm_ops);