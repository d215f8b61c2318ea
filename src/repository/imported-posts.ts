import { and, asc, gt, isNotNull, isNull, sql } from "drizzle-orm";

import type { Database } from "#core/db";

import { posts } from "./models";

/**
 * Ids of posts that an import brought and that may show pictures from elsewhere, in their order.
 *
 * @param after an id; null for the beginning.
 */
export const selectImportedPosts = (db: Database, after: string | null, limit: number) =>
  db
    .select({ id: posts.id })
    .from(posts)
    .where(
      and(
        isNotNull(posts.importPath),
        isNull(posts.deletedAt),
        sql`(${posts.html} ~ ' src="https?://' or ${posts.featureImage} like 'http%' or ${posts.ogImage} like 'http%')`,
        after === null ? undefined : gt(posts.id, after),
      ),
    )
    .orderBy(asc(posts.id))
    .limit(limit);
