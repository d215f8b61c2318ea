-- What texts are sorted by as people sort them: case, accents and signs make no difference. Short enough for an index.
CREATE FUNCTION sort_key(source text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(ltrim(search_fold(left(source, 300))), 300);
--> statement-breakpoint
DROP INDEX "posts_title_index";--> statement-breakpoint
DROP INDEX "tags_name_index";--> statement-breakpoint
DROP INDEX "users_name_index";--> statement-breakpoint
CREATE INDEX "posts_title_index" ON "posts" USING btree (sort_key(title),"id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "tags_name_index" ON "tags" USING btree (sort_key(name),"id");--> statement-breakpoint
CREATE INDEX "users_name_index" ON "users" USING btree (sort_key(name),"id");